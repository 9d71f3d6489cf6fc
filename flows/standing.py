"""Where a form stands: which questions are relevant, what their answers are worth now, and which is next."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.choosing import SELECTS, Known, find, has_any
from flows.form import Channel, Form, Kind, Question, Scope
from flows.values import text, truth
from flows.world import World

SILENT = (Kind.CALCULATE, Kind.HIDDEN)


@dataclass(frozen=True, slots=True)
class Standing:
    """known: every question's name → its answer, default or calculation, "" where irrelevant, missing or no
    longer fitting; relevant: the names of those that may be asked now; open: the first to ask, "" = none;
    answers: what was given.
    """

    known: Known
    relevant: frozenset[str]
    open: str
    answers: Mapping[str, str]


def stand(form: Form, answers: Mapping[str, str], world: World, before: Standing | None = None) -> Standing:
    """One walk down the form: each question sees what the ones above it have come to.

    before: where it stood with other answers; the walk begins at the first question whose answer is another one now.
    """
    start = _first_change(form, answers, before) if before else 0
    same = form.questions[:start]
    known = dict.fromkeys((question.name for question in form.questions), "")
    relevant, first_open = list[str](), ""
    if before:
        known.update((question.name, before.known[question.name]) for question in same)
        relevant.extend(question.name for question in same if question.name in before.relevant)
        first_open = before.open if any(question.name == before.open for question in same) else ""
    scope = Scope(known, world.now)  # and sees what is known to it grow
    for question in form.questions[start:]:
        if question.relevant and not truth(question.relevant.evaluate(scope)):
            continue
        relevant.append(question.name)
        given = answers.get(question.name)
        usable = not given or holds(form, question, given, known, world)
        if not first_open and is_asked(question, world):
            settled = usable and _is_settled(question, answers, world)
            if not settled and can_answer(form, question, known, world):
                first_open = question.name
        known[question.name] = _worth(question, given if usable else None, scope)
    return Standing(known, frozenset(relevant), first_open, answers)


def _first_change(form: Form, answers: Mapping[str, str], before: Standing) -> int:
    """Whether something is settled depends on what was said instead of it, too."""
    for number, question in enumerate(form.questions):
        for name in (question.name, other(question)):
            if answers.get(name) != before.answers.get(name):
                return number
    return len(form.questions)


def is_asked(question: Question, world: World) -> bool:
    """Whether the question is put to people on this channel; an SMS asks nothing but what is required."""
    if question.kind in SILENT or question.channel not in (None, world.channel):
        return False
    return world.channel is Channel.USSD or (question.required and question.kind is not Kind.NOTE)


def can_answer(form: Form, question: Question, known: Known, world: World) -> bool:
    """A select whose list is empty cannot be answered."""
    return question.kind not in SELECTS or has_any(form, question, known, world)


def holds(form: Form, question: Question, answer: str, known: Known, world: World) -> bool:
    """Whether an answer (still) is among the choices and meets the constraint."""
    if question.kind in SELECTS:
        chosen = answer.split() if question.kind is Kind.SELECT_MULTIPLE else [answer]
        if not all(find(form, question, name, known, world) for name in chosen):
            return False
    return meets_constraint(question, answer, known, world)


def meets_constraint(question: Question, answer: str, known: Known, world: World) -> bool:
    if question.constraint is None:
        return True
    scope = Scope({**known, question.name: answer}, now=world.now, current=answer)
    return truth(question.constraint.evaluate(scope))


def _is_settled(question: Question, answers: Mapping[str, str], world: World) -> bool:
    """Whether there is an answer, if only that there is none; an SMS does not ask where a default will do."""
    if question.name not in answers:
        return bool(question.default) and world.channel is Channel.SMS
    return bool(answers[question.name]) or not question.required or bool(answers.get(other(question)))


def other(question: Question) -> str:
    """The name, in XLSForm's custom, of the text question for what is not in the list."""
    return f"{question.name}_other"


def _worth(question: Question, given: str | None, scope: Scope) -> str:
    if question.kind is Kind.CALCULATE and question.calculation:
        return text(question.calculation.evaluate(scope))
    return question.default if given is None else given
