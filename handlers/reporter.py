"""Whoever reported hears that it was seen, and that it was closed: never what it was about."""

from flows.form import Channel
from flows.language import DEFAULT
from handlers.desk import Desk
from handlers.outbox import write
from handlers.turn import Deliver
from models import contact as contacts
from models import incident as incidents
from models import member as members
from models import report as reports
from models import ticket as tickets
from models.code import GUARDED
from models.incident import Incident
from models.report import Report


def tell_reporters(desk: Desk, incident: Incident, what: str, *, but: int | None) -> tuple[Deliver, ...]:
    """what: seen or closed; but: the member who has just done it, and knows."""
    told = [report for each in incidents.family(desk.db, incident.id) for report in reports.of_incident(desk.db, each)]
    written = [_tell(desk, report, what, but) for report in told]
    ids = tuple(message_id for message_id in written if message_id)
    return (Deliver(ids),) if ids else ()


def _tell(desk: Desk, report: Report, what: str, but: int | None) -> int | None:
    """A phone that dialled may be anybody's by now: only a member's gets an SMS that it did not ask for."""
    if report.contact_id is None and not report.partial:
        return _answer(desk, report, what)
    if report.contact_id is None or report.partial or report.compartment in GUARDED:
        return None
    member = members.of_contact(desk.db, report.contact_id, desk.now)
    if (member is None and report.channel != Channel.SMS) or (member is not None and member.id == but):
        return None
    language = contacts.language(desk.db, report.contact_id) or (member.language if member else DEFAULT)
    text = desk.say(f"follow.{what}", language, reference=report.reference)
    return write(desk, report.contact_id, text, f"{what}:{report.id}")


def _answer(desk: Desk, report: Report, what: str) -> int | None:
    """To whoever told it without a number, and asked to be answered all the same."""
    contact_id = tickets.answerable(desk.db, desk.keys, report.id, desk.now)
    if contact_id is None:
        return None
    language = contacts.language(desk.db, contact_id) or DEFAULT
    text = desk.say(f"follow.{what}", language, reference=report.reference)
    return write(desk, contact_id, text, f"{what}:{report.id}")
