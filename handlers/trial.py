"""A form that is tried before others see it: its screens as a phone would show them, and no database to write to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from flows.form import Form
from handlers import confirm, fill
from handlers.turn import Position, State, Talk, Turn

Show = Callable[[Talk, State], Turn]
Hear = Callable[[Talk, State, str], Turn]

SCREENS: Mapping[str, tuple[Show, Hear | None]] = {
    "fill": (fill.show, fill.hear),
    "confirm": (confirm.show, confirm.hear),
    "reopen": (confirm.show_reopen, None),
}
# Consent is the service's question and not the form's; and nobody opens a draft where one has been filed.
SETTLED: Mapping[str, Any] = {"consent": "", "draft": {"id": 0, "filed": True}}


class WouldKeep(Exception):
    """Here something would be written, or read of what others have told."""


def try_form(talk: Talk, form: Form, said: Sequence[str]) -> Turn:
    """What the phone shows after all that was said since the trial began. It ends where anything would be kept."""
    desk = replace(talk.desk, reach=_out_of_reach, forms={**talk.desk.forms, form.name: form})
    talk = replace(talk, desk=desk)
    turn = _walk(talk, Position("fill", {"form": form.name}), None)
    for each in said:
        if turn.at is None:
            break
        turn = _walk(talk, turn.at, each)
    return turn


def _out_of_reach() -> Session:
    raise WouldKeep


def _walk(talk: Talk, at: Position, said: str | None) -> Turn:
    try:
        while at.handler in SCREENS:
            show, hear = SCREENS[at.handler]
            state = {**at.state, **SETTLED}
            turn = show(talk, state) if said is None or hear is None else hear(talk, state, said)
            if not turn.onward or turn.at is None:
                return turn
            at, said = turn.at, turn.said
    except WouldKeep:
        pass
    return Turn(talk.say("trial.over"))
