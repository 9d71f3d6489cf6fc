"""A gateway whose account is empty: the administrator hears of it, by another gateway where one is open."""

from handlers.desk import Desk
from handlers.outbox import write
from handlers.turn import Deliver
from models import member as members
from models import outlet as outlets
from models.member import Role


def tell(desk: Desk, gateway: str) -> tuple[Deliver, ...]:
    """Once for each pause; nothing where it is over by now."""
    shut = {outlet.gateway: outlet for outlet in outlets.paused(desk.db)}
    paused_at = shut[gateway].paused_at if gateway in shut else None
    if paused_at is None or shut[gateway].told_at is not None:
        return ()
    outlets.told(desk.db, gateway, desk.now)
    others = [name for name in desk.policy.ways.gateways if name not in shut]
    written: list[int] = []
    for admin in members.holding(desk.db, [Role.ADMIN], None, desk.now) if others else ():
        for contact_id in admin.contact_ids:
            purpose = f"standstill:{gateway}:{int(paused_at.timestamp())}:{contact_id}"
            text = desk.say("sms.gateway_empty", admin.language, name=gateway)
            written += filter(None, [write(desk, contact_id, text, purpose, gateway=others[0])])
    return (Deliver(tuple(written)),) if written else ()
