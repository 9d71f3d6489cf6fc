"""The simulator's web side: what Africa's Talking offers to applications, and the knobs of the simulator."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from flask import Flask, Request, Response, abort, request

from service.gateways.contract import Unreadable
from service.simulator.answers import hand_over
from service.simulator.network import Network, Outcome
from service.simulator.phone import Dial, Line, Refused
from service.simulator.receipts import Receipts

UNAUTHORISED = "The supplied authentication is invalid"


class Dropped(Exception):
    """The line was closed on purpose."""


def create_simulator(network: Network, line: Line | None, receipts: Receipts) -> Flask:
    """line: the way to the service's hooks; without one only sending can be simulated."""
    app = Flask(__name__)
    dials: dict[str, Dial] = {}
    app.after_request(_label)

    @app.post("/version1/messaging")
    def send() -> Response:
        if not _known(network, request.form.get("username", "")):
            return _unauthorised()
        network.note({"path": request.path, "form": request.form.to_dict()})
        outcome = network.outcome()
        time.sleep(outcome.hang_seconds)
        if outcome.http != 201:
            headers = {"Retry-After": outcome.retry_after, "Location": outcome.location}
            return Response(outcome.body, outcome.http, {k: v for k, v in headers.items() if v}, "text/plain")
        answer, planned = hand_over(network, request.form, outcome)
        receipts.plan(planned)
        if outcome.drop:
            _close_line(request)
        return _answered(outcome, outcome.body or json.dumps(answer))

    @app.get("/version1/messaging")
    def fetch() -> Response:
        if not _known(network, request.args.get("username", "")):
            return _unauthorised()
        return _json({"SMSMessageData": {"Messages": []}})

    @app.get("/version1/user")
    def user() -> Response:
        if not _known(network, request.args.get("username", "")):
            return _unauthorised()
        return _json({"UserData": {"balance": "USD 100.0000"}})

    @app.get("/simulator/phones")
    def phones() -> Response:
        return _json({number: len(network.inbox(number)) for number in network.numbers()})

    @app.get("/simulator/phones/<number>/messages")
    def messages(number: str) -> Response:
        return _json([asdict(message) for message in network.inbox(number)])

    @app.post("/simulator/phones/<number>/sms")
    def sms(number: str) -> Response:
        status = _line(line).sms(number, request.form.get("text", ""), provider_id=request.form.get("id", ""))
        return _json({"status": status})

    @app.post("/simulator/phones/<number>/dial")
    def dial(number: str) -> Response:
        dials[number] = Dial(_line(line), number, request.form.get("code", ""))
        return _screen(dials[number].start)

    @app.post("/simulator/phones/<number>/press")
    def press(number: str) -> Response:
        if number not in dials:
            abort(409, "dial first")
        return _screen(lambda: dials[number].press(request.form.get("text", "")))

    @app.post("/simulator/script")
    def script() -> Response:
        given: dict[str, Any] = dict(request.get_json())
        times = int(given.pop("times", 1))
        try:
            network.script(Outcome.read(given), times)
        except TypeError as error:
            abort(400, str(error))
        return _json({"scripted": times})

    @app.delete("/simulator/phones")
    def forget() -> Response:
        network.forget()
        return _json({"forgotten": True})

    return app


def _known(network: Network, username: str) -> bool:
    right_key = not network.api_key or request.headers.get("apiKey") == network.api_key
    return bool(request.headers.get("apiKey")) and right_key and username == (network.username or username)


def _unauthorised() -> Response:
    return Response(UNAUTHORISED, 401, {"WWW-Authenticate": 'Basic realm="api"'}, "text/plain")


def _json(value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), 200, content_type="application/json")


def _answered(outcome: Outcome, body: str) -> Response:
    pieces = _dripping(body, outcome.drip_seconds) if outcome.drip_seconds else body
    return Response(pieces, 201, content_type=outcome.content_type)


def _dripping(body: str, seconds: float) -> Iterator[str]:
    for char in body:
        time.sleep(seconds / len(body))
        yield char


def _close_line(what: Request) -> None:
    """Take the request and say nothing: the caller cannot know what became of it."""
    line: socket.socket = what.environ["werkzeug.socket"]
    line.shutdown(socket.SHUT_RDWR)
    raise Dropped


def _line(line: Line | None) -> Line:
    if line is None:
        abort(409, "the simulator was started without the service's hooks")
    return line


def _screen(act: Callable[[], Any]) -> Response:
    """The screen as text, with a header that tells whether the dial is over."""
    try:
        screen = act()
    except (Refused, Unreadable) as error:
        return Response(f"{error}\n", 502, content_type="text/plain; charset=utf-8")
    ended = "yes" if screen.ended else "no"
    return Response(f"{screen.text}\n", 200, {"X-Session-Ended": ended}, content_type="text/plain; charset=utf-8")


def _label(response: Response) -> Response:
    response.headers["X-Simulated"] = "SIMULATED: no message leaves this machine"
    return response
