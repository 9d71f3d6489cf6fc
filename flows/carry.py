"""Answers carried over into another version of their form: what still fits is kept, the rest is asked again."""

from dataclasses import replace

from flows.choosing import SELECTS
from flows.form import Form, Kind, Question
from flows.progress import Progress


def carry(form: Form, progress: Progress) -> Progress:
    """The progress as that form can go on with it, at the same question wherever there still is one.

    Unknown questions and choices that are gone are dropped. What else may no longer hold (a filter, a constraint,
    a place) is found at the next step, which asks it again.
    """
    questions = {question.name: question for question in form.questions}
    answers = {
        name: value
        for name, value in progress.answers.items()
        if name in questions and _fits(form, questions[name], value)
    }
    return replace(
        progress,
        form=form.name,
        version=form.version,
        answers=answers,
        asking=progress.asking if progress.asking in questions else "",
        page=0,
        tries=0,
        offered=(),
        typing=False,
        path=tuple(name for name in progress.path if name in answers),
        proposed={name: choices for name, choices in progress.proposed.items() if name in questions},
    )


def _fits(form: Form, question: Question, value: str) -> bool:
    """A list of places is in no form: it is looked up when the answer is used."""
    if question.kind not in SELECTS or not value or question.choices not in form.lists:
        return True
    names = {choice.name for choice in form.lists[question.choices]}
    chosen = value.split() if question.kind is Kind.SELECT_MULTIPLE else [value]
    return names.issuperset(chosen)
