"""A phone that wants to hear nothing more: what waits for it is held, and a member's duties go to whoever is next."""

from handlers.desk import Desk
from handlers.outbox import write
from handlers.rerouting import reroute
from handlers.turn import Deliver
from models import contact as contacts
from models import member as members
from models import restraint
from models.member import Member, Role
from models.restraint import Held


def stop(desk: Desk, phone: str, source: str) -> tuple[Deliver, ...]:
    """source: keyword, callback (the network says so) or gateway (it refuses to send). Saying so twice changes
    nothing. Of a phone that we have never seen only the wish is kept."""
    contact_id = contacts.find(desk.db, desk.keys, phone)
    if contact_id is not None:
        contacts.hold(desk.db, contact_id)
    if not contacts.stop(desk.db, desk.keys, phone, source, desk.now) or contact_id is None:
        return ()
    restraint.hold_all(desk.db, contact_id, Held.STOPPED)
    member = members.of_contact(desk.db, contact_id, desk.now)
    return (*reroute(desk, {member.id}), *_tell_administrator(desk, member)) if member else ()


def restart(desk: Desk, phone: str) -> None:
    """What was held stays so: it is old by now."""
    contacts.restart(desk.db, desk.keys, phone)


def _tell_administrator(desk: Desk, member: Member) -> tuple[Deliver, ...]:
    """At most once a member and day, whatever goes on and off in it."""
    name = members.name(desk.db, desk.keys, member.id)
    phones = members.phones(desk.db, member.id)
    what = "sms.member_one_phone_less" if phones else "sms.member_stopped"
    written: list[int] = []
    for admin in members.holding(desk.db, [Role.ADMIN], None, desk.now):
        text = desk.say(what, admin.language, name=name)
        for contact_id in admin.contact_ids:
            purpose = f"stopped:{member.id}:{desk.now:%Y%m%d}:{contact_id}"
            written += filter(None, [write(desk, contact_id, text, purpose)])
    return (Deliver(tuple(written)),) if written else ()
