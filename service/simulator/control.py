"""The knobs of the simulator for people with curl: phones that dial and text, and a script for the next sends."""

import json
from collections.abc import Callable
from dataclasses import asdict

import requests
from flask import Blueprint, Response, abort, request

from service.simulator.line import Line
from service.simulator.machine import Machine
from service.simulator.network import Network
from service.simulator.phone import Dial, Refused, Screen
from service.simulator.script import Outcome, Unscriptable

PLAIN = "text/plain; charset=utf-8"
CODE = "*384*1234#"


def control(network: Network, line: Line | None) -> Blueprint:
    """line: the way to the service; without one, phones can only receive."""
    knobs = Blueprint("control", __name__, url_prefix="/simulator")
    dials: dict[str, Dial] = {}

    def shown(number: str, act: Callable[[], Screen]) -> Response:
        screen = act()
        network.tell({"phone": number, "shown": screen.text})
        return _screen(screen)

    @knobs.get("/phones")
    def phones() -> Response:
        return _json({number: len(network.inbox(number)) for number in network.numbers()})

    @knobs.get("/phones/<number>/messages")
    def messages(number: str) -> Response:
        return _json([asdict(message) for message in network.inbox(number)])

    @knobs.post("/phones/<number>/sms")
    def sms(number: str) -> Response:
        form = request.form
        to, provider_id = form.get("to", "21512"), form.get("id", "")
        status = _needed(line).sms(number, form.get("text", ""), to=to, provider_id=provider_id, wait=False)
        network.tell({"from": number, "id": provider_id, "texted": form.get("text", ""), "status": status})
        return _json({"status": status})

    @knobs.post("/phones/<number>/machine")
    def machine(number: str) -> Response:
        network.machines.pop(number, None)
        if text := request.form.get("text", ""):
            network.machines[number] = Machine(_needed(line), number, text)
        return _json({"answers": number in network.machines})

    @knobs.post("/phones/<number>/optout")
    def optout(number: str) -> Response:
        answer = _needed(line).post("optout", {"senderId": request.form.get("sender", ""), "phoneNumber": number})
        return _json({"status": answer.status_code})

    @knobs.post("/phones/<number>/dial")
    def dial(number: str) -> Response:
        typed = [token for token in request.form.get("text", "").split("*") if token]
        dials[number] = Dial(_needed(line), number, request.form.get("code") or CODE, typed=typed)
        return shown(number, dials[number].start)

    @knobs.post("/phones/<number>/press")
    def press(number: str) -> Response:
        return shown(number, lambda: _open(dials, number).press(request.form.get("text", "")))

    @knobs.post("/phones/<number>/repeat")
    def repeat(number: str) -> Response:
        return shown(number, _open(dials, number).hop)

    @knobs.post("/phones/<number>/hang-up")
    def hang_up(number: str) -> Response:
        _open(dials, number).hang_up(request.form.get("status", "Incomplete"))
        return _json({"ended": True})

    @knobs.post("/script")
    def script() -> Response:
        given = request.get_json(force=True)
        times = given.pop("times", 1) if isinstance(given, dict) else 1
        if type(times) is not int or times < 1:
            raise Unscriptable("times is to be a whole number from 1 on")
        network.script(Outcome.read(given), times)
        return _json({"scripted": times})

    @knobs.delete("/log")
    def forget() -> Response:
        network.forget()
        return _json({"forgotten": True})

    @knobs.errorhandler(Unscriptable)
    def unscriptable(error: Unscriptable) -> Response:
        return Response(f"{error}\n", 400, content_type=PLAIN)

    @knobs.errorhandler(Refused)
    @knobs.errorhandler(requests.RequestException)
    def refused(error: Exception) -> Response:
        said = error if isinstance(error, Refused) else f"the service does not answer ({type(error).__name__})"
        return Response(f"{said}\n", 502, content_type=PLAIN)

    return knobs


def _json(value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False) + "\n", content_type="application/json")


def _needed(line: Line | None) -> Line:
    if line is None:
        abort(409, "the simulator was started without the service's hooks")
    return line


def _open(dials: dict[str, Dial], number: str) -> Dial:
    if number not in dials:
        abort(409, "dial first")
    return dials[number]


def _screen(screen: Screen) -> Response:
    """The screen as text, with a header that tells whether the dial is over."""
    ended = "yes" if screen.ended else "no"
    return Response(f"{screen.text}\n", headers={"X-Session-Ended": ended}, content_type=PLAIN)
