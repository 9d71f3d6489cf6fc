"""A simulated phone dials and texts: through whichever gateway its network has."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from service.simulator import kannel
from service.simulator.comviva import LatestDial
from service.simulator.line import Line
from service.simulator.phone import Dial, Screen


class Dialect(StrEnum):
    """By the name that stands in the hooks' address."""

    AFRICASTALKING = "africastalking"
    COMVIVA = "comviva"
    KANNEL = "kannel"


class Dialled(Protocol):
    """A dial, whatever goes over the wire for it. All but hang_up raise Refused."""

    ended: bool

    def start(self) -> Screen: ...

    def press(self, text: str) -> Screen: ...

    def hang_up(self) -> None: ...


def dial(dialect: Dialect, line: Line, phone: str, dialled: str, service_code: str) -> Dialled:
    """line: to Africa's Talking's hooks; dialled: the service code, perhaps with answers in it (`*384*1234*1*12#`)."""
    code = service_code.removesuffix("#")
    known = dialled.removesuffix("#") == code or dialled.startswith(f"{code}*")
    after = dialled.removeprefix(code).strip("*#") if known else ""
    if dialect is Dialect.COMVIVA:
        there = line.to(f"/hooks/{dialect}/")
        return LatestDial(there, phone, service_code if known else dialled, after)
    return Dial(line, phone, service_code if known else dialled, typed=after.split("*") if after else [])


def text(dialect: Dialect, line: Line, phone: str, said: str) -> int:
    """Bring an SMS; the status that it was answered with. line: to Africa's Talking's hooks."""
    if dialect is Dialect.KANNEL:
        return kannel.text(line.to(f"/hooks/{dialect}/"), phone, said)
    return line.sms(phone, said)


def settings(dialect: Dialect, simulator_url: str, service_url: str) -> Mapping[str, str]:
    """What the service must be told (named without the prefix), so that its SMS leave by that gateway."""
    if dialect is not Dialect.KANNEL:
        return {}
    return {
        "SMS_ROUTES": f"*={dialect}",
        "KANNEL_URL": simulator_url,
        "KANNEL_USERNAME": "karakoro",
        "KANNEL_PASSWORD": "simulated",
        "PUBLIC_URL": service_url,
    }
