"""What somebody answered, told to whoever reads it later: each question with its answer, in the reader's language."""

from collections.abc import Mapping

from flows.asking import label, told
from flows.form import Form, Kind
from flows.world import World

SILENT = (Kind.NOTE, Kind.CALCULATE, Kind.HIDDEN)


def recount(form: Form, answers: Mapping[str, str], world: World) -> list[tuple[str, str]]:
    """Question and answer, in the order of the form; what the form does not ask (any more) stands under its name."""
    asked = [question for question in form.questions if question.kind not in SILENT and answers.get(question.name)]
    told_of = [(label(form, each.labels, {}, answers, world), told(form, each, answers, world)) for each in asked]
    known = {question.name for question in form.questions}
    return [*told_of, *((name, value) for name, value in answers.items() if name not in known and value)]
