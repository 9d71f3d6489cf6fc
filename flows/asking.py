"""How a question is put: its screens on USSD, its message by SMS, with earlier answers filled in."""

import re
from collections.abc import Sequence
from datetime import date

from flows.answer import OTHER_DAY, QUICK_DAYS, Keyed
from flows.choosing import SELECTS, Known, find, keyed, numbers
from flows.form import Channel, Choice, Form, Kind, Labels, Question
from flows.language import pick
from flows.screen import Page, laid_out, lay_out
from flows.world import World

LISTED_MAX = 9  # a longer list is not written out in an SMS
PAGED = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.DATE, Kind.NOTE)  # where 0 and 9 mean back and more
LONGEST_TOLD = 60  # characters of an answer where answers are listed
LONGEST_WORD = 20  # characters of a word there: one that is wider than a screen could not be shown at all

_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


def shortened(answer: str) -> str:
    """As much of an answer as is listed; whatever was typed, it can be cut into screens."""
    return re.sub(rf"(\S{{{LONGEST_WORD}}})(?=\S)", r"\1 ", answer[:LONGEST_TOLD].rstrip())


def pages(
    form: Form,
    question: Question,
    known: Known,
    world: World,
    *,
    offered: Sequence[str] = (),
    typing: bool = False,
    together: bool = False,
) -> tuple[Page, ...]:
    """The screens of a question, given what is known; exactly one where something is typed.

    offered: the names of the choices to choose among; typing: a date is typed; together: as for lay_out.
    """
    lay = laid_out if question.name in form.fixed else lay_out
    if question.kind not in PAGED or typing:
        return lay(_typed_label(form, question, known, world, typing), (), limits=world.limits, back="", more="")
    return lay(
        _choosing_label(form, question, known, world, offered),
        tuple(lines(form, question, known, world, offered)),
        limits=world.limits,
        back=world.words.say("nav.back", world.languages),
        more=world.words.say("nav.more", world.languages),
        together=together,
        onward=question.kind is Kind.NOTE,
    )


def message(
    form: Form,
    question: Question,
    known: Known,
    world: World,
    *,
    offered: Sequence[str] = (),
    typing: bool = False,
) -> str:
    """The whole question as an SMS; a long list is not written out, since a typed name will do."""
    if typing:
        return _typed_label(form, question, known, world, typing)
    asked = _choosing_label(form, question, known, world, offered)
    listed = lines(form, question, known, world, offered)
    written = listed if is_written_out(len(listed), world) else []
    return "\n".join([asked, *(f"{key} {text}" for key, text in written)])


def is_written_out(choices: int, world: World) -> bool:
    """Whether so many choices are shown with their digits; what is not shown cannot be meant by a digit."""
    return world.channel is Channel.USSD or choices <= LISTED_MAX


def lines(
    form: Form, question: Question, known: Known, world: World, offered: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """The keys and texts below the label."""
    if question.kind is Kind.DATE:
        return [
            *zip(QUICK_DAYS, days(world), strict=True),
            (OTHER_DAY, world.words.say("date.other", world.languages)),
        ]
    if question.kind not in SELECTS:
        return []
    shown = narrowed(form, question, known, world, offered)
    texts = [label(form, choice.labels, choice.short, known, world) for _, choice in shown]
    return [
        (key, _told_apart(form, question, choice, text, world) if texts.count(text) > 1 else text)
        for (key, choice), text in zip(shown, texts, strict=True)
    ]


def narrowed(form: Form, question: Question, known: Known, world: World, offered: Sequence[str]) -> tuple[Keyed, ...]:
    """The choices with their keys; those offered, if any, are numbered anew from 1."""
    every = keyed(form, question, known, world)
    if not offered:
        return every
    by_name = {choice.name: choice for _, choice in every}
    kept = [by_name[name] for name in offered if name in by_name]
    return tuple(zip(numbers(), kept, strict=False))


def days(world: World) -> list[str]:
    """What the quick picks of a date are called: today, yesterday, the day before."""
    return [world.words.say(f"date.{name}", world.languages) for name in ("today", "yesterday", "before")]


def label(form: Form, labels: Labels, short: Labels, known: Known, world: World) -> str:
    """The label (on a screen the short one, if any) in the caller's language, with the answers it names."""
    text = pick(labels, world.languages)
    if world.channel is Channel.USSD:
        text = _short(short, labels, world)
    return _REFERENCE.sub(lambda match: _inserted(form, match[1], known, world), text)


def _short(short: Labels, labels: Labels, world: World) -> str:
    """The first language that has either: a label in one's own beats a short one in another."""
    for tag in world.languages:
        if text := short.get(tag) or labels.get(tag):
            return text
    return pick(short, world.languages) or pick(labels, world.languages)


def _inserted(form: Form, name: str, known: Known, world: World) -> str:
    question = form.question(name)
    return told(form, question, known, world)[: question.width].rstrip()


def told(form: Form, question: Question, known: Known, world: World) -> str:
    """An answer as people would say it: the label of a choice, a date by day and month, else as typed."""
    value = known.get(question.name, "")
    if question.kind in SELECTS and value:
        names = value.split() if question.kind is Kind.SELECT_MULTIPLE else [value]
        found = [(name, find(form, question, name, known, world)) for name in names]
        beside = {**known, question.name: ""}  # so that a label which names its own question ends somewhere
        return ", ".join(
            label(form, choice.labels, choice.short, beside, world) if choice else name for name, choice in found
        )
    if question.kind is Kind.DATE and value:
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    return value


def _told_apart(form: Form, question: Question, choice: Choice, text: str, world: World) -> str:
    """Two places of one name are told apart by what they lie in."""
    equalities = question.choice_filter.equalities if question.choice_filter else {}
    values = {name: choice.columns.get(column, "") for column, name in equalities.items()}
    for upper in reversed(form.questions):  # the smallest area is asked last
        value = values.get(upper.name, "")
        row = find(form, upper, value, {}, world) if value and upper.kind is Kind.SELECT_ONE else None
        if row:
            return f"{text} ({label(form, row.labels, row.short, {}, world)})"
    return text


def _typed_label(form: Form, question: Question, known: Known, world: World, typing: bool) -> str:
    asked = label(form, question.labels, question.short, known, world)
    return f"{asked}\n{world.words.say('ask.date', world.languages)}" if typing else asked


def _choosing_label(form: Form, question: Question, known: Known, world: World, offered: Sequence[str]) -> str:
    if offered:
        return world.words.say("ask.which", world.languages)
    return label(form, question.labels, question.short, known, world)
