"""What an SMS means: a keyword, the answer to our question, a coded report, or a text nobody has read yet."""

import re
from dataclasses import dataclass, replace

from flows.folding import digits
from flows.reader import read
from handlers import callback, follow, resume, verdict
from handlers.anonymity import CODED, KEEP, begun, keep_number, without_prefix
from handlers.conversation import HANDLERS, converse
from handlers.exercising import about
from handlers.keywords import (
    ALWAYS,
    ASIDES,
    FORMS,
    NOTHING_KNOWN,
    OPENING,
    Command,
    Keyword,
    command,
    misnumbered,
    obey,
    open_form,
)
from handlers.relevance import begins_anew, takes_words
from handlers.turn import Position, State, Talk, Turn
from handlers.understand import confides, told
from models import report as reports
from models import ticket as tickets
from models.reference import is_reference

REPORTING = (Keyword.REPORT, Keyword.FEEDBACK)
ONLY_DIGITS = re.compile(r"[\d\s#*]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """What this phone was asked last. at: where an answer goes (None = nothing is asked, or no longer); late: the
    question has not been over for long."""

    at: Position | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Echo:
    """Whether this phone has sent the very same text within minutes; at_once: within moments, as networks do and
    people do not."""

    heard: bool = False
    at_once: bool = False


def answer(talk: Talk, text: str, asked: Asked, echo: Echo) -> Turn:
    """Answers to our questions are never taken for new reports; the words that stop us always work, and our
    question still stands after them. A text that is repeated within minutes opens no second report."""
    if asked.at is not None and verdict.is_over(talk, asked.at, text):
        asked = Asked()
    if KEEP.fullmatch(digits(text)):
        return replace(keep_number(talk), at=asked.at)
    nameless = without_prefix(text, asked=asked.at is not None)
    if nameless is not None:
        return _nameless(talk, nameless, echo)
    if talk.caller.seat is not None and (word := misnumbered(text, asked=asked.at is not None)):
        return Turn(talk.say("ack.reference", word=word), asked.at)
    said = command(text, misspelt=asked.at is None)
    if said and _is_obeyed(talk, said, asked.at):
        return _obeyed(talk, said, asked.at, echo)
    if asked.at is not None and HANDLERS.get(asked.at.handler, (None, None))[1] is not None:
        if not begins_anew(talk, asked.at, text) and not confides(talk, asked.at, text):
            return converse(talk, asked.at, text)
        return _heard_before(talk, asked.at, echo) or _told(talk, text)
    if is_reference(digits(text).strip()) or _is_coded_reference(digits(text).strip()):
        return follow.asked(talk, digits(text).strip())
    if ONLY_DIGITS.fullmatch(digits(text)) and (late := _late(talk, text, asked)):
        return late
    return _heard_before(talk, None, echo) or _told(talk, text)


def _is_coded_reference(text: str) -> bool:
    coded = CODED.fullmatch(text)
    return coded is not None and is_reference(coded[1])


def _nameless(talk: Talk, text: str, echo: Echo) -> Turn:
    """`99#12#1 Gogui`, `99#AVIS 86`, `99#` and words: the same, without the number."""
    known = _told_nameless(talk) if echo.heard else None
    if known:
        return Turn("") if echo.at_once else known
    state, said = begun(talk, vault=False), command(text)
    if said and said.keyword in REPORTING and said.rest:
        return _reported(talk, said, state)
    if said and said.keyword in FORMS:
        return _walk(talk, open_form(talk, FORMS[said.keyword], said.rest, state))
    if not text.strip():
        return converse(talk, Position("fill", {**state, "form": "incident"}), None)
    return _told(talk, text, state)


def _told_nameless(talk: Talk) -> Turn | None:
    since = talk.desk.now - talk.desk.policy.same_text
    report_id = tickets.latest_of(talk.desk.db, talk.caller.contact_id, since)
    reference = reports.reference(talk.desk.db, report_id) if report_id else None
    return Turn(talk.say("follow.received", reference=reference)) if reference else None


def _is_obeyed(talk: Talk, said: Command, at: Position | None) -> bool:
    """While something is asked: `NON` is an answer, `NON 123456` is none; nor is "Avis de tempete" where any words
    are an answer, or a villager's "Recu"."""
    if at is None:
        return True
    if said.keyword is Keyword.ACK and not said.rest:
        return talk.caller.seat is not None
    if said.keyword in ALWAYS:
        return True
    if said.rest and not said.rest[0].isdecimal() and takes_words(talk, at):
        return False
    return bool(said.rest) or said.keyword in OPENING


def _obeyed(talk: Talk, said: Command, at: Position | None, echo: Echo) -> Turn:
    if said.keyword in REPORTING and said.rest:
        return _heard_before(talk, at, echo) or _reported(talk, said)
    if said.keyword is Keyword.RESUME and at is not None:
        return converse(talk, at, None)
    if said.keyword is Keyword.CALLBACK:
        return _walk(talk, callback.ask(talk, callback.beneath(at)))
    turn = _walk(talk, obey(talk, said))
    if at is None or turn.at is not None or said.keyword not in ASIDES:
        return turn
    return _asked_again(talk, turn, at) if said.keyword is Keyword.LANGUAGE else replace(turn, at=at)


def _asked_again(talk: Talk, turn: Turn, at: Position) -> Turn:
    """Our question in the language that was chosen in the middle of it."""
    language = turn.language or talk.caller.language
    again = converse(replace(talk, caller=replace(talk.caller, language=language)), at, None)
    return replace(again, text=f"{turn.text}\n{again.text}").after(replace(turn, at=None))


def _reported(talk: Talk, said: Command, state: State = NOTHING_KNOWN) -> Turn:
    """`ALERTE 12#1 Gogui`, `AVIS 86`, or the word and then a story, which is kept."""
    if ONLY_DIGITS.fullmatch(digits(said.rest)):
        return _walk(talk, open_form(talk, FORMS[said.keyword], said.rest, state))
    return told(talk, said.rest, state, FORMS[said.keyword])


def _heard_before(talk: Talk, at: Position | None, echo: Echo) -> Turn | None:
    """The reference again, for whoever has lost the first answer; nothing where a network stutters. None where no
    report of this phone is known: what was refused a moment ago may be told after all, and guarded reports, which keep
    no link, ask before they file."""
    if not echo.heard:
        return None
    report = reports.latest_of(talk.desk.db, talk.caller.contact_id, talk.desk.now - talk.desk.policy.same_text)
    if report is None:
        return None
    known = about(talk, report, talk.say("follow.received", reference=report.reference))
    return Turn("" if echo.at_once else known, at)


def _late(talk: Talk, text: str, asked: Asked) -> Turn | None:
    """Digits, and nobody has asked: what was begun is offered again; an answer that comes too late is told so, and
    opens no report. None where they may be a report's code."""
    offered = resume.offer(talk)
    if asked.late or (offered and not _is_code(talk, text)):
        return converse(talk, offered, None) if offered else Turn(talk.say("dialogue.over"))
    return None


def _is_code(talk: Talk, text: str) -> bool:
    return any(read(talk.desk.forms[name], text, talk.world).proposals for name in ("incident", "feedback"))


def _walk(talk: Talk, turn: Turn) -> Turn:
    if turn.onward and turn.at is not None:
        return converse(talk, turn.at, turn.said).after(turn)
    return turn


def _told(talk: Talk, text: str, state: State = NOTHING_KNOWN) -> Turn:
    if ONLY_DIGITS.fullmatch(digits(text)) and not _is_code(talk, text):
        return Turn(talk.say_with_help("text.help"))
    return told(talk, text, state)
