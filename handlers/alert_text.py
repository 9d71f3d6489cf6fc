"""What an alert says: everything a coordinator needs in one SMS, and nothing at all outside operations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from flows.gsm7 import fit, parts
from flows.language import chain
from handlers.desk import Desk
from handlers.reading_room import Sight
from models.code import Compartment

SOURCES = ("seen", "told", "rumour")
SHORTEST_NAME = 4
DAY = "%d/%m"
TELLS_DAY = re.compile(r"\b\d\d/\d\d \d\d:\d\d\b")
OPEN = frozenset({Compartment.OPERATIONS, Compartment.FEEDBACK})


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told of a report; place: its key or P-code; typed: a place in it that matched none; grade: the
    Admiralty letter for the source; at: UTC; post: the key of the reporter's post, told where no place is known;
    sources: how many have reported it; reminds: it was told before."""

    reference: str
    compartment: Compartment
    severity: int
    code: str
    place: str
    typed: str
    at: datetime
    answers: Mapping[str, str]
    grade: str
    exercise: bool = False
    partial: bool = False
    post: str = ""
    sources: int = 1
    reminds: bool = False


def alert_text(desk: Desk, told: Told, language: str, sight: Sight = Sight.CONTENTS) -> str:
    """One part wherever the place's name can be shortened to make it so; else the name stays whole. It tells the day
    where that is another one, and no part is needed for it. Whoever may see no more than the facts reads no word that
    was written, and a reference may be all there is."""
    if told.compartment not in OPEN or sight < Sight.FACTS:
        exercise = [desk.say("alert.exercise", language)] if told.exercise else []
        return " ".join([*exercise, desk.say("alert.guarded", language, reference=told.reference)])
    if sight < Sight.CONTENTS:
        told = facts(desk, told)
    place = told.typed or desk.atlas.name(told.place, language) or _post(desk, told, language)
    names = [place, *(place[:length].rstrip() for length in range(len(place) - 1, SHORTEST_NAME - 1, -1))]
    return min((_worded(desk, told, language, name, when) for when in _whens(desk, told) for name in names), key=_cost)


def _cost(text: str) -> int:
    return len(parts(fit(text)))


def _whens(desk: Desk, told: Told) -> list[str]:
    """The hour; first with the day, where that is not today."""
    at = told.at.astimezone(desk.policy.timezone)
    other = at.date() != desk.now.astimezone(desk.policy.timezone).date()
    return [*([f"{at:{DAY} %H:%M}"] if other else []), f"{at:%H:%M}"]


def dated(text: str, written_at: datetime, now: datetime, zone: tzinfo) -> str:
    """A text that leaves on another day than it was written on, with the day that its hour belongs to: unless it tells
    one, or has no room for it."""
    day = written_at.astimezone(zone)
    if day.date() == now.astimezone(zone).date() or TELLS_DAY.search(text):
        return text
    longer = f"{day:{DAY}} {text}"
    return longer if _cost(longer) == _cost(text) else text


def facts(desk: Desk, told: Told) -> Told:
    """Without the place below its district, and without a word that was written."""
    row = desk.atlas.resolve(told.place)
    counted = {name: value for name, value in told.answers.items() if name.startswith("threshold_")}
    return replace(told, place=row.district or row.key if row else "", typed="", answers=counted)


def _worded(desk: Desk, told: Told, language: str, place: str, when: str) -> str:
    row = desk.atlas.resolve(told.place)
    words = [
        desk.say("alert.exercise", language) if told.exercise else "",
        desk.say("alert.reminder", language) if told.reminds else "",
        desk.say("alert.incomplete", language) if told.partial else "",
        _threshold(desk, told, language),
        f"{'!!' if told.severity >= 4 else '!'}S{told.severity}",
        f"{desk.codes.short(told.code, language)}({told.code})",
        place,
        row.pcode if row else "",
        when,
        _people(desk, told, language),
        _source(desk, told, language),
        desk.say("alert.sources", language, n=told.sources) if told.sources > 1 else "",
        desk.say("alert.answer", language, reference=told.reference),
    ]
    return " ".join(word for word in words if word)


def _post(desk: Desk, told: Told, language: str) -> str:
    name = desk.atlas.name(told.post, language)
    return desk.say("alert.from", language, place=name) if name else ""


def _people(desk: Desk, told: Told, language: str) -> str:
    count = told.answers.get("count", "")
    number = int(count) if count.isdecimal() else 0
    return desk.words.count("alert.people", number, chain(language)) if number else ""


def _threshold(desk: Desk, told: Told, language: str) -> str:
    """So many reports in so many days, where that is the matter."""
    count, days = (told.answers.get(name, "") for name in ("threshold_reports", "threshold_days"))
    return desk.say("alert.threshold", language, n=count, days=days) if count else ""


def _source(desk: Desk, told: Told, language: str) -> str:
    seen = told.answers.get("source", "")
    how = desk.say(f"alert.source_{seen}", language) if seen in SOURCES else ""
    grade = desk.say("alert.grade", language, grade=told.grade) if told.grade else ""
    return " ".join(word for word in (how, grade) if word)
