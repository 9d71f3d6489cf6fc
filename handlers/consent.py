"""Consent before anything is told that could harm the teller: who reads it, and whether we may write back."""

from collections.abc import Callable
from typing import Any

from flows.folding import fold
from handlers.anonymity import is_anonymous
from handlers.filing import discard
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from handlers.wording import said_yes, version
from models import consent as consents


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
        keyed = yes_or_no(talk, said) or said
        return hear_choice(talk, Position(here, state), talk.say(title), items(talk, state), keyed)

    return show, hear


def yes_or_no(talk: Talk, said: str) -> str:
    """The digit of a yes or a no that was written out, in whichever language; "" for anything else."""
    first = fold(said).split()[:1]
    for key, word in (("1", "consent.yes"), ("2", "consent.no")):
        if any(first == [fold(talk.desk.say(word, tag))] for tag in talk.desk.words.catalogues):
            return key
    return ""


show, hear = _question("consent", "consent.ask", "consented")
show_writing, hear_writing = _question("writing", "consent.write", "written")


def show_consented(talk: Talk, state: State) -> Turn:
    """On no: nothing but the help number, and a text that came before the question goes. On yes: may we write to
    this phone?"""
    if not state["said"]:
        discard(talk, state)
        return Turn(talk.say_with_help("consent.refused"))
    kept = _without_answer(state)
    to = "fill" if is_anonymous(state) else "writing"
    return Turn(at=Position(to, said_yes(talk, kept)), onward=True, durable=True)


def show_written(talk: Talk, state: State) -> Turn:
    """Only a phone that may be written to is written down with its consent; of any other the report alone knows."""
    if state["said"]:
        desk, caller = talk.desk, talk.caller
        scope = desk.codes.entries[state["progress"]["answers"]["code"]].compartment
        consents.give(desk.db, caller.contact_id, scope, version(desk, "asked"), caller.language, desk.now)
    return Turn(at=Position("fill", {**_without_answer(state), "write": state["said"]}), onward=True)


def _without_answer(state: State) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key not in ("said", "page")}
