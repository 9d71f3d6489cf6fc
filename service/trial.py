"""Trying an uploaded form: a ticket that says who tries which file until when, and one hop of such a trial."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from flows.form import Channel, Form
from handlers.caller import Caller
from handlers.trial import try_form
from handlers.turn import Talk
from models import contact as contacts
from models import published
from models.keys import Purpose
from models.published import PublishedForm
from service.database import reading
from service.exchange import Screen, caller_of
from service.parts import Parts

LASTS = timedelta(hours=1)
TICKET = re.compile(r"(?P<form>[0-4]?\d{1,18})\.(?P<until>\d{1,11})\.(?P<seal>[0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trial:
    form: Form
    until: datetime


def begin(parts: Parts, db: Session, form_id: int, member_id: int) -> str | None:
    """The ticket; None where there is no such form, or everybody has it already."""
    form = published.waiting(db, form_id)
    if form is None:
        return None
    until = int((parts.now() + LASTS).timestamp())
    return f"{form_id}.{until}.{_seal(parts, form, member_id, until)}"


def find(parts: Parts, ticket: str, member_id: int) -> Trial | None:
    """None where it is another's, or over: by time, or because the form was published, discarded or sent anew."""
    shape = TICKET.fullmatch(ticket)
    if shape is None:
        return None
    form_id, until = int(shape["form"]), int(shape["until"])
    with reading(parts.engine) as db:
        row = published.waiting(db, form_id)
    if row is None or not hmac.compare_digest(shape["seal"], _seal(parts, row, member_id, until)):
        return None
    form, ends_at = parts.shelf.form_of(row), datetime.fromtimestamp(until, UTC)
    return Trial(form, ends_at) if form is not None and parts.now() < ends_at else None


def _seal(parts: Parts, form: PublishedForm, member_id: int, until: int) -> str:
    said = f"console/trial/{form.id}/{form.digest.hex()}/{member_id}/{until}"
    return parts.keys.mac(Purpose.SESSIONS, said.encode()).hex()


def hop(parts: Parts, trial: Trial, phone: str, language: str, said: Sequence[str]) -> Screen:
    """The screen after all that was said, for whoever holds that phone, in that language. Nothing is written."""
    with reading(parts.engine) as db:
        known = contacts.look(db, parts.keys, phone, parts.now())
        desk = parts.desk(db)
    caller = caller_of(desk, known, phone) if known else Caller(0, phone, language)
    spoken = Caller(caller.contact_id, phone, language, caller.seat, caller.last)
    turn = try_form(Talk(desk, spoken, Channel.USSD, 0, 0), trial.form, said)
    return Screen(turn.text, turn.at is None)
