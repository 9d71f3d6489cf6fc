"""What has been reported near an officer: what, where and when, never who told it or in which words."""

from datetime import timedelta

from handlers.label import label
from handlers.menu import Item, hear_choice, show_page
from handlers.numbering import numbers
from handlers.reading_room import scope
from handlers.standing import standing
from handlers.turn import Position, State, Talk, Turn
from handlers.turn import show as go
from models import alert as alerts
from models import incident as incidents
from models.incident import Incident

LATELY = timedelta(hours=48)
MOST = 16
HOME, NEAR = Position("home"), Position("near")


def _line(talk: Talk, incident: Incident) -> str:
    """Hour, code and area; the day stands before the hour where it is not today."""
    language = talk.caller.language
    zone = talk.desk.policy.timezone
    at, today = incident.created_at.astimezone(zone), talk.desk.now.astimezone(zone).date()
    hour = f"{at:%H:%M}" if at.date() == today else f"{at:%d/%m %H:%M}"
    code = incident.code or ""
    short = f"{talk.desk.codes.short(code, language)}({code})"
    return label(talk, hour, short, talk.desk.atlas.name(incident.area or "", language))


def _lately(talk: Talk) -> list[Incident]:
    return incidents.near(talk.desk.db, scope(talk.desk, talk.caller.seat), talk.desk.now - LATELY, MOST)


def _items(talk: Talk) -> list[Item]:
    return [
        Item(key, _line(talk, incident), Position("near_one", {"incident": incident.id}))
        for key, incident in zip(numbers(), _lately(talk), strict=False)
    ]


def _title(talk: Talk, items: list[Item]) -> str:
    return talk.say("near.title" if items else "near.empty")


def show(talk: Talk, state: State) -> Turn:
    items = _items(talk)
    return show_page(talk, Position("near", state), _title(talk, items), items)


def hear(talk: Talk, state: State, said: str) -> Turn:
    items = _items(talk)
    return hear_choice(talk, Position("near", state), _title(talk, items), items, said, back=HOME)


def _one(talk: Talk, state: State) -> tuple[str, list[Item]] | None:
    """The line again with its state, and taking it where it is addressed to this very member."""
    seat = talk.caller.seat
    incident = next((each for each in _lately(talk) if each.id == state["incident"]), None)
    if seat is None or incident is None:
        return None
    mine = alerts.waiting(talk.desk.db, seat.member_id, incident.id)
    items = [Item("1", talk.say("inbox.take"), Position("take", {"alert": mine}))] if mine else []
    stands = standing(talk.desk, talk.caller.language, incident.state, incident.outcome)
    return f"{_line(talk, incident)}: {stands}", items


def show_one(talk: Talk, state: State) -> Turn:
    one = _one(talk, state)
    return show_page(talk, Position("near_one", state), *one) if one else go("near")


def hear_one(talk: Talk, state: State, said: str) -> Turn:
    one = _one(talk, state)
    return hear_choice(talk, Position("near_one", state), *one, said, back=NEAR) if one else go("near")
