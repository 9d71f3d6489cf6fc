"""A simulated phone that dials a service code and presses keys."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

from service.simulator.line import Line

MUST_START = "Response should start with a CON or an END"
METADATA = "at-ussd-hop-metadata"


class Refused(Exception):
    """The network ended the session: what the service answered is not a screen."""


@dataclass(frozen=True, slots=True)
class Screen:
    text: str
    ended: bool
    seconds: float


@dataclass(slots=True)
class Dial:
    """One USSD session: all that was typed goes along at every hop, joined by `*`.

    typed: what came with the service code, where the network passes it on.
    """

    line: Line
    phone: str
    code: str
    session: str = field(default_factory=lambda: f"ATUid_{secrets.token_hex(16)}")
    typed: list[str] = field(default_factory=list)
    ended: bool = False
    shown: str = ""
    _labels: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def start(self) -> Screen:
        return self.hop()

    def press(self, text: str) -> Screen:
        if self.ended:
            raise Refused("the session is over: dial again")
        self.typed.append(text)
        return self.hop()

    def hop(self, history: str | None = None) -> Screen:
        """The request for everything typed so far, or for any other history.

        Once more is what a network does that repeats itself; several at once are allowed. Raises Refused.
        """
        began = time.monotonic()
        try:
            answer = self.ask("*".join(self.typed) if history is None else history)
        except requests.RequestException as error:
            raise self._refuse(f"no answer within {self.line.hop_seconds:g} s ({type(error).__name__})") from None
        seconds = time.monotonic() - began
        self.shown = answer.content.decode("utf-8", "replace")
        if seconds > self.line.hop_seconds:
            raise self._refuse(f"no answer within {self.line.hop_seconds:g} s")
        if answer.status_code != 200 or not self.shown.startswith(("CON ", "END ")):
            raise self._refuse(f"{MUST_START} (HTTP {answer.status_code})")
        self._labels += filter(None, [answer.headers.get(METADATA)])
        if self.shown.startswith("END "):
            self._end("Success")
        return Screen(self.shown[4:], self.ended, seconds)

    def ask(self, history: str) -> requests.Response:
        """The bare request of a hop, whatever comes back."""
        form = {
            "sessionId": self.session,
            "serviceCode": self.code,
            "phoneNumber": self.phone,
            "networkCode": self.line.network,
            "text": history,
        }
        return self.line.post("ussd", form, {METADATA: self._labels[-1]} if self._labels else None)

    def hang_up(self, status: str = "Incomplete") -> None:
        """The user cancels, or says nothing for too long; the service is told at once."""
        self.ended = True
        self.line.post("ussd-end", self._event(status, ""))

    def _refuse(self, why: str) -> Refused:
        self._end("Failed", why)
        return Refused(why)

    def _end(self, status: str, error: str = "") -> None:
        if not self.ended:
            self.ended = True
            for seconds in self.line.end_events_after:
                timer = threading.Timer(seconds, self._tell, (self._event(status, error),))
                timer.daemon = True
                timer.start()

    def _tell(self, event: dict[str, str]) -> None:
        try:
            self.line.post("ussd-end", event)
        except requests.RequestException:
            return  # a hint only: it is not told again

    def _event(self, status: str, error: str) -> dict[str, str]:
        return {
            "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
            "sessionId": self.session,
            "serviceCode": self.code,
            "networkCode": self.line.network,
            "phoneNumber": self.phone,
            "status": status,
            "cost": "USD 0.0000",
            "durationInMillis": str(round((time.monotonic() - self._began) * 1000)),
            "hopsCount": str(len(self.typed) + 1),
            "hopsMetadata": "|".join(self._labels),
            "input": "*".join(self.typed),
            "lastAppResponse": self.shown,
            **({"errorMessage": error} if error else {}),
        }
