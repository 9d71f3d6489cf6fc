"""What a hop means: a new dial begins at home, an answer goes to the handler whose turn it is."""

from dataclasses import replace

from handlers.conversation import HOME, converse
from handlers.turn import Position, Talk, Turn


def answer(talk: Talk, said: str | None, at: Position | None) -> Turn:
    """said None: the phone has just dialled, or must see its screen again."""
    return converse(talk, at or HOME, said)


def direct(talk: Talk, tokens: list[str]) -> Turn:
    """`*384*1234*1*12#`: the tokens of a first text, taken as answers one after the other."""
    turn = answer(talk, None, None)
    for token in tokens:
        if turn.at is None:
            break
        onward = replace(talk, acts=talk.acts + turn.opened)
        turn = converse(onward, turn.at, token).after(turn)
    return turn
