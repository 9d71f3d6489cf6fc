"""Longer texts to read screen by screen: who reads what, how long, and how to stop or delete."""

from handlers.menu import hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn

BACK = Position("privacy")


def _text(talk: Talk, state: State) -> str:
    return talk.say_with_help(f"text.{state['text']}", organisation=talk.desk.policy.organisation)


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("reading", state), _text(talk, state), ())


def hear(talk: Talk, state: State, said: str) -> Turn:
    return hear_choice(talk, Position("reading", state), _text(talk, state), (), said, back=BACK)
