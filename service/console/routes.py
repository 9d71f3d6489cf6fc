"""Who is told of what and how fast: routes and clocks, changed and tried out before anything happens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from handlers.desk import Desk
from handlers.imagined import Unimaginable, imagine, moment
from handlers.plan import plan
from models import audit
from models import member as members
from models import route as rules
from models.code import Compartment
from models.member import Role
from service.console.page import Page, render, tongue
from service.console.visitor import visitor
from service.database import reading, transaction
from service.parts import Parts

SEVERITIES = range(5)
MINUTE = 60
LONGEST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Told:
    """One step of what would happen."""

    at: datetime
    kind: str
    level: int
    names: Sequence[str]


class Wrong(ValueError):
    """What a form says cannot be."""


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("routes", __name__, url_prefix="/routes")

    @page.get("/")
    def show() -> Answer:
        return _page(parts)

    @page.post("/set")
    def put() -> Answer:
        return _change(parts, _put_route)

    @page.post("/remove")
    def remove() -> Answer:
        return _change(parts, _remove_route)

    @page.post("/clock")
    def clock() -> Answer:
        return _change(parts, _set_clock)

    return page


def _change(parts: Parts, act: Callable[[Desk], tuple[str, str]]) -> Answer:
    """Do it, or say what cannot be; nothing is done by halves."""
    try:
        with transaction(parts.engine) as db:
            desk = parts.desk(db)
            done, why = act(desk)
            audit.record(db, visitor().member_id, done, 0, why, desk.now)
    except ValueError as wrong:
        return _page(parts, 400, wrong=str(wrong))
    return redirect(url_for("console.routes.show"), 303)


def _put_route(desk: Desk) -> tuple[str, str]:
    compartment, role, severity = _compartment(), _role(), _number("severity", 4)
    rules.put(desk.db, compartment, role, severity)
    return "route_set", f"{compartment} {role} {severity}"


def _remove_route(desk: Desk) -> tuple[str, str]:
    compartment, role = _compartment(), _role()
    rules.remove(desk.db, compartment, role)
    return "route_removed", f"{compartment} {role}"


def _set_clock(desk: Desk) -> tuple[str, str]:
    severity = _number("severity", 4)
    minutes = {name: _number(name, LONGEST_MINUTES) for name in ("ack", "batch", "stale")}
    values: Mapping[str, int | bool] = {
        "ack_within_seconds": minutes["ack"] * MINUTE,
        "batch_seconds": minutes["batch"] * MINUTE,
        "stale_after_seconds": minutes["stale"] * MINUTE,
        "repeats": _number("repeats", 9),
        "holds_in_quiet_hours": request.form.get("holds") == "yes",
    }
    rules.change(desk.db, severity, values)
    return "clock_set", f"severity {severity}"


def _compartment() -> Compartment:
    return Compartment(request.form.get("compartment", ""))


def _role() -> Role:
    return Role(request.form.get("role", ""))


def _number(name: str, most: int) -> int:
    text = request.form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise Wrong(f"{name}: expected 0 to {most}, not {text or 'nothing'}")
    return int(text)


def _page(parts: Parts, status: int = 200, wrong: str = "") -> Answer:
    asked = request.args
    with reading(parts.engine) as db:
        desk = parts.desk(db)
        steps, fault = _tried(desk, asked) if asked.get("code") else ([], "")
        routes, paces = rules.every(db), rules.paces(db)
        codes = [(code, desk.codes.short(code, tongue(parts).tag)) for code in desk.codes.entries]
    return render(
        parts,
        "routes.html",
        status,
        routes=routes,
        paces=paces,
        codes=sorted(codes),
        may_be_told={each.value: sorted(role.value for role in roles) for each, roles in rules.MAY_BE_TOLD.items()},
        severities=SEVERITIES,
        steps=steps,
        fault=fault,
        asked=asked,
        wrong=wrong,
    )


def _tried(desk: Desk, asked: Mapping[str, str]) -> tuple[list[Told], str]:
    """What would happen to such a report, and what cannot be imagined of it."""
    severity = asked.get("severity", "")
    hour, _, minute = asked.get("at", "").partition(":")
    at = int(hour) * 60 + int(minute) if hour.isdigit() and minute.isdigit() else None
    try:
        report = imagine(desk, asked["code"], asked.get("place", "").strip(), int(severity) if severity else None)
        found = plan(desk, report, moment(desk, at))
    except (Unimaginable, ValueError) as error:
        return [], str(error)
    names = members.names(desk.db, desk.keys, {each.member_id for step in found for each in step.recipients})
    told = [
        Told(step.at, step.kind.name.lower(), step.level, [names[each.member_id] for each in step.recipients])
        for step in found
    ]
    return told, ""


PAGE = Page("routes", frozenset({Role.ADMIN}), blueprint)
