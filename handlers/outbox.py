"""Messages are written down here and sent elsewhere: fitted, counted, sealed, and never twice for one purpose."""

from datetime import datetime

from flows.gsm7 import fit, parts
from handlers.desk import Desk
from models import contact
from models import message as messages


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
    """The id of the message now due; None where this purpose has its message already, or the phone said STOP, or it
    is erased.

    purpose: "reply:ID", "receipt:ID", "alert:ID:1": the same duty twice makes one message; gateway: another than
    the one by which that phone is reached, as long as it is open.
    """
    phone = contact.number(desk.db, desk.keys, contact_id)
    if phone is None or (not even_if_stopped and contact.is_stopped(desk.db, desk.keys, phone)):
        return None
    fitted = fit(text)
    return messages.queue(
        desk.db,
        desk.keys,
        gateway=gateway or desk.policy.ways.to(phone),
        contact_id=contact_id,
        text=fitted,
        parts=len(parts(fitted)),
        purpose_key=purpose,
        alert_id=alert_id,
        not_before=not_before or desk.now,
        now=desk.now,
    )
