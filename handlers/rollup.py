"""Several alerts in one text: up to five references, which count as told; `ACK` alone takes all of them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from flows.gsm7 import fit, parts
from flows.language import chain
from handlers import quiet
from handlers.alert_text import OPEN, Told, facts
from handlers.briefing import Briefing, briefing
from handlers.desk import Desk
from handlers.reading_room import Sight
from handlers.telling import SHUT_OUT, drop, say, to_phones
from handlers.turn import Deliver
from models import bound as bounds
from models import incident as incidents
from models import ladder as ladders
from models import member as members
from models import route as routes
from models import telling as tellings
from models import untold
from models.alert import Alert
from models.base import new_id
from models.bound import Bounds
from models.incident import Incident
from models.member import Recipient

MOST = 5  # references in one text
Waiting = Sequence[tuple[Alert, Incident]]


def gathered(desk: Desk, member_id: int) -> tuple[Deliver, ...]:
    """Tell this member of what has waited for its time, in one text a window; what does not fit waits for the next."""
    cases = incidents.lock_all(desk.db, untold.incidents_to_tell(desk.db, member_id, desk.now))
    waiting = [(alert, cases[alert.incident_id]) for alert in untold.to_tell(desk.db, cases, member_id, desk.now)]
    recipient = next(iter(members.recipients(desk.db, [member_id], desk.now)), None)
    fresh = [pair for pair in waiting if recipient and not _is_stale(desk, *pair)]
    for alert, incident in waiting:
        if recipient is None:
            alert.tell_at = None  # who is gone is told nothing; the ladder sees that nobody answers
        elif (alert, incident) not in fresh:
            drop(desk, incident)
    if recipient is None or not fresh:
        return ()
    limits = bounds.read(desk.db)
    awake = _through_the_night(desk, limits, fresh)
    written = [each for group in _apart(awake) for each in _together(desk, limits, recipient, group)]
    desk.db.flush()
    return (Deliver(tuple(written)),) if written else ()


def _is_stale(desk: Desk, alert: Alert, incident: Incident) -> bool:
    return routes.is_stale(routes.pace(desk.db, incident.severity), alert.tell_at or desk.now, desk.now)


def _through_the_night(desk: Desk, limits: Bounds, waiting: Waiting) -> Waiting:
    """What may be told now: the rest of an evening's windows, or of an outage, waits for the morning as well."""
    morning = quiet.after_the_night(limits, desk.policy.timezone, desk.now)
    awake = []
    for alert, incident in waiting:
        if morning > desk.now and routes.pace(desk.db, incident.severity).holds_in_quiet_hours:
            alert.tell_at, alert.gathers = morning, True
        else:
            awake.append((alert, incident))
    return awake


def _apart(waiting: Waiting) -> Iterator[Waiting]:
    """An exercise is never told of together with what is real; the gravest come first, then the oldest."""
    for _, group in groupby(sorted(waiting, key=_exercise), _exercise):
        yield sorted(group, key=lambda pair: (-pair[1].severity, pair[1].created_at, pair[0].id))


def _exercise(pair: tuple[Alert, Incident]) -> int:
    return pair[1].exercise_id or 0


def _together(desk: Desk, limits: Bounds, recipient: Recipient, waiting: Waiting) -> list[int]:
    if len(waiting) == 1:
        alert, incident = waiting[0]
        written = say(desk, briefing(desk, incident, reminds=alert.tries > 0), alert, recipient)
    else:
        for alert, _ in waiting[MOST:]:
            alert.tell_at = quiet.window_end(desk.now, limits.together_seconds)
        written = _roll_up(desk, recipient, waiting[:MOST], len(waiting[MOST:]))
    _one_clock(desk, [incident for _, incident in waiting[:MOST]])
    return written


def _roll_up(desk: Desk, recipient: Recipient, listed: Waiting, more: int) -> list[int]:
    rollup_id, exercise = new_id(), listed[0][1].exercise_id is not None
    told = [seen(desk, briefing(desk, incident), recipient) for _, incident in listed]
    text = rollup_text(desk, [each for each in told if each], more, recipient.language, exercise=exercise)
    written = to_phones(desk, recipient, text, f"rollup:{rollup_id}") if any(told) else []
    for (alert, _), each in zip(listed, told, strict=True):
        alert.tell_at, alert.gathers = None, False
        if not each:
            alert.ended_as = SHUT_OUT
        elif written:
            alert.tries += 1
            tellings.note(desk.db, alert.id, alert.tries, recipient.member_id, rollup_id, desk.now)
    return written


def _one_clock(desk: Desk, told: Sequence[Incident]) -> None:
    """All that one text told of waits for an answer as long as its gravest does."""
    pace = routes.pace(desk.db, max(incident.severity for incident in told))
    if pace.ack_within_seconds:
        until = desk.now + timedelta(seconds=pace.ack_within_seconds)
        ladders.restart(desk.db, [incident.id for incident in told], desk.now, until)


def seen(desk: Desk, brief: Briefing, recipient: Recipient) -> Told | str:
    """As much of it as this member may see; the reference alone where that is all, "" where it is nothing."""
    sight = brief.sight(recipient)
    if not sight:
        return ""
    if brief.told.compartment not in OPEN or sight < Sight.FACTS:
        return brief.told.reference
    return brief.told if sight >= Sight.CONTENTS else facts(desk, brief.told)


def rollup_text(desk: Desk, told: Sequence[Told | str], more: int, language: str, *, exercise: bool) -> str:
    """One part wherever its lines can be shortened to make it so; the reference comes first and always stays."""
    head = [desk.words.count("rollup.head", len(told), chain(language))]
    if exercise:
        head.insert(0, desk.say("alert.exercise", language))
    tail = [desk.say("rollup.more", language, n=more, code=desk.policy.service_code)] if more else []
    for detail in range(3, 0, -1):
        lines = [" ".join(head), *(_line(desk, each, language, detail) for each in told), *tail]
        text = "\n".join(lines)
        if len(parts(fit(text))) == 1:
            break
    return text


def _line(desk: Desk, told: Told | str, language: str, detail: int) -> str:
    """detail: 1 = reference and severity, 2 = the code and the place too, 3 = and what the code means."""
    if isinstance(told, str):
        return told
    what = f"{desk.codes.short(told.code, language)}({told.code})" if detail > 2 else told.code
    where = told.typed or desk.atlas.name(told.place, language)
    heard = f"x{told.sources}" if told.sources > 1 else ""
    words = (told.reference, f"S{told.severity}", *((what, where) if detail > 1 else ()), heard)
    return " ".join(word for word in words if word)
