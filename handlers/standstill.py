"""A gateway whose account is empty: the administrator hears of it by e-mail, and by another gateway if one is open."""

from handlers.desk import Desk
from handlers.outbox import write
from handlers.turn import Deliver
from models import mail as mails
from models import member as members
from models import outlet as outlets
from models.mail import Letter
from models.member import Recipient, Role


def tell(desk: Desk, gateway: str) -> tuple[Deliver, ...]:
    """Once for each pause; nothing where it is over by now."""
    shut = {outlet.gateway: outlet for outlet in outlets.paused(desk.db)}
    paused_at = shut[gateway].paused_at if gateway in shut else None
    if paused_at is None or shut[gateway].told_at is not None:
        return ()
    outlets.told(desk.db, gateway, desk.now)
    others = [name for name in desk.policy.ways.gateways if name not in shut]
    written: list[int] = []
    for admin in members.holding(desk.db, [Role.ADMIN], None, desk.now):
        purpose = f"standstill:{gateway}:{int(paused_at.timestamp())}"
        text = desk.say("sms.gateway_empty", admin.language, name=gateway)
        _mail(desk, admin, text, purpose)
        for contact_id in admin.contact_ids if others else ():
            written += filter(None, [write(desk, contact_id, text, f"{purpose}:{contact_id}", gateway=others[0])])
    return (Deliver(tuple(written)),) if written else ()


def _mail(desk: Desk, admin: Recipient, text: str, purpose: str) -> None:
    """The sweep finds it; where there is no address, it is held."""
    if desk.policy.writes_mail:
        letter = {"language": admin.language, "subject": text.partition(".")[0], "plain": f"{text}\n"}
        mails.queue_all(desk.db, desk.keys, [Letter(admin.member_id, letter, f"{purpose}:{admin.member_id}")], desk.now)
