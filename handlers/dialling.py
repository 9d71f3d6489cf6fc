"""What a hop means: a new dial begins at home, an answer goes to the handler whose turn it is."""

from dataclasses import replace

from handlers import resume
from handlers.conversation import HOME, converse
from handlers.turn import Position, Talk, Turn
from models import unfinished


def answer(talk: Talk, said: str | None, at: Position | None) -> Turn:
    """said None: the phone has just dialled, or must see its screen again."""
    return converse(talk, at or HOME, said)


def direct(talk: Talk, tokens: list[str]) -> Turn:
    """A new dial: the phone's other dials go no further, and what was begun is offered again.

    `*384*1234*1*12#`: the tokens of a first text, taken as answers one after the other, as far as they are any.

    They are meant for home: on a phone that has something else to be asked first, they wait for nobody.
    """
    turn = answer(talk, None, None if talk.caller.new else _resumed(talk))
    if turn.at is None or turn.at.handler != HOME.handler:
        return turn
    for token in tokens:
        before = turn.at
        turn = converse(_onward(talk, turn), before, token).after(turn)
        if turn.at is None or _refused(before, turn.at):
            break
    return turn


def _resumed(talk: Talk) -> Position | None:
    unfinished.take_over(talk.desk.db, talk.caller.contact_id, talk.conversation_id, talk.desk.now)
    return resume.offer(talk)


def _onward(talk: Talk, turn: Turn) -> Talk:
    caller = replace(talk.caller, language=turn.language or talk.caller.language)
    return replace(talk, caller=caller, acts=talk.acts + turn.opened)


def _refused(before: Position, after: Position) -> bool:
    """Whether the same was asked again: what follows was not typed for it."""
    tries = after.state.get("tries") or after.state.get("progress", {}).get("tries")
    return after == before or bool(tries)
