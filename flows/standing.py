"""Where a form stands: which questions are relevant, what their answers are worth now, and which is next."""

from collections.abc import Iterator, Mapping

from flows.choosing import SELECTS, Known, find, has_any
from flows.form import Channel, Form, Kind, Question, Scope
from flows.values import text, truth
from flows.world import World

SILENT = (Kind.CALCULATE, Kind.HIDDEN)


class Standing:
    """One walk down a form, in which each question sees what the ones above it have come to. It goes no further than
    it is asked about, since most hops want to know no more than what is to be asked next.

    answers: what was given.
    """

    __slots__ = ("_form", "_known", "_open", "_relevant", "_scope", "_walked", "_world", "answers")

    def __init__(self, form: Form, answers: Mapping[str, str], world: World) -> None:
        self.answers = answers
        self._form, self._world = form, world
        self._known = dict.fromkeys(form.names, "")
        self._scope = Scope(self._known, world.now)  # and sees what is known to it grow
        self._relevant = set[str]()
        self._open = ""
        self._walked = 0  # so many questions

    @property
    def open(self) -> str:
        """The first to ask, "" = none."""
        while not self._open and self._walked < len(self._form.questions):
            self._step()
        return self._open

    @property
    def known(self) -> Known:
        """Every question's name → its answer, default or calculation, "" where irrelevant, missing or no longer
        fitting."""
        return self._known if self._walked == len(self._form.questions) else _Walking(self)

    def worth(self, name: str) -> str:
        """What is known of one; KeyError where there is no such question."""
        self._past(name)
        return self._known[name]

    def is_relevant(self, name: str) -> bool:
        """Whether it may be asked now."""
        if name not in self._known:
            return False
        self._past(name)
        return name in self._relevant

    def whole(self) -> Mapping[str, str]:
        self._walk(len(self._form.questions))
        return self._known

    def follow(self, before: "Standing") -> None:
        """Begin at the first question whose answer is another one than it was then, in the same world."""
        start = _first_change(self._form, self.answers, before)
        before._walk(start)
        for name in self._form.names[:start]:
            self._known[name] = before._known[name]
            if name in before._relevant:
                self._relevant.add(name)
            if name == before._open:
                self._open = name
        self._walked = start

    def _past(self, name: str) -> None:
        self._walk(self._form.place(name) + 1)

    def _walk(self, until: int) -> None:
        while self._walked < until:
            self._step()

    def _step(self) -> None:
        form, known, world = self._form, self._known, self._world
        question = form.questions[self._walked]
        self._walked += 1
        if question.relevant and not truth(question.relevant.evaluate(self._scope)):
            return
        self._relevant.add(question.name)
        given = self.answers.get(question.name)
        usable = not given or holds(form, question, given, known, world)
        if not self._open and is_asked(question, world):
            settled = usable and _is_settled(question, self.answers, world)
            if not settled and can_answer(form, question, known, world):
                self._open = question.name
        known[question.name] = _worth(question, given if usable else None, self._scope)


class _Walking(Mapping[str, str]):
    """What is known where the walk has not come to the end."""

    __slots__ = ("_standing",)

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def __getitem__(self, name: str) -> str:
        return self._standing.worth(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._standing.whole())

    def __len__(self) -> int:
        return len(self._standing.whole())


def stand(form: Form, answers: Mapping[str, str], world: World, before: Standing | None = None) -> Standing:
    """before: where it stood with other answers; the walk begins at the first question whose answer is another one."""
    standing = Standing(form, answers, world)
    if before:
        standing.follow(before)
    return standing


def _first_change(form: Form, answers: Mapping[str, str], before: Standing) -> int:
    """Whether something is settled depends on what was said instead of it, too."""
    for number, name in enumerate(form.names):
        for each in (name, f"{name}_other"):
            if answers.get(each) != before.answers.get(each):
                return number
    return len(form.names)


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
