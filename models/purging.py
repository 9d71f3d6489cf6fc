"""What has been kept for long enough, and how it goes; rows that are only counted stay for the aggregates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models.code import GUARDED
from models.consent import Consent
from models.contact import Contact
from models.conversation import Conversation
from models.incident import ENDED, History, Incident, IncidentState
from models.mail import Mail
from models.message import Message
from models.receipt import Receipt
from models.report import Report
from models.report_body import ReportBody
from models.retention import Kept
from models.ticket import Ticket
from models.traces import NAMELESS, hangs_on_nothing_but_consent

Ids = Sequence[int]
HANDED_OVER = (*ENDED, IncidentState.IN_PROGRESS)


def due(kept: Kept, compartment: str, before: datetime) -> Select[tuple[int]]:
    """The ids of what goes; the audit, which goes by its seals, is not asked for here."""
    return _DUE[kept](compartment, before)


def take_away(db: Session, kept: Kept, ids: Ids) -> None:
    _TAKE[kept](db, ids)
    db.flush()


def _over(query: Select[tuple[int]], compartment: str, before: datetime) -> Select[tuple[int]]:
    """Reports of that compartment whose case has been over, or handed over, since then."""
    states = HANDED_OVER if compartment in GUARDED else ENDED
    mine = History.incident_id == Incident.id, History.to_state.in_(states)
    moved = or_(History.from_state.is_(None), History.from_state != History.to_state)
    since = select(func.max(History.at)).where(*mine, moved).scalar_subquery()
    over = Report.compartment == compartment, Incident.state.in_(states), since < before
    return query.join(Incident, Incident.id == Report.incident_id).where(*over)


def _bodies(compartment: str, before: datetime) -> Select[tuple[int]]:
    return _over(select(Report.id).join(ReportBody, ReportBody.report_id == Report.id), compartment, before)


def _links(compartment: str, before: datetime) -> Select[tuple[int]]:
    held = exists().where(Ticket.report_id == Report.id, Ticket.wiped_at.is_not(None), Ticket.vault_until.is_(None))
    linked = or_(Report.contact_id.is_not(None), Report.conversation_id.is_not(None), held)
    return _over(select(Report.id).where(linked), compartment, before)


def _open_bodies(_compartment: str, before: datetime) -> Select[tuple[int]]:
    kept = select(Report.id).join(ReportBody, ReportBody.report_id == Report.id)
    return kept.where(Report.partial.is_(False), Report.filed_at < before)


def _drafts(_compartment: str, before: datetime) -> Select[tuple[int]]:
    kept = select(Report.id).outerjoin(ReportBody, ReportBody.report_id == Report.id)
    told = or_(ReportBody.report_id.is_not(None), Report.contact_id.is_not(None))
    return kept.where(Report.partial, Report.created_at < before, told)


def _messages(_compartment: str, before: datetime) -> Select[tuple[int]]:
    told = or_(Message.body_enc.is_not(None), Message.contact_id.is_not(None), Message.provider_id.is_not(None))
    return select(Message.id).where(Message.created_at < before, told)


def _mails(_compartment: str, before: datetime) -> Select[tuple[int]]:
    return select(Mail.id).where(Mail.created_at < before, Mail.body_enc.is_not(None))


def _receipts(_compartment: str, before: datetime) -> Select[tuple[int]]:
    return select(Receipt.id).where(Receipt.at < before)


def _sessions(_compartment: str, before: datetime) -> Select[tuple[int]]:
    """A draft that may still be gone on with keeps its conversation; none is offered for longer than a draft is
    kept, and then it is let go."""
    return select(Conversation.id).where(
        Conversation.updated_at < before, Conversation.expires_at < before, Conversation.draft_id.is_(None)
    )


def _contacts(_compartment: str, before: datetime) -> Select[tuple[int]]:
    return select(Contact.id).where(Contact.created_at < before, *hangs_on_nothing_but_consent())


_DUE: Mapping[Kept, Callable[[str, datetime], Select[tuple[int]]]] = {
    Kept.BODY: _bodies,
    Kept.LINK: _links,
    Kept.OPEN_BODY: _open_bodies,
    Kept.DRAFT: _drafts,
    Kept.MESSAGE: _messages,
    Kept.MAIL: _mails,
    Kept.RECEIPT: _receipts,
    Kept.SESSION: _sessions,
    Kept.CONTACT: _contacts,
}


def _take_bodies(db: Session, ids: Ids) -> None:
    db.execute(delete(ReportBody).where(ReportBody.report_id.in_(ids)))


def _take_links(db: Session, ids: Ids) -> None:
    db.execute(delete(Ticket).where(Ticket.report_id.in_(ids), Ticket.wiped_at.is_not(None)))
    db.execute(update(Report).where(Report.id.in_(ids)).values(contact_id=None, conversation_id=None))


def _take_drafts(db: Session, ids: Ids) -> None:
    _take_bodies(db, ids)
    blank: dict[str, Any] = {"draft_id": None, "progress_enc": None, "handler": ""}
    db.execute(update(Conversation).where(Conversation.draft_id.in_(ids)).values(**blank))
    db.execute(update(Report).where(Report.id.in_(ids)).values(contact_id=None, conversation_id=None))


def _take_messages(db: Session, ids: Ids) -> None:
    db.execute(update(Message).where(Message.id.in_(ids)).values(**NAMELESS))


def _take_mails(db: Session, ids: Ids) -> None:
    db.execute(update(Mail).where(Mail.id.in_(ids)).values(body_enc=None))


def _take_receipts(db: Session, ids: Ids) -> None:
    db.execute(delete(Receipt).where(Receipt.id.in_(ids)))


def _take_sessions(db: Session, ids: Ids) -> None:
    mine = Report.conversation_id.in_(ids)
    db.execute(update(Report).where(mine).values(conversation_id=None))
    db.execute(update(Ticket).where(Ticket.conversation_id.in_(ids)).values(conversation_id=None))
    db.execute(delete(Conversation).where(Conversation.id.in_(ids)))


def _take_contacts(db: Session, ids: Ids) -> None:
    db.execute(delete(Consent).where(Consent.contact_id.in_(ids)))
    db.execute(delete(Contact).where(Contact.id.in_(ids)))


_TAKE: Mapping[Kept, Callable[[Session, Ids], None]] = {
    Kept.BODY: _take_bodies,
    Kept.LINK: _take_links,
    Kept.OPEN_BODY: _take_bodies,
    Kept.DRAFT: _take_drafts,
    Kept.MESSAGE: _take_messages,
    Kept.MAIL: _take_mails,
    Kept.RECEIPT: _take_receipts,
    Kept.SESSION: _take_sessions,
    Kept.CONTACT: _take_contacts,
}
