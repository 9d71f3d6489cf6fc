"""The phones in the browser: a feature phone that one can use, on the simulator, which never leaves this machine."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, g, request
from werkzeug.wrappers import Response as Answer

from flows import gsm7
from service import demo_data
from service.console import trial
from service.console.gate import Gate
from service.console.page import render, tongue
from service.handset import NoSimulator, Refused, ask, phones_at
from service.parts import Parts
from service.settings import Settings
from service.simulator.answers import COST
from service.simulator.loopback import NotLoopback, loopback

VILLAGER = "+22370000077"
SIDE_BY_SIDE = ("officer", "coordinator")  # and a villager before them
MOST_PHONES = 12
NUMBER = re.compile(r"\+\d{8,15}")
WORDS = (
    "hint", "dialling", "session_over", "hang_up", "send", "inbox", "write", "back", "empty", "parts", "part",
    "no_answer", "network_ended", "left", "try", "again", "trial_hint",
)  # fmt: skip


def is_on(settings: Settings) -> bool:
    """Whether there is a simulator on this machine, and it is the very gateway: whoever uses these phones can be
    anybody's, which real reports must never meet."""
    try:
        return bool(loopback(settings.simulator_url)) and settings.simulator_url == settings.africastalking_url
    except NotLoopback:
        return False


def blueprint(parts: Parts, gate: Gate) -> Blueprint:
    """In the demo for everybody on its machine; elsewhere, for training, for whoever has signed in."""
    page = Blueprint("phone", __name__, url_prefix="/phone")
    base = phones_at(parts.settings.simulator_url)
    page.before_request(gate.enter_without_account if parts.settings.demo else gate.enter)
    page.after_request(gate.leave)

    @page.get("")
    def show() -> Answer:
        return render(parts, "phone.html", **trial.on_page(parts, g.language), **_set_up(parts))

    @page.post("/dial")
    def dial() -> Mapping[str, Any]:
        """The first screen; what stands between the service code and the last # is passed on, as some networks do."""
        code = parts.settings.service_code
        dialled, after = request.form.get("text", ""), ""
        if dialled.startswith(f"{code.removesuffix('#')}*"):
            after, dialled = dialled.removeprefix(code.removesuffix("#")).strip("*#"), code
        return _screen(base, "dial", code=dialled, text=after)

    @page.post("/press")
    def press() -> Mapping[str, Any]:
        return _screen(base, "press", text=request.form.get("text", ""))

    @page.post("/hang-up")
    def hang_up() -> Mapping[str, Any]:
        ask(base, "POST", f"{_number()}/hang-up")
        return {"ended": True}

    @page.post("/sms")
    def sms() -> Mapping[str, Any]:
        return {"status": ask(base, "POST", f"{_number()}/sms", text=request.form.get("text", "")).json()["status"]}

    @page.get("/inbox")
    def inbox() -> Mapping[str, Any]:
        """Number → what that phone has received, oldest first."""
        numbers = [number for number in request.args.getlist("number")[:MOST_PHONES] if NUMBER.fullmatch(number)]
        return {number: [_priced(each) for each in ask(base, "GET", f"{number}/messages").json()] for number in numbers}

    trial.add_to(page, parts)

    @page.errorhandler(NoSimulator)
    @page.errorhandler(Refused)
    def refused(error: Exception) -> tuple[Mapping[str, Any], int]:
        return {"refused": str(error)}, 502

    return page


def _number() -> str:
    number = request.form.get("number", "")
    if not NUMBER.fullmatch(number):
        abort(400)
    return number


def _screen(base: str, act: str, **form: str) -> Mapping[str, Any]:
    answer = ask(base, "POST", f"{_number()}/{act}", **form)
    return {"text": answer.text.removesuffix("\n"), "ended": answer.headers.get("X-Session-Ended") == "yes"}


def _priced(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**message, "cost": f"USD {message['parts'] * COST:.4f}"}


def _set_up(parts: Parts) -> Mapping[str, Any]:
    """What the page's own script must know."""
    t, settings = tongue(parts), parts.settings
    people = _people(t("phone.villager"), demo_data.members())
    first = [next(each["phone"] for each in people if each["role"] == role) for role in SIDE_BY_SIDE]
    return {
        "people": people,
        "first": [VILLAGER, *first],
        "setup": {
            "code": settings.service_code,
            "seconds": settings.session_seconds,
            "septets": settings.ussd_septets,
            "ucs2": settings.ussd_ucs2,
            "basic": gsm7.BASIC,
            "extended": gsm7.EXTENDED,
            "people": people,
            "words": {key: t(f"phone.{key}") for key in WORDS},
        },
    }


def _people(villager: str, members: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    known = [{"phone": each["phone"], "name": each["name"], "role": each["role"]} for each in members]
    return [{"phone": VILLAGER, "name": villager, "role": "villager"}, *known]
