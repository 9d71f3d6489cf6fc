"""A message that may have gone out or not: nobody waits for its receipt for ever, and a grave alert goes out again."""

from handlers.desk import Desk
from handlers.outbox import write
from handlers.turn import Deliver
from models import alert as alerts
from models import message as messages
from models import sending
from models import telling as tellings
from models.message import Message

AGAIN = ":again"
GRAVE = 4  # better twice than never


def give_up(desk: Desk, message_id: int) -> tuple[Deliver, ...]:
    """Expect no receipt any more. Of an open alert of the highest severity the text is sent once more, and says so;
    of any other, the ladder sees that it has not arrived."""
    message = sending.give_up(desk.db, message_id, desk.now)
    again = _again(desk, message) if message is not None else None
    return (Deliver((again,)),) if again else ()


def _again(desk: Desk, message: Message) -> int | None:
    purpose, contact_id, sealed = message.purpose_key or "", message.contact_id, message.body_enc
    told = tellings.of_rollup(desk.db, message.rollup_id) if message.rollup_id else [message.alert_id or 0]
    if contact_id is None or sealed is None or purpose.endswith(AGAIN):
        return None
    language = alerts.chased_in(desk.db, told, GRAVE)
    if language is None:
        return None
    text = messages.open_text(desk.keys, message.id, sealed)
    worded = f"{desk.say('alert.again', language)} {text}"
    return write(desk, contact_id, worded, purpose + AGAIN, alert_id=message.alert_id)
