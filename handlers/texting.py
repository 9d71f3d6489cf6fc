"""What an SMS means: a keyword, the answer to our question, a coded report, or a text nobody has read yet."""

import re
from dataclasses import replace

from flows.engine import begin, propose
from flows.folding import digits
from flows.progress import Progress
from flows.reader import Reading, read
from handlers import fill, follow
from handlers.conversation import HANDLERS, converse
from handlers.filing import keep_text
from handlers.keywords import ALWAYS, ASIDES, Keyword, command, obey
from handlers.turn import Position, Talk, Turn
from models import report as reports
from models.reference import is_reference

REPORTING = (Keyword.REPORT, Keyword.FEEDBACK)
ONLY_DIGITS = re.compile(r"[\d\s#*]*")


def answer(talk: Talk, text: str, pending: Position | None, *, repeated: bool = False) -> Turn:
    """Answers to our questions are never taken for new reports; the words that stop us always work, and our
    question still stands after them. A text that is repeated within minutes opens no second report."""
    said = command(text)
    known = _heard_before(talk) if repeated else None
    if known and said and said.keyword in REPORTING and said.rest:
        return replace(known, at=pending)
    if said and (pending is None or said.keyword in ALWAYS or said.rest):
        turn = _walk(talk, obey(talk, said))
        return replace(turn, at=pending) if turn.at is None and said.keyword in ASIDES else turn
    if pending is not None and HANDLERS.get(pending.handler, (None, None))[1] is not None:
        return converse(talk, pending, text)
    if is_reference(digits(text).strip()):
        return Turn(follow.answer(talk, digits(text).strip()))
    return known or _coded(talk, text) or _uncoded(talk, text)


def _heard_before(talk: Talk) -> Turn | None:
    """The reference again, for whoever has lost the first answer. None where no report of this phone is known: what
    was refused a moment ago may be told after all, and guarded reports, which keep no link, ask before they file."""
    report = reports.latest_of(talk.desk.db, talk.caller.contact_id, talk.desk.now - talk.desk.policy.same_text)
    return Turn(talk.say("follow.received", reference=report.reference)) if report else None


def _walk(talk: Talk, turn: Turn) -> Turn:
    if turn.onward and turn.at is not None:
        return converse(talk, turn.at, turn.said).after(turn)
    return turn


def _coded(talk: Talk, text: str) -> Turn | None:
    """A one-line report in any form that reads it, `12#1 Gogui` or `86`."""
    for name in ("incident", "feedback"):
        form = talk.desk.forms[name]
        reading = read(form, text, talk.world)
        if reading.proposals:
            progress = propose(form, begin(form, _given(talk, reading)), reading.proposals, talk.world)
            return converse(talk, Position("fill", {"form": name, "progress": progress.to_json()}), None)
    return None


def _given(talk: Talk, reading: Reading) -> dict[str, str]:
    """A member whose line names no place means the post; a villager is asked."""
    at_post = talk.caller.seat is not None and talk.caller.seat.post and "place" not in reading.proposals
    return {**fill.given(talk), "at_post": "yes" if at_post else ""}


def _uncoded(talk: Talk, text: str) -> Turn:
    """Kept where only the programme reads it, and the sender is asked what it is about."""
    if ONLY_DIGITS.fullmatch(digits(text)):
        return Turn(talk.say_with_help("text.help"))
    kept = keep_text(talk, text)
    form = talk.desk.forms["incident"]
    progress: Progress = begin(form, fill.given(talk))
    asked = converse(talk, Position("fill", {**kept.state, "progress": progress.to_json()}), None)
    reference = kept.state["draft"]["reference"]
    first = Turn(opened=kept.opened, durable=True, effects=kept.effects)
    worded = Turn(talk.say("intake.kept", reference=reference) + "\n" + asked.text, asked.at, effects=asked.effects)
    return worded.after(first)
