"""One input at one question: where the form stands, what may be asked, and which answers it accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flows.answer import Complaint, Keyed
from flows.asking import narrowed
from flows.choosing import SELECTS
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
        """The choices on the screen, offered ones numbered anew."""
        return narrowed(self.form, self.question, self.standing.known, self.world, self.progress.offered)


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


def settle(form: Form, progress: Progress, world: World) -> Hop:
    """Asking what it was asking, if that can still be asked, else the first open question."""
    standing = stand(form, progress.answers, world)
    if not _can_ask(form, progress.asking, standing, world):
        name = standing.open
        waiting = {key: value for key, value in progress.proposed.items() if key != name}
        offered = progress.proposed.get(name, ())
        progress = ask(replace(progress, proposed=waiting), name, offered=offered)
        progress = replace(progress, path=_path(form, progress, standing, world))
    return Hop(form, progress, standing, world)


def ask(progress: Progress, name: str, *, offered: tuple[str, ...] = (), typing: bool = False) -> Progress:
    return replace(progress, asking=name, page=0, tries=0, offered=offered, typing=typing)


def _can_ask(form: Form, name: str, standing: Standing, world: World) -> bool:
    if name not in standing.relevant:
        return False
    question = form.question(name)
    return is_asked(question, world) and can_answer(form, question, standing.known, world)


def _path(form: Form, progress: Progress, standing: Standing, world: World) -> tuple[str, ...]:
    """The questions that were answered before the one being asked, in the form's order."""
    path = []
    for question in form.questions:
        if question.name == progress.asking:
            break
        if question.name in progress.answers and _can_ask(form, question.name, standing, world):
            path.append(question.name)
    return tuple(path)


def accept(hop: Hop, meant: Meant) -> tuple[Progress, Complaint | None]:
    """The progress with the answers in it, or what is wrong: each must hold, and so must what it says besides
    wherever that would be asked.
    """
    answers = {**hop.progress.answers, **meant.besides, **meant.answers}
    after = stand(hop.form, answers, hop.world)
    for name, value in meant.answers.items():
        question = hop.form.question(name)
        if value and question.constraint and not meets_constraint(question, value, after.known, hop.world):
            return hop.progress, Complaint.CONSTRAINT
        if value and after.known[name] != value:
            return hop.progress, _misfit(hop)
    for name, value in meant.besides.items():
        if name in after.relevant and after.known[name] != value:
            return hop.progress, _misfit(hop)
    return replace(hop.progress, answers=answers), None


def _misfit(hop: Hop) -> Complaint:
    return Complaint.DIGIT if hop.question.kind in SELECTS else Complaint.CONSTRAINT
