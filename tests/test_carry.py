"""Somebody was half-way through a form when a new version of it came."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine_driver import choices, form_of, question, world

from flows.carry import carry
from flows.engine import step
from flows.form import Choice, Form, Kind, Question
from flows.progress import Progress

WHAT = question("what", Kind.SELECT_ONE, "Quoi ?", choices="things", required=True)
SIGNS = question("signs", Kind.SELECT_MULTIPLE, "Signes ?", choices="signs", required=True)
COUNT = question("count", Kind.INTEGER, "Combien ?", required=True)
COLOUR = question("colour", Kind.TEXT, "Couleur ?", required=True)
LISTS: Mapping[str, Sequence[Choice]] = {"things": choices("Vache", "Chameau"), "signs": choices("Peur", "Blessure")}
OLD = form_of(WHAT, SIGNS, COUNT, COLOUR, **LISTS)
TOLD = {"what": "vache", "signs": "peur blessure", "count": "4"}


def half_way(form: Form = OLD, **changed: str) -> Progress:
    path = ("what", "signs", "count")
    return Progress(form.name, "1", {**TOLD, **changed}, asking="colour", tries=2, path=path)


def newer(*questions: Question, **lists: Sequence[Choice]) -> Form:
    return replace(form_of(*questions, **{**LISTS, **lists}), version="2")


def test_what_still_fits_is_kept_and_the_same_question_is_asked() -> None:
    form = newer(WHAT, SIGNS, COUNT, COLOUR)
    carried = carry(form, half_way())
    assert (carried.version, carried.answers, carried.asking, carried.tries) == ("2", TOLD, "colour", 0)
    assert step(form, carried, None, world()).text.startswith("Couleur ?")


def test_a_question_that_is_gone_takes_its_answer_with_it() -> None:
    carried = carry(newer(WHAT, SIGNS, COLOUR), half_way())
    assert carried.answers == {"what": "vache", "signs": "peur blessure"}
    assert carried.path == ("what", "signs")


def test_a_choice_that_is_gone_is_asked_again() -> None:
    form = newer(WHAT, SIGNS, COUNT, COLOUR, things=choices("Chameau"))
    carried = replace(carry(form, half_way()), asking="")
    assert "what" not in carried.answers
    assert step(form, carried, None, world()).text.startswith("Quoi ?")


def test_of_several_choices_one_that_is_gone_takes_the_others_with_it() -> None:
    carried = carry(newer(WHAT, SIGNS, COUNT, COLOUR, signs=choices("Peur", "Faim")), half_way())
    assert "signs" not in carried.answers


def test_a_question_that_is_gone_from_under_the_phone_gives_way_to_the_next_open_one() -> None:
    form = newer(WHAT, SIGNS, COUNT, question("size", Kind.INTEGER, "Taille ?", required=True))
    carried = carry(form, half_way())
    assert carried.asking == ""
    assert step(form, carried, None, world()).text.startswith("Taille ?")
