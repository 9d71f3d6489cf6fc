"""The ladder: who does not answer is told again, then the next level is, until somebody has it or nobody is left."""

from dataclasses import dataclass

from handlers import quiet
from handlers.briefing import briefing
from handlers.desk import Desk
from handlers.rung import Matter, above
from handlers.telling import answered_by, drop, one_by_one, tell, to_phones
from handlers.turn import Deliver
from models import bound as bounds
from models import exercise as exercises
from models import incident as incidents
from models import ladder as ladders
from models import member as members
from models import reach, untold
from models import report as reports
from models import route as routes
from models import telling as tellings
from models.incident import FRESH, Incident
from models.ladder import NOBODY_LEFT, Ladder
from models.member import Role
from models.route import Pace

NOT_DELIVERED = "not_delivered"  # no SMS to anybody of that level has arrived, or can be expected to


@dataclass(frozen=True, slots=True)
class Climbed:
    """effects: what to send; nobody: the whole ladder has been told, and nobody has moved it."""

    effects: tuple[Deliver, ...] = ()
    nobody: bool = False


def climb(desk: Desk, incident_id: int) -> Climbed:
    """The next step of an incident's ladder, if its time has come. A second call finds it done and does nothing."""
    incident = incidents.lock(desk.db, incident_id)
    ladder = ladders.of(desk.db, incident_id)
    if ladder is None or ladder.next_at is None or ladder.next_at > desk.now:
        return Climbed()
    if incident.state not in FRESH or _is_over(desk, incident):
        ladders.stop(desk.db, incident_id)
        return Climbed()
    pace, limits = routes.pace(desk.db, incident.severity), bounds.read(desk.db)
    if routes.is_stale(pace, ladder.next_at, desk.now):
        drop(desk, incident)
        return Climbed()
    if pace.holds_in_quiet_hours:
        morning = quiet.after_the_night(limits, desk.policy.timezone, desk.now)
        if morning > desk.now:
            ladder.next_at = morning
            return Climbed()
    return _again(desk, incident, ladder, pace) if ladder.rounds < pace.repeats else _up(desk, incident, ladder)


def hurry(desk: Desk, incident_id: int) -> Climbed:
    """Nobody of this level can be reached: the next one is told now, and not when the clock says so."""
    incident = incidents.lock(desk.db, incident_id)
    ladder = ladders.of(desk.db, incident_id)
    if ladder is None or not reach.is_unreached(desk.db, incident_id, desk.now):
        return Climbed()
    incidents.note(desk.db, incident, NOT_DELIVERED, desk.now)
    ladder.rounds, ladder.next_at = routes.pace(desk.db, incident.severity).repeats, desk.now
    return climb(desk, incident_id)


def _is_over(desk: Desk, incident: Incident) -> bool:
    """An exercise ends, and nobody is chased for it any more."""
    return incident.exercise_id is not None and exercises.is_over(desk.db, incident.exercise_id, desk.now)


def _again(desk: Desk, incident: Incident, ladder: Ladder, pace: Pace) -> Climbed:
    """The same level once more; who was told of it together with others is again."""
    alone, gathering = [], False
    for alert, recipient in untold.standing(desk.db, incident.id, ladder.level, desk.now):
        if tellings.was_rolled_up(desk.db, alert.id):
            alert.tell_at, alert.gathers, gathering = desk.now, True, True
        else:
            alone.append((alert, recipient))
    told = one_by_one(desk, bounds.read(desk.db), alone, briefing(desk, incident, reminds=True))
    ladder.rounds += 1
    ladder.next_at = answered_by(desk, desk.now if gathering else told.at, pace)
    incidents.note(desk.db, incident, "told_again", desk.now)
    return Climbed(told.effects)


def _up(desk: Desk, incident: Incident, ladder: Ladder) -> Climbed:
    report = reports.gravest_of(desk.db, incident.id)
    rung = above(desk, Matter(report, incident.severity), ladder.level, desk.now)
    if rung is None:
        return _nobody_left(desk, incident)
    incidents.note(desk.db, incident, "next_level", desk.now)
    return Climbed(tell(desk, incident, report, rung, desk.now))


def _nobody_left(desk: Desk, incident: Incident) -> Climbed:
    """Loud: in the history, to the administrator, and by whoever called to the log; the metrics count it."""
    ladders.stop(desk.db, incident.id)
    incidents.note(desk.db, incident, NOBODY_LEFT, desk.now)
    if incident.exercise_id is not None:
        return Climbed()
    reference = incidents.reference(desk.db, incident.id)
    written: list[int] = []
    for admin in members.holding(desk.db, [Role.ADMIN], None, desk.now):
        text = desk.say("alert.nobody_left", admin.language, reference=reference, severity=incident.severity)
        written += to_phones(desk, admin, text, f"nobody:{incident.id}:{incident.version}:{admin.member_id}")
    return Climbed((Deliver(tuple(written)),) if written else (), nobody=True)
