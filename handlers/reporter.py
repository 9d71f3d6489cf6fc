"""Whoever reported hears that it was seen, and that it was closed: never what it was about."""

from datetime import datetime

from flows.form import Channel
from flows.language import DEFAULT
from handlers import quiet
from handlers.desk import Desk
from handlers.exercising import worded_for
from handlers.outbox import write
from handlers.turn import Deliver
from models import bound as bounds
from models import contact as contacts
from models import incident as incidents
from models import member as members
from models import message as messages
from models import report as reports
from models import route as routes
from models import ticket as tickets
from models.code import GUARDED
from models.incident import FRESH, Incident
from models.report import Report


def tell_reporters(desk: Desk, incident: Incident, what: str, *, but: int | None) -> tuple[Deliver, ...]:
    """what: seen, closed or idle; but: the member who has just done it, and knows. Whoever has told of it several times
    hears once, by the first reference."""
    told = [report for each in incidents.family(desk.db, incident.id) for report in reports.of_incident(desk.db, each)]
    first = {report.contact_id or report.id: report for report in reversed(told)}
    if what == "closed":
        for report in told:
            messages.hold(desk.db, f"seen:{report.id}", "closed by now")
    written = [_tell(desk, report, what, but) for report in told if first[report.contact_id or report.id] is report]
    ids = tuple(message_id for message_id in written if message_id)
    return (Deliver(ids),) if ids else ()


def _tell(desk: Desk, report: Report, what: str, but: int | None) -> int | None:
    """A phone that dialled may be anybody's by now: only a member's gets an SMS that it did not ask for. What is
    told in confidence has a phone only where its holder said that we may write to it."""
    if report.contact_id is None and not report.partial:
        return _answer(desk, report, what)
    if report.contact_id is None or report.partial:
        return None
    member = members.of_contact(desk.db, report.contact_id, desk.now)
    asked_for = report.channel == Channel.SMS or report.compartment in GUARDED
    if (member is None and not asked_for) or (member is not None and member.id == but):
        return None
    language = contacts.language(desk.db, report.contact_id) or (member.language if member else DEFAULT)
    text = _text(desk, report, what, language)
    return write(desk, report.contact_id, text, f"{what}:{report.id}", not_before=_when(desk, report))


def _when(desk: Desk, report: Report) -> datetime:
    """At night only what is grave is worth waking somebody for."""
    pace = routes.pace(desk.db, report.severity)
    if not pace.holds_in_quiet_hours:
        return desk.now
    return quiet.after_the_night(bounds.read(desk.db), desk.policy.timezone, desk.now)


def _answer(desk: Desk, report: Report, what: str) -> int | None:
    """To whoever told it without a number, and asked to be answered all the same."""
    contact_id = tickets.answerable(desk.db, desk.keys, report.id, desk.now)
    if contact_id is None:
        return None
    language = contacts.language(desk.db, contact_id) or DEFAULT
    return write(desk, contact_id, _text(desk, report, what, language), f"{what}:{report.id}")


def _text(desk: Desk, report: Report, what: str, language: str) -> str:
    return worded_for(desk, report, desk.say(f"follow.{what}", language, reference=report.reference), language)


def tell_idle(desk: Desk, incident_id: int) -> tuple[Deliver, ...]:
    """Nobody has done anything for days: say so, once."""
    incident = incidents.lock(desk.db, incident_id)
    if incident.idle_told_at is not None or incident.state not in FRESH:
        return ()
    incident.idle_told_at = desk.now
    incidents.note(desk.db, incident, "idle", desk.now)
    return tell_reporters(desk, incident, "idle", but=incident.owner_id)
