"""Drafts that are left behind: what was told is kept sealed, and who may go on with it later."""

from dataclasses import replace
from datetime import datetime, timedelta

from flows.carry import carry
from flows.engine import values
from flows.form import Channel
from flows.language import DEFAULT
from flows.progress import Progress
from handlers import wording
from handlers.anonymity import is_anonymous
from handlers.desk import Desk, Policy
from handlers.filing import facts_of, unfinished, withdraw
from handlers.turn import Effect, Position, Route, State, Turn
from models import alert as alerts
from models import report as reports
from models import unfinished as drafts
from models.code import GUARDED, Compartment
from models.report import Facts, Report, ReportState
from models.unfinished import Put, Unfinished

RESUMED = ("fill", "confirm")  # where somebody stood who can be brought back there
UNDECIDED = "consent"  # where nothing of what was said may be kept yet


def keep(desk: Desk, at: Position) -> Facts | None:
    """Seal what the draft says so far; None where there is nothing to keep, or it may not be kept."""
    draft_id = unfinished(at)
    report = reports.lock(desk.db, draft_id) if draft_id else None
    if report is None or report.state is not ReportState.DRAFT:
        return None
    if at.handler == UNDECIDED:
        withdraw(desk, report.id)
        return None
    facts = _facts(desk, report, Progress.from_json(at.state["progress"]))
    if report.incident_id is not None and facts.compartment is not report.compartment:
        alerts.recall(desk.db, report.incident_id)
    kept = replace(facts, answers={**facts.answers, **wording.noted(at.state)})
    reports.abandon(desk.db, desk.keys, report.id, kept, desk.now)
    return facts


def _facts(desk: Desk, report: Report, progress: Progress) -> Facts:
    form = desk.forms.get(progress.form)
    if form is None:
        return Facts(report.compartment, 0, dict(progress.answers), contact_id=report.contact_id)
    world = desk.world(DEFAULT, Channel(report.channel))  # no word of it is shown
    answers = values(form, carry(form, progress), world)
    compartment = desk.codes.compartment(answers.get("code", "")) or report.compartment
    moved_to_guarded = compartment in GUARDED and compartment is not report.compartment
    return facts_of(desk, form, answers, compartment, None if moved_to_guarded else report.contact_id)


def let_go(desk: Desk, before: Position | None, after: Position | None, effects: tuple[Effect, ...]) -> None:
    """A turn that goes on without the draft it had, and without sending it, leaves it behind as it stood."""
    had = unfinished(before)
    if before is None or had is None or had == unfinished(after) or Route(had) in effects:
        return
    keep(desk, before)


def set_aside(desk: Desk, contact_id: int, before: Position | None, turn: Turn, left_at: datetime) -> None:
    """As let_go, for an exchange by SMS, where the next text may be about something else: the draft stays as it
    stood, in a conversation of its own, for whoever goes on with it. left_at: when it was last gone on with."""
    had = unfinished(before)
    if before is None or had is None or had == unfinished(turn.at) or Route(had) in turn.effects:
        return
    keep(desk, before)
    expires = left_at + desk.policy.dialogue
    if _is_open(desk, before.handler, before.state):
        put = Put(contact_id, before.handler, before.state, had, left_at, seen_to=expires < desk.now)
        drafts.put_aside(desk.db, desk.keys, put, desk.now, expires)


def may_resume(desk: Desk, left: Unfinished) -> bool:
    """Whether a phone that others may hold can show that this was begun on it."""
    return _is_open(desk, left.handler, left.state)


def _is_open(desk: Desk, handler: str, state: State) -> bool:
    compartment = state.get("draft", {}).get("compartment", Compartment.INTAKE)
    said = desk.codes.compartment(state.get("progress", {}).get("answers", {}).get("code", ""))
    open_to_all = compartment not in GUARDED and said not in GUARDED and not is_anonymous(state)
    return handler in RESUMED and state["form"] in desk.forms and open_to_all


def window(policy: Policy, channel: str, *, member: bool) -> timedelta:
    """How long after it was left a draft is offered again; people write for hours, and dial for minutes."""
    lasts = max(policy.resume, policy.resume_member) if member else policy.resume
    return max(lasts, policy.dialogue) if lasts and channel == Channel.SMS else lasts
