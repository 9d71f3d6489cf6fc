"""The USSD gateway that Comviva builds for operators: what it calls us with, and what it wants to hear.

A hop is a GET with `SessionID, MSISDN, MSC, input` and perhaps `userid, password`. The first input is what was
dialled, without the outer `*` and `#`; a later one is only what was just typed. The answer is the bare text, under a
header `Freeflow` that says whether the dial goes on. Its end is told by a GET with `clean, error, msisdn, SessionID`.
Nothing in a request tells a repeated one from the same key pressed twice.
"""

import re
from collections.abc import Mapping

from service.gateways.contract import UssdEnd, UssdRequest
from service.gateways.fields import required, session_key, text

NAME = "comviva"
FREEFLOW, GOES_ON, ENDS = "Freeflow", "FC", "FB"
INTERNATIONAL = re.compile(r"[1-9][0-9]{9,14}")  # a shorter one is national


def read_ussd(query: Mapping[str, str], service_code: str) -> UssdRequest:
    """service_code: ours, by which a first hop is known; operators drop its inner `*` too, or leave them."""
    said = text(query, "input")
    after = _after(service_code, said)
    return UssdRequest(
        session_key=session_key(query, "SessionID"),
        phone=_phone(required(query, "MSISDN")),
        service_code=service_code,
        network=text(query, "MSC"),
        history=None,
        latest=said if after is None else after,
        new=after is not None,
    )


def read_end(query: Mapping[str, str]) -> UssdEnd:
    return UssdEnd(
        session_key=session_key(query, "SessionID"),
        phone=_phone(text(query, "msisdn")),
        completed=not text(query, "error").strip("0 "),
    )


def headers(end: bool) -> dict[str, str]:
    """What goes above a screen; a GET may be kept by whatever lies between us, unless we say that it may not."""
    return {FREEFLOW: ENDS if end else GOES_ON, "Cache-Control": "no-store"}


def _after(service_code: str, said: str) -> str | None:
    """What was dialled after the service code; None where this is an answer and no dial."""
    code, dialled = service_code.strip("*#"), said.strip().strip("*#")
    if dialled in (code, code.replace("*", "")):
        return ""
    return dialled.removeprefix(f"{code}*") if dialled.startswith(f"{code}*") else None


def _phone(number: str) -> str:
    """It comes without its plus."""
    bare = number.strip()
    return f"+{bare}" if INTERNATIONAL.fullmatch(bare) else bare
