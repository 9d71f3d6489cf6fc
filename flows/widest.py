"""The most room that answers can take inside other labels."""

import re
from collections.abc import Iterable, Sequence

from flows import gsm7
from flows.asking import told
from flows.choosing import SELECTS, Known, keyed
from flows.form import Form, Kind, Labels, Question
from flows.standing import meets_constraint
from flows.world import World

DIGITS = 9  # the most that a number has
WIDE = ("M", "م")  # letters of GSM-7 and of UCS-2

_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


def widest(form: Form, texts: Iterable[Labels], world: World) -> Sequence[Known]:
    """The answers that can make texts widest: all in GSM-7, or any one of them in UCS-2 among the longest.

    form: with its choices unfiltered, so that any choice may be the answer.
    """
    mentioned = {name for labels in texts for text in labels.values() for name in _REFERENCE.findall(text)}
    plain: dict[str, str] = {}
    longest: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for name in sorted(mentioned):
        inside = _inside(form, form.question(name), world)
        latin = {value: text for value, text in inside.items() if gsm7.septets(gsm7.fold(text)) is not None}
        other = {value: text for value, text in inside.items() if value not in latin}
        longest[name] = _longest(inside)
        plain[name] = _longest(latin or inside)
        others += [(name, _longest(other))] if other else []
    return [plain, *({**longest, name: value} for name, value in others)]


def _longest(inside: dict[str, str]) -> str:
    return max(inside, key=lambda value: len(inside[value]), default="")


def _inside(form: Form, question: Question, world: World) -> dict[str, str]:
    """Wide answers of a question, each with what stands in the label for it."""
    known = [{question.name: value} for value in _answers(form, question, world)]
    return {answer[question.name]: told(form, question, answer, world)[: question.width] for answer in known}


def _answers(form: Form, question: Question, world: World) -> list[str]:
    if question.kind in SELECTS:
        names = [choice.name for _, choice in keyed(form, question, {}, world)]
        return [" ".join(names)] if question.kind is Kind.SELECT_MULTIPLE else names
    if question.kind is Kind.INTEGER:
        return ["8" * _digits(question, world)]
    if question.kind is Kind.DATE:
        return ["2026-12-31"]
    return [letter * question.width for letter in WIDE]


def _digits(question: Question, world: World) -> int:
    """As many as the constraint lets through, tried with round numbers and with those that it names."""
    named = re.findall(r"\d+", question.constraint.source) if question.constraint else []
    tried = [value for count in range(DIGITS, 0, -1) for value in ("9" * count, "1" + "0" * (count - 1))]
    through = [len(value) for value in [*named, *tried] if meets_constraint(question, value, {}, world)]
    return min(max(through, default=DIGITS), DIGITS)
