"""A simulated phone: it dials and presses keys, and texts, through the network to the service's hooks."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

from service.simulator.loopback import loopback

HOP_SECONDS = 10  # the network gives the service this long
MUST_START = "Response should start with a CON or an END"
RETRIES = 12 * 60  # every minute for twelve hours


class Refused(Exception):
    """The network ended the session: what the service answered is not a screen."""


@dataclass(frozen=True, slots=True)
class Screen:
    text: str
    ended: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Line:
    """The way to the hooks of a service on this machine. retry_seconds: between two tries of an SMS; tries: how
    many at the most."""

    hooks: str
    retry_seconds: float = 60.0
    tries: int = RETRIES
    network: str = "99999"

    def post(self, name: str, form: dict[str, str], raw: bytes | None = None) -> requests.Response:
        """raw: the body as it goes over the wire, for what a well-behaved client would never send."""
        url = loopback(f"{self.hooks.rstrip('/')}/{name}")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return requests.post(url, data=raw or form, headers=headers, timeout=HOP_SECONDS, allow_redirects=False)

    def sms(self, sender: str, text: str, *, to: str = "21512", provider_id: str = "") -> int:
        """Bring an SMS to the service, again and again with the same id until it answers 200."""
        body = {
            "id": provider_id or secrets.token_hex(16),
            "from": sender,
            "to": to,
            "text": text,
            "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "linkId": secrets.token_hex(8),
            "networkCode": self.network,
        }
        status = 0
        for attempt in range(self.tries):
            if attempt:
                time.sleep(self.retry_seconds)
            try:
                status = self.post("sms", body).status_code
            except requests.RequestException:
                status = 0
            if status == 200:
                break
        return status


@dataclass(slots=True)
class Dial:
    """One USSD session: all that was typed goes along at every hop, joined by `*`."""

    line: Line
    phone: str
    code: str
    session: str = field(default_factory=lambda: f"ATUid_{secrets.token_hex(16)}")
    typed: list[str] = field(default_factory=list)
    ended: bool = False

    def start(self) -> Screen:
        return self.hop()

    def press(self, text: str) -> Screen:
        if self.ended:
            raise Refused("the session is over: dial again")
        self.typed.append(text)
        return self.hop()

    def hop(self) -> Screen:
        """The request for everything typed so far; once more is what a network does that repeats itself."""
        form = {
            "sessionId": self.session,
            "serviceCode": self.code,
            "phoneNumber": self.phone,
            "networkCode": self.line.network,
            "text": "*".join(self.typed),
        }
        began = time.monotonic()
        try:
            answer = self.line.post("ussd", form)
        except requests.RequestException as error:
            self.ended = True
            raise Refused(f"no answer within {HOP_SECONDS} s ({type(error).__name__})") from None
        body = answer.content.decode("utf-8", "replace")
        if answer.status_code != 200 or body[:4] not in ("CON ", "END "):
            self.ended = True
            raise Refused(f"{MUST_START} (HTTP {answer.status_code})")
        self.ended = body.startswith("END ")
        return Screen(body[4:], self.ended, time.monotonic() - began)

    def hang_up(self, status: str = "Incomplete") -> None:
        """The end-of-session event, which a network sends late, twice, or never."""
        self.ended = True
        form = {
            "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
            "sessionId": self.session,
            "serviceCode": self.code,
            "networkCode": self.line.network,
            "phoneNumber": self.phone,
            "status": status,
            "hopsCount": str(len(self.typed) + 1),
            "input": "*".join(self.typed),
        }
        self.line.post("ussd-end", form)
