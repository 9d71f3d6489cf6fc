"""Messages are written down here and sent elsewhere: fitted, counted, sealed, and never twice for one purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.gsm7 import fit, parts
from handlers.desk import Desk
from models import contact, restraint
from models import message as messages
from models.message import Draft
from models.restraint import Held

ROLLUP = "rollup:"
ALARMS = ("alert:", "incomplete:", ROLLUP, "nobody:", "standstill:", "digest:")  # of which no phone has had enough


def write(
    desk: Desk,
    contact_id: int,
    text: str,
    purpose: str,
    *,
    alert_id: int | None = None,
    not_before: datetime | None = None,
    even_if_stopped: bool = False,
    gateway: str = "",
) -> int | None:
    """The id of the message now due; None where this purpose has its message already, or the phone is erased, or the
    message is held: it is written down with the reason, and nobody sends it.

    purpose: "reply:ID", "receipt:ID", "alert:ID:1": the same duty twice makes one message; gateway: another than
    the one by which that phone is reached, as long as it is open.
    """
    phone = contact.number(desk.db, desk.keys, contact_id)
    if phone is None:
        return None
    fitted = fit(text)
    stopped = not even_if_stopped and contact.is_stopped(desk.db, desk.keys, phone)
    held = Held.STOPPED if stopped else None if purpose.startswith(ALARMS) else _enough(desk, contact_id, fitted)
    message_id = messages.queue(
        desk.db,
        desk.keys,
        gateway=gateway or desk.policy.ways.to(phone),
        contact_id=contact_id,
        text=fitted,
        parts=len(parts(fitted)),
        purpose_key=purpose,
        alert_id=alert_id,
        rollup_id=int(purpose.split(":")[1]) if purpose.startswith(ROLLUP) else None,
        not_before=not_before or desk.now,
        now=desk.now,
        held=held,
    )
    return None if held else message_id


@dataclass(frozen=True, slots=True)
class Alarm:
    """A text for one phone, about an alert or None; purpose: one of ALARMS."""

    contact_id: int
    text: str
    purpose: str
    alert_id: int | None = None


def write_all(desk: Desk, alarms: Sequence[Alarm]) -> dict[str, int]:
    """As write, for any number of phones in a few questions to the database; purpose → id of the messages now due."""
    phones = contact.numbers(desk.db, desk.keys, {each.contact_id for each in alarms})
    stopped = contact.stopped(desk.db, desk.keys, set(phones.values()))
    drafts = []
    for each in alarms:
        phone = phones.get(each.contact_id)
        if phone is not None:
            fitted, held = fit(each.text), Held.STOPPED if phone in stopped else None
            way, length = desk.policy.ways.to(phone), len(parts(fitted))
            drafts.append(Draft(way, each.contact_id, fitted, length, each.purpose, each.alert_id, held))
    written = messages.queue_all(desk.db, desk.keys, drafts, desk.now)
    return {
        each.purpose_key: written[each.purpose_key] for each in drafts if not each.held and each.purpose_key in written
    }


def _enough(desk: Desk, contact_id: int, text: str) -> Held | None:
    """Whether that phone has had this text, or texts, often enough; never asked of an alarm."""
    policy, now = desk.policy, desk.now
    had = restraint.lately(desk.db, desk.keys, contact_id, text, now - policy.same_reply, now - policy.day)
    if had.same >= policy.same_reply_most:
        return Held.SAME_TEXT
    return Held.DAY if had.parts + len(parts(text)) > policy.parts_a_day else None
