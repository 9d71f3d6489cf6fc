"""Taking an alert: it works only on an alert addressed to that member, and the others learn who has it."""

from dataclasses import dataclass

from handlers.desk import Desk
from handlers.lifecycle import take
from handlers.outbox import write
from handlers.turn import Deliver
from models import alert as alerts
from models import incident as incidents
from models import member as members
from models.alert import Alert
from models.incident import ENDED, IncidentState


@dataclass(frozen=True, slots=True)
class Taken:
    """key, values: what to answer, in the service's own words; effects: what the others are sent."""

    desk: Desk
    key: str
    reference: str = ""
    who: str = ""
    effects: tuple[Deliver, ...] = ()

    def text(self, language: str) -> str:
        return self.desk.say(self.key, language, reference=self.reference, who=self.who)


def acknowledge(desk: Desk, member_id: int, *, alert_id: int, via: str) -> Taken:
    """Record that this member has it. Saying so twice changes nothing."""
    incident_id = alerts.incident_of(desk.db, alert_id)
    if incident_id is None:
        return Taken(desk, "ack.not_yours")
    incident = incidents.lock(desk.db, incident_id)
    alert = alerts.lock(desk.db, alert_id)
    if alert is None or alert.member_id != member_id or _is_elsewhere(alert):
        return Taken(desk, "ack.not_yours")
    reference = incidents.reference(desk.db, incident.id)
    if incident.state is IncidentState.CLOSED:
        return Taken(desk, "follow.closed", reference)
    if alert.acked_at is not None:
        return Taken(desk, "ack.already", reference)
    alert.acked_at = desk.now
    if incident.owner_id is not None and incident.owner_id != member_id:
        who = members.name(desk.db, desk.keys, incident.owner_id)
        return Taken(desk, "ack.taken", reference, who)
    heard = take(desk, incident, member_id, via)
    return Taken(desk, "ack.done", reference, effects=(*_tell_others(desk, incident.id, member_id, reference), *heard))


def _is_elsewhere(alert: Alert) -> bool:
    """Recalled, or given to somebody else: no longer this member's."""
    return alert.ended_as is not None and alert.ended_as not in ENDED


def _tell_others(desk: Desk, incident_id: int, member_id: int, reference: str) -> tuple[Deliver, ...]:
    who = members.name(desk.db, desk.keys, member_id)
    written: list[int] = []
    for other in alerts.alerted(desk.db, incident_id, member_id, desk.now):
        text = desk.say("ack.other_has_it", other.language, reference=reference, who=who)
        for contact_id in other.contact_ids:
            message_id = write(desk, contact_id, text, f"taken:{incident_id}:{contact_id}")
            written += [message_id] if message_id else []
    return (Deliver(tuple(written)),) if written else ()
