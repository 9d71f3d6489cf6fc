"""The audit: who looked at what, and why; and whether its seals hold."""

from datetime import timedelta

from flask import Blueprint
from werkzeug.wrappers import Response as Answer

from models import audit as kept
from models import member as members
from models.member import Role
from service.console.page import Page, render
from service.console.span import SPANS, span
from service.database import reading
from service.parts import Parts

MOST = 300


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("audit", __name__, url_prefix="/audit")

    @page.get("/")
    def show() -> Answer:
        days = span()
        with reading(parts.engine) as db:
            entries = kept.entries(db, parts.now() - timedelta(days=days), MOST)
            actors = {entry.actor_id for entry in entries} - {kept.SERVICE}
            names = members.names(db, parts.keys, actors)
        return render(parts, "audit.html", entries=entries, names=names, most=MOST, days=days, spans=SPANS, check=None)

    @page.post("/verify")
    def verify() -> Answer:
        with reading(parts.engine) as db:
            found = kept.verify(db, parts.keys)
        return render(parts, "audit.html", entries=[], names={}, most=MOST, days=span(), spans=SPANS, check=found)

    return page


PAGE = Page("audit", frozenset({Role.ADMIN, Role.PRIVACY}), blueprint)
