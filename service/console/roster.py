"""The roster: who is on it, one member added or changed, a whole CSV, a phone that was lost or came back."""

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response as Answer

from flows.language import LANGUAGES
from handlers.rerouting import reroute
from models import audit, staff
from models import roster as rosters
from models.errand import ErrandKind
from models.member import Role
from models.roster_row import COLUMNS
from models.staff import Staff
from service.console.page import Page, render
from service.console.upload import NOTHING_REFUSED, Refusal, take_file, typed_row
from service.console.visitor import visitor
from service.database import reading, transaction
from service.exchange import follow_up
from service.parts import Parts
from service.stocking import rolls

NEEDED = ("name", "phone", "role")


@dataclass(frozen=True, slots=True)
class Line:
    """A member as the page shows it; areas: their names; post: its name."""

    member: Staff
    areas: str
    post: str


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("roster", __name__, url_prefix="/roster")

    @page.get("/")
    def show() -> Answer:
        return _list(parts)

    @page.post("/import")
    def take() -> Answer:
        return take_file(parts, ErrandKind.ROSTER, NEEDED, COLUMNS, partial(_list, parts))

    @page.post("/save")
    def save() -> Answer:
        """One member, known by the phone, as a CSV of one row would have it."""
        row = typed_row(COLUMNS)
        with transaction(parts.engine) as db:
            desk = parts.desk(db)
            account = rosters.import_roster(db, rolls(desk), [row])
            effects = reroute(desk, account.moved)
            if not account.problems:
                audit.record(db, visitor().member_id, "roster_saved", 0, "one member", desk.now)
        follow_up(parts, effects)
        if account.problems:
            return _list(parts, Refusal(problem=account.problems[0], row=row))
        return redirect(url_for("console.roster.show"), 303)

    @page.post("/<int:contact_id>/suspend")
    def suspend(contact_id: int) -> Answer:
        """A phone that is lost or seized acts for nobody any more, at once."""
        return _mark(parts, contact_id, lost=True)

    @page.post("/<int:contact_id>/reinstate")
    def reinstate(contact_id: int) -> Answer:
        return _mark(parts, contact_id, lost=False)

    return page


def _mark(parts: Parts, contact_id: int, *, lost: bool) -> Answer:
    with transaction(parts.engine) as db:
        desk = parts.desk(db)
        member_id = rosters.mark_lost(db, contact_id, desk.now if lost else None)
        if member_id is None:
            abort(404)
        effects = reroute(desk, {member_id})
        act = "phone_suspended" if lost else "phone_reinstated"
        audit.record(db, visitor().member_id, act, member_id, "on the roster page", desk.now)
    follow_up(parts, effects)
    return redirect(url_for("console.roster.show"), 303)


def _list(parts: Parts, refused: Refusal = NOTHING_REFUSED) -> Answer:
    with reading(parts.engine) as db:
        atlas = parts.desk(db).atlas
        found = staff.everybody(db, parts.keys, parts.now())
    language = visitor().language
    lines = []
    for member in found:
        post = atlas.gazetteer.by_id(member.post_place_id)
        areas = ", ".join(atlas.name(pcode, language) or pcode for pcode in member.areas)
        lines.append(Line(member, areas, atlas.name(post.key, language) if post else ""))
    return render(
        parts,
        "roster.html",
        refused.status,
        lines=lines,
        roles=list(Role),
        tongues=[(tag, LANGUAGES[tag].name) for tag in LANGUAGES],
        refused=refused,
    )


PAGE = Page("roster", frozenset({Role.ADMIN}), blueprint)
