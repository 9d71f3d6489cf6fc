"""The pure engine: what was said, and how far somebody has come, make the next screen; performing nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows import asking
from flows.answer import Complaint
from flows.choosing import SELECTS, find
from flows.folding import digits
from flows.form import Channel, Form, Kind, Question
from flows.hearing import Handoff, Hop, Meant, by_name, choose, understand
from flows.progress import Progress
from flows.proposal import SURE, Proposal
from flows.screen import BACK, MORE, Page
from flows.standing import SILENT, Standing, can_answer, is_asked, meets_constraint, stand
from flows.world import World

READ = "read"  # what is stored for a note that was passed
PATIENCE = 3  # wrong inputs in a row before the longer explanation
EXPLAINED = {
    Kind.SELECT_ONE: "digit",
    Kind.SELECT_MULTIPLE: "digits",
    Kind.INTEGER: "number",
    Kind.DATE: "date",
    Kind.TEXT: "text",
    Kind.NOTE: "digit",
}


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
    hop = _settle(form, progress, world)
    if not hop.progress.asking or said is None:
        return _show(hop)
    return _turn_page(hop, digits(said).strip()) or _hear(hop, said)


def _settle(form: Form, progress: Progress, world: World) -> Hop:
    """Asking what it was asking, if that can still be asked, else the first open question."""
    standing = stand(form, progress.answers, world)
    if not _can_ask(form, progress.asking, standing, world):
        name = standing.open
        waiting = {key: value for key, value in progress.proposed.items() if key != name}
        offered = progress.proposed.get(name, ())
        progress = _ask(replace(progress, proposed=waiting), name, offered=offered)
        progress = replace(progress, path=_path(form, progress, standing, world))
    return Hop(form, progress, standing, world)


def _ask(progress: Progress, name: str, *, offered: tuple[str, ...] = (), typing: bool = False) -> Progress:
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


def _turn_page(hop: Hop, typed: str) -> Step | None:
    """Back and more, on the screens that have them."""
    progress = hop.progress
    if hop.world.channel is not Channel.USSD or hop.question.kind not in asking.PAGED:
        return None
    if typed == BACK:
        return _go_back(hop)
    if typed == MORE and not progress.typing and progress.page + 1 < len(_pages(hop)):
        return _show(replace(hop, progress=replace(progress, page=progress.page + 1, tries=0)))
    return None


def _go_back(hop: Hop) -> Step:
    """To the page before, out of a narrowed list or a date being typed, or to the question before."""
    progress = hop.progress
    if progress.page > 0:
        return _show(replace(hop, progress=replace(progress, page=progress.page - 1, tries=0)))
    if progress.offered or progress.typing:
        return _show(replace(hop, progress=_ask(progress, progress.asking)))
    if not progress.path:
        return Step(progress, left=True)
    before = replace(_ask(progress, progress.path[-1]), path=progress.path[:-1])
    return _show(replace(hop, progress=before))


def _hear(hop: Hop, said: str) -> Step:
    progress = hop.progress
    meant = Meant({hop.question.name: READ}) if hop.question.kind is Kind.NOTE else understand(hop, said)
    if meant.handoff:
        return Step(progress, handoff=meant.handoff)
    if meant.typing or meant.offered:
        return _show(
            replace(hop, progress=_ask(progress, progress.asking, offered=meant.offered, typing=meant.typing))
        )
    if meant.complaint:
        return _complain(hop, meant.complaint)
    return _take(hop, meant)


def _take(hop: Hop, meant: Meant) -> Step:
    taken, complaint = _accept(hop, meant)
    if complaint:
        return _complain(hop, complaint)
    names = tuple(name for name, value in {**meant.besides, **meant.answers}.items() if value != READ)
    step = _show(_settle(hop.form, _ask(taken, ""), hop.world))
    return replace(step, answered=names)


def _accept(hop: Hop, meant: Meant) -> tuple[Progress, Complaint | None]:
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


def _pages(hop: Hop) -> tuple[Page, ...]:
    progress = hop.progress
    return asking.pages(
        hop.form,
        hop.question,
        hop.standing.known,
        hop.world,
        offered=progress.offered,
        typing=progress.typing,
    )


def _show(hop: Hop, reasons: Sequence[str] = ()) -> Step:
    """The question being asked, below the first of the reasons that there is room for."""
    progress = hop.progress
    if hop.world.channel is Channel.SMS:
        return _show_message(hop, reasons)
    if not progress.asking:
        return Step(progress, done=True)
    pages = _pages(hop)
    page = min(progress.page, len(pages) - 1)
    return Step(replace(progress, page=page), asking.with_reason(pages[page].text, reasons, hop.world))


def _show_message(hop: Hop, reasons: Sequence[str]) -> Step:
    progress, known = hop.progress, hop.standing.known
    above = list(reasons[:1]) if reasons else _notes(hop)
    if not progress.asking:
        return Step(progress, "\n".join(above), done=True)
    message = asking.message(
        hop.form, hop.question, known, hop.world, offered=progress.offered, typing=progress.typing
    )
    return Step(progress, "\n".join([*above, message]))


def _notes(hop: Hop) -> list[str]:
    """The notes between the question that was asked last and the one being asked, or the end of the form."""
    notes: list[str] = []
    for question in hop.form.questions:
        if question.name == hop.progress.asking:
            break
        if (
            question.kind is Kind.NOTE
            and question.name in hop.standing.relevant
            and question.channel in (None, hop.world.channel)
        ):
            notes.append(
                asking.label(hop.form, question.labels, question.short, hop.standing.known, hop.world)
            )
        elif is_asked(question, hop.world) and question.name in hop.standing.relevant:
            notes.clear()
    return notes


def _complain(hop: Hop, complaint: Complaint) -> Step:
    progress = replace(hop.progress, tries=hop.progress.tries + 1)
    reasons = [_hint(hop, complaint)]
    if progress.tries >= PATIENCE:
        reasons.insert(0, _explanation(hop, complaint))
    return _show(replace(hop, progress=progress), reasons)


def _hint(hop: Hop, complaint: Complaint) -> str:
    question, world = hop.question, hop.world
    own = {Complaint.CONSTRAINT: question.constraint_message, Complaint.REQUIRED: question.required_message}
    if labels := own.get(complaint):
        return asking.label(hop.form, labels, {}, hop.standing.known, world)
    return world.words.say(f"hint.{complaint}", world.languages)


def _explanation(hop: Hop, complaint: Complaint) -> str:
    question, world = hop.question, hop.world
    if question.hints:
        return asking.label(hop.form, question.hints, {}, hop.standing.known, world)
    topic = "name" if complaint is Complaint.NAME else EXPLAINED[question.kind]
    return world.words.say(f"hint.explain.{topic}", world.languages)


def propose(form: Form, progress: Progress, proposals: Mapping[str, Proposal], world: World) -> Progress:
    """With those answers taken that are sure and hold; choices that are not sure are offered when asked."""
    for question in form.questions:
        proposal = proposals.get(question.name)
        if proposal and question.kind not in SILENT and question.kind is not Kind.NOTE:
            progress = _propose(form, progress, question, proposal, world)
    return progress


def _propose(
    form: Form, progress: Progress, question: Question, proposal: Proposal, world: World
) -> Progress:
    hop = Hop(form, _ask(progress, question.name), stand(form, progress.answers, world), world)
    meant = _proposed(hop, proposal.value)
    names = meant.offered
    if question.kind is Kind.SELECT_ONE and proposal.confidence < SURE:
        names = names or tuple(filter(None, [meant.answers.get(question.name, "")]))
    if names:
        return replace(progress, proposed={**progress.proposed, question.name: names})
    if not meant.answers or proposal.confidence < SURE or question.name not in hop.standing.relevant:
        return progress
    taken, complaint = _accept(hop, meant)
    return progress if complaint else replace(progress, answers=taken.answers)


def _proposed(hop: Hop, value: str) -> Meant:
    """A choice by its own name first, since names may look like keys; else as if it had been typed."""
    if hop.question.kind is not Kind.SELECT_ONE:
        return understand(hop, value)
    if find(hop.form, hop.question, value, hop.standing.known, hop.world):
        return choose(hop, value)
    return by_name(hop, value)


def values(form: Form, progress: Progress, world: World) -> dict[str, str]:
    """The final answers with what was given and calculated, without what is irrelevant or no longer fits."""
    known = stand(form, progress.answers, world).known
    told = (question for question in form.questions if question.kind is not Kind.NOTE)
    return {question.name: known[question.name] for question in told if known[question.name]}


def summary(form: Form, progress: Progress, world: World) -> list[tuple[str, str]]:
    """Short label and answer of each question that was asked and answered, for a last look."""
    standing = stand(form, progress.answers, world)
    lines = []
    for question in form.questions:
        asked = question.name in standing.relevant and is_asked(question, world)
        if asked and question.kind is not Kind.NOTE and standing.known[question.name]:
            label = asking.label(form, question.labels, question.short, standing.known, world)
            text = asking.told(form, question, standing.known, world)
            lines.append((label, text[: asking.LONGEST_TOLD].rstrip()))
    return lines
