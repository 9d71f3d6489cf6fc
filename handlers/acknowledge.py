"""Taking alerts: it works only on an alert addressed to that member, and the others learn who has it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.desk import Desk
from handlers.exercising import worded
from handlers.lifecycle import take
from handlers.outbox import write
from handlers.standing import standing
from handlers.turn import Deliver
from models import alert as alerts
from models import bound as bounds
from models import incident as incidents
from models import ladder as ladders
from models import member as members
from models import untold
from models.alert import Alert
from models.incident import ENDED, FRESH, Hand, Incident, IncidentState
from models.member import Recipient

DONE = "ack.done"


@dataclass(frozen=True, slots=True)
class Taken:
    """key, values: what to answer, in the service's own words; over: how it stands, where nothing is left to take;
    effects: what others are sent."""

    desk: Desk
    key: str
    reference: str = ""
    who: str = ""
    over: tuple[IncidentState, str | None] | None = None
    effects: tuple[Deliver, ...] = ()

    def text(self, language: str) -> str:
        state = standing(self.desk, language, *self.over) if self.over else ""
        return self.desk.say(self.key, language, reference=self.reference, who=self.who, state=state)


@dataclass(frozen=True, slots=True)
class TakenAll:
    """As Taken, of several alerts at once."""

    desk: Desk
    each: tuple[Taken, ...]
    effects: tuple[Deliver, ...]
    exercise: bool = False

    def text(self, language: str) -> str:
        """What is this member's now in one sentence, and a sentence for each other one."""
        mine = ", ".join(taken.reference for taken in self.each if taken.key == DONE)
        told = [self.desk.say(DONE, language, reference=mine)] if mine else []
        text = "\n".join([*told, *(taken.text(language) for taken in self.each if taken.key != DONE)])
        return worded(self.desk, text, language) if self.exercise else text


def acknowledge(desk: Desk, hand: Hand, alert_ids: Sequence[int]) -> TakenAll:
    """This member has them now, and some time to move them before others are told again. Saying so twice changes
    nothing; whoever says so later learns who has it, and takes over what that one has let lie."""
    cases = incidents.lock_all(desk.db, alerts.incidents_of(desk.db, alert_ids))
    found = sorted(alerts.lock_all(desk.db, alert_ids), key=lambda alert: cases[alert.incident_id].created_at)
    taken = [(alert.incident_id, _take(desk, hand, cases[alert.incident_id], alert)) for alert in found]
    if not taken:
        return TakenAll(desk, (Taken(desk, "ack.not_yours"),), ())
    mine = [(incident_id, each.reference) for incident_id, each in taken if each.key == DONE]
    effects = tuple(effect for _, each in taken for effect in each.effects)
    exercise = any(incident.exercise_id is not None for incident in cases.values())
    others = _tell_others(desk, hand.member_id, mine, exercise=exercise)
    return TakenAll(desk, tuple(each for _, each in taken), (*others, *effects), exercise)


def _take(desk: Desk, hand: Hand, incident: Incident, alert: Alert) -> Taken:
    if alert.member_id != hand.member_id or _is_elsewhere(alert):
        return Taken(desk, "ack.not_yours")
    reference = incidents.reference(desk.db, incident.id)
    if incident.state is IncidentState.CLOSED:
        return Taken(desk, "case.done", reference, over=(incident.state, incident.outcome))
    owner_id, mine = incident.owner_id, incident.owner_id == hand.member_id
    if alert.acked_at is not None and (mine or owner_id is None):
        return Taken(desk, "ack.already", reference)
    alert.acked_at, alert.tell_at = alert.acked_at or desk.now, None
    if owner_id is not None and not mine and not _may_take_over(desk, incident):
        return Taken(desk, "ack.taken", reference, members.name(desk.db, desk.keys, owner_id))
    effects = take(desk, incident, hand)
    if incident.state in FRESH:
        pause(desk, incident)
    return Taken(desk, DONE, reference, effects=effects)


def _is_elsewhere(alert: Alert) -> bool:
    """Recalled, or given to somebody else: no longer this member's."""
    return alert.ended_as is not None and alert.ended_as not in ENDED


def _may_take_over(desk: Desk, incident: Incident) -> bool:
    """What whoever has it has let lie; or nobody can tell that one anything any more, whose phone is lost or seized."""
    if incident.owner_id is not None and not members.recipients(desk.db, [incident.owner_id], desk.now):
        return incident.state not in ENDED
    return incident.state in FRESH and ladders.has_lapsed(desk.db, incident.id, desk.now)


def pause(desk: Desk, incident: Incident) -> None:
    """Nobody else is told while it is in somebody's hands, and that is not for ever."""
    pause = timedelta(seconds=bounds.read(desk.db).ack_pause_seconds)
    untold.hush(desk.db, incident.id)
    ladders.hold(desk.db, incident.id, desk.now + pause)


def _tell_others(
    desk: Desk, member_id: int | None, taken: Sequence[tuple[int, str]], *, exercise: bool
) -> tuple[Deliver, ...]:
    """One text to each other member who was told of any of them."""
    if member_id is None or not taken:
        return ()
    heard: dict[Recipient, list[tuple[int, str]]] = defaultdict(list)
    for incident_id, reference in taken:
        for other in alerts.alerted(desk.db, incident_id, member_id, desk.now):
            heard[other].append((incident_id, reference))
    who = members.name(desk.db, desk.keys, member_id)
    written: list[int] = []
    for other, cases in heard.items():
        references = ", ".join(reference for _, reference in cases)
        text = desk.say("ack.other_has_it", other.language, reference=references, who=who)
        text = worded(desk, text, other.language) if exercise else text
        for contact_id in other.contact_ids:
            message_id = write(desk, contact_id, text, f"taken:{cases[0][0]}:{member_id}:{contact_id}")
            written += [message_id] if message_id else []
    return (Deliver(tuple(written)),) if written else ()
