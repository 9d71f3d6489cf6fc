"""What is done at the console to an incident: taking it, moving it, handing it on, and answering its reporter."""

from dataclasses import dataclass

from handlers import lifecycle, merging, replying
from handlers.acknowledge import acknowledge, pause
from handlers.desk import Desk
from handlers.exercising import worded_for
from handlers.lifecycle import Act, Outcome
from handlers.outbox import write
from handlers.reading_room import Reader, Sight
from handlers.turn import Deliver, Effect
from models import alert as alerts
from models import audit, caselist
from models import exercise as exercises
from models import incident as incidents
from models import likeness as likenesses
from models import member as members
from models import report as reports
from models.incident import FRESH, Hand, Incident
from models.member import Recipient

CONSOLE = "console"


class NotYours(Exception):
    """This reader may not do that to this incident, or may not know of it."""


class Unknown(Exception):
    """No other incident of this kind goes by that reference, or this reader may not know of it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to whom an incident can be given."""

    member_id: int
    name: str


def move(desk: Desk, reader: Reader, incident_id: int, act: Act, outcome: Outcome | None = None) -> tuple[Effect, ...]:
    """Raises NotYours, and lifecycle.Refused where the incident's state does not allow it."""
    incident = _mine(desk, reader, incident_id)
    if act is Act.TAKE:
        return _take(desk, incident, reader)
    if act is Act.JOIN and likenesses.proposed(desk.db, incident_id) is not None:
        return merging.join(desk, incident_id, _hand(reader))
    if act is Act.SEPARATE and incident.into_id is not None:
        reference = incidents.reference(desk.db, incident_id)
        return merging.separate(desk, incident.into_id, reference, _hand(reader))
    return lifecycle.move(desk, incident, act, _hand(reader), outcome)


def _hand(reader: Reader) -> Hand:
    return Hand(reader.member_id, CONSOLE)


def _take(desk: Desk, incident: Incident, reader: Reader) -> tuple[Deliver, ...]:
    """As by ACK, so that the others hear of it; or from whoever has it."""
    member_id, hand = reader.member_id, _hand(reader)
    alert_id = alerts.waiting(desk.db, member_id, incident.id)
    if alert_id is not None and incident.owner_id is None:
        return acknowledge(desk, hand, [alert_id]).effects
    alerts.answered(desk.db, incident.id, member_id, desk.now)
    effects = lifecycle.take(desk, incident, hand)
    if incident.state in FRESH:
        pause(desk, incident)
    return effects


def candidates(desk: Desk, reader: Reader, incident_id: int) -> list[Candidate]:
    """Members on duty who may read all of it, this reader aside."""
    found, incident = [], incidents.get(desk.db, incident_id)
    for recipient in _readers(desk, reader):
        if _may_be_given(desk, recipient.member_id, incident):
            found.append(Candidate(recipient.member_id, members.name(desk.db, desk.keys, recipient.member_id)))
    return sorted(found, key=lambda each: each.name)


def assign(desk: Desk, reader: Reader, incident_id: int, member_id: int) -> tuple[Deliver, ...]:
    """Give it to somebody else, who is told by SMS. Raises NotYours."""
    incident = _mine(desk, reader, incident_id)
    whom = [each for each in _readers(desk, reader) if each.member_id == member_id]
    if not whom or not _may_be_given(desk, member_id, incident):
        raise NotYours
    effects = lifecycle.take(desk, incident, Hand(member_id, CONSOLE))
    if incident.state in FRESH:
        pause(desk, incident)
    who, reference = members.name(desk.db, desk.keys, reader.member_id), incidents.reference(desk.db, incident.id)
    language = whom[0].language
    text = worded_for(desk, incident, desk.say("case.given", language, reference=reference, who=who), language)
    purpose = f"given:{incident.id}:{incident.version}"
    written = [write(desk, contact_id, text, f"{purpose}:{contact_id}") for contact_id in whom[0].contact_ids]
    audit.record(desk.db, reader.member_id, "assigned", incident.id, "in the console", desk.now)
    return (*effects, Deliver(tuple(each for each in written if each)))


def merge(desk: Desk, reader: Reader, incident_id: int, reference: str) -> tuple[Effect, ...]:
    """It is the same as the incident that goes by that reference. Raises NotYours, and lifecycle.Refused."""
    other_id = caselist.named(desk.db, reader.scope(desk), reference)
    if other_id is None:
        raise Unknown
    for each in (incident_id, other_id):
        _check(desk, reader, each)
    same = incidents.compartment(desk.db, incident_id) is incidents.compartment(desk.db, other_id)
    if not same or other_id == incident_id:
        raise Unknown
    likenesses.name(desk.db, incident_id, other_id, desk.now)
    return merging.join(desk, incident_id, _hand(reader))


def decline(desk: Desk, reader: Reader, incident_id: int) -> tuple[Effect, ...]:
    """They are two. Raises NotYours."""
    _check(desk, reader, incident_id)
    merging.decline(desk, incident_id)
    return ()


def separate(desk: Desk, reader: Reader, incident_id: int, reference: str) -> tuple[Effect, ...]:
    """What goes by that reference is no part of it. Raises NotYours, and lifecycle.Refused."""
    _check(desk, reader, incident_id)
    return merging.separate(desk, incident_id, reference, _hand(reader))


def reply(desk: Desk, reader: Reader, report_id: int, text: str, once: str) -> tuple[Deliver, ...]:
    """Raises NotYours, replying.NotAllowed and replying.TooLong."""
    report = reports.lock(desk.db, report_id)
    if report is None or report.incident_id is None or reader.sight(desk, report) < Sight.CONTENTS:
        raise NotYours
    effects = replying.reply(desk, report, reader.member_id, text, once)
    if effects:
        incidents.note(desk.db, incidents.lock(desk.db, report.incident_id), "replied", desk.now)
        audit.record(desk.db, reader.member_id, "replied", report.id, "in the console", desk.now)
    return effects


def _check(desk: Desk, reader: Reader, incident_id: int) -> None:
    """Whether this reader may read it whole. Raises NotYours."""
    if not _may_have(desk, reader.member_id, incident_id):
        raise NotYours


def _mine(desk: Desk, reader: Reader, incident_id: int) -> Incident:
    """The incident, locked. Raises NotYours."""
    _check(desk, reader, incident_id)
    return incidents.lock(desk.db, incident_id)


def _may_have(desk: Desk, member_id: int, incident_id: int) -> bool:
    reader = Reader.seated(desk, member_id, "")
    theirs = reports.of_incident(desk.db, incident_id)
    return any(reader.sight(desk, report) is Sight.CONTENTS for report in theirs)


def _may_be_given(desk: Desk, member_id: int, incident: Incident) -> bool:
    """What is part of an exercise is given to nobody but its own members."""
    exercise_id = incident.exercise_id
    part = exercise_id is None or member_id in exercises.members_of(desk.db, exercise_id)
    return part and _may_have(desk, member_id, incident.id)


def _readers(desk: Desk, reader: Reader) -> list[Recipient]:
    return [
        each for each in members.holding(desk.db, [reader.role], None, desk.now) if each.member_id != reader.member_id
    ]
