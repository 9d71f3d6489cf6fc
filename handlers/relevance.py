"""Whether a text answers what we have asked, or begins something else: nobody needs to finish first."""

import re

from flows.engine import step
from flows.folding import digits
from flows.form import Channel, Form, Kind, Question
from flows.reader import read
from handlers import fill
from handlers.consent import yes_or_no
from handlers.turn import Position, Talk

SENTENCE = 5  # words: so many are no try at a digit
CODED = ("incident", "feedback")
SEPARATED = re.compile(r"\d\s*[#*]\s*\w")


def takes_words(talk: Talk, at: Position) -> bool:
    """Whether whatever is written there is an answer."""
    asked = _question(talk, at)
    return asked is not None and asked.kind is Kind.TEXT


def begins_anew(talk: Talk, at: Position, text: str) -> bool:
    """A coded line, or a sentence where a digit or a word was asked for."""
    if takes_words(talk, at):
        return _is_line(talk, text) and SEPARATED.search(digits(text)) is not None
    if _is_line(talk, text):
        return _names_places(talk, at) or not _is_accepted(talk, at, text)
    return len(text.split()) >= SENTENCE and not _is_accepted(talk, at, text)


def _is_line(talk: Talk, text: str) -> bool:
    """A code and more, told apart by signs or ending in a place that is known: `12#1`, `12 Gogui`; never the `83` of
    "83 vaches"."""
    found = [read(talk.desk.forms[name], text, talk.world).proposals for name in CODED]
    separated = SEPARATED.search(digits(text)) is not None
    return any(len(each) > 1 and (separated or "place" in each) for each in found)


def _question(talk: Talk, at: Position) -> Question | None:
    """What a form is asking there; None where something else is asked."""
    form = _form(talk, at)
    name = fill.progress_of(talk, at.state, form).asking if form else ""
    return form.question(name) if form and any(each.name == name for each in form.questions) else None


def _form(talk: Talk, at: Position) -> Form | None:
    return talk.desk.forms.get(at.state["form"]) if at.handler == "fill" else None


def _names_places(talk: Talk, at: Position) -> bool:
    """Where what is not in the list is taken as it was typed."""
    form, asked = _form(talk, at), _question(talk, at)
    return form is not None and asked is not None and asked.kind is Kind.SELECT_ONE and asked.choices not in form.lists


def _is_accepted(talk: Talk, at: Position, text: str) -> bool:
    form = _form(talk, at)
    if form is None:
        return bool(yes_or_no(talk, text))
    before = fill.progress_of(talk, at.state, form)
    return step(form, before, text, talk.desk.world(talk.caller.language, Channel.SMS)).progress.tries <= before.tries
