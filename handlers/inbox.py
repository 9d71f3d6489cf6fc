"""A member's open alerts on a screen: read one, and take it."""

from handlers.acknowledge import acknowledge
from handlers.alert_text import alert_text
from handlers.briefing import briefing
from handlers.label import label
from handlers.menu import Item, hear_choice, show_page
from handlers.numbering import numbers
from handlers.reading_room import Sight, most
from handlers.turn import Position, State, Talk, Turn
from models import alert as alerts
from models import incident as incidents
from models.member import Recipient

MOST = 20


def _items(talk: Talk) -> list[Item]:
    seat = talk.caller.seat
    if seat is None:
        return []
    waiting = alerts.open_for(talk.desk.db, seat.member_id, MOST)
    return [
        Item(key, _line(talk, row), Position("alert", {"alert": row.alert_id}))
        for key, row in zip(numbers(), waiting, strict=False)
    ]


def _line(talk: Talk, row: alerts.OpenAlert) -> str:
    """With the area, for whoever may see the facts."""
    seat, word = talk.caller.seat, talk.say("alert.exercise") if row.exercise else ""
    if seat is None or most(seat.role, row.compartment) < Sight.FACTS:
        return label(talk, word, row.reference)
    place = talk.desk.atlas.name(row.area or "", talk.caller.language)
    return label(talk, word, f"{row.reference} S{row.severity}", place)


def _title(talk: Talk, items: list[Item]) -> str:
    return talk.say("inbox.title" if items else "inbox.empty")


def show(talk: Talk, state: State) -> Turn:
    items = _items(talk)
    return show_page(talk, Position("inbox", state), _title(talk, items), items)


def hear(talk: Talk, state: State, said: str) -> Turn:
    items = _items(talk)
    return hear_choice(talk, Position("inbox", state), _title(talk, items), items, said, back=Position("home"))


def _take(talk: Talk, state: State) -> list[Item]:
    return [Item("1", talk.say("inbox.take"), Position("take", state))]


def _told(talk: Talk, state: State) -> str:
    """What the alert said when it was last sent by itself, else as much as this member may know of it now."""
    desk, seat, alert_id = talk.desk, talk.caller.seat, int(state["alert"])
    incident_id = alerts.mine(desk.db, alert_id, seat.member_id) if seat else None
    if seat is None or incident_id is None:
        return ""
    said = alerts.text_of(desk.db, desk.keys, alert_id, seat.member_id)
    return said or _known(talk, incident_id, Recipient(seat.member_id, seat.level, talk.caller.language, ()))


def _known(talk: Talk, incident_id: int, reader: Recipient) -> str:
    brief = briefing(talk.desk, incidents.get(talk.desk.db, incident_id))
    return alert_text(talk.desk, brief.told, reader.language, brief.sight(reader))


def show_alert(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("alert", state), _told(talk, state), _take(talk, state))


def hear_alert(talk: Talk, state: State, said: str) -> Turn:
    text = _told(talk, state)
    return hear_choice(talk, Position("alert", state), text, _take(talk, state), said, back=Position("inbox"))


def show_take(talk: Talk, state: State) -> Turn:
    seat = talk.caller.seat
    if seat is None:
        return Turn(at=Position("home"), onward=True)
    taken = acknowledge(talk.desk, talk.hand(), [int(state["alert"])])
    return Turn(taken.text(talk.caller.language), durable=True, effects=taken.effects)
