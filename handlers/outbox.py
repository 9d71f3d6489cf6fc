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
) -> int | None:
    """The id of the message now due; None where this purpose has its message already, or the phone said STOP.

    purpose: "reply:ID", "receipt:ID", "alert:ID:1": the same duty twice makes one message.
    """
    if not even_if_stopped and contact.has_stopped(desk.db, desk.keys, contact_id):
        return None
    fitted = fit(text)
    return messages.queue(
        desk.db,
        desk.keys,
        gateway=desk.policy.gateway,
        contact_id=contact_id,
        text=fitted,
        parts=len(parts(fitted)),
        purpose_key=purpose,
        alert_id=alert_id,
        not_before=not_before or desk.now,
        now=desk.now,
    )
