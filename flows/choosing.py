"""The choices that a question has now, the digits that stand for them, and what choosing one also says."""

from collections.abc import Iterator, Mapping
from itertools import count

from flows.answer import Keyed
from flows.form import Choice, Expression, Form, Kind, Question, Scope
from flows.values import truth
from flows.world import World

SELECTS = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE)
NEVER_KEYS = ("0", "9", "00", "98")  # back, more, and what networks keep for themselves

Known = Mapping[str, str]  # question name → what its answer is worth now, "" where there is none


def numbers() -> Iterator[str]:
    """The keys of choices that have none of their own: 1 to 8, 10, 11 and so on."""
    return (key for key in map(str, count(1)) if key not in NEVER_KEYS)


def keyed(form: Form, question: Question, known: Known, world: World) -> tuple[Keyed, ...]:
    """The question's choices now, each with its key; a form's own choice keeps its key however narrowed."""
    own = form.lists.get(question.choices)
    narrowing = _narrowing(question.choice_filter, known)
    listed = world.choices(question.choices, narrowing) if own is None else own
    keys = [choice.key or choice.code or number for number, choice in zip(numbers(), listed, strict=False)]
    pairs = zip(keys, listed, strict=True)
    if question.choice_filter is None or (own is None and _is_lookup(question.choice_filter)):
        return tuple(pairs)
    return tuple((key, choice) for key, choice in pairs if _passes(question.choice_filter, choice, known, world))


def find(form: Form, question: Question, name: str, known: Known, world: World) -> Choice | None:
    """The choice of that name, if the question has it now."""
    return next((choice for _, choice in keyed(form, question, known, world) if choice.name == name), None)


def above(form: Form, question: Question, choice: Choice, known: Known, world: World) -> dict[str, str]:
    """What a choice says about unanswered questions above it: a place says its district and region."""
    found: dict[str, str] = {}
    equalities = question.choice_filter.equalities if question.choice_filter else {}
    for column, name in equalities.items():
        value = choice.columns.get(column, "")
        if value and not known.get(name) and form.question(name).kind is Kind.SELECT_ONE:
            found[name] = value
    for name in tuple(found):
        upper = form.question(name)
        beside = {**known, **found, name: ""}
        row = find(form, upper, found[name], beside, world)
        if row:
            found = {**above(form, upper, row, {**known, **found}, world), **found}
    return found


def _narrowing(choice_filter: Expression | None, known: Known) -> dict[str, str]:
    equalities = choice_filter.equalities if choice_filter else {}
    return {column: known[name] for column, name in equalities.items() if known.get(name)}


def _is_lookup(choice_filter: Expression) -> bool:
    """Whether the filter says no more than the narrowing that the look-up has already done."""
    asked = " and ".join(f"{column}=${{{name}}}" for column, name in choice_filter.equalities.items())
    return "".join(choice_filter.source.split()) == "".join(asked.split())


def _passes(choice_filter: Expression, choice: Choice, known: Known, world: World) -> bool:
    """An equality whose question is unanswered does not narrow: any row is equal to it."""
    row = {"name": choice.name, **choice.columns}
    open_to_all = {
        name: row.get(column, "") for column, name in choice_filter.equalities.items() if not known.get(name)
    }
    scope = Scope({**known, **open_to_all}, now=world.now, row=row)
    return truth(choice_filter.evaluate(scope))
