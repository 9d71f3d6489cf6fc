"""The way in and the way out."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from models import sitting as sittings
from service.callers import Callers
from service.console.credentials import Given, NotSignedIn, sign_in
from service.console.demo_account import offered
from service.console.gate import Gate
from service.console.page import render
from service.console.visitor import present
from service.database import transaction
from service.parts import Parts


def blueprint(parts: Parts, gate: Gate) -> Blueprint:
    page = Blueprint("sign_in", __name__)
    callers = Callers(parts.settings.hook_addresses, parts.settings.trusted_proxies)

    @page.get("/sign-in")
    def ask() -> Answer:
        if present():
            return redirect(url_for("console.start"), 303)
        return _form(parts)

    @page.post("/sign-in")
    def enter() -> Answer:
        form = request.form
        address = callers.nearest(request.remote_addr, request.headers.get("X-Forwarded-For", ""))
        given = Given(form.get("phone", ""), form.get("password", ""), form.get("code", ""), address)
        try:
            token = sign_in(parts, given)
        except NotSignedIn as error:
            return _form(parts, 403, key="sign_in.locked" if error.locked else "sign_in.wrong", phone=given.phone)
        return gate.seat(redirect(_wanted(form.get("next", "")), 303), token)

    @page.post("/sign-out")
    def leave() -> Answer:
        seated = present()
        if seated:
            with transaction(parts.engine) as db:
                sittings.end(db, seated.token, parts.now())
        return gate.unseat(redirect(url_for("console.sign_in.ask"), 303))

    return page


def _form(parts: Parts, status: int = 200, **values: str) -> Answer:
    return render(
        parts, "sign_in.html", status, offered=offered(parts), wanted=request.values.get("next", ""), **values
    )


def _wanted(address: str) -> str:
    """Where they were going, if that is a page of the console; whatever else stands there is somebody's trap."""
    split = urlsplit(address)
    ours = not split.scheme and not split.netloc and address.startswith("/console/") and "\\" not in address
    return address if ours else url_for("console.start")
