"""What Africa's Talking offers to applications: sending, fetching, the balance, and its ways to fail."""

import json
import socket
import time
from collections.abc import Iterator

from flask import Blueprint, Response, request

from service.simulator.answers import hand_over
from service.simulator.network import SUCCESS, Network
from service.simulator.receipts import Receipts
from service.simulator.script import Outcome

UNAUTHORISED = "The supplied authentication is invalid"
PLAIN = "text/plain; charset=UTF-8"


class Dropped(Exception):
    """The line was closed on purpose."""


def api(network: Network, receipts: Receipts) -> Blueprint:
    offered = Blueprint("api", __name__, url_prefix="/version1")

    @offered.before_request
    def authenticate() -> Response | None:
        given = request.form if request.method == "POST" else request.args
        if network.knows(given.get("username", ""), request.headers.get("apiKey", "")):
            return None
        return Response(UNAUTHORISED, 401, {"WWW-Authenticate": 'Basic realm="api"'}, content_type=PLAIN)

    @offered.post("/messaging")
    def send() -> Response:
        network.note(request.path, request.form)
        outcome = network.outcome() or SUCCESS
        time.sleep(outcome.hang_seconds)
        if outcome.http != 201:
            return _failed(outcome)
        answer, due = hand_over(network, request.form, outcome)
        receipts.plan(due)
        if outcome.drop:
            _close_line(request.environ["werkzeug.socket"])
        return _answered(outcome, outcome.body or json.dumps(answer))

    @offered.get("/messaging")
    def fetch() -> Response:
        return _json({"SMSMessageData": {"Messages": []}})

    @offered.get("/user")
    def user() -> Response:
        return _json({"UserData": {"balance": "USD 100.0000"}})

    @offered.errorhandler(Dropped)
    def dropped(_: Dropped) -> str:
        return ""  # nobody is there any more to read it

    return offered


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")


def _failed(outcome: Outcome) -> Response:
    headers = {"Retry-After": outcome.retry_after, "Location": outcome.location}
    said = {name: value for name, value in headers.items() if value}
    return Response(outcome.body, outcome.http, said, content_type=PLAIN)


def _answered(outcome: Outcome, body: str) -> Response:
    pieces = _dripping(body, outcome.drip_seconds) if outcome.drip_seconds else body
    return Response(pieces, 201, content_type=outcome.content_type)


def _dripping(body: str, seconds: float) -> Iterator[str]:
    for char in body:
        time.sleep(seconds / len(body))
        yield char


def _close_line(line: socket.socket) -> None:
    """The caller cannot know what became of its request."""
    line.shutdown(socket.SHUT_RDWR)
    raise Dropped
