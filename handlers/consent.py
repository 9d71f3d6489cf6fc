"""Consent before anything is told that could harm the teller: who reads it, and whether we may write back."""

from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from models import consent as consents

VERSION = "1"


def _items(talk: Talk, state: State, to: str) -> list[Item]:
    return [
        Item("1", talk.say("consent.yes"), Position(to, {**state, "said": True})),
        Item("2", talk.say("consent.no"), Position(to, {**state, "said": False})),
    ]


def show(talk: Talk, state: State) -> Turn:
    title = talk.say("consent.ask")
    return show_page(talk, Position("consent", state), title, _items(talk, state, "consented"), back=False)


def hear(talk: Talk, state: State, said: str) -> Turn:
    here = Position("consent", state)
    return hear_choice(talk, here, talk.say("consent.ask"), _items(talk, state, "consented"), said)


def show_consented(talk: Talk, state: State) -> Turn:
    """On no: nothing but the help number. On yes: may we write to this phone?"""
    kept = {key: value for key, value in state.items() if key not in ("said", "page")}
    if not state["said"]:
        return Turn(talk.say_with_help("consent.refused"))
    code = kept["progress"]["answers"]["code"]
    scope = talk.desk.codes.entries[code].compartment
    consents.give(talk.desk.db, talk.caller.contact_id, scope, VERSION, talk.caller.language, talk.desk.now)
    return Turn(at=Position("writing", {**kept, "consent": VERSION}), onward=True, durable=True)


def show_writing(talk: Talk, state: State) -> Turn:
    title = talk.say("consent.write")
    return show_page(talk, Position("writing", state), title, _items(talk, state, "written"), back=False)


def hear_writing(talk: Talk, state: State, said: str) -> Turn:
    here = Position("writing", state)
    return hear_choice(talk, here, talk.say("consent.write"), _items(talk, state, "written"), said)


def show_written(talk: Talk, state: State) -> Turn:
    kept = {key: value for key, value in state.items() if key not in ("said", "page")}
    return Turn(at=Position("fill", {**kept, "write": state["said"]}), onward=True)
