"""The coded report in one line of SMS, `12#1#3 Gogui`, with whatever separates it, as proposals for a form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows import answer
from flows.choosing import keyed
from flows.folding import digits, fold
from flows.form import Choice, Form, Kind, Question
from flows.naming import alike
from flows.proposal import Proposal
from flows.sentence import places
from flows.word import words_of
from flows.world import World

_SEPARATOR = re.compile(r"\s*[#*]\s*|\s+")
_EDGES = " \t\r\n#*"
# Numbers, with signs that also stand in dates, decimals and lists, and then letters: 12.1.Gogui, 12/1/3 Gogui.
_SIGNS = r"\s*[.,;:/|_+=،؛–-]\s*"
_SIGNED = re.compile(rf"\d{{1,2}}(?:{_SIGNS}\d{{1,5}})+(?:{_SIGNS}|\s+)(?=[^\W\d])|\d{{1,2}}{_SIGNS}(?=[^\W\d])")
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})\s")
_RUN_ON = re.compile(r"((?:\d+[\s#*]+)*\d+)(?=[^\W\d_])")  # 12#1Gogui


@dataclass(frozen=True, slots=True)
class Reading:
    """proposals: question name → what the line says; rest: what was not read; area: the key of a district where
    the place that the line names is one."""

    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    rest: str = ""
    area: str = ""


def read(form: Form, text: str, world: World) -> Reading:
    """The form's SMS fields in their order, the trailing ones optional, its keyword allowed in front.

    A part that does not fit its field is tried at the next; the last field for words takes the rest. Nothing is
    read where the first part does not fit the first field, or in a sentence that merely begins with a number.
    """
    line = digits(text).strip(_EDGES)
    after = _after_keyword(form, line)
    coded = _RUN_ON.sub(r"\1 ", line if after is None else after, count=1)
    signed = _with_hashes(coded)
    found, rest = _assign(form, signed or coded, world)
    doubtful = signed or (after is None and not re.search(r"[#*]", line))
    if doubtful and _is_sentence(form, found, rest, world, most=len(found) if signed else 2):
        return Reading(rest=text)
    return _reading(form, found, rest, world)


def _with_hashes(line: str) -> str:
    """The line with # for the signs that part its numbers, "" where it has none such, or begins with a date."""
    signed = _SIGNED.match(line)
    if signed is None or _DATE.match(line):
        return ""
    return re.sub(r"\W+", "#", signed[0]) + line[signed.end() :]


def _reading(form: Form, found: Mapping[str, str], rest: str, world: World) -> Reading:
    """A place goes by its key where the line has its name exactly, whatever else stands around it."""
    proposals, area = {name: Proposal(value) for name, value in found.items()}, ""
    for question in form.questions:
        if question.name in found and _is_place(form, question):
            seen = world.whereabouts.find(words_of(found[question.name]))
            if seen and seen.exact:
                named, area = places(form, seen, world)
                proposals |= {question.name: named.get(question.name, proposals[question.name])}
    return Reading(proposals, rest, area)


def _after_keyword(form: Form, line: str) -> str | None:
    first, after = _first_part(line)
    if form.sms_keyword and fold(first) == fold(form.sms_keyword):
        return after.strip(_EDGES)
    return None


def _first_part(line: str) -> tuple[str, str]:
    separator = _SEPARATOR.search(line)
    return (line[: separator.start()], line[separator.end() :]) if separator else (line, "")


def _assign(form: Form, line: str, world: World) -> tuple[dict[str, str], str]:
    """Question name → value, and what is left of the line."""
    found: dict[str, str] = {}
    fields = sorted((question for question in form.questions if question.sms_field), key=lambda q: q.sms_field)
    for number, question in enumerate(fields):
        part, after = _first_part(line)
        if _takes_words(form, question) and not any(_takes_words(form, later) for later in fields[number + 1 :]):
            part, after = line.strip(_EDGES), ""
        coded = number > 0 or part[:1].isdecimal() or _takes_words(form, question)
        value = _fit(form, question, part, world) if coded and part else ""
        if value:
            found[question.name] = value
        if value or not part:  # `12##3`: nothing between two separators leaves a field out
            line = after
        elif number == 0:
            break
    return found, line


def _takes_words(form: Form, question: Question) -> bool:
    return question.kind is Kind.TEXT or _is_place(form, question)


def _is_place(form: Form, question: Question) -> bool:
    return question.kind is Kind.SELECT_ONE and question.choices not in form.lists


def _fit(form: Form, question: Question, part: str, world: World) -> str:
    """The part as a value of that field, "" where it is none."""
    if _is_place(form, question):
        return part if any(map(str.isalpha, part)) else ""
    if question.kind is Kind.SELECT_ONE:
        return _choice(form.lists[question.choices], part)
    if question.kind is Kind.INTEGER:
        return answer.integer(part).value
    if question.kind is Kind.DATE:
        return answer.day(part, world.now.date(), (), typing=False).value
    if question.kind is Kind.SELECT_MULTIPLE:
        return answer.select_multiple(part, [(choice.code, choice) for choice in form.lists[question.choices]]).value
    return answer.text(part).value


def _choice(choices: Sequence[Choice], part: str) -> str:
    """By its digits for the one-line SMS, or by a word that is its alone."""
    return answer.select_one(part, [(choice.code, choice) for choice in choices if choice.code]).value


def _is_sentence(form: Form, found: Mapping[str, str], rest: str, world: World, most: int) -> bool:
    """Whether the words after a single number are no place that is known: `12 personnes sont la`.

    Such a text must not be taken for a report with code 12. most: with more values than these it is no sentence.
    """
    if len(found) > most:
        return False
    named = [question for question in form.questions if question.name in found and _is_place(form, question)]
    return bool(rest) or any(not _is_known(form, question, found[question.name], world) for question in named)


def _is_known(form: Form, question: Question, name: str, world: World) -> bool:
    seen = world.whereabouts.spot(name)
    if seen and seen.keys:
        return True
    every = keyed(form, question, {other.name: "" for other in form.questions}, world)
    heard = answer.select_one(name, every)
    return bool(heard.value or heard.candidates or alike(name, every))
