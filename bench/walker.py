"""A random walker: thousands of dials by all kinds of phones, nonsense included, each screen looked at."""

import argparse
import random
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bench.fingers import ELSEWHERE, offered_by, press, texted
from bench.ground import KINDS, ground
from bench.journeys import masked
from bench.verdict import Faults, Verdict
from flows.language import LANGUAGES
from models import contact as contacts
from service import demo_data, edge
from service.database import transaction
from service.jobs import JOBS
from service.parts import Parts
from service.web import create_web

LONGEST_DIAL = 30
NEW_PHONES, KNOWN_VILLAGERS = 0.3, 12
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Dial:
    phone: str
    session: str
    text: str = ""
    screen: str = ""

    @property
    def open(self) -> bool:
        return self.screen.startswith("CON")


@dataclass
class Walker:
    """Walks on these parts, at a clock and with a queue of its own; the same seed presses the same keys."""

    given: Parts
    seed: int
    hops: int = 0
    asked: list[tuple[str, tuple[int | str, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._clock = BEGINNING
        self.parts = replace(self.given, now=lambda: self._clock, enqueue=self._ask)
        self.verdict = Verdict(self.parts)
        self._client = create_web(self.parts).test_client()
        self._hooks = f"/hooks/africastalking/{self.parts.settings.hook_tokens[0]}"
        self._members = [row["phone"].split()[0] for row in demo_data.members()]
        self._villagers = [f"+2237612{n:04}" for n in range(KNOWN_VILLAGERS)]

    def walk(self, sessions: int) -> list[str]:
        """What was found wrong."""
        heard = Faults()
        edge.logger.addHandler(heard)
        try:
            for _ in range(sessions):
                self._visit()
        finally:
            edge.logger.removeHandler(heard)
        return [*heard.found.values(), *self._told()]

    def _told(self) -> Iterator[str]:
        yield from self.verdict.faults
        yield from (f"a dead end: {screen!r}" for screen in self.verdict.dead_ends())
        phantoms, unseen = self.verdict.astray()
        if phantoms:
            yield f"shown and not filed: {sorted(phantoms)}"
        if unseen:
            yield f"filed and not shown: {sorted(unseen)}"

    def _visit(self) -> None:
        """A phone dials, presses keys, and hangs up, is cut off, or comes to the end."""
        self._pass(self._chance.choice((5, 60, 1200, 7200)))
        phone = self._phone()
        if self._chance.random() < 0.1:
            self._text(phone)
        dial = self._dial(phone)
        while dial.open and dial.text.count("*") < LONGEST_DIAL and self._chance.random() > 0.015:
            dial = self._act(dial)
        self._leave(dial)
        self._work()

    def _act(self, dial: Dial) -> Dial:
        luck = self._chance.random()
        if luck < 0.05:
            self._repeat(dial)
        elif luck < 0.07:
            self._diverge(dial)
        elif luck < 0.08:
            return self._take_over(dial)
        else:
            self._type(dial, press(self._chance, dial.screen))
        return dial

    def _dial(self, phone: str) -> Dial:
        dial = Dial(phone, secrets.token_hex(8))
        if self._chance.random() < 0.15:
            dial.text = "*".join(self._chance.choice(ELSEWHERE) for _ in range(self._chance.randint(1, 5)))
        dial.screen = self._hop(dial)
        if self._chance.random() < 0.3:
            self._speak(phone)
        return dial

    def _type(self, dial: Dial, said: str) -> None:
        before, dial.text = dial.screen, f"{dial.text}*{said}" if dial.text else said
        dial.screen = self._hop(dial)
        self.verdict.moved(before, dial.screen)

    def _repeat(self, dial: Dial) -> None:
        again = self._hop(dial)
        if again != dial.screen:
            self.verdict.faults[f"answered a repeated hop otherwise: {dial.screen!r}, {again!r}"] += 1

    def _diverge(self, dial: Dial) -> None:
        """The network sends less than before, or something else."""
        cut = self._chance.randrange(len(dial.text) + 1)
        dial.text = dial.text[:cut] + self._chance.choice(("", "7*7"))
        dial.screen = self._hop(dial)

    def _take_over(self, dial: Dial) -> Dial:
        """The same phone dials anew while its dial is open; what still comes on the old one must not disturb."""
        after = self._dial(dial.phone)
        self._type(dial, press(self._chance, dial.screen))
        return after

    def _leave(self, dial: Dial) -> None:
        """From the last screen a key must lead on, if none has been seen to; then the network says that it is over."""
        if dial.open and masked(dial.screen) not in self.verdict.left:
            self._escape(dial)
        if self._chance.random() < 0.6:
            status = "Success" if not dial.open else self._chance.choice(("Incomplete", "Failed"))
            self._post("ussd-end", {"sessionId": dial.session, "phoneNumber": dial.phone, "status": status})

    def _escape(self, dial: Dial) -> None:
        stuck = dial.screen
        for key in (*offered_by(stuck), "1", "Gogui", "0", "1234", "0203"):
            if dial.open and dial.screen == stuck:
                self._type(dial, key)
        if dial.screen == stuck:
            self.verdict.stuck.add(masked(stuck))

    def _hop(self, dial: Dial) -> str:
        self.hops += 1
        self._pass(self._chance.randint(0, 20))
        form = {"sessionId": dial.session, "serviceCode": "*384*1234#", "phoneNumber": dial.phone}
        status, body = self._post("ussd", {**form, "networkCode": "99999", "text": dial.text})
        self.verdict.look(status, body, dial.session)
        return body

    def _text(self, phone: str) -> None:
        form = {"id": secrets.token_hex(8), "from": phone, "to": "20384", "text": texted(self._chance)}
        status, _ = self._post("sms", form)
        if status != 200:
            self.verdict.faults[f"an SMS was answered {status}"] += 1

    def _post(self, hook: str, form: dict[str, str]) -> tuple[int, str]:
        answer = self._client.post(f"{self._hooks}/{hook}", data=form)
        return answer.status_code, answer.text

    def _phone(self) -> str:
        if self._chance.random() < 0.5:
            return self._chance.choice(self._members)
        if self._chance.random() < NEW_PHONES:
            return f"+22246{self._chance.randrange(10**6):06}"
        return self._chance.choice(self._villagers)

    def _speak(self, phone: str) -> None:
        """Whoever holds it speaks another language from the next screen on."""
        with transaction(self.parts.engine) as db:
            contact = contacts.lock(db, self.parts.keys, phone, self._clock)
            contacts.speak(db, contact.id, self._chance.choice(sorted(LANGUAGES)))

    def _pass(self, seconds: int) -> None:
        self._clock += timedelta(seconds=seconds)

    def _ask(self, name: str, *ids: int | str) -> bool:
        self.asked.append((name, ids))
        return True

    def _work(self) -> None:
        """Whoever must know is told, so that members find alerts; nothing is handed to a gateway."""
        while self.asked:
            name, ids = self.asked.pop(0)
            if name != "deliver":
                JOBS[name](self.parts, *ids)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.walker", description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000, help="in all, shared between the databases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("databases", nargs="*", default=list(KINDS), help=" or ".join(KINDS))
    asked = parser.parse_args()
    found = [fault for kind in asked.databases for fault in _walk(kind, asked)]
    sys.exit(1 if found else 0)


def _walk(kind: str, asked: argparse.Namespace) -> list[str]:
    with ground(kind, officers=0) as here:
        walker, begun = Walker(here.parts, asked.seed), time.monotonic()
        found = walker.walk(asked.sessions // len(asked.databases))
        seconds = time.monotonic() - begun
    verdict = walker.verdict
    print(
        f"{kind}: {asked.sessions // len(asked.databases)} sessions, {walker.hops} hops in {seconds:.0f} s, "
        f"{len(verdict.seen)} different screens, {len(verdict.filed)} reports filed; {len(found)} faults"
    )
    for fault in found:
        print(f"  {fault}")
    sys.stdout.flush()
    return found


if __name__ == "__main__":
    main()
