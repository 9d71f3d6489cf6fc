"""What this phone has reported, by reference, and what has become of each; nothing that is guarded."""

from handlers.exercising import about
from handlers.menu import Item, hear_choice, show_page
from handlers.numbering import numbers
from handlers.reading_room import OWN, Sight
from handlers.turn import Position, State, Talk, Turn
from handlers.turn import show as go
from models import incident as incidents
from models import report as reports
from models.report import Report

MOST = 16
HOME, MINE = Position("home"), Position("mine")


def _items(talk: Talk) -> list[Item]:
    filed = reports.of_contact(talk.desk.db, talk.caller.contact_id, MOST)
    return [
        Item(key, _become(talk, report), Position("mine_one", {"reference": report.reference}))
        for key, report in zip(numbers(), filed, strict=False)
    ]


def _become(talk: Talk, report: Report) -> str:
    become = talk.say(f"follow.{incidents.progress(talk.desk.db, report)}", reference=report.reference)
    return about(talk, report, become)


def _title(talk: Talk, items: list[Item]) -> str:
    return talk.say("mine.title" if items else "mine.empty")


def show(talk: Talk, state: State) -> Turn:
    items = _items(talk)
    return show_page(talk, Position("mine", state), _title(talk, items), items)


def hear(talk: Talk, state: State, said: str) -> Turn:
    items = _items(talk)
    return hear_choice(talk, Position("mine", state), _title(talk, items), items, said, back=HOME)


def _one(talk: Talk, state: State) -> str | None:
    """When it was begun and, where these stand in clear, what and where."""
    report = reports.by_reference(talk.desk.db, str(state["reference"]))
    if report is None or report.contact_id != talk.caller.contact_id or OWN[report.compartment] < Sight.REFERENCE:
        return None
    if OWN[report.compartment] < Sight.FACTS:
        return _become(talk, report)
    language = talk.caller.language
    at = report.created_at.astimezone(talk.desk.policy.timezone)
    short = talk.desk.codes.short(report.code, language) if report.code else ""
    words = f"{at:%d/%m %H:%M}", short, talk.desk.atlas.name(report.area or "", language)
    return _become(talk, report) + "\n" + " ".join(word for word in words if word)


def show_one(talk: Talk, state: State) -> Turn:
    text = _one(talk, state)
    return show_page(talk, Position("mine_one", state), text, ()) if text else go("mine")


def hear_one(talk: Talk, state: State, said: str) -> Turn:
    text = _one(talk, state)
    return hear_choice(talk, Position("mine_one", state), text, (), said, back=MINE) if text else go("mine")
