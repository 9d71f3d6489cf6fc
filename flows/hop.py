"""One input at one question: where the form stands, what may be asked, and which answers it accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flows.answer import Complaint, Keyed
from flows.asking import is_written_out, narrowed
from flows.choosing import SELECTS, find
from flows.form import Form, Question
from flows.progress import Progress
from flows.standing import Standing, can_answer, is_asked, meets_constraint, stand
from flows.world import World


@dataclass(frozen=True, slots=True)
class Hop:
    """One input at one question: where the form stands, and what may be known of the world."""

    form: Form
    progress: Progress
    standing: Standing
    world: World

    @property
    def question(self) -> Question:
        return self.form.question(self.progress.asking)

    @property
    def choices(self) -> tuple[Keyed, ...]:
        """The choices with the digits that mean them now: those on the screen, offered ones numbered anew, or
        the codes alone where the list is too long to be written out.
        """
        shown = narrowed(self.form, self.question, self.standing.known, self.world, self.progress.offered)
        if is_written_out(len(shown), self.world):
            return shown
        return tuple((choice.code, choice) for _, choice in shown)


@dataclass(frozen=True, slots=True)
class Handoff:
    """The form to go on in, and what to hand it as typed there."""

    form: str
    said: str | None


@dataclass(frozen=True, slots=True)
class Meant:
    """answers: to be taken together; besides: what they also say about questions above, which must hold where
    those are asked; offered: choices to ask about; typing: a date follows; handoff: another form takes over.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    besides: Mapping[str, str] = field(default_factory=dict)
    complaint: Complaint | None = None
    offered: tuple[str, ...] = ()
    typing: bool = False
    handoff: Handoff | None = None


def hop_at(form: Form, progress: Progress, world: World, before: Standing | None = None) -> Hop:
    """before: where the form stood, in the same world, with other answers."""
    return Hop(form, progress, stand(form, progress.answers, world, before), world)


def settle(hop: Hop) -> Hop:
    """Asking what it was asking, if that can still be asked, else the first open question."""
    return hop if _can_ask(hop, hop.progress.asking) else onward(hop)


def onward(hop: Hop) -> Hop:
    """Asking the first open question."""
    name = hop.standing.open
    waiting = {key: value for key, value in hop.progress.proposed.items() if key != name}
    offered, path = _still_offered(hop, name), _path(hop, name)
    return replace(hop, progress=ask(hop.progress, name, offered=offered, proposed=waiting, path=path))


def ask(progress: Progress, name: str, *, offered: tuple[str, ...] = (), typing: bool = False, **more: Any) -> Progress:
    """more: what else becomes of the progress."""
    return replace(progress, asking=name, page=0, tries=0, offered=offered, typing=typing, **more)


def _can_ask(hop: Hop, name: str) -> bool:
    if not hop.standing.is_relevant(name):
        return False
    question = hop.form.question(name)
    return is_asked(question, hop.world) and can_answer(hop.form, question, hop.standing.known, hop.world)


def _still_offered(hop: Hop, name: str) -> tuple[str, ...]:
    """Of the choices proposed for that question, those that it has now."""
    proposed = hop.progress.proposed.get(name, ())
    return tuple(
        choice for choice in proposed if find(hop.form, hop.form.question(name), choice, hop.standing.known, hop.world)
    )


def _path(hop: Hop, asking: str) -> tuple[str, ...]:
    """The questions that were answered before the one being asked, in the form's order."""
    path = []
    for question in hop.form.questions:
        if question.name == asking:
            break
        answered = question.name in hop.progress.answers and hop.standing.is_relevant(question.name)
        if answered and is_asked(question, hop.world):
            path.append(question.name)
    return tuple(path)


def accept(hop: Hop, meant: Meant) -> Hop | Complaint:
    """With the answers in it, or what is wrong: each must hold, and so must what it says besides wherever that
    would be asked.
    """
    progress = replace(hop.progress, answers={**hop.progress.answers, **meant.besides, **meant.answers})
    after = hop_at(hop.form, progress, hop.world, hop.standing)
    known = after.standing.known
    for name, value in meant.answers.items():
        if value and known[name] != value:
            within = meets_constraint(hop.form.question(name), value, known, hop.world)
            return _misfit(hop) if within else Complaint.CONSTRAINT
    for name, value in meant.besides.items():
        if after.standing.is_relevant(name) and known[name] != value:
            return _misfit(hop)
    return after


def _misfit(hop: Hop) -> Complaint:
    return Complaint.DIGIT if hop.question.kind in SELECTS else Complaint.CONSTRAINT
