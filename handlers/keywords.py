"""The words that an SMS may begin with, in three languages, and what each does."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flows.engine import begin, propose
from flows.folding import digits, fold
from flows.reader import read
from handlers import fill, follow, verdict
from handlers.acknowledge import acknowledge
from handlers.turn import Talk, Turn
from handlers.turn import show as go
from models import alert as alerts
from models import contact


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
}
BY_WORD = {fold(word): keyword for keyword, words in WORDS.items() for word in words.split()}
ALWAYS = frozenset({Keyword.STOP, Keyword.START, Keyword.HELP, Keyword.WHO, Keyword.LANGUAGE, Keyword.ACK})
ASIDES = (ALWAYS - {Keyword.STOP}) | {
    Keyword.FOLLOW,
    Keyword.DENY,
    Keyword.CLOSE,
}  # after these our own question still stands
ABOUT_A_REFERENCE = (Keyword.DENY, Keyword.CLOSE)
REFERENCE_OR_NOTHING = re.compile(r"\s*(\d{6,8}\b|$)")
MOST = 8  # alerts offered in one SMS
TONGUES = {"fr": "fr", "francais": "fr", "ar": "ar", "arabe": "ar", "عربي": "ar", "en": "en", "english": "en"}
FORMS = {Keyword.REPORT: "incident", Keyword.FEEDBACK: "feedback", Keyword.ZERO: "zero_report"}


@dataclass(frozen=True, slots=True)
class Command:
    keyword: Keyword
    rest: str


def command(text: str) -> Command | None:
    """The keyword that the text begins with, if any; what follows it comes folded only in its digits."""
    first, _, rest = text.strip().partition(" ")
    keyword = BY_WORD.get(fold(re.sub(r"[#*:.,!]+$", "", first)))
    if keyword in ABOUT_A_REFERENCE and not REFERENCE_OR_NOTHING.match(digits(rest)):
        return None  # "no water at the well" is no answer to an alert
    return Command(keyword, rest.strip()) if keyword else None


def obey(talk: Talk, said: Command) -> Turn:
    if said.keyword in FORMS:
        return open_form(talk, FORMS[said.keyword], said.rest)
    return ACTS[said.keyword](talk, said.rest)


def open_form(talk: Talk, name: str, line: str) -> Turn:
    """Begin that form with whatever the line already answers."""
    form = talk.desk.forms[name]
    reading = read(form, line, talk.world)
    progress = propose(form, begin(form, fill.given(talk)), reading.proposals, talk.world)
    return go("fill", {"form": name, "progress": progress.to_json()})


def _follow(talk: Talk, rest: str) -> Turn:
    return Turn(follow.answer(talk, fold(rest))) if rest else go("follow")


def _ack(talk: Talk, rest: str) -> Turn:
    """`ACK` alone takes the member's only open alert, else offers the list."""
    seat = talk.caller.seat
    if seat is None:
        return Turn(talk.say("ack.not_yours"))
    wanted = fold(rest)
    waiting = (
        alerts.addressed_to(talk.desk.db, seat.member_id, wanted)
        if wanted
        else alerts.open_for(talk.desk.db, seat.member_id, MOST)
    )
    if len(waiting) == 1:
        taken = acknowledge(talk.desk, seat.member_id, alert_id=waiting[0].alert_id, via=talk.channel.value)
        return Turn(taken.text(talk.caller.language), durable=True, effects=taken.effects)
    if not waiting:
        return Turn(talk.say("ack.not_yours" if wanted else "inbox.empty"))
    return go("inbox")


def _stop(talk: Talk, rest: str) -> Turn:
    contact.stop(talk.desk.db, talk.desk.keys, talk.caller.phone, "keyword", talk.desk.now)
    return Turn(talk.say("stop.done"), durable=True, farewell=True)


def _start(talk: Talk, rest: str) -> Turn:
    contact.restart(talk.desk.db, talk.desk.keys, talk.caller.phone)
    return Turn(talk.say("stop.undone"), durable=True)


def _help(talk: Talk, rest: str) -> Turn:
    return Turn(talk.say_with_help("text.help"))


def _who(talk: Talk, rest: str) -> Turn:
    return Turn(talk.say_with_help("text.who", organisation=talk.desk.policy.organisation))


def _language(talk: Talk, rest: str) -> Turn:
    tag = TONGUES.get(fold(rest))
    if tag is None:
        return Turn(talk.say("language.unknown"))
    contact.speak(talk.desk.db, talk.caller.contact_id, tag)
    return Turn(talk.desk.say("language.switched", tag), language=tag)


ACTS: dict[Keyword, Callable[[Talk, str], Turn]] = {
    Keyword.FOLLOW: _follow,
    Keyword.ACK: _ack,
    Keyword.DENY: verdict.deny,
    Keyword.CLOSE: verdict.close,
    Keyword.STOP: _stop,
    Keyword.START: _start,
    Keyword.HELP: _help,
    Keyword.WHO: _who,
    Keyword.LANGUAGE: _language,
}
