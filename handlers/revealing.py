"""The number behind a report: for who has the permission, says why, and for a quarter of an hour; it is written down,
and whoever guards personal data hears that it happened."""

from dataclasses import dataclass
from datetime import timedelta

from handlers.desk import Desk
from handlers.outbox import write
from handlers.reading_room import Reader, Sight
from handlers.turn import Deliver
from models import audit
from models import contact as contacts
from models import member as members
from models import permission as permissions
from models import reveal as reveals
from models.member import Role
from models.permission import May
from models.report import Report

LASTS = timedelta(minutes=15)
SHORTEST = 8  # characters of a reason that says anything


@dataclass(frozen=True, slots=True)
class Hidden:
    """The number stays hidden; why, in words for the member."""

    why: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """number: E.164, to be shown for no longer than `lasts`; effects: what whoever guards the data is sent."""

    number: str
    lasts: timedelta = LASTS
    effects: tuple[Deliver, ...] = ()


def reveal(desk: Desk, reader: Reader, report: Report) -> Revealed | Hidden:
    """Who asks must have proved to be the reader: by PIN, or by the console's sign-in. That somebody tried who may not
    is written down, too."""
    if len(reader.reason.strip()) < SHORTEST:
        return Hidden(f"a reason is needed that says why, in {SHORTEST} letters or more")
    if not permissions.has(desk.db, reader.member_id, May.REVEAL):
        return _refuse(desk, reader, report, "this member may not reveal numbers")
    if reader.sight(desk, report) < Sight.CONTENTS:
        return _refuse(desk, reader, report, "this member may not read the report")
    number = contacts.number(desk.db, desk.keys, report.contact_id) if report.contact_id is not None else None
    if number is None:
        return Hidden("no number is kept with this report")
    if reveals.is_open(desk.db, reader.member_id, report.id, desk.now):
        return Revealed(number)
    reveal_id = reveals.open_reveal(desk.db, reader.member_id, report.id, desk.now, desk.now + LASTS)
    audit.record(desk.db, reader.member_id, "reveal_number", report.id, reader.reason, desk.now)
    return Revealed(number, effects=_tell_guardians(desk, reader, report, reveal_id))


def _refuse(desk: Desk, reader: Reader, report: Report, why: str) -> Hidden:
    audit.record(desk.db, reader.member_id, "reveal_refused", report.id, reader.reason, desk.now)
    return Hidden(why)


def _tell_guardians(desk: Desk, reader: Reader, report: Report, reveal_id: int) -> tuple[Deliver, ...]:
    """Those who guard personal data, else the administrator: that it happened, by the reference alone."""
    guardians = members.holding(desk.db, [Role.PRIVACY], None, desk.now)
    guardians = guardians or members.holding(desk.db, [Role.ADMIN], None, desk.now)
    written: list[int] = []
    for each in guardians:
        text = desk.say("sms.revealed", each.language, reference=report.reference)
        for contact_id in each.contact_ids:
            written += filter(None, [write(desk, contact_id, text, f"reveal:{reveal_id}:{contact_id}")])
    return (Deliver(tuple(written)),) if written else ()
