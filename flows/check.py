"""Proves that every screen of a form fits a phone: in each language, with the widest answers in its labels."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flows import asking
from flows.answer import Keyed
from flows.choice_sheet import sheet_of
from flows.choosing import SELECTS, Known
from flows.form import Channel, Choice, Form, Kind, Labels, Question
from flows.language import LANGUAGES, Words, chain
from flows.problem import Problem
from flows.screen import DoesNotFit
from flows.standing import is_asked
from flows.widest import widest
from flows.world import ChoiceLookup, Limits, World

NOW = datetime(2026, 12, 31, 12, tzinfo=UTC)
UNSEEN = Choice("unseen", {"fr": "M" * 20, "ar": "م" * 20})  # for a list whose choices are not known here
LIKE_IT = "~"  # the name of a list that holds one choice many times
FARTHEST = 5000  # septets beyond the limit up to which is counted

Place = tuple[str, int, str]  # sheet, row, column
Excess = tuple[int, str]  # by how much something is too wide, as a number and in words
Render = Callable[[World], None]  # DoesNotFit where it does not


def check(form: Form, words: Words, limits: Limits, sample_choices: Mapping[str, Sequence[Choice]]) -> list[Problem]:
    """What does not fit, with its row, its language and by how much.

    sample_choices: gazetteer list → the choices that it is known to have, or the widest of them.
    """
    found: dict[Place, str] = {}
    open_form = replace(form, questions=tuple(replace(question, choice_filter=None) for question in form.questions))
    for tag in dict.fromkeys([*form.languages, *LANGUAGES]):
        world = World(NOW, chain(tag), Channel.USSD, _lookup(sample_choices), words, limits)
        for question in form.questions:
            if is_asked(question, world):
                fitting = _Fitting(open_form, question, world)
                found = {**fitting.faults(), **found}
    return [Problem(*place, message) for place, message in sorted(found.items())]


def _lookup(sample: Mapping[str, Sequence[Choice]]) -> ChoiceLookup:
    def choices(name: str, narrowing: Mapping[str, str]) -> Sequence[Choice]:
        rows = sample.get(name) or [UNSEEN]
        return [
            row for row in rows if all(row.columns.get(column, value) == value for column, value in narrowing.items())
        ]

    return choices


@dataclass(frozen=True, slots=True)
class _Fitting:
    """One question in one language; form: with its choices unfiltered, since any of them may come first."""

    form: Form
    question: Question
    world: World

    def faults(self) -> dict[Place, str]:
        """Place → what is wrong there, at its worst."""
        worst: dict[Place, Excess] = {}
        for known in widest(self.form, [self.question.labels, self.question.short], self.world):
            for place, excess in self._excesses(known):
                worst[place] = max(worst.get(place, excess), excess)
        return {place: message for place, (_, message) in worst.items()}

    def _excesses(self, known: Known) -> Iterator[tuple[Place, Excess]]:
        question = self.question
        if question.kind in SELECTS:
            for (key, choice), text in self._lines(known):
                yield from self._beside(known, key, choice, text)
        elif question.kind in asking.PAGED:
            what = "a word of this label is" if question.kind is Kind.NOTE else "this label and its keys together are"
            yield from self._label(what, lambda world: self._pages(world, question, known))
        else:
            yield from self._label("this label is", lambda world: self._screen(world, known))
        if question.kind is Kind.DATE:
            what = "this label and the example of a date together are"
            yield from self._label(what, lambda world: self._screen(world, known, typing=True))

    def _lines(self, known: Known) -> Iterator[tuple[Keyed, str]]:
        """Each choice with its text at its widest, and as it is told apart from others of the same text."""
        question = self._open()
        keyed = asking.narrowed(self.form, question, {}, self.world, ())
        told_apart = asking.lines(self.form, question, {}, self.world)
        for (key, choice), (_, apart) in zip(keyed, told_apart, strict=True):
            labels = choice.labels, choice.short
            inside = [{**known, **answers} for answers in widest(self.form, labels, self.world)]
            texts = [asking.label(self.form, *labels, answers, self.world) for answers in inside]
            for text in dict.fromkeys([*texts, apart]):
                yield (key, choice), text

    def _open(self) -> Question:
        """The question with a filter that lets everything pass, but still says what its columns mean."""
        choice_filter = self.question.choice_filter
        passing = replace(choice_filter, evaluate=lambda scope: True) if choice_filter else None
        return replace(self.question, choice_filter=passing)

    def _beside(self, known: Known, key: str, choice: Choice, text: str) -> Iterator[tuple[Place, Excess]]:
        """Whether the choice has room on a screen, and then whether it has beside the label."""
        like_it = [Choice(choice.name, {self.world.languages[0]: text}, key=key)] * (self.world.limits.choices + 1)
        listing = replace(self, form=replace(self.form, lists={**self.form.lists, LIKE_IT: like_it}))
        question = replace(self.question, choices=LIKE_IT, choice_filter=None)
        bare = replace(question, labels={}, short={})
        alone = self._excess(lambda world: listing._pages(world, bare, known))
        if alone:
            place = sheet_of(self.question.choices), choice.row, self._column(choice.labels, choice.short)
            yield place, (alone[0], f"this choice is {alone[1]} too wide for a screen")
        else:
            yield from self._label(
                f"this label and its choice {choice.name} together are",
                lambda world: listing._pages(world, question, known),
            )

    def _label(self, what: str, render: Render) -> Iterator[tuple[Place, Excess]]:
        excess = self._excess(render)
        if excess:
            place = "survey", self.question.row, self._column(self.question.labels, self.question.short)
            yield place, (excess[0], f"{what} {excess[1]} too wide for one screen")

    def _column(self, labels: Labels, short: Labels) -> str:
        """The column that is shown in this language."""
        for tag in (*self.world.languages, *labels):
            if tag in short or tag in labels:
                return f"ussd_label_{tag}" if tag in short else f"label ({tag})"
        return "label"

    def _pages(self, world: World, question: Question, known: Known) -> None:
        asking.pages(self.form, question, known, world, together=True)

    def _screen(self, world: World, known: Known, *, typing: bool = False) -> None:
        """What is typed has no key for more, so its label has but one screen."""
        if len(asking.pages(self.form, self.question, known, world, typing=typing)) > 1:
            raise DoesNotFit("more than one screen")

    def _excess(self, render: Render) -> Excess | None:
        """How many septets or characters more a screen would have to hold."""
        if self._fits(render, 0, 0):
            return None
        more = bisect_left(range(FARTHEST), True, key=lambda more: self._fits(render, more, more))
        unit = "septet" if self._fits(render, more, 0) else "character"
        return more, f"{more} {unit}{'s' if more > 1 else ''}"

    def _fits(self, render: Render, septets: int, ucs2: int) -> bool:
        limits = self.world.limits
        wider = replace(limits, septets=limits.septets + septets, ucs2=limits.ucs2 + ucs2)
        try:
            render(replace(self.world, limits=wider))
        except DoesNotFit:
            return False
        return True
