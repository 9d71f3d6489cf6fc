"""The table of handlers, and the walk from one to the next until somebody has something to say."""

from collections.abc import Callable
from dataclasses import replace

from handlers import (
    anonymity,
    callback,
    cards,
    cases,
    confirm,
    consent,
    counterpart,
    digest,
    erasing,
    exercising,
    fill,
    follow,
    home,
    inbox,
    language,
    mine,
    near,
    pin,
    readback,
    reading,
    resume,
    rights,
    verdict,
)
from handlers.turn import Position, State, Talk, Turn

Show = Callable[[Talk, State], Turn]
Hear = Callable[[Talk, State, str], Turn]

HOME = Position("home")

# Handlers with None act and hand on at once; no conversation ever rests there.
HANDLERS: dict[str, tuple[Show, Hear | None]] = {
    "home": (home.show, home.hear),
    "cards": (cards.show, cards.hear),
    "language": (language.show, language.hear),
    "speak": (language.show_speak, language.hear_speak),
    "reading": (reading.show, reading.hear),
    "privacy": (rights.show, rights.hear),
    "anonymous": (anonymity.show, anonymity.hear),
    "erase": (erasing.show, erasing.hear),
    "erased": (erasing.show_erased, None),
    "vault": (anonymity.show_vault, anonymity.hear_vault),
    "follow": (follow.show, follow.hear),
    "inbox": (inbox.show, inbox.hear),
    "alert": (inbox.show_alert, inbox.hear_alert),
    "take": (inbox.show_take, None),
    "cases": (cases.show, cases.hear),
    "case": (cases.show_case, cases.hear_case),
    "outcome": (cases.show_outcome, cases.hear_outcome),
    "ending": (verdict.show, verdict.hear),
    "decide": (cases.show_decide, None),
    "decline": (cases.show_decline, None),
    "parts": (cases.show_parts, cases.hear_parts),
    "separate": (cases.show_separate, None),
    "pin": (pin.show, pin.hear),
    "digest": (digest.show, digest.hear),
    "near": (near.show, near.hear),
    "near_one": (near.show_one, near.hear_one),
    "mine": (mine.show, mine.hear),
    "mine_one": (mine.show_one, mine.hear_one),
    "posts": (counterpart.show, counterpart.hear),
    "list_me": (counterpart.show_list_me, None),
    "post": (counterpart.show_post, counterpart.hear_post),
    "call_me": (counterpart.show_call_me, None),
    "fill": (fill.show, fill.hear),
    "consent": (consent.show, consent.hear),
    "consented": (consent.show_consented, None),
    "writing": (consent.show_writing, consent.hear_writing),
    "written": (consent.show_written, None),
    "confirm": (confirm.show, confirm.hear),
    "callback": (callback.show, callback.hear),
    "called": (callback.show_called, None),
    "reopen": (confirm.show_reopen, None),
    "send": (confirm.show_send, None),
    "readback": (readback.show, readback.hear),
    "agreed": (readback.show_agreed, None),
    "misread": (readback.show_misread, None),
    "drop": (confirm.show_drop, None),
    "resume": (resume.show, resume.hear),
    "resumed": (resume.show_resumed, None),
    "restarted": (resume.show_restarted, None),
}


def converse(talk: Talk, position: Position, said: str | None) -> Turn:
    """Hand what was said (None = nothing yet) to the handler whose turn it is, and follow where it leads."""
    turn, here = _once(talk, position, said), position
    while turn.onward and turn.at is not None:
        here = turn.at
        if turn.language:
            talk = replace(talk, caller=replace(talk.caller, language=turn.language))
        talk_on = replace(talk, acts=talk.acts + turn.opened)
        turn = _once(talk_on, turn.at, turn.said).after(turn)
    return exercising.marked(talk, here.handler, turn)


def _once(talk: Talk, position: Position, said: str | None) -> Turn:
    if position.handler not in HANDLERS or not _form_is_there(talk, position):
        position, said = HOME, None  # it belongs to an older release, or its form is gone
    show, hear = HANDLERS[position.handler]
    if said is None or hear is None:
        return show(talk, position.state)
    return hear(talk, position.state, said)


def _form_is_there(talk: Talk, position: Position) -> bool:
    return position.state.get("form", "incident") in talk.desk.forms
