"""Forms written by hand, and a driver that sends progress through JSON at every step."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from flows.engine import Step, begin, step
from flows.form import Channel, Choice, Expression, Form, Kind, Question, Scope, Value
from flows.language import Words, chain
from flows.progress import Progress
from flows.screen import fits
from flows.world import World

WORDS = Words.load(Path(__file__).parent.parent / "locale")
NOW = datetime(2026, 11, 25, 10, 42, tzinfo=UTC)


def place(name: str, label: str, *words: str, **columns: str) -> Choice:
    return Choice(name, {"fr": label}, columns=columns, words=words)


GAZETTEER: Mapping[str, Sequence[Choice]] = {
    "countries.csv": [place("ML", "Mali"), place("MR", "Mauritanie")],
    "regions.csv": [
        place("ML01", "Kayes", country="ML"),
        place("ML11", "Nioro", country="ML"),
        place("MR10", "Guidimagha", country="MR"),
    ],
    "districts.csv": [
        place("ML0103", "Yélimané", country="ML", region="ML01"),
        place("ML1101", "Nioro", country="ML", region="ML11"),
        place("ML1105", "Troungoumbé", country="ML", region="ML11"),
        place("MR101", "Ould Yengé", country="MR", region="MR10"),
    ],
    "places.csv": [
        place("ML1101/gogui", "Gogui", "Gogi", country="ML", region="ML11", district="ML1101"),
        place("ML1105/gogui", "Gogui", country="ML", region="ML11", district="ML1105"),
        place("ML1101/nioro", "Nioro", "Nioro du Sahel", country="ML", region="ML11", district="ML1101"),
        place("MR101/ouldyenge", "Ould Yengé", "ولد ينج", country="MR", region="MR10", district="MR101"),
        *(place(f"ML0103/v{n}", f"Village {n}", country="ML", region="ML01", district="ML0103") for n in range(12)),
    ],
}


def look_up(name: str, narrowing: Mapping[str, str]) -> Sequence[Choice]:
    rows = GAZETTEER.get(name, ())
    return [row for row in rows if all(row.columns.get(key) == value for key, value in narrowing.items())]


def world(language: str = "fr", channel: Channel = Channel.USSD, now: datetime = NOW) -> World:
    return World(now, chain(language), channel, look_up, WORDS)


def expression(evaluate: Callable[[Scope], Value]) -> Expression:
    return Expression("by hand", evaluate)


def lookup(**equalities: str) -> Expression:
    """`column=${question} and …`, as a loader would compile it."""

    def evaluate(scope: Scope) -> Value:
        return all(scope.row.get(column, "") == scope.answers[name] for column, name in equalities.items())

    source = " and ".join(f"{column} = ${{{name}}}" for column, name in equalities.items())
    return Expression(source, evaluate, frozenset(equalities.values()), equalities)


def when(name: str, *values: str) -> Expression:
    return expression(lambda scope: scope.answers[name] in values)


def question(name: str, kind: Kind, label: str = "", /, **more: object) -> Question:
    labels = more.pop("labels", {"fr": label or f"{name} ?"})
    return replace(Question(name, kind, 0, labels), **more)  # type: ignore[arg-type]


def form_of(*questions: Question, name: str = "form", keyword: str = "", **lists: Sequence[Choice]) -> Form:
    return Form(name, "1", {"fr": name}, "fr", questions, lists, ("fr", "ar", "en"), keyword)


def choices(*labels: str, **more: object) -> list[Choice]:
    """Choices named after their labels' first words in lower case."""
    return [Choice(label.split()[0].lower(), {"fr": label}, **more) for label in labels]  # type: ignore[arg-type]


@dataclass
class Phone:
    """Somebody who fills in a form; every answer goes through JSON, and every screen is measured."""

    form: Form
    world: World = field(default_factory=world)
    progress: Progress = field(default_factory=lambda: Progress("", ""))
    last: Step | None = None

    def dial(self, **given: str) -> str:
        self.progress = begin(self.form, given)
        return self.say(None)

    def say(self, said: str | None) -> str:
        self.progress = Progress.from_json(json.loads(json.dumps(self.progress.to_json())))
        self.last = step(self.form, self.progress, said, self.world)
        self.progress = self.last.progress
        assert Progress.from_json(json.loads(json.dumps(self.progress.to_json()))) == self.progress
        if self.world.channel is Channel.USSD:
            assert fits(self.last.text, self.world.limits), self.last.text
        return self.last.text

    def says(self, *inputs: str) -> str:
        text = ""
        for said in inputs:
            text = self.say(said)
        return text
