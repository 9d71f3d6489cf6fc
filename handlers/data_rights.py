"""Requests of people about their own data (code 89): what is held, putting it right, being forgotten."""

from typing import Any

from flows.form import Form, Kind
from flows.language import LANGUAGES
from flows.masking import mask
from handlers.desk import Desk
from handlers.reading_room import OWN, Reader, Sight
from models import audit
from models import contact as contacts
from models import erasure as erasures
from models import holding as holdings
from models import report as reports
from models.amendment import amend
from models.member import Role
from models.report import Report


class NotDone(Exception):
    """What was asked for cannot be done; the message says why."""


def subject(desk: Desk, reader: Reader, phone: str, act: str) -> int:
    """The contact of the phone that a request is about; only the desk for personal data may ask, and it is written
    down. Raises NotDone."""
    contact_id = contacts.find(desk.db, desk.keys, phone)
    if reader.role is not Role.PRIVACY:
        raise NotDone("only a member with the role privacy answers such requests")
    if contact_id is None:
        raise NotDone("nothing is held about this phone")
    audit.record(desk.db, reader.member_id, act, contact_id, reader.reason, desk.now)
    return contact_id


def held(desk: Desk, contact_id: int) -> dict[str, Any]:
    """What is held about a phone, without the words of its reports: those are told by the desks that read them.
    Reports about persons in danger and complaints are not listed, since the phone may be in other hands by now."""
    return {
        **holdings.of_contact(desk.db, contact_id),
        "stopped": contacts.has_stopped(desk.db, desk.keys, contact_id),
        "reports": [_line(report) for report in reports.of_contact(desk.db, contact_id, holdings.MOST)],
        "not_listed": "reports about persons in danger and complaints: ask their desks, with the reference",
    }


def _line(report: Report) -> dict[str, Any]:
    filed = report.filed_at.isoformat() if report.filed_at else None
    return {"reference": report.reference, "state": report.state.value, "filed_at": filed}


def speak(desk: Desk, contact_id: int, language: str) -> None:
    """Raises NotDone."""
    if language not in LANGUAGES:
        raise NotDone(f"{language} is none of {', '.join(LANGUAGES)}")
    contacts.speak(desk.db, contact_id, language)


def correct(desk: Desk, contact_id: int, reference: str, question: str, answer: str) -> None:
    """Put words of one's own in the place of others; what decides who is told of a report stays. Raises NotDone."""
    report = reports.by_reference(desk.db, reference)
    if report is None or report.contact_id != contact_id or OWN[report.compartment] < Sight.REFERENCE:
        raise NotDone("this phone has no such report")
    form = desk.forms.get(report.form_name)
    if form is None or not _is_free(form, question):
        raise NotDone(f"{question} is no question that is answered in free words")
    amend(desk.db, desk.keys, report, {question: mask(answer)})


def _is_free(form: Form, question: str) -> bool:
    return any(each.name == question and each.kind is Kind.TEXT for each in form.questions)


def forget(desk: Desk, contact_id: int) -> None:
    """The same as EFFACER and a second yes."""
    erasures.ask(desk.db, contact_id, "privacy", desk.now)
