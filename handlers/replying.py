"""A word from the coordinator to whoever reported: only where that phone has asked for it, or allowed it."""

from dataclasses import dataclass

from flows.form import Channel
from flows.gsm7 import fit, parts
from flows.language import DEFAULT
from handlers.desk import Desk
from handlers.exercising import worded_for
from handlers.outbox import write
from handlers.reading_room import Reader, Sight
from handlers.turn import Deliver
from models import contact as contacts
from models import member as members
from models import message as messages
from models import ticket as tickets
from models.code import GUARDED
from models.message import Message
from models.report import Report

MOST_PARTS = 2


class TooLong(Exception):
    """More parts than a reply may have."""


class NotAllowed(Exception):
    """Nobody may write to that phone, or not these words."""


def may_reply(desk: Desk, report: Report) -> bool:
    """A phone that dialled may be anybody's by now: only a member's, one that wrote itself, and one whose holder has
    said yes to being written to. In guarded compartments a link to the phone is kept for that yes alone."""
    contact_id = _reachable(desk, report)
    return contact_id is not None and not contacts.has_stopped(desk.db, desk.keys, contact_id)


def _reachable(desk: Desk, report: Report) -> int | None:
    if report.contact_id is None:  # told without a number: only where an answer was asked for, and while that lasts
        return tickets.answerable(desk.db, desk.keys, report.id, desk.now)
    asked = report.channel == Channel.SMS or report.compartment in GUARDED
    asked = asked or members.of_contact(desk.db, report.contact_id, desk.now) is not None
    return report.contact_id if asked else None


def wording(desk: Desk, report: Report, text: str) -> str:
    """The reply as it will be sent; in guarded compartments it says nothing but whom to call, whatever was typed.

    Raises NotAllowed where there is nothing to say, and TooLong.
    """
    if report.compartment in GUARDED:
        return _call_us(desk, report)
    said = " ".join(text.split())
    if not said:
        raise NotAllowed
    language = _language(desk, report)
    text = desk.say("reply.text", language, reference=report.reference, text=said)
    fitted = fit(worded_for(desk, report, text, language))
    if len(parts(fitted)) > MOST_PARTS:
        raise TooLong
    return fitted


def reply(desk: Desk, report: Report, member_id: int, text: str, once: str) -> tuple[Deliver, ...]:
    """member_id: who writes; once: of the form that was sent; the same form twice makes one message. Raises NotAllowed
    and TooLong."""
    contact_id = _reachable(desk, report)
    if contact_id is None or not may_reply(desk, report):
        raise NotAllowed
    purpose = f"{messages.replying_to(report.id)}{member_id}:{once}"
    message_id = write(desk, contact_id, wording(desk, report, text), purpose)
    return (Deliver((message_id,)),) if message_id else ()


@dataclass(frozen=True, slots=True)
class Said:
    """A reply that was written; by: the member, None where that was not noted; text: None where it is not open to the
    reader, or no longer there."""

    message: Message
    by: int | None
    text: str | None


def said(desk: Desk, reader: Reader, report: Report, *, open_now: bool) -> list[Said]:
    """The replies to whoever told that report, for whom may read it whole; open_now: with what they say. They lie where
    they were sent from, so what was wiped there is not shown here."""
    if reader.sight(desk, report) < Sight.CONTENTS:
        return []
    contact_id = report.contact_id or tickets.answerable(desk.db, desk.keys, report.id, desk.now)
    found = messages.replies(desk.db, contact_id, report.id) if contact_id is not None else []
    return [Said(each, messages.author(each), _text(desk, each) if open_now else None) for each in found]


def _text(desk: Desk, message: Message) -> str | None:
    return messages.open_text(desk.keys, message.id, message.body_enc) if message.body_enc else None


def _call_us(desk: Desk, report: Report) -> str:
    number = desk.policy.help_number
    if not number:
        raise NotAllowed
    language = _language(desk, report)
    return worded_for(desk, report, desk.say("reply.call_us", language, number=number), language)


def _language(desk: Desk, report: Report) -> str:
    contact_id = _reachable(desk, report)
    if contact_id is None:
        return DEFAULT
    member = members.of_contact(desk.db, contact_id, desk.now)
    return contacts.language(desk.db, contact_id) or (member.language if member else DEFAULT)
