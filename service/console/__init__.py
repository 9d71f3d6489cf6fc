"""The coordinators' console at /console, and the phones in the browser at /phone: pages made on the server."""

from flask import Blueprint, Flask, redirect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from service.console import (
    account,
    audit,
    board,
    charts,
    enrol,
    errands,
    forms,
    incidents,
    map,
    messages,
    phone,
    places,
    reports,
    roster,
    routes,
    sign_in,
)
from service.console.assets import KEPT_SECONDS
from service.console.faults import Faults
from service.console.gate import Gate
from service.console.page import Page, render, start_of
from service.console.visitor import visitor
from service.parts import Parts
from service.waiting import Busy

PAGES: tuple[Page, ...] = (
    board.PAGE,
    incidents.PAGE,
    reports.PAGE,
    map.PAGE,
    charts.PAGE,
    roster.PAGE,
    places.PAGE,
    forms.PAGE,
    routes.PAGE,
    messages.PAGE,
    errands.PAGE,
    audit.PAGE,
    account.PAGE,
)


class _Console(Blueprint):
    def get_send_file_max_age(self, filename: str | None) -> int:
        return KEPT_SECONDS


def register(app: Flask, parts: Parts) -> None:
    """All pages; the phones only where a simulator is on, and so no message reaches anybody."""
    gate = Gate(parts)
    app.extensions["karakoro.console"] = PAGES
    app.extensions["karakoro.faults"] = Faults(parts.words)
    app.register_blueprint(_console(parts, gate))
    if phone.is_on(parts.settings):
        app.register_blueprint(phone.blueprint(parts, gate))


def _console(parts: Parts, gate: Gate) -> Blueprint:
    console = _Console("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    console.before_request(gate.enter)
    console.after_request(gate.leave)
    for each in (sign_in.blueprint(parts, gate), enrol.blueprint(parts), *(page.blueprint(parts) for page in PAGES)):
        console.register_blueprint(each)

    @console.get("/")
    def start() -> Answer:
        return redirect(start_of(visitor().role), 303)

    @console.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Answer:
        known = error.code if error.code in (403, 404, 413, 500) else 400
        return render(parts, "refused.html", error.code or 400, key=f"refused.{known}")

    @console.errorhandler(Busy)
    def busy(_: Busy) -> Answer:
        return render(parts, "refused.html", 503, key="refused.busy")

    return console
