"""Writing down what members are told: an SMS, an e-mail where there is an address, and that it has been done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.desk import Desk
from handlers.digest_mail import digest_mail
from handlers.digest_sms import digest_sms
from handlers.outbox import Alarm, write_all
from handlers.reading_room import Sight, most, scope_of
from handlers.summary import Sheet, summarise
from models import digest_run as runs
from models import mail as mails
from models.code import Compartment
from models.digest_run import Subscriber
from models.mail import Letter
from models.member import Role
from models.scope import Scope


@dataclass(frozen=True, slots=True)
class Digest:
    """What one member is told; letter: None where there is no address, or no server to send by."""

    member: Subscriber
    text: str
    letter: Mapping[str, str] | None
    purpose: str


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


def tell(desk: Desk, sheet: Sheet, members: Sequence[Subscriber]) -> Written:
    """Write these members' digests, once for the period whoever asks, and nothing for a calm day."""
    period, late = sheet.period, sheet.period.is_late(desk.now)
    ids = [member.member_id for member in members]
    ours = runs.begin(desk.db, ids, period.kind, period.day, late=late, now=desk.now)
    digests = [
        digest(desk, sheet, member, f"digest:{period.kind}:{period.day}:{member.member_id}", late=late)
        for member in members
        if member.member_id in ours
    ]
    return put(desk, digests)


def digest(desk: Desk, sheet: Sheet, member: Subscriber, purpose: str, *, late: bool) -> Digest:
    """Its text is "" where there is nothing to tell."""
    summary = summarise(sheet, scope(desk, member), desk.atlas)
    text = digest_sms(desk, sheet.period, summary, member.language, late=late)
    written = text and member.has_email and desk.policy.writes_mail
    letter = digest_mail(desk, sheet.period, summary, member.language, late=late) if written else None
    return Digest(member, text, letter, purpose)


def put(desk: Desk, digests: Sequence[Digest]) -> Written:
    """However many they are, in the same few questions to the database. The SMS goes to one of the member's phones: the
    first of those that hear us."""
    told = [each for each in digests if each.text]
    alarms = [Alarm(each.member.contact_ids[0], each.text, each.purpose) for each in told]
    letters = [Letter(each.member.member_id, each.letter, each.purpose) for each in told if each.letter]
    written = write_all(desk, alarms)
    return Written(tuple(written.values()), tuple(mails.queue_all(desk.db, desk.keys, letters, desk.now)))
