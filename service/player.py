"""Plays a conversation on a stage, and finds the first place where it goes another way than it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Protocol

from flows.form import Channel
from service.blanks import Blanks, Unfilled
from service.transcript import (
    ACTIONS,
    EXPECTED,
    BadTranscript,
    Drill,
    Entry,
    Fate,
    Mark,
    Step,
    Transcript,
    drill,
    pause,
)


@dataclass(frozen=True, slots=True)
class Happened:
    """What came of one step. shown: what the phone that acts got to see; kept: `report …` and `sms …`."""

    shown: Sequence[str]
    kept: Sequence[str]

    def of(self, mark: Mark) -> Sequence[str]:
        return self.shown if mark is Mark.SHOWS else self.kept


class NobodyAsked(ValueError):
    """An answer without a question: the dial is over, or has not begun."""


class Stage(Protocol):
    """Where a conversation happens."""

    def say(self, phone: str, channel: Channel, text: str) -> Happened:
        """Let a phone speak, and wait until all that follows from it at once is done. Raises NobodyAsked."""

    def befall(self, phone: str, channel: Channel, fate: Fate) -> Happened:
        """Let that happen to the phone's open dial. Raises NobodyAsked where there is none."""

    def wait(self, phone: str, channel: Channel, length: timedelta) -> Happened:
        """Let time pass, and the clock do what falls due in it."""

    def order(self, phone: str, channel: Channel, order: Drill) -> Happened:
        """Let the service begin an exercise, or stop it. Raises NobodyAsked where it cannot be done."""

    def references(self) -> set[str]:
        """Every reference given so far."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first one. where: `file:line`; expected, got: None = nothing."""

    where: str
    mark: Mark
    expected: str | None
    got: str | None

    def __str__(self) -> str:
        sides = (("expected", self.expected), ("got", self.got))
        return "\n".join([f"{self.where}: a difference", *(self._side(*side) for side in sides)])

    def _side(self, name: str, text: str | None) -> str:
        told = "nothing" if text is None else str(Entry(self.mark, text))
        return f"  {name}:\n" + "\n".join(f"    {line}" for line in told.split("\n"))


def play(transcript: Transcript, stage: Stage) -> Difference | None:
    """The first difference, or None. Raises BadTranscript for a step that cannot be played."""
    blanks = Blanks()
    for step in transcript.steps:
        happened = _act(transcript, stage, blanks, step)
        for mark in EXPECTED:
            difference = _compare(transcript, blanks, step, mark, happened.of(mark))
            if difference:
                return difference
    return None


def record(transcript: Transcript, stage: Stage) -> list[Entry]:
    """The same conversation with what really happened in it; its notes and headers stay."""
    blanks, steps = Blanks(), iter(transcript.steps)
    entries: list[Entry] = []
    for entry in transcript.entries:
        if entry.mark not in EXPECTED:
            entries.append(entry)
        if entry.mark in ACTIONS:
            happened = _act(transcript, stage, blanks, next(steps))
            entries += _witnessed(happened, blanks, stage.references())
    return entries


def _witnessed(happened: Happened, blanks: Blanks, references: set[str]) -> Iterator[Entry]:
    for mark in EXPECTED:
        yield from (Entry(mark, blanks.leave(_trim(text), references)) for text in happened.of(mark))


def _act(transcript: Transcript, stage: Stage, blanks: Blanks, step: Step) -> Happened:
    where = f"{transcript.name}:{step.action.line}"
    if step.action.mark is Mark.WAITS:
        return stage.wait(step.phone, step.channel, pause(step.action.text))
    try:
        if step.action.mark is Mark.BEFALLS:
            return stage.befall(step.phone, step.channel, Fate(step.action.text))
        if step.action.mark is Mark.ORDERS:
            return stage.order(step.phone, step.channel, drill(step.action.text))
        return stage.say(step.phone, step.channel, blanks.fill(step.action.text))
    except Unfilled as blank:
        raise BadTranscript(f"{where}: no reference has been seen for {{{blank.args[0]}}}") from None
    except NobodyAsked as refusal:
        raise BadTranscript(f"{where}: {refusal}") from None


def _compare(
    transcript: Transcript, blanks: Blanks, step: Step, mark: Mark, happened: Sequence[str]
) -> Difference | None:
    line = step.action.line
    for expected, got in zip_longest(step.expects(mark), map(_trim, happened)):
        line = expected.line if expected else line
        if expected is None or got is None or not blanks.agree(expected.text, got):
            told = None if expected is None else blanks.fill_known(expected.text)
            return Difference(f"{transcript.name}:{line}", mark, told, got)
    return None


def _trim(text: str) -> str:
    """Spaces at the end of a line are not seen by anybody."""
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))
