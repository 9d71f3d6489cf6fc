"""The last look before a report is filed."""

import re
from collections.abc import Sequence

from flows.engine import summary
from flows.progress import Progress
from handlers import filing
from handlers.fill import back_to_last
from handlers.menu import Item, choice, hear_choice, pages, show_page
from handlers.turn import Position, State, Talk, Turn

SHORT = 4  # characters: yes, no, oui, non


def _title(talk: Talk, state: State) -> str:
    """The answers; those as short as "yes" with their questions, where that fits one screen, else not at all."""
    form = talk.desk.forms[state["form"]]
    told = summary(form, Progress.from_json(state["progress"]), talk.world)
    whole = _worded(talk, told)
    if len(pages(talk, whole, _items(talk, state), back=True)) == 1:
        return whole
    return _worded(talk, [(label, text) for label, text in told if text.isdigit() or len(text) > SHORT])


def _worded(talk: Talk, told: Sequence[tuple[str, str]]) -> str:
    return "\n".join([talk.say("confirm.title"), *(_line(talk, label, text) for label, text in told)])


def _line(talk: Talk, label: str, text: str) -> str:
    if text.isdigit():
        return talk.say("confirm.number", number=text)
    question = re.match(r"[^?؟(]*[?؟]", label)
    return f"{question[0]} {text}" if question and len(text) <= SHORT else text


def _items(talk: Talk, state: State) -> list[Item]:
    kept = {key: value for key, value in state.items() if key != "page"}
    return [
        Item("1", talk.say("confirm.send"), Position("send", kept)),
        Item("2", talk.say("confirm.drop"), Position("drop", kept)),
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("confirm", state), _title(talk, state), _items(talk, state))


def hear(talk: Talk, state: State, said: str) -> Turn:
    items, here = _items(talk, state), Position("confirm", state)
    back = Position("reopen", {key: value for key, value in state.items() if key != "page"})
    return choice(talk, items, said) or hear_choice(talk, here, _title(talk, state), items, said, back=back)


def show_reopen(talk: Talk, state: State) -> Turn:
    return back_to_last(talk, state)


def show_send(talk: Talk, state: State) -> Turn:
    return filing.file(talk, state)


def show_drop(talk: Talk, state: State) -> Turn:
    filing.discard(talk, state)
    return Turn(talk.say("confirm.dropped"), durable=True)
