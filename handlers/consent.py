"""Consent before anything is told that could harm the teller: who reads it, and whether we may write back."""

from collections.abc import Callable
from typing import Any

from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from models import consent as consents

VERSION = "1"


def _question(
    here: str, title: str, to: str
) -> tuple[Callable[[Talk, State], Turn], Callable[[Talk, State, str], Turn]]:
    """A yes-or-no question that must be answered: it has no way back; the answer goes to `to` as "said"."""

    def items(talk: Talk, state: State) -> list[Item]:
        return [
            Item("1", talk.say("consent.yes"), Position(to, {**state, "said": True})),
            Item("2", talk.say("consent.no"), Position(to, {**state, "said": False})),
        ]

    def show(talk: Talk, state: State) -> Turn:
        return show_page(talk, Position(here, state), talk.say(title), items(talk, state), back=False)

    def hear(talk: Talk, state: State, said: str) -> Turn:
        return hear_choice(talk, Position(here, state), talk.say(title), items(talk, state), said)

    return show, hear


show, hear = _question("consent", "consent.ask", "consented")
show_writing, hear_writing = _question("writing", "consent.write", "written")


def show_consented(talk: Talk, state: State) -> Turn:
    """On no: nothing but the help number. On yes: may we write to this phone?"""
    if not state["said"]:
        return Turn(talk.say_with_help("consent.refused"))
    kept = _without_answer(state)
    scope = talk.desk.codes.entries[kept["progress"]["answers"]["code"]].compartment
    consents.give(talk.desk.db, talk.caller.contact_id, scope, VERSION, talk.caller.language, talk.desk.now)
    return Turn(at=Position("writing", {**kept, "consent": VERSION}), onward=True, durable=True)


def show_written(talk: Talk, state: State) -> Turn:
    return Turn(at=Position("fill", {**_without_answer(state), "write": state["said"]}), onward=True)


def _without_answer(state: State) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key not in ("said", "page")}
