"""Choosing the language; Arabic is tried on a test screen first, since not every handset can show it."""

from flows.form import Channel
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from models import contact

OFFERED = (("1", "Francais", "fr"), ("2", "Arabi", "ar"), ("3", "English", "en"))


def _items() -> list[Item]:
    return [Item(key, name, Position("speak", {"language": tag})) for key, name, tag in OFFERED]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("language", state), talk.say("language.title"), _items())


def hear(talk: Talk, state: State, said: str) -> Turn:
    here = Position("language", state)
    return hear_choice(talk, here, talk.say("language.title"), _items(), said, back=Position("home"))


def show_speak(talk: Talk, state: State) -> Turn:
    """Switch at once, but for Arabic on a screen: there, 1 means "I can read this"."""
    tag = str(state["language"])
    if tag == "ar" and talk.channel is Channel.USSD:
        return Turn(talk.desk.say("language.test", "ar"), Position("speak", state))
    return _switch(talk, tag)


def hear_speak(talk: Talk, state: State, said: str) -> Turn:
    return _switch(talk, "ar") if said.strip() == "1" else Turn(at=Position("language"), onward=True)


def _switch(talk: Talk, tag: str) -> Turn:
    contact.speak(talk.desk.db, talk.caller.contact_id, tag)
    return Turn(at=Position("home"), onward=True, language=tag)
