"""What whoever holds a phone may know and decide: who reads, telling without a number, being forgotten."""

from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn

HOME = Position("home")


def _items(talk: Talk) -> list[Item]:
    return [
        Item("1", talk.say("home.who"), Position("reading", {"text": "who"})),
        Item("2", talk.say("rights.anonymous"), Position("anonymous")),
        Item("3", talk.say("rights.erase"), Position("erase")),
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("privacy", state), talk.say("rights.title"), _items(talk))


def hear(talk: Talk, state: State, said: str) -> Turn:
    return hear_choice(talk, Position("privacy", state), talk.say("rights.title"), _items(talk), said, back=HOME)
