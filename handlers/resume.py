"""Somebody dials again: go on where the last conversation broke off, or start again; another dial ends by it."""

from flows.carry import carry
from flows.language import chain, pick
from flows.progress import Progress
from handlers.leaving import keep, may_resume, window
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from handlers.turn import show as go
from models import message as messages
from models import unfinished
from models.unfinished import Unfinished


def offer(talk: Talk) -> Position | None:
    """Where a dial begins instead of at home: at the choice between what was begun and something new."""
    left = unfinished.of_contact(talk.desk.db, talk.desk.keys, talk.caller.contact_id)
    if left is None or not _is_offered(talk, left):
        return None
    answers = left.state["progress"]["answers"]
    return Position("resume", {"from": left.id, "form": left.state["form"], "code": answers.get("code", "")})


def _is_offered(talk: Talk, left: Unfinished) -> bool:
    """Within its time, and to the same kind of person: a phone that has lost its seat shows no officer's draft."""
    lasts = window(talk.desk.policy, left.channel, member=talk.caller.seat is not None)
    reporter = left.state.get("progress", {}).get("answers", {}).get("reporter", "")
    mine = reporter in ("", talk.caller.reporter)
    return mine and talk.desk.now < left.left_at + lasts and may_resume(talk.desk, left)


def reminder(talk: Talk) -> str:
    """What else was begun on this phone, and how to go on with it; "" where there is nothing."""
    offered = offer(talk)
    return talk.say("resume.reminder", what=_what(talk, offered.state)) if offered else ""


def _what(talk: Talk, state: State) -> str:
    """The type where it was answered, else the form's title."""
    language = talk.caller.language
    title = pick(talk.desk.forms[state["form"]].title, chain(language))
    return talk.desk.codes.short(state["code"], language) if state["code"] else title


def _title(talk: Talk, state: State) -> str:
    return talk.say("resume.title", what=_what(talk, state))


def _items(talk: Talk, state: State) -> list[Item]:
    return [
        Item("1", talk.say("resume.continue"), Position("resumed", state)),
        Item("2", talk.say("resume.again"), Position("restarted", state)),
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("resume", state), _title(talk, state), _items(talk, state), back=False)


def hear(talk: Talk, state: State, said: str) -> Turn:
    return hear_choice(talk, Position("resume", state), _title(talk, state), _items(talk, state), said)


def show_resumed(talk: Talk, state: State) -> Turn:
    """Back at the very question; the draft is this conversation's now."""
    left = _take(talk, state)
    if left is None:
        return go("home")
    form = talk.desk.forms[left.state["form"]]
    progress = carry(form, Progress.from_json(left.state["progress"]))
    kept = {key: value for key, value in left.state.items() if key != "page"}
    return go("fill", {**kept, "progress": progress.to_json()})


def show_restarted(talk: Talk, state: State) -> Turn:
    """What was begun is kept as it is, and not offered again."""
    left = _take(talk, state)
    if left is not None:
        keep(talk.desk, Position(left.handler, left.state))
    return Turn(at=Position("home"), onward=True, durable=True)


def _take(talk: Talk, state: State) -> Unfinished | None:
    """None where it has been finished, or taken by another dial, since it was offered."""
    left = unfinished.find(talk.desk.db, talk.desk.keys, int(state["from"]))
    if left is not None:
        unfinished.let_go(talk.desk.db, left.id)
        messages.hold(talk.desk.db, f"invite:{left.draft_id}", "resumed")
    return left
