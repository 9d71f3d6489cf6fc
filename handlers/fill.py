"""Filling in a form: the engine asks, and a draft is on disk from the first useful answer."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from flows.engine import Step, begin, step
from flows.form import Channel, Form
from flows.progress import Progress
from flows.screen import DoesNotFit
from handlers import filing
from handlers.anonymity import is_anonymous, kept_on
from handlers.exercising import world
from handlers.turn import Position, State, Talk, Turn
from handlers.turn import show as go
from models.code import GUARDED


def given(talk: Talk, state: State | None = None) -> dict[str, str]:
    """What a form may know of the caller beforehand; the names are those of its hidden questions. Of whoever does not
    want to be known, nothing but the language."""
    if is_anonymous(state or {}):
        return {"reporter": "community", "language": talk.caller.language}
    seat, language = talk.caller.seat, talk.caller.language
    post, last = seat.post if seat else "", talk.caller.last
    atlas = talk.desk.atlas
    return {
        "reporter": talk.caller.reporter,
        "language": language,
        "post": post,
        "post_name": atlas.name(post, language),
        "last": "" if last == post else last,
        "last_name": atlas.name(last, language),
    }


def progress_of(talk: Talk, state: State, form: Form) -> Progress:
    kept = state.get("progress")
    return Progress.from_json(kept) if kept else begin(form, given(talk, state))


def show(talk: Talk, state: State) -> Turn:
    form = talk.desk.forms[state["form"]]
    return after(talk, state, form, _step(talk, state, form, None))


def hear(talk: Talk, state: State, said: str) -> Turn:
    form = talk.desk.forms[state["form"]]
    return after(talk, state, form, _step(talk, state, form, said))


def _step(talk: Talk, state: State, form: Form, said: str | None) -> Step:
    """With room for the word of an exercise, unless a place has so long a name that there is none."""
    progress = progress_of(talk, state, form)
    with suppress(DoesNotFit):
        return step(form, progress, said, world(talk, form))
    return step(form, progress, said, talk.world)


def after(talk: Talk, state: State, form: Form, done: Step) -> Turn:
    """What follows a step: leave, go on in another form, ask for consent, keep a draft, confirm, or ask on."""
    if done.left:
        return go("home")
    if done.handoff:
        there = Position("fill", {**kept_on(state), "form": done.handoff.form, **_told_already(state)})
        return Turn(at=there, onward=True, said=done.handoff.said or None)
    here: dict[str, Any] = {**state, "progress": done.progress.to_json()}
    if _must_consent(talk, here):
        return go("consent", here)
    drafted = filing.draft(talk, form, here, done.progress)
    turn = _next(talk, drafted.state, done)
    return turn.after(Turn(opened=drafted.opened, durable=True)) if drafted.opened else turn


def _next(talk: Talk, state: State, done: Step) -> Turn:
    if not done.done:
        return Turn(done.text, Position("fill", state))
    if talk.channel is Channel.USSD and filing.has_anything(talk, state):
        return go("confirm", state)
    if state.get("read"):
        return go("readback", state)
    return filing.file(talk, state)


def _told_already(state: State) -> Mapping[str, Any]:
    """A text that is kept and waits to be classified, by whichever form."""
    return {"draft": state["draft"]} if state.get("draft", {}).get("filed") else {}


def _must_consent(talk: Talk, state: Mapping[str, Any]) -> bool:
    """Before the first answer that could harm its teller; members have signed when they were enrolled, but are asked
    where their own words were taken for a matter of a guarded desk."""
    code = state["progress"].get("answers", {}).get("code", "")
    asked = "consent" in state or (talk.caller.seat is not None and not state.get("overheard"))
    return not asked and talk.desk.codes.compartment(code) in GUARDED


def back_to_last(talk: Talk, state: State) -> Turn:
    """From the confirm screen back to the question that was answered last."""
    progress = Progress.from_json(state["progress"])
    if not progress.path:
        return go("fill", state)
    reopened = replace(progress, asking=progress.path[-1], path=progress.path[:-1], page=0)
    return go("fill", {**state, "progress": reopened.to_json()})
