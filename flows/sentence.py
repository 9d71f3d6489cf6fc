"""What a sentence says of a form's questions: "vol de 12 vaches hier soir vers diaguily", as proposals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.counting import COUNTED, OTHER_UNITS, count
from flows.everyday import EMPTY, EVERYDAY
from flows.form import Form, Kind, Question
from flows.particles import AROUND, LEADING, OF
from flows.phrases import Heard, Phrases
from flows.proposal import Proposal
from flows.whereabouts import Sighting
from flows.word import Word
from flows.world import World

PLACES = "places.csv"
PLACE_LEVEL = 3
MISSPELT, IN_DOUBT = 0.95, 0.5
OFFERED = 4
NOTHING_SAID = Phrases.of({})
ORDINARY = EVERYDAY | EMPTY | OTHER_UNITS | COUNTED.keys()
ORDINARY_OR_LEADING = ORDINARY | LEADING | OF | AROUND
SHORT = 2  # letters of a word that says nothing by itself
ANSWER = "yes"  # a list that has it holds answers to a question: nobody says yes before he is asked


@dataclass(frozen=True, slots=True)
class Told:
    """proposals: question → what the sentence says; heard: question → all that it may mean; area: the key of a
    district where the place that it names is one; read: the numbers of the words that this was read from."""

    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    heard: Mapping[str, Sequence[Heard]] = field(default_factory=dict)
    area: str = ""
    read: frozenset[int] = frozenset()


def listen(
    form: Form, words: Sequence[Word], world: World, near: Sequence[str] = (), beside: Sequence[Form] = ()
) -> Told:
    """near: keys of places where the writer may well be; beside: forms whose words are no slips of this one's."""
    taken = ordinary([form, *beside], words)
    right = taken | {spot for spot, word in enumerate(words) if word.folded in world.whereabouts.joined}
    asked = [question for question in form.questions if _is_said(form, question)]
    heard = {question.name: _phrases(form, question).hear(words, right) for question in asked}
    proposals = {name: proposal for name, found in heard.items() if (proposal := _chosen(found))}
    about = {spot for found in heard.values() for each in found for spot in each.spots}
    proposals |= _numbers(form, words, about)
    seen = world.whereabouts.find(words, taken=taken, near=near)
    placed, area = places(form, seen, world) if seen else ({}, "")
    named = (right - taken) | (set(range(seen.start, seen.end)) if seen else set())
    return Told(proposals | placed, heard, area, frozenset(about | named))


def has_more(forms: Sequence[Form], words: Sequence[Word], told: Told) -> bool:
    """Whether anything in the sentence was not read: a word that is no number, no everyday word, and part of nothing
    that was heard."""
    lists = [_phrases(form, question) for form in forms for question in form.questions if _is_said(form, question)]
    return any(
        spot not in told.read and not _is_plain(word, lists) for spot, word in enumerate(words) if not word.is_number
    )


def _is_plain(word: Word, lists: Sequence[Phrases]) -> bool:
    """An everyday word that may be part of no saying: "argent" may."""
    if len(word.folded) <= SHORT or not EMPTY.isdisjoint(word.forms):
        return True
    return not ORDINARY_OR_LEADING.isdisjoint(word.forms) and not any(phrases.knows(word) for phrases in lists)


def _is_said(form: Form, question: Question) -> bool:
    choices = form.lists.get(question.choices, ())
    return question.kind is Kind.SELECT_ONE and all(choice.name != ANSWER for choice in choices) and bool(choices)


def _phrases(form: Form, question: Question) -> Phrases:
    return form.phrases.get(question.choices) or NOTHING_SAID


def _chosen(heard: Sequence[Heard]) -> Proposal | None:
    """The only choice that is meant, or the few that may be."""
    meant = meanings(heard)
    if not meant:
        return None
    if len(meant) > 1:
        return Proposal(meant[0].choice, IN_DOUBT, tuple(each.choice for each in meant[1:OFFERED]))
    return Proposal(meant[0].choice, MISSPELT if meant[0].misspelt else 1.0)


def meanings(heard: Sequence[Heard]) -> list[Heard]:
    """One for each choice: without what is only said in passing, and without what is part of a longer saying."""
    strong = [each for each in heard if not each.weak] or list(heard)
    right = [each for each in strong if not each.misspelt] or strong
    whole = [each for each in right if not any(each.spots < other.spots for other in right)]
    return list({each.choice: each for each in reversed(whole)}.values())[::-1]


def _numbers(form: Form, words: Sequence[Word], about: set[int]) -> dict[str, Proposal]:
    found = count(words, about)
    asked = [question.name for question in form.questions if question.kind is Kind.INTEGER]
    return {} if found is None else {name: Proposal(str(found)) for name in asked}


def ordinary(forms: Sequence[Form], words: Sequence[Word]) -> set[int]:
    """The numbers of the words that are written as they should be, and so are no slips of others."""
    lists = [_phrases(form, question) for form in forms for question in form.questions if _is_said(form, question)]
    return {
        spot
        for spot, word in enumerate(words)
        if word.folded in ORDINARY or any(phrases.knows(word) for phrases in lists)
    }


def places(form: Form, seen: Sighting, world: World) -> tuple[dict[str, Proposal], str]:
    """What was seen as the answer to the form's questions for a place, and the key of the district that it is.

    A district is in no list of places: its name is kept as it was typed.
    """
    asked = [question.name for question in form.questions if question.choices == PLACES]
    listed = [key for key in seen.keys if world.whereabouts.rows[key].level == PLACE_LEVEL]
    if listed:
        proposal = Proposal(listed[0], 1.0 if seen.sure else IN_DOUBT, tuple(listed[1:]))
        return dict.fromkeys(asked, proposal), ""
    if not seen.sure:
        return {}, ""
    return dict.fromkeys(asked, Proposal(seen.typed)), next(iter(seen.keys), "")
