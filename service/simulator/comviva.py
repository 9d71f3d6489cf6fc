"""A simulated phone behind an operator's own gateway, which sends the latest input only."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests

from service.simulator.line import Line
from service.simulator.phone import Refused, Screen


@dataclass(slots=True)
class LatestDial:
    """One USSD session. line: to `…/hooks/comviva/TOKEN/`; dialled: what came after the service code."""

    line: Line
    phone: str
    code: str
    dialled: str = ""
    session: str = field(default_factory=lambda: str(secrets.randbelow(10**16)))
    ended: bool = False

    def start(self) -> Screen:
        return self.hop("*".join(filter(None, [self.code.strip("*#"), self.dialled])))

    def press(self, text: str) -> Screen:
        if self.ended:
            raise Refused("the session is over: dial again")
        return self.hop(text)

    def hop(self, said: str) -> Screen:
        """A request with that input; once more is what a network does that repeats itself. Raises Refused."""
        try:
            answer = self.line.get("ussd", {**self._query(), "input": said})
        except requests.RequestException as error:
            raise self._refuse(f"no answer ({type(error).__name__})") from None
        goes_on = {"FC": True, "FB": False}.get(answer.headers.get("Freeflow", ""))
        if answer.status_code != 200 or goes_on is None:
            raise self._refuse(f"no Freeflow of FC or FB (HTTP {answer.status_code})")
        self.ended = not goes_on
        return Screen(answer.content.decode(), self.ended, answer.elapsed.total_seconds())

    def hang_up(self, error: str = "522") -> None:
        """The user cancels, or says nothing for too long; the service is told at once."""
        self.ended = True
        query = {"clean": "clean-session", "error": error, "msisdn": self.phone.lstrip("+"), "SessionID": self.session}
        self.line.get("clean", query)

    def _query(self) -> Mapping[str, str]:
        return {"SessionID": self.session, "MSISDN": self.phone.lstrip("+"), "MSC": "msc-1"}

    def _refuse(self, why: str) -> Refused:
        self.ended = True
        return Refused(why)
