"""An exercise: its members are told when it begins and ends, and anybody can leave it for what is real."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from flows.form import Channel, Form
from flows.gsm7 import fold
from flows.language import COMPLETE, Words
from flows.screen import fits
from flows.world import Limits, World
from handlers.desk import Desk
from handlers.outbox import write
from handlers.turn import Deliver, Talk, Turn
from models import exercise as exercises
from models import member as members
from models import message as messages
from models.incident import Incident
from models.report import Report

TELLING = frozenset(  # where what will be a report is told; all else is about what has been reported
    {
        *("home", "cards", "fill", "consent", "consented", "writing", "written", "confirm", "reopen", "send", "drop"),
        *("readback", "agreed", "misread", "resume", "resumed", "restarted", "anonymous", "vault"),
    }
)


def start(desk: Desk, member_ids: Collection[int], length: timedelta) -> tuple[int, tuple[Deliver, ...]]:
    """Its id, and what its members are sent: now, and at its end."""
    ends_at = desk.now + length
    exercise_id = exercises.begin(desk.db, member_ids, desk.now, ends_at)
    until = ends_at.astimezone(desk.policy.timezone)
    effects = _tell(desk, exercise_id, "exercise.begins", f"exercise:{exercise_id}:begins", hour=f"{until:%H:%M}")
    _tell(desk, exercise_id, "exercise.over", f"exercise:{exercise_id}:ends", at=ends_at)
    return exercise_id, effects


def stop(desk: Desk, exercise_id: int) -> tuple[Deliver, ...] | None:
    """None where it does not run."""
    if not exercises.end(desk.db, exercise_id, desk.now):
        return None
    for contact_id in _phones(desk, exercise_id):
        messages.hold(desk.db, f"exercise:{exercise_id}:ends:{contact_id}", "stopped")
    return _tell(desk, exercise_id, "exercise.over", f"exercise:{exercise_id}:stopped")


def _phones(desk: Desk, exercise_id: int) -> dict[int, str]:
    """The contacts of those who take part, with their languages."""
    taking = members.recipients(desk.db, exercises.members_of(desk.db, exercise_id), desk.now)
    return {contact_id: each.language for each in taking for contact_id in each.contact_ids}


def _tell(
    desk: Desk, exercise_id: int, key: str, purpose: str, *, at: datetime | None = None, hour: str = ""
) -> tuple[Deliver, ...]:
    written = []
    for contact_id, language in _phones(desk, exercise_id).items():
        text = worded(desk, desk.say(key, language, hour=hour), language)
        written.append(write(desk, contact_id, text, f"{purpose}:{contact_id}", not_before=at))
    ids = tuple(message_id for message_id in written if message_id)
    return (Deliver(ids),) if ids and at is None else ()


def worded(desk: Desk, text: str, language: str) -> str:
    """With the word that stands on every message of an exercise."""
    return f"{desk.say('alert.exercise', language)} {text}"


def worded_for(desk: Desk, matter: Report | Incident, text: str, language: str) -> str:
    """With the word, where the matter is part of an exercise."""
    return worded(desk, text, language) if matter.exercise_id is not None else text


def mark(desk: Desk, report: Report) -> None:
    """Whether the locked report is part of an exercise: what its teller was in when it was told decides."""
    if report.exercise_id is None:
        report.exercise_id = exercises.of_report(desk.db, report)
        report.exercise = report.exercise_id is not None
        desk.db.flush()


def leave(talk: Talk, rest: str) -> Turn:
    """REEL: what this member reports from now on is real."""
    seat = talk.caller.seat
    exercise_id = exercises.of_member(talk.desk.db, seat.member_id, talk.desk.now) if seat else None
    if seat is None or exercise_id is None:
        return Turn(talk.say("exercise.none"))
    exercises.leave(talk.desk.db, exercise_id, seat.member_id, talk.desk.now)
    return Turn(talk.say("exercise.left"), durable=True)


def beside(talk: Talk, handler: str) -> Limits:
    """What a menu of that handler may take, with room for the word where it gets one."""
    limits, seat = talk.desk.policy.limits, talk.caller.seat
    if seat is None or not seat.drills or handler not in TELLING:
        return limits
    wide = len(talk.say("alert.exercise")) + 1
    return replace(limits, septets=limits.septets - wide, ucs2=limits.ucs2 - wide)


def room(words: Words, limits: Limits) -> Limits:
    """What a screen of a form may take, so that the word has room before it in whichever language."""
    wide = max(len(words.say("alert.exercise", (tag,))) for tag in COMPLETE) + 1
    return replace(limits, septets=limits.septets - wide, ucs2=limits.ucs2 - wide)


def world(talk: Talk, form: Form) -> World:
    """As a form is told in: with room for the word, where it gets one and the form was found to fit beside it."""
    if not form.roomy or talk.channel is not Channel.USSD:
        return talk.world
    usual, limits = talk.world, beside(talk, "fill")
    return usual if limits is usual.limits else replace(usual, limits=limits)


def marked(talk: Talk, handler: str, turn: Turn) -> Turn:
    """With the word, where that handler hears what will be an exercise. A screen of a form that has no room for it, as
    of an uploaded one perhaps, is never wider for it."""
    seat = talk.caller.seat
    if seat is None or not seat.drills or handler not in TELLING or not turn.text:
        return turn
    text = worded(talk.desk, turn.text, talk.caller.language)
    if talk.channel is Channel.SMS:
        return replace(turn, text=text)
    fitting = (each for each in (text, fold(text)) if fits(each, talk.desk.policy.limits))
    return replace(turn, text=next(fitting, turn.text))


def about(talk: Talk, report: Report, text: str) -> str:
    """With the word, where the text is about what was reported in an exercise."""
    return worded_for(talk.desk, report, text, talk.caller.language)


def drilled(talk: Talk, text: str, *, exercise: bool) -> str:
    """With the word, where what it is about is part of an exercise."""
    return worded(talk.desk, text, talk.caller.language) if exercise else text
