"""A phone in the terminal: what is typed is said, and what comes of it is printed as a transcript."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from flows.form import Channel
from service.blanks import Blanks
from service.handset import Handsets
from service.transcript import Entry, Mark, is_dial, is_phone
from service.witness import Witness

LOOK_SECONDS = 0.1
MOST_SECONDS = 10.0
MINUTE = timedelta(minutes=1)


class Talker:
    """Speaks for one phone at a time. now: the real hour, UTC, to which the transcript keeps by minutes."""

    def __init__(
        self, handsets: Handsets, witness: Witness, now: Callable[[], datetime], phone: str, channel: Channel
    ) -> None:
        self._handsets = handsets
        self._witness = witness
        self._now = now
        self._minute = now().replace(second=0, microsecond=0)
        self._phone = phone
        self._channel = channel
        self._blanks = Blanks()

    def begin(self) -> Iterator[Entry]:
        """The headers."""
        yield Entry(Mark.HEADER, "A talk", "title")
        yield Entry(Mark.HEADER, self._phone, "phone")
        yield Entry(Mark.HEADER, self._channel.value, "channel")
        yield Entry(Mark.HEADER, f"{self._minute:%Y-%m-%dT%H:%MZ}", "now")
        yield Entry(Mark.BLANK)

    def hear(self, typed: str) -> Iterator[Entry]:
        """What was typed, and what comes of it: a dial, an answer, `sms TEXT`, `@`, `phone: NUMBER` or a note.

        Raises Unfilled for a blank that no reference has filled, NoSimulator and Refused.
        """
        if typed.startswith("#"):
            yield Entry(Mark.NOTE, typed[1:].removeprefix(" "))
        elif typed.startswith("phone:") and is_phone(typed.removeprefix("phone:").strip()):
            yield self._turn_to(typed.removeprefix("phone:").strip())
        else:
            yield from self._wait(at_least_once=typed == "@")
            yield from () if typed == "@" else self._say(typed)

    def _turn_to(self, phone: str) -> Entry:
        self._phone = phone
        return Entry(Mark.HEADER, phone, "phone")

    def _say(self, typed: str) -> Iterator[Entry]:
        said = re.sub(r"^sms ", "", typed)
        channel = Channel.SMS if said != typed else Channel.USSD if is_dial(said) else self._channel
        if channel is not self._channel:
            self._channel = channel
            yield Entry(Mark.HEADER, channel.value, "channel")
        text = self._blanks.fill(said)
        shown = [] if channel is Channel.SMS else [self._key(text)]
        if channel is Channel.SMS:
            self._handsets.sms(self._phone, text)
        happened = list(self._come_of_it(shown))
        yield Entry(Mark.SAYS, self._blanks.leave(said, self._witness.references()))
        yield from happened

    def _key(self, text: str) -> str:
        act = self._handsets.dial if is_dial(text) else self._handsets.press
        return act(self._phone, text)

    def _wait(self, *, at_least_once: bool) -> Iterator[Entry]:
        """The minutes that have gone by since the last line, and what came in them."""
        passed = int((self._now() - self._minute) / MINUTE)
        self._minute += passed * MINUTE
        if passed or at_least_once:
            yield Entry(Mark.WAITS, f"+{passed}m")
            yield from self._come_of_it([])

    def _come_of_it(self, shown: list[str]) -> Iterator[Entry]:
        self._settle()
        kept = self._witness.look()
        came = self._handsets.news()
        mine = came.pop(self._phone, []) if self._channel is Channel.SMS else []
        sent = [f"sms {number} {text}" for number, texts in sorted(came.items()) for text in texts]
        yield from self._written(Mark.SHOWS, [*shown, *mine])
        yield from self._written(Mark.KEEPS, [*kept, *sent])

    def _written(self, mark: Mark, texts: list[str]) -> Iterator[Entry]:
        for text in texts:
            before = self._blanks.filled
            left = self._blanks.leave(text, self._witness.references())
            for name, reference in self._blanks.filled.items():
                if name not in before:
                    yield Entry(Mark.NOTE, f"{{{name}}} is {reference}")
            yield Entry(mark, left)

    def _settle(self) -> None:
        """Until the workers have done what follows from this, or have taken too long."""
        deadline = time.monotonic() + MOST_SECONDS
        while self._witness.busy(self._now()) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
