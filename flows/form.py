"""A form as data: what an XLSForm becomes once it has been read, checked and compiled."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flows.phrases import Phrases

Labels = Mapping[str, str]  # language tag → text
REFERS = "${"  # in a label: the answer to another question stands there
Value = str | float | bool  # what an expression works with; an unanswered question is ""


class Kind(StrEnum):
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    INTEGER = "integer"
    TEXT = "text"
    DATE = "date"
    NOTE = "note"
    CALCULATE = "calculate"
    HIDDEN = "hidden"


class Channel(StrEnum):
    USSD = "ussd"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may look at.

    answers: question name → stored answer (always str); current: the answer under test, for ".";
    row: the columns of the choice under test, for a choice filter; now: local time, aware.
    """

    answers: Mapping[str, str]
    now: datetime
    current: str = ""
    row: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled XPath expression.

    references: the questions it reads; equalities: for a choice filter, column → question where the
    filter asks `column=${question}` and nothing but "and" stands around it; columns: those of the choice under
    test that it reads. Two expressions with one source are equal.
    """

    source: str
    evaluate: Callable[[Scope], Value] = field(compare=False)
    references: frozenset[str] = frozenset()
    equalities: Mapping[str, str] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list.

    key: the digits pressed on a screen ("" = numbered by position); code: the digits written in a one-line
    SMS; columns: every other column, for choice filters; words: what people write for it in free text;
    form: the form in which choosing this goes on ("" = stay here); row: of the sheet that it comes from.
    """

    name: str
    labels: Labels
    short: Labels = field(default_factory=dict)
    key: str = ""
    code: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    form: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the survey sheet, with the relevance of the groups around it folded into its own.

    short: what a USSD screen shows instead of the label; channel: None = asked on both; sms_field: place in
    the one-line SMS (1 = first, 0 = none); width: characters that its answer may take inside another label.
    """

    name: str
    kind: Kind
    row: int
    labels: Labels = field(default_factory=dict)
    short: Labels = field(default_factory=dict)
    hints: Labels = field(default_factory=dict)
    choices: str = ""
    choice_filter: Expression | None = None
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Labels = field(default_factory=dict)
    required: bool = False
    required_message: Labels = field(default_factory=dict)
    default: str = ""
    calculation: Expression | None = None
    channel: Channel | None = None
    sms_field: int = 0
    width: int = 20
    pii: str = "none"


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form; lists: list name (or CSV file name) → its choices; a gazetteer list is not in here.

    phrases: list name → what people write for its choices, made ready to be found in a sentence; fixed: the questions
    whose screens name no other answer; roomy: each screen has room for one word more, as an exercise puts before it;
    names: of the questions.
    """

    name: str
    version: str
    title: Labels
    default_language: str
    questions: tuple[Question, ...]
    lists: Mapping[str, Sequence[Choice]]
    languages: tuple[str, ...]
    sms_keyword: str = ""
    digest: str = ""
    phrases: Mapping[str, Phrases] = field(default_factory=dict, compare=False, repr=False)
    roomy: bool = field(default=False, compare=False)
    fixed: frozenset[str] = field(init=False, repr=False, compare=False)
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _named: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = {question.name: question for question in reversed(self.questions)}
        fixed = {name for name, question in named.items() if not any(REFERS in text for text in self._texts(question))}
        object.__setattr__(self, "fixed", frozenset(fixed))
        object.__setattr__(self, "names", tuple(question.name for question in self.questions))
        object.__setattr__(self, "_named", named)
        object.__setattr__(self, "_places", {name: number for number, name in enumerate(self.names)})

    def _texts(self, question: Question) -> Iterator[str]:
        yield from (*question.labels.values(), *question.short.values())
        for choice in self.lists.get(question.choices, ()):
            yield from (*choice.labels.values(), *choice.short.values())

    def question(self, name: str) -> Question:
        """The question of that name; KeyError where there is none."""
        return self._named[name]

    def place(self, name: str) -> int:
        """How many questions stand above it; KeyError where there is none of that name."""
        return self._places[name]
