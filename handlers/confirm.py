"""The last look before a report is filed."""

from flows.engine import summary
from flows.progress import Progress
from handlers import filing
from handlers.fill import back_to_last
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn


def _title(talk: Talk, state: State) -> str:
    form = talk.desk.forms[state["form"]]
    told = summary(form, Progress.from_json(state["progress"]), talk.world)
    lines = (talk.say("confirm.number", number=text) if text.isdigit() else text for _, text in told)
    return "\n".join([talk.say("confirm.title"), *lines])


def _items(talk: Talk, state: State) -> list[Item]:
    kept = {key: value for key, value in state.items() if key != "page"}
    return [
        Item("1", talk.say("confirm.send"), Position("send", kept)),
        Item("2", talk.say("confirm.drop"), Position("drop", kept)),
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("confirm", state), _title(talk, state), _items(talk, state))


def hear(talk: Talk, state: State, said: str) -> Turn:
    here = Position("confirm", state)
    back = Position("reopen", {key: value for key, value in state.items() if key != "page"})
    return hear_choice(talk, here, _title(talk, state), _items(talk, state), said, back=back)


def show_reopen(talk: Talk, state: State) -> Turn:
    return back_to_last(talk, state)


def show_send(talk: Talk, state: State) -> Turn:
    return filing.file(talk, state)


def show_drop(talk: Talk, state: State) -> Turn:
    filing.discard(talk, state)
    return Turn(talk.say("confirm.dropped"), durable=True)
