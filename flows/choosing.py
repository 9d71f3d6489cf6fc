"""The choices that a question has now, the digits that stand for them, and what choosing one also says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
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
    passes = _test(question.choice_filter, known, world)
    pairs = zip(numbers(), _listed(form, question, known, world), strict=False)
    return tuple((choice.key or choice.code or number, choice) for number, choice in pairs if passes(choice))


def has_any(form: Form, question: Question, known: Known, world: World) -> bool:
    """Whether there is a choice at all."""
    return any(map(_test(question.choice_filter, known, world), _listed(form, question, known, world)))


def find(form: Form, question: Question, name: str, known: Known, world: World) -> Choice | None:
    """The choice of that name, if the question has it now."""
    named = [choice for choice in _listed(form, question, known, world) if choice.name == name]
    if not named or question.choice_filter is None:
        return named[0] if named else None
    return next(filter(_test(question.choice_filter, known, world), named), None)


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


def _listed(form: Form, question: Question, known: Known, world: World) -> Sequence[Choice]:
    """The whole list where it is the form's own; of a gazetteer list no more than the filter can let through."""
    own = form.lists.get(question.choices)
    return world.choices(question.choices, _narrowing(question.choice_filter, known)) if own is None else own


def _narrowing(choice_filter: Expression | None, known: Known) -> dict[str, str]:
    """Column → the value that it must have."""
    said = ((column, known.get(name)) for column, name in choice_filter.equalities.items()) if choice_filter else ()
    return {column: value for column, value in said if value}


def _test(choice_filter: Expression | None, known: Known, world: World) -> Callable[[Choice], bool]:
    """Whether a choice passes. An equality whose question is unanswered does not narrow: any row is equal to it."""
    if choice_filter is None:
        return lambda choice: True
    narrowing = tuple(_narrowing(choice_filter, known).items())
    whole = _is_lookup(choice_filter.source, tuple(choice_filter.equalities.items()))

    def passes(choice: Choice) -> bool:
        for column, value in narrowing:
            if (choice.name if column == "name" else choice.columns.get(column, "")) != value:
                return False
        return whole or truth(choice_filter.evaluate(_row_scope(choice_filter, choice, known, world)))

    return passes


@lru_cache(maxsize=1000)
def _is_lookup(source: str, equalities: tuple[tuple[str, str], ...]) -> bool:
    """Whether the filter says no more than its equalities."""
    asked = "and".join(f"{column}=${{{name}}}" for column, name in equalities)
    return "".join(source.split()) == asked


def _row_scope(choice_filter: Expression, choice: Choice, known: Known, world: World) -> Scope:
    row = {"name": choice.name, **choice.columns}
    equalities = choice_filter.equalities.items()
    equal = {name: row.get(column, "") for column, name in equalities if not known.get(name)}
    return Scope({**known, **equal} if equal else known, now=world.now, row=row)
