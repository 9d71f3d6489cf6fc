"""Telling members of an incident: each by a text of its own while these are few, else of several in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import quiet
from handlers.alert_text import alert_text
from handlers.briefing import Briefing, briefing
from handlers.desk import Desk
from handlers.outbox import Alarm, write, write_all
from handlers.reading_room import Sight, admitted
from handlers.rung import Rung
from handlers.turn import Deliver
from models import alert as alerts
from models import bound as bounds
from models import incident as incidents
from models import ladder as ladders
from models import route as routes
from models import telling as tellings
from models import untold
from models.alert import Alert
from models.bound import Bounds
from models.incident import Incident
from models.member import Recipient
from models.report import Report
from models.route import Pace

HOUR = timedelta(hours=1)
GRAVEST = 4  # of an incident as grave as this, a member's first alert waits for nothing
SHUT_OUT = alerts.REROUTED  # how the alert of a member ends who may not hear of it any more
Pairs = Sequence[tuple[Alert, Recipient]]


@dataclass(frozen=True, slots=True)
class Telling:
    """messages: what to send now; at: when somebody is told, None = nobody can be written to."""

    messages: tuple[int, ...]
    at: datetime | None

    @property
    def effects(self) -> tuple[Deliver, ...]:
        return (Deliver(self.messages),) if self.messages else ()


def tell(
    desk: Desk, incident: Incident, report: Report, rung: Rung, since: datetime, *, again: bool = False
) -> tuple[Deliver, ...]:
    """Open the alerts of these members on the locked incident, and tell each now or when it is time to; the level's
    clock begins with that. Who has been told is not told again, unless it has become graver. since: when the reason
    for it came up."""
    pace, limits = routes.pace(desk.db, incident.severity), bounds.read(desk.db)
    due = quiet.due(pace, limits, desk.policy.timezone, since)
    together = bool(pace.batch_seconds) or due > since
    kind = {"incomplete": report.partial, "gathers": together, "again": again}
    members = _admitted(desk, incident, report, rung)
    opened = list(zip(alerts.open_alerts(desk.db, incident.id, members, due, **kind), members, strict=True))
    if routes.is_stale(pace, due, desk.now):
        drop(desk, incident)
        return ()
    untold = [(alert, recipient) for alert, recipient in opened if alert.tell_at is not None]
    told = Telling((), due) if due > desk.now else one_by_one(desk, limits, untold, briefing(desk, incident, report))
    if pace.ack_within_seconds and not report.partial and not _goes_on(desk, incident, untold):
        ladders.stand(desk.db, incident.id, rung.level, answered_by(desk, told.at, pace))
    return told.effects


def _goes_on(desk: Desk, incident: Incident, untold: Pairs) -> bool:
    """Whether the clock that runs is the right one: somebody has it, or all of these were told before and still have
    time to answer."""
    if ladders.is_held(desk.db, incident.id, desk.now):
        return True
    return not untold and ladders.is_waited_for(desk.db, incident.id, desk.now)


def _admitted(desk: Desk, incident: Incident, report: Report, rung: Rung) -> list[Recipient]:
    """Whoever may not hear of it (any more) loses the alert."""
    found = admitted(desk, report, rung.recipients)
    shut_out = {each.member_id for each in rung.recipients} - {each.member_id for each in found}
    if shut_out:
        alerts.withdraw(desk.db, incident.id, shut_out)
    return found


def drop(desk: Desk, incident: Incident) -> None:
    """It comes too late to be told: it stays in its members' lists, and the history says so."""
    untold.hush(desk.db, incident.id)
    ladders.stop(desk.db, incident.id)
    incidents.note(desk.db, incident, "stale", desk.now)


def answered_by(desk: Desk, told_at: datetime | None, pace: Pace) -> datetime:
    """When the next step is due; where nobody can be written to, that is now."""
    return told_at + timedelta(seconds=pace.ack_within_seconds) if told_at else desk.now


def one_by_one(desk: Desk, limits: Bounds, pairs: Pairs, brief: Briefing) -> Telling:
    """A text to each of these members, but for those who have had enough for this hour: they are told with others, at
    the end of the window."""
    later = quiet.window_end(desk.now, limits.together_seconds)
    now, waits = [], False
    for alert, recipient in pairs:
        first = brief.told.severity >= GRAVEST and alert.tries == 0
        if first or has_room(desk, limits, recipient.member_id):
            now.append((alert, recipient))
        else:
            alert.tell_at, alert.gathers = later, True
            waits = True
    written = say_all(desk, brief, now)
    desk.db.flush()
    return Telling(tuple(written), desk.now if written else later if waits else None)


def has_room(desk: Desk, limits: Bounds, member_id: int) -> bool:
    return tellings.lately(desk.db, member_id, desk.now - HOUR) < limits.sms_per_hour


def say(desk: Desk, brief: Briefing, alert: Alert, recipient: Recipient) -> list[int]:
    return say_all(desk, brief, [(alert, recipient)])


def say_all(desk: Desk, brief: Briefing, pairs: Pairs) -> list[int]:
    """The messages with which these members are told of these alerts, one to each phone. An alert may be for a
    thousand, and none of them leaves before all are written: so nothing here asks the database once for each."""
    told, sights = brief.told, brief.sights([recipient for _, recipient in pairs])
    texts: dict[tuple[str, Sight], str] = {}
    alarms: list[Alarm] = []
    for alert, recipient in pairs:
        alert.tell_at, alert.gathers = None, False
        sight = sights.get(recipient.member_id, Sight.NOTHING)
        if not sight:
            alert.ended_as = SHUT_OUT
            continue
        alert.tries += 0 if told.partial else 1
        purpose = f"incomplete:{alert.id}" if told.partial else f"alert:{alert.id}:{alert.tries}"
        kind = recipient.language, sight
        text = texts[kind] = texts.get(kind) or alert_text(desk, told, *kind)
        alarms += [Alarm(contact_id, text, name, alert.id) for name, contact_id in _named(recipient, purpose)]
    written = write_all(desk, alarms)
    reached = {each.alert_id for each in alarms if each.purpose in written}
    noted = [(a.id, 0 if told.partial else a.tries, each.member_id) for a, each in pairs if a.id in reached]
    tellings.note_all(desk.db, noted, desk.now)
    return [written[each.purpose] for each in alarms if each.purpose in written]


def _named(recipient: Recipient, purpose: str) -> list[tuple[str, int]]:
    """The first phone has the purpose itself, each other one a number after it."""
    return [(f"{purpose}:{n}" if n else purpose, contact_id) for n, contact_id in enumerate(recipient.contact_ids)]


def to_phones(desk: Desk, recipient: Recipient, text: str, purpose: str, alert_id: int | None = None) -> list[int]:
    written = [
        write(desk, contact_id, text, name, alert_id=alert_id) for name, contact_id in _named(recipient, purpose)
    ]
    return [message_id for message_id in written if message_id]
