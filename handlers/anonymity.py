"""Telling without one's number: `99#…` by SMS or a choice on the screen; the phone is forgotten ten minutes after, and
whoever told it asks after it by reference and code."""

import re
from collections.abc import Mapping
from typing import Any

from flows.folding import digits
from flows.form import Channel
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from models import ticket as tickets

PREFIX = re.compile(r"\s*99(?:\s*[#*]\s*|\s+(?=\d)|\s*$)")
SIGNED = re.compile(r"\s*99\s*[#*]\s*(?=\S)")
KEEP = re.compile(r"\s*99[\s#*]*(oui|yes|نعم)\s*", re.IGNORECASE)
CODED = re.compile(r"([1-9]\d{5,7})[\s#*]*(\d{4})")
PRIVACY = Position("privacy")


def is_anonymous(state: Mapping[str, Any]) -> bool:
    return "anonymous" in state


def begun(talk: Talk, *, vault: bool) -> dict[str, Any]:
    """What a state holds from here on; vault: an answer is wanted, for which the number is kept 72 hours."""
    return {"anonymous": talk.desk.now.isoformat(), "vault": vault}


def kept_on(state: State) -> dict[str, Any]:
    """What of a state holds in another form, too."""
    return {key: state[key] for key in ("anonymous", "vault") if key in state}


def without_prefix(text: str, *, asked: bool = False) -> str | None:
    """What follows `99#`; None for a text that does not begin so. asked: we have asked something, to which 99 may be
    the answer."""
    found = (SIGNED if asked else PREFIX).match(digits(text))
    return digits(text)[found.end() :] if found else None


def number_of(talk: Talk, state: State, report_id: int, reference: str) -> str:
    """What is told of an anonymous report that is filed: reference and code, this once."""
    code = tickets.finish(talk.desk.db, talk.desk.keys, report_id, talk.desk.now)
    if state["vault"]:
        tickets.keep_in_vault(talk.desk.db, talk.desk.keys, report_id, talk.caller.contact_id, talk.desk.now)
        return talk.say("filed.answerable", reference=reference, digits=code)
    key = "sms.anonymous" if talk.channel is Channel.SMS else "filed.anonymous"
    return talk.say(key, reference=reference, digits=code)


def keep_number(talk: Talk) -> Turn:
    """`99 OUI`, as long as the phone is not forgotten: an answer is wanted after all."""
    since = talk.desk.now - tickets.PAUSE
    report_id = tickets.latest_of(talk.desk.db, talk.caller.contact_id, since)
    if report_id is None:
        return Turn(talk.say("anonymous.too_late"))
    tickets.keep_in_vault(talk.desk.db, talk.desk.keys, report_id, talk.caller.contact_id, talk.desk.now)
    return Turn(talk.say("anonymous.kept"), durable=True)


def _kinds(talk: Talk, state: State) -> list[Item]:
    return [
        Item("1", talk.say("home.report"), Position("vault", {"form": "incident"})),
        Item("2", talk.say("home.feedback"), Position("vault", {"form": "feedback"})),
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("anonymous", state), talk.say("anonymous.title"), _kinds(talk, state))


def hear(talk: Talk, state: State, said: str) -> Turn:
    here = Position("anonymous", state)
    return hear_choice(talk, here, talk.say("anonymous.title"), _kinds(talk, state), said, back=PRIVACY)


def _answers(talk: Talk, state: State) -> list[Item]:
    form = {"form": state["form"]}
    return [
        Item("1", talk.say("anonymous.keep_nothing"), Position("fill", {**form, **begun(talk, vault=False)})),
        Item("2", talk.say("anonymous.keep_number"), Position("fill", {**form, **begun(talk, vault=True)})),
    ]


def show_vault(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("vault", state), talk.say("anonymous.answer"), _answers(talk, state))


def hear_vault(talk: Talk, state: State, said: str) -> Turn:
    here, back = Position("vault", state), Position("anonymous")
    return hear_choice(talk, here, talk.say("anonymous.answer"), _answers(talk, state), said, back=back)
