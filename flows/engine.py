"""The pure engine: what was said, and how far somebody has come, make the next screen; performing nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flows import asking, showing
from flows.answer import Complaint
from flows.folding import digits
from flows.form import Channel, Form, Kind
from flows.hearing import understand
from flows.hop import Handoff, Hop, Meant, accept, ask, hop_at, onward, settle
from flows.progress import Progress
from flows.proposal import Proposal, propose
from flows.screen import BACK, MORE
from flows.standing import is_asked, stand
from flows.world import World

__all__ = ["Handoff", "Progress", "Proposal", "Step", "begin", "propose", "step", "summary", "value", "values"]

READ = "read"  # what is stored for a note that was passed


@dataclass(frozen=True, slots=True)
class Step:
    """text: the screen or message; done: nothing is left to ask; left: 0 on the first question; handoff: go
    on in another form; answered: the questions that this input answered.
    """

    progress: Progress
    text: str = ""
    done: bool = False
    left: bool = False
    handoff: Handoff | None = None
    answered: tuple[str, ...] = ()


def begin(form: Form, given: Mapping[str, str]) -> Progress:
    """Nothing asked yet; of what is given, the form's hidden questions take what they name."""
    hidden = (question for question in form.questions if question.kind is Kind.HIDDEN)
    answers = {question.name: given.get(question.name) or question.default for question in hidden}
    return Progress(form.name, form.version, {name: value for name, value in answers.items() if value})


def step(form: Form, progress: Progress, said: str | None, world: World) -> Step:
    """What the input leads to; None shows the current question again."""
    hop = settle(hop_at(form, progress, world))
    if not hop.progress.asking or said is None:
        return _show(hop)
    return _turn_page(hop, digits(said).strip()) or _hear(hop, said)


def _turn_page(hop: Hop, typed: str) -> Step | None:
    """Back and more, on the screens that have them."""
    if hop.world.channel is not Channel.USSD or hop.question.kind not in asking.PAGED:
        return None
    if typed == BACK:
        return _go_back(hop)
    if typed != MORE:
        return None
    page, last = showing.page_of(hop)
    return _at_page(hop, page + 1) if page < last else None


def _at_page(hop: Hop, page: int) -> Step:
    return _show(replace(hop, progress=replace(hop.progress, page=page, tries=0)))


def _go_back(hop: Hop) -> Step:
    """To the page before, out of a narrowed list or a date being typed, or to the question before."""
    progress, (page, _) = hop.progress, showing.page_of(hop)
    if page > 0:
        return _at_page(hop, page - 1)
    if progress.offered or progress.typing:
        return _show(replace(hop, progress=ask(progress, progress.asking)))
    if not progress.path:
        return Step(progress, left=True)
    before = ask(progress, progress.path[-1], path=progress.path[:-1])
    return _show(replace(hop, progress=before))


def _hear(hop: Hop, said: str) -> Step:
    progress = hop.progress
    meant = Meant({hop.question.name: READ}) if hop.question.kind is Kind.NOTE else understand(hop, said)
    if meant.handoff:
        return Step(progress, handoff=meant.handoff)
    if meant.typing or meant.offered:
        narrower = ask(progress, progress.asking, offered=meant.offered, typing=meant.typing)
        return _show(replace(hop, progress=narrower))
    if meant.complaint:
        return _complain(hop, meant.complaint)
    return _take(hop, meant)


def _take(hop: Hop, meant: Meant) -> Step:
    taken = accept(hop, meant)
    if isinstance(taken, Complaint):
        return _complain(hop, taken)
    told = {**meant.besides, **meant.answers}
    return _show(onward(taken), tuple(name for name, value in told.items() if value not in ("", READ)))


def _show(hop: Hop, answered: tuple[str, ...] = ()) -> Step:
    return Step(hop.progress, showing.show(hop), done=not hop.progress.asking, answered=answered)


def _complain(hop: Hop, complaint: Complaint) -> Step:
    tried = replace(hop.progress, tries=hop.progress.tries + 1)
    return Step(tried, showing.complain(replace(hop, progress=tried), complaint))


def value(form: Form, progress: Progress, name: str, world: World) -> str:
    """Of `values` the one of that name; "" where there is none."""
    return stand(form, progress.answers, world).known.get(name, "")


def values(form: Form, progress: Progress, world: World) -> dict[str, str]:
    """The final answers with what was given and calculated, without what is irrelevant or no longer fits."""
    known = stand(form, progress.answers, world).whole()
    told = (question for question in form.questions if question.kind is not Kind.NOTE)
    return {question.name: known[question.name] for question in told if known[question.name]}


def summary(form: Form, progress: Progress, world: World) -> list[tuple[str, str]]:
    """Short label and answer of each question that was asked and answered, for a last look."""
    standing = stand(form, progress.answers, world)
    known = standing.whole()
    lines = []
    for question in form.questions:
        asked = standing.is_relevant(question.name) and is_asked(question, world)
        if asked and question.kind is not Kind.NOTE and known[question.name]:
            label = asking.label(form, question.labels, question.short, known, world)
            text = asking.told(form, question, known, world)
            lines.append((label, asking.shortened(text)))
    return lines
