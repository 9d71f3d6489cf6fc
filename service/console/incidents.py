"""Incidents: the list with its filters, the search by reference, and one incident whole with what can be done to it."""

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from flows.folding import digits
from handlers import casefile, caselist, casework
from handlers.casefile import Standing
from handlers.casework import NotYours, Unknown
from handlers.desk import Desk
from handlers.lifecycle import Act, Outcome, Refused
from handlers.reading_room import Reader
from handlers.replying import NotAllowed, TooLong
from handlers.turn import Effect
from models.caselist import Wanted
from models.incident import ENDED, IncidentState
from models.keys import Purpose
from service.console.board import EVERY_SECONDS, unless_known
from service.console.filters import GROUPS, areas, group, moment, older
from service.console.page import READERS, Page, render
from service.console.visitor import visitor
from service.database import reading, transaction
from service.exchange import follow_up
from service.parts import Parts

STANDING = tuple(state for state in IncidentState if state not in ENDED)
STATES: Mapping[str, Sequence[IncidentState]] = {"open": STANDING, "all": ()}
WHO = {"me": -1, "nobody": 0}
MOST_REASON = 200
LIVE_PARTS = ("top", "side")
# What may go wrong with an act, and the word for it.
WRONG: Mapping[type[Exception], str] = {
    Refused: "state",
    TooLong: "too_long",
    NotAllowed: "not_allowed",
    Unknown: "unknown",
}


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("incidents", __name__, url_prefix="/incidents")

    @page.get("/")
    def show() -> Answer:
        sought = digits(request.args.get("q", "")).strip()
        if sought:
            return _found(parts, sought)
        return _list(parts)

    @page.get("/<reference>")
    def one(reference: str) -> Answer:
        return _file(parts, reference)

    @page.get("/<reference>/live/<part>")
    def live(reference: str, part: str) -> Answer:
        """What of that page renews itself; nothing that somebody types into, and nothing that was reported."""
        if part not in LIVE_PARTS:
            abort(404)
        with reading(parts.engine) as db:
            desk = parts.desk(db)
            reader = _reader(desk, "")
            incident_id = caselist.by_reference(desk, reader, reference) or abort(404)
            opened = hmac.compare_digest(request.args.get("opened", "").encode(), _opened(parts, incident_id).encode())
            standing = casefile.look(desk, reader, incident_id, g.language, open_now=opened) or abort(404)
        news = _as_shown(standing) != (request.args.get("count", ""), request.args.get("state", ""))
        return unless_known(render(parts, f"_incident_{part}.html", standing=standing, news=news))

    @page.post("/<reference>/open")
    def read(reference: str) -> Answer:
        """Contents that are opened only for a reason, which goes into the audit."""
        reason = " ".join(request.form.get("reason", "").split())[:MOST_REASON]
        return _file(parts, reference, reason)

    @page.post("/<reference>/move")
    def move(reference: str) -> Answer:
        act = _choice(Act, "act")
        ending = _choice(Outcome, "outcome") if act is Act.CLOSE else None
        return _do(parts, reference, lambda desk, reader, at: casework.move(desk, reader, at, act, ending))

    @page.post("/<reference>/assign")
    def assign(reference: str) -> Answer:
        whom = request.form.get("member", "")
        member_id = int(whom) if whom.isdecimal() else abort(400)
        return _do(parts, reference, lambda desk, reader, at: casework.assign(desk, reader, at, member_id))

    @page.post("/<reference>/merge")
    def merge(reference: str) -> Answer:
        other = digits(request.form.get("other", "")).strip()
        return _do(parts, reference, lambda desk, reader, at: casework.merge(desk, reader, at, other))

    @page.post("/<reference>/decline")
    def decline(reference: str) -> Answer:
        return _do(parts, reference, casework.decline)

    @page.post("/<reference>/separate")
    def separate(reference: str) -> Answer:
        part = request.form.get("part", "")
        return _do(parts, reference, lambda desk, reader, at: casework.separate(desk, reader, at, part))

    @page.post("/<reference>/reply")
    def reply(reference: str) -> Answer:
        form = request.form
        report = form.get("report", "")
        report_id = int(report) if report.isdecimal() else abort(400)
        text, once = form.get("text", ""), form.get("once", "")[:32]
        return _do(parts, reference, lambda desk, reader, _: casework.reply(desk, reader, report_id, text, once))

    return page


def _reader(desk: Desk, reason: str) -> Reader:
    return Reader.seated(desk, visitor().member_id, reason)


def _found(parts: Parts, reference: str) -> Answer:
    with reading(parts.engine) as db:
        desk = parts.desk(db)
        incident_id = caselist.by_reference(desk, _reader(desk, ""), reference)
    if incident_id is None:
        return _list(parts, unknown=reference)
    return redirect(url_for("console.incidents.one", reference=reference), 303)


def _list(parts: Parts, unknown: str = "") -> Answer:
    asked = request.args
    with reading(parts.engine) as db:
        desk = parts.desk(db)
        reader = _reader(desk, "")
        lines = caselist.find(desk, reader, _wanted(asked, reader.member_id), g.language)
        held = areas(desk, reader)
    last = lines[caselist.PAGE - 1].about.created_at if len(lines) > caselist.PAGE else None
    return render(
        parts,
        "incidents.html",
        lines=lines[: caselist.PAGE],
        older=older(asked.to_dict(), last),
        asked=asked,
        areas=held,
        groups=GROUPS,
        states=list(IncidentState),
        unknown=unknown,
    )


def _wanted(asked: Mapping[str, str], me: int) -> Wanted:
    """What the address asks for; a word that says nothing narrows nothing."""
    state, severity = asked.get("state", "open"), asked.get("severity", "")
    known = {**STATES, **{each.value: (each,) for each in IncidentState}}
    who = WHO.get(asked.get("who", ""))
    wanted = Wanted(states=known.get(state, STANDING), code=group(asked))
    wanted = replace(wanted, severity=int(severity) if severity in "1234" and severity else 0)
    wanted = replace(wanted, area=asked.get("area", ""), owner_id=me if who == -1 else who)
    return replace(wanted, before=moment(asked.get("before", "")))


def _file(parts: Parts, reference: str, reason: str = "", wrong: str = "") -> Answer:
    with transaction(parts.engine) as db:  # which writes down that it was read
        desk = parts.desk(db)
        reader = _reader(desk, reason or f"console: {reference}")
        incident_id = caselist.by_reference(desk, reader, reference)
        found = incident_id and casefile.open_file(desk, reader, incident_id, g.language, asked=bool(reason))
        if not incident_id or not found:
            abort(404)
        whom = casework.candidates(desk, reader, incident_id) if found.standing.acts else []
    values: dict[str, Any] = {"file": found, "whom": whom, "outcomes": list(Outcome), "once": secrets.token_hex(8)}
    count, state = _as_shown(found.standing)
    asked = {"count": count, "state": state, "opened": _opened(parts, incident_id) if found.is_open else ""}
    values |= {"asked": urlencode(asked), "every": EVERY_SECONDS}
    return render(parts, "incident.html", 409 if wrong else 200, wrong=wrong, reference=reference, **values)


def _as_shown(standing: Standing) -> tuple[str, str]:
    """What of a page does not renew itself: its reports, and the forms that go with a state."""
    return str(standing.count), standing.line.about.state.value


def _opened(parts: Parts, incident_id: int) -> str:
    """Shows that this sitting has opened the file, which stands in the audit: what renews itself is no new look."""
    said = f"console/opened/{visitor().token}/{incident_id}"
    return parts.keys.mac(Purpose.SESSIONS, said.encode()).hex()


def _do(parts: Parts, reference: str, act: Callable[[Desk, Reader, int], Sequence[Effect]]) -> Answer:
    """Act, and show what has become of it; what is not this reader's is not there."""
    try:
        with transaction(parts.engine) as db:
            desk = parts.desk(db)
            reader = _reader(desk, f"console: {reference}")
            incident_id = caselist.by_reference(desk, reader, reference)
            if incident_id is None:
                abort(404)
            effects = tuple(act(desk, reader, incident_id))
    except NotYours:
        abort(403)
    except tuple(WRONG) as error:
        return _file(parts, reference, wrong=WRONG[type(error)])
    follow_up(parts, effects)
    return redirect(url_for("console.incidents.one", reference=reference), 303)


def _choice(kind: type[Act] | type[Outcome], name: str) -> Any:
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        abort(400)


PAGE = Page("incidents", READERS, blueprint)
