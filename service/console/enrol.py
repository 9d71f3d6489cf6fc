"""An invitation is opened: the member chooses a password, and ties the second factor to a device of theirs."""

import pyotp
import segno
from flask import Blueprint, abort, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from models import account as accounts
from models import audit
from models import invitation as invitations
from models import member as members
from models import pin as pins
from models import sitting as sittings
from models.account import Secrets
from models.invitation import Invited
from service.console.page import render
from service.database import reading, transaction
from service.parts import Parts

SHORTEST = 12
FEWEST_LETTERS = 5


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("enrol", __name__)

    @page.get("/enrol/<token>")
    def show(token: str) -> Answer:
        return _form(parts, token)

    @page.post("/enrol/<token>")
    def enrol(token: str) -> Answer:
        invited, password = _invited(parts, token), request.form.get("password", "")
        wrong = _wrong(parts, invited, password)
        if wrong:
            return _form(parts, token, 400, key=wrong)
        made = Secrets(pins.hash_of(password), invited.totp)
        with transaction(parts.engine) as db:
            now = parts.now()
            if not invitations.use(db, token, now):
                abort(404)
            accounts.write(db, parts.keys, invited.member_id, made, now)
            sittings.end_all(db, invited.member_id, now)
            audit.record(db, invited.member_id, "enrolled", invited.member_id, "in the console", now)
        return redirect(url_for("console.sign_in.ask"), 303)

    return page


def _invited(parts: Parts, token: str) -> Invited:
    with reading(parts.engine) as db:
        found = invitations.find(db, parts.keys, token, parts.now())
    if found is None:
        abort(404)
    return found


def _wrong(parts: Parts, invited: Invited, password: str) -> str:
    """The key of what is wrong with what was typed, "" where nothing is."""
    if len(password) < SHORTEST or len(set(password)) < FEWEST_LETTERS:
        return "enrol.weak"
    if password != request.form.get("again", ""):
        return "enrol.different"
    code = request.form.get("code", "").replace(" ", "")
    if not pyotp.TOTP(invited.totp).verify(code, for_time=parts.now(), valid_window=1):
        return "enrol.wrong_code"
    return ""


def _form(parts: Parts, token: str, status: int = 200, key: str = "") -> Answer:
    invited = _invited(parts, token)
    with reading(parts.engine) as db:
        name = members.name(db, parts.keys, invited.member_id)
    picture = _picture(pyotp.TOTP(invited.totp).provisioning_uri(name=name, issuer_name=parts.settings.organisation))
    secret = " ".join(invited.totp[at : at + 4] for at in range(0, len(invited.totp), 4))
    return render(parts, "enrol.html", status, name=name, picture=picture, secret=secret, key=key, least=SHORTEST)


def _picture(address: str) -> Markup:
    """A QR code as SVG: drawn by a library, without a word that anybody has typed."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=4, light="#fff", title="QR")
    return Markup(drawn)  # nosec B704
