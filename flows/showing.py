"""What the phone shows at a question: its screen or message, below the reason why an input was no answer."""

from collections.abc import Sequence

from flows import asking, gsm7
from flows.answer import Complaint
from flows.form import Channel, Kind
from flows.hop import Hop
from flows.screen import Page, fits
from flows.standing import is_asked
from flows.world import World

PATIENCE = 3  # wrong inputs in a row before the longer explanation
EXPLAINED = {
    Kind.SELECT_ONE: "digit",
    Kind.SELECT_MULTIPLE: "digits",
    Kind.INTEGER: "number",
    Kind.DATE: "date",
    Kind.TEXT: "text",
}


def show(hop: Hop) -> str:
    """The screen or message; at the end of the form nothing, or by SMS the notes that end it."""
    if hop.world.channel is Channel.SMS:
        return "\n".join([*_notes(hop), *_message(hop)])
    return _screen(hop, ()) if hop.progress.asking else ""


def complain(hop: Hop, complaint: Complaint) -> str:
    """The same again, below the reason; the longer explanation where patience is at its end."""
    reasons = [_hint(hop, complaint)]
    if hop.progress.tries >= PATIENCE:
        reasons.insert(0, _explanation(hop, complaint))
    if hop.world.channel is Channel.SMS:
        return "\n".join([reasons[0], *_message(hop)])
    return _screen(hop, reasons)


def page_of(hop: Hop) -> tuple[int, int]:
    """The page that is shown, and the last one there is; both from 0."""
    last = len(_pages(hop)) - 1
    return min(hop.progress.page, last), last


def _pages(hop: Hop) -> tuple[Page, ...]:
    known, progress = hop.standing.known, hop.progress
    offered, typing = progress.offered, progress.typing
    return asking.pages(hop.form, hop.question, known, hop.world, offered=offered, typing=typing)


def _screen(hop: Hop, reasons: Sequence[str]) -> str:
    pages = _pages(hop)
    page = pages[min(hop.progress.page, len(pages) - 1)].text
    return with_reason(page, reasons, hop.world)


def with_reason(page: str, reasons: Sequence[str], world: World) -> str:
    """The page below the first of the reasons that there is room for, else as it is."""
    for reason in reasons:
        for text in (reason, gsm7.fold(reason)):
            if text and fits(f"{text}\n{page}", world.limits):
                return f"{text}\n{page}"
    return page


def _message(hop: Hop) -> list[str]:
    known, progress = hop.standing.known, hop.progress
    if not progress.asking:
        return []
    offered, typing = progress.offered, progress.typing
    return [asking.message(hop.form, hop.question, known, hop.world, offered=offered, typing=typing)]


def _notes(hop: Hop) -> list[str]:
    """The notes between the question that was asked last and the one being asked, or the end of the form."""
    notes: list[str] = []
    relevant = [question for question in hop.form.questions if hop.standing.is_relevant(question.name)]
    for question in relevant:
        if question.name == hop.progress.asking:
            break
        if question.kind is Kind.NOTE and question.channel in (None, hop.world.channel):
            notes.append(asking.label(hop.form, question.labels, question.short, hop.standing.known, hop.world))
        elif is_asked(question, hop.world):
            notes.clear()
    return notes


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
