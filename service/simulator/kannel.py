"""A simulated Kannel: phones behind an operator's line, whose SMS come and go by GET."""

import secrets
import threading
import time

import requests
from flask import Blueprint, Response, request

from flows.gsm7 import parts
from service.simulator.line import Line
from service.simulator.loopback import loopback
from service.simulator.network import SUCCESS, Network
from service.simulator.script import Outcome, ReceiptPlan

ACCEPTED, TEMPORARY = "0: Accepted for delivery", "Temporal failure, try again later."
REFUSED = {400: "Missing receiver number, rejected", 403: "Authorization failed for sendsms", 503: TEMPORARY}
STATUSES = {"Success": "1", "Failed": "2", "Expired": "34", "Buffered": "4", "Submitted": "8", "Rejected": "16"}
A_MOMENT = 0.05
SECONDS = 10.0


def smsbox(network: Network) -> Blueprint:
    """What it offers to applications: sendsms. A script works here too, as far as Kannel knows the like."""
    offered = Blueprint("smsbox", __name__)

    @offered.get("/cgi-bin/sendsms")
    def send() -> Response:
        query = request.args
        if not network.knows(query.get("username", ""), query.get("password", "")):
            return _said(403)
        to = query.get("to", "")
        if not to:
            return _said(400)
        network.note(request.path, query)
        outcome = network.outcome(to) or network.outcome() or SUCCESS
        time.sleep(outcome.hang_seconds)
        if outcome.http != SUCCESS.http:
            return _said(outcome.http)
        size = len(parts(query.get("text", "")))
        network.accept(to, query.get("from", ""), query.get("text", ""), size, arrives=outcome.arrives)
        if query.get("dlr-url"):
            _plan(network, outcome, query["dlr-url"])
        return Response(ACCEPTED, 202, content_type="text/html")

    return offered


def _said(status: int) -> Response:
    return Response(REFUSED.get(status, ""), status, content_type="text/html")


def _plan(network: Network, outcome: Outcome, url: str) -> None:
    loopback(url)
    for plan in outcome.receipts:
        network.expect_receipt()
        timer = threading.Timer(A_MOMENT, _bring, (network, plan, url))
        timer.daemon = True
        timer.start()


def _bring(network: Network, plan: ReceiptPlan, url: str) -> None:
    try:
        _get(url.replace("%d", STATUSES.get(plan.status, plan.status)))
    finally:
        network.receipt_done()


def text(line: Line, sender: str, said: str, to: str = "36000") -> int:
    """Bring an SMS to the service until it answers 200; the last status, 0 = none. line: to `…/hooks/kannel/TOKEN/`."""
    query = {"id": secrets.token_hex(16), "from": sender, "to": to, "text": said}
    status = 0
    for _ in range(line.tries):
        try:
            status = line.get("sms", query).status_code
        except requests.RequestException:
            status = 0
        if status == requests.codes.ok:
            break
        time.sleep(line.retry_seconds)
    return status


def _get(url: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        try:
            session.get(url, timeout=SECONDS, allow_redirects=False)
        except requests.RequestException:
            return  # it does not come again
