"""Choosing the language; what is written from the right is tried on a test screen first, since not every handset can
show it."""

from flows.folding import digits
from flows.form import Channel
from flows.language import LANGUAGES
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from models import contact

# In letters that every handset has; a digit stays with its language, whichever others there are.
OFFERED = (
    ("1", "Francais", "fr"),
    ("2", "Arabi", "ar"),
    ("3", "English", "en"),
    ("4", "Bamanankan", "bm"),
    ("5", "Sooninke", "snk"),
    ("6", "Pulaar", "ff"),
    ("7", "Hassaniya", "mey"),
    ("8", "Wolof", "wo"),
)


def _items(talk: Talk) -> list[Item]:
    """Only what we have words in."""
    spoken = talk.desk.words.catalogues
    return [Item(key, name, Position("speak", {"language": tag})) for key, name, tag in OFFERED if tag in spoken]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("language", state), talk.say("language.title"), _items(talk))


def hear(talk: Talk, state: State, said: str) -> Turn:
    here = Position("language", state)
    return hear_choice(talk, here, talk.say("language.title"), _items(talk), said, back=Position("home"))


def show_speak(talk: Talk, state: State) -> Turn:
    """Switch at once, but for a script of the right on a screen: there, 1 means "I can read this"."""
    tag = str(state["language"])
    if LANGUAGES[tag].rtl and talk.channel is Channel.USSD:
        return Turn(talk.desk.say("language.test", tag), Position("speak", state))
    return _switch(talk, tag)


def hear_speak(talk: Talk, state: State, said: str) -> Turn:
    if digits(said).strip() == "1":
        return _switch(talk, str(state["language"]))
    return Turn(at=Position("language"), onward=True)


def _switch(talk: Talk, tag: str) -> Turn:
    contact.speak(talk.desk.db, talk.caller.contact_id, tag)
    return Turn(at=Position("home"), onward=True, language=tag)
