"""Writing down what one member is told: an SMS, an e-mail where there is an address, and that it has been done."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.desk import Desk
from handlers.digest_mail import digest_mail
from handlers.digest_sms import digest_sms
from handlers.outbox import write
from handlers.reading_room import Sight, most, scope_of
from handlers.summary import Sheet, summarise
from models import digest_run as runs
from models import mail as mails
from models.code import Compartment
from models.digest_run import Subscriber
from models.member import Role
from models.scope import Scope


@dataclass(frozen=True, slots=True)
class Written:
    """The ids of what waits to be sent."""

    messages: tuple[int, ...] = ()
    mails: tuple[int, ...] = ()


# Whoever answers for cases is told how many there are.
TOLD = tuple(role for role in Role if most(role, Compartment.OPERATIONS) >= Sight.CONTENTS)


def scope(desk: Desk, member: Subscriber) -> Scope:
    post = desk.atlas.gazetteer.by_id(member.post_place_id)
    return scope_of(desk, member.role, member.areas, post.key if post else "")


def tell(desk: Desk, sheet: Sheet, members: Sequence[Subscriber]) -> list[Written]:
    """Write these members' digests, once for the period whoever asks, and nothing for a calm day."""
    period, late = sheet.period, sheet.period.is_late(desk.now)
    ids = [member.member_id for member in members]
    ours = runs.begin(desk.db, ids, period.kind, period.day, late=late, now=desk.now)
    return [
        put(desk, sheet, member, f"digest:{period.kind}:{period.day}:{member.member_id}", late=late)
        for member in members
        if member.member_id in ours
    ]


def put(desk: Desk, sheet: Sheet, member: Subscriber, purpose: str, *, late: bool) -> Written:
    summary = summarise(sheet, scope(desk, member), desk.atlas)
    text = digest_sms(desk, sheet.period, summary, member.language, late=late)
    if not text:
        return Written()
    mail_ids: list[int | None] = []
    if member.has_email and desk.policy.writes_mail:
        letter = digest_mail(desk, sheet.period, summary, member.language, late=late)
        mail_ids.append(mails.queue(desk.db, desk.keys, member.member_id, letter, purpose, desk.now))
    messages = _sms(desk, member, text, purpose)
    return Written(messages, tuple(each for each in mail_ids if each))


def _sms(desk: Desk, member: Subscriber, text: str, purpose: str) -> tuple[int, ...]:
    """To one of the member's phones: the first that has not said STOP."""
    for contact_id in member.contact_ids:
        message_id = write(desk, contact_id, text, purpose)
        if message_id:
            return (message_id,)
    return ()
