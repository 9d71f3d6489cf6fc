"""The words that an SMS may begin with, in three languages, and what each does."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz.distance import OSA

from flows.engine import begin, propose
from flows.folding import digits, fold
from flows.reader import read
from handlers import exercising, fill, follow, resume, silence, verdict
from handlers.acknowledge import acknowledge
from handlers.turn import State, Talk, Turn
from handlers.turn import show as go
from handlers.wording import tell
from models import alert as alerts
from models import contact
from models.reference import WIDTHS


class Keyword(StrEnum):
    REPORT = "report"
    FEEDBACK = "feedback"
    ZERO = "zero"
    FOLLOW = "follow"
    ACK = "ack"
    DENY = "deny"
    CLOSE = "close"
    STOP = "stop"
    START = "start"
    HELP = "help"
    WHO = "who"
    LANGUAGE = "language"
    RESUME = "resume"
    REAL = "real"
    ERASE = "erase"
    CALLBACK = "callback"


WORDS = {
    Keyword.REPORT: "alerte alert بلاغ انذار",
    Keyword.FEEDBACK: "avis feedback راي شكوي",
    Keyword.ZERO: "ras nil هدوء",
    Keyword.FOLLOW: "suivi follow متابعه",
    Keyword.ACK: "ack recu استلمت",
    Keyword.DENY: "non no لا",
    Keyword.CLOSE: "clos close اغلاق",
    Keyword.STOP: "stop arret توقف",
    Keyword.START: "start reprendre ابدا",
    Keyword.HELP: "aide help مساعده",
    Keyword.WHO: "qui who من",
    Keyword.LANGUAGE: "lang langue لغه",
    Keyword.REAL: "reel real حقيقي",
    Keyword.RESUME: "suite continuer continue اكمل",
    Keyword.ERASE: "effacer erase امسح",
    Keyword.CALLBACK: "rappel rappelez callback اتصلوا",
}
BY_WORD = {fold(word): keyword for keyword, words in WORDS.items() for word in words.split()}
ALWAYS = frozenset(
    {
        Keyword.STOP,
        Keyword.START,
        Keyword.HELP,
        Keyword.WHO,
        Keyword.LANGUAGE,
        Keyword.ACK,
        Keyword.ERASE,
        Keyword.CALLBACK,
        Keyword.REAL,
    }
)
OPENING = frozenset({Keyword.REPORT, Keyword.FEEDBACK, Keyword.ZERO, Keyword.FOLLOW})  # whatever we have asked
ASIDES = (ALWAYS - {Keyword.STOP, Keyword.ERASE}) | {
    Keyword.FOLLOW,
    Keyword.DENY,
    Keyword.CLOSE,
}  # after these our own question still stands

# What may follow the word, folded. A sentence that merely begins with it is none of ours: "help us they are shooting",
# "stop aux rackets", "no water at the well" are told to somebody, and must not be lost for an answer by rote.
COURTESY = r"(sms|svp|stp|merci|please|pls|thanks|thank you|شكرا|من فضلك| )*"
REFERENCE = r"(\d{6,8}\b.*)?"
SHAPES = {
    Keyword.ZERO: r"(\d.*|(?!le bol)\S+( \S+){0,2})?",
    Keyword.FOLLOW: r"(\d[\d ]*|\S+)?",
    Keyword.ACK: r"(\d[\d ]*)?",
    Keyword.DENY: REFERENCE,
    Keyword.CLOSE: REFERENCE,
    Keyword.STOP: COURTESY,
    Keyword.START: COURTESY,
    Keyword.HELP: COURTESY,
    Keyword.WHO: COURTESY,
    Keyword.LANGUAGE: r"\S*",
    Keyword.RESUME: COURTESY,
    Keyword.REAL: COURTESY,
    Keyword.ERASE: COURTESY,
    Keyword.CALLBACK: r"(moi|me|بي)?" + COURTESY,
}
ON_CASES = frozenset({Keyword.ACK, Keyword.DENY, Keyword.CLOSE})
FIRST_WORD = re.compile(r"([^\s\d#*:.,;!?]+)[\s#*:.,;!?]*(.*)", re.DOTALL)  # "ACK123456", "ALERTE#12#1 Gogui"
LONG_ENOUGH = 4  # letters of a word that may be misspelt
MOST = 8  # alerts offered in one SMS
TONGUES = {"fr": "fr", "francais": "fr", "ar": "ar", "arabe": "ar", "عربي": "ar", "en": "en", "english": "en"}
NOTHING_KNOWN: State = {}
FORMS = {Keyword.REPORT: "incident", Keyword.FEEDBACK: "feedback", Keyword.ZERO: "zero_report"}


@dataclass(frozen=True, slots=True)
class Command:
    """word: the keyword as it was typed."""

    keyword: Keyword
    rest: str
    word: str = field(default="", compare=False)


def command(text: str, *, misspelt: bool = True) -> Command | None:
    """The keyword that the text begins with, if what follows it is what may follow it; the rest comes as it was
    typed. misspelt: a word that is alone, or before a number, may have one letter wrong."""
    said = _begun(text, misspelt=misspelt)
    return said if said and re.fullmatch(SHAPES.get(said.keyword, ".*"), fold(said.rest)) else None


def misnumbered(text: str, *, asked: bool) -> str:
    """The word with which a case would be taken, denied or closed, where what follows is a number that is too short or
    too long for a reference, and nothing else than may follow one; else "". asked: a question stands, which `NON 2`
    may answer."""
    said = _begun(text, misspelt=not asked)
    words = fold(digits(said.rest)).split() if said else []
    if said is None or said.keyword not in ON_CASES or not words or (asked and said.keyword is Keyword.DENY):
        return ""
    number = "".join(words) if said.keyword is Keyword.ACK else words[0]
    after = [] if said.keyword is Keyword.ACK else words[1:]
    ends = not after or (said.keyword is Keyword.CLOSE and verdict.names_outcome(after[0]))
    return said.word.upper() if ends and number.isdecimal() and len(number) not in WIDTHS else ""


def _begun(text: str, *, misspelt: bool) -> Command | None:
    """The keyword that the text begins with, whatever follows it."""
    begins = FIRST_WORD.match(text.strip())
    if begins is None:
        return None
    word, rest = fold(begins[1]), begins[2].strip()
    keyword = BY_WORD.get(word) or (_nearest(word, fold(rest)) if misspelt else None)
    return Command(keyword, rest, begins[1]) if keyword else None


def _nearest(word: str, rest: str) -> Keyword | None:
    """The only keyword at distance one."""
    if len(word) < LONG_ENOUGH or (rest and not rest[:1].isdecimal()):
        return None
    near = {
        keyword
        for known, keyword in BY_WORD.items()
        if len(known) >= LONG_ENOUGH and OSA.distance(word, known, score_cutoff=1) == 1
    }
    return near.pop() if len(near) == 1 else None


def obey(talk: Talk, said: Command) -> Turn:
    if said.keyword in FORMS:
        return open_form(talk, FORMS[said.keyword], said.rest)
    return ACTS[said.keyword](talk, said.rest)


def open_form(talk: Talk, name: str, line: str, state: State = NOTHING_KNOWN) -> Turn:
    """Begin that form with whatever the line already answers; state: what else is known of it."""
    form = talk.desk.forms[name]
    reading = read(form, line, talk.world)
    progress = propose(form, begin(form, fill.given(talk, state)), reading.proposals, talk.world)
    return go("fill", {**state, "form": name, "progress": progress.to_json()})


def _follow(talk: Talk, rest: str) -> Turn:
    reference = fold(rest).replace(" ", "")
    return follow.asked(talk, reference) if reference else go("follow")


def _ack(talk: Talk, rest: str) -> Turn:
    """`ACK` alone takes all that the member's last text told of at once, or the only open alert, else offers the
    list."""
    seat = talk.caller.seat
    if seat is None:
        return Turn(talk.say("ack.not_yours"))
    wanted = fold(rest).replace(" ", "")
    waiting = (
        alerts.addressed_to(talk.desk.db, seat.member_id, wanted)
        if wanted
        else alerts.open_for(talk.desk.db, seat.member_id, MOST)
    )
    together = [] if wanted else alerts.open_of_last_text(talk.desk.db, seat.member_id)
    taking = together or [each.alert_id for each in waiting]
    if together or len(taking) == 1:
        taken = acknowledge(talk.desk, talk.hand(), taking)
        return Turn(taken.text(talk.caller.language), durable=True, effects=taken.effects)
    if not waiting:
        return Turn(talk.say("ack.not_yours" if wanted else "inbox.empty"))
    return go("inbox")


def _stop(talk: Talk, rest: str) -> Turn:
    effects = silence.stop(talk.desk, talk.caller.phone, "keyword")
    return Turn(talk.say("stop.done"), durable=True, farewell=True, effects=effects)


def _start(talk: Talk, rest: str) -> Turn:
    silence.restart(talk.desk, talk.caller.phone)
    return Turn(talk.say("stop.undone"), durable=True)


def _help(talk: Talk, rest: str) -> Turn:
    return Turn(talk.say_with_help("text.help"))


def _erase(talk: Talk, rest: str) -> Turn:
    return go("erase")


def _who(talk: Talk, rest: str) -> Turn:
    tell(talk)
    return Turn(talk.say_with_help("text.who", organisation=talk.desk.policy.organisation))


def _language(talk: Talk, rest: str) -> Turn:
    tag = TONGUES.get(fold(rest))
    if tag is None:
        return Turn(talk.say("language.unknown"))
    contact.speak(talk.desk.db, talk.caller.contact_id, tag)
    return Turn(talk.desk.say("language.switched", tag), language=tag)


def _resume(talk: Talk, rest: str) -> Turn:
    """Whatever was begun last on this phone, by either channel, at the very question."""
    offered = resume.offer(talk)
    return go("resumed", offered.state) if offered else Turn(talk.say("resume.none"))


ACTS: dict[Keyword, Callable[[Talk, str], Turn]] = {
    Keyword.FOLLOW: _follow,
    Keyword.ACK: _ack,
    Keyword.DENY: verdict.deny,
    Keyword.CLOSE: verdict.close,
    Keyword.STOP: _stop,
    Keyword.START: _start,
    Keyword.HELP: _help,
    Keyword.WHO: _who,
    Keyword.ERASE: _erase,
    Keyword.LANGUAGE: _language,
    Keyword.RESUME: _resume,
    Keyword.REAL: exercising.leave,
}
