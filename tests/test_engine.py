"""Somebody with twelve keys walks through a form, back and forth, and nothing they answered is lost."""

import pytest
from engine_driver import Phone, choices, expression, form_of, lookup, question, when, world
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine import Handoff, begin, step, summary, values
from flows.form import Channel, Choice, Form, Kind
from flows.language import chain
from flows.progress import Progress
from flows.standing import stand

GROUPS = [
    Choice("1", {"fr": "Sécurité"}, key="1"),
    Choice("2", {"fr": "Vols"}, key="2"),
    Choice("8", {"fr": "Avis"}, key="8", form="feedback"),
]
CODES = [
    Choice("11", {"fr": "Groupe armé"}, key="1", code="11", columns={"group": "1"}),
    Choice("12", {"fr": "Attaque"}, key="2", code="12", columns={"group": "1"}),
    Choice("21", {"fr": "Vol de bétail"}, key="1", code="21", columns={"group": "2"}),
]
GROUP = question("group", Kind.SELECT_ONE, "Quoi ?", choices="group", required=True)
CODE = question(
    "code", Kind.SELECT_ONE, "Précisément ?", choices="code", choice_filter=lookup(group="group"), required=True
)
COUNT = question(
    "count",
    Kind.INTEGER,
    "Combien ?",
    constraint=expression(lambda scope: float(scope.current) <= 100),
    constraint_message={"fr": "De 0 à 100."},
)
HARM = question("harm", Kind.SELECT_ONE, "Blessés ?", choices="yesno", relevant=when("code", "12"), required=True)
STORY = question("story", Kind.TEXT, "Racontez.", relevant=when("harm", "oui"))
YESNO = choices("Oui", "Non")


def incident(*more: object) -> Form:
    questions = (GROUP, CODE, COUNT, HARM, STORY, *more)
    return form_of(*questions, group=GROUPS, code=CODES, yesno=YESNO)  # type: ignore[arg-type]


@pytest.fixture
def phone() -> Phone:
    return Phone(incident())


def test_a_form_is_walked_from_the_first_screen_to_the_end(phone: Phone) -> None:
    assert phone.dial() == "Quoi ?\n1 Sécurité\n2 Vols\n8 Avis\n0 Retour"
    assert phone.say("1") == "Précisément ?\n1 Groupe armé\n2 Attaque\n0 Retour"
    assert phone.say("2") == "Combien ?"
    assert phone.say("3") == "Blessés ?\n1 Oui\n2 Non\n0 Retour"
    assert phone.say("1") == "Racontez."
    assert phone.say("Deux hommes * blessés") == ""
    assert phone.last is not None
    assert phone.last.done
    assert values(phone.form, phone.progress, phone.world) == {
        "group": "1",
        "code": "12",
        "count": "3",
        "harm": "oui",
        "story": "Deux hommes * blessés",
    }


def test_each_answer_is_named_once(phone: Phone) -> None:
    phone.dial()
    answered = []
    for said in ("12", "x", "3", "1", "Récit"):
        phone.say(said)
        assert phone.last is not None
        answered.append(phone.last.answered)
    assert answered == [("group", "code"), (), ("count",), ("harm",), ("story",)]


def test_showing_a_screen_again_changes_nothing(phone: Phone) -> None:
    phone.dial()
    screen = phone.say("1")
    before = phone.progress
    assert phone.say(None) == screen
    assert phone.progress == before


def test_two_digits_go_straight_to_a_code(phone: Phone) -> None:
    phone.dial()
    assert phone.say("21") == "Combien ?"
    assert phone.progress.answers == {"group": "2", "code": "21"}


@pytest.mark.parametrize("said", ["31", "13", "00", "98", "1 1"])
def test_two_digits_that_are_no_code_are_asked_again(phone: Phone, said: str) -> None:
    phone.dial()
    assert phone.say(said).startswith("Tapez un des chiffres.\nQuoi ?")


def test_a_code_that_the_filter_denies_cannot_be_reached_straight() -> None:
    officers = expression(lambda scope: scope.answers["reporter"] == "officer" or scope.row["name"] != "2")
    form = form_of(
        question("reporter", Kind.HIDDEN),
        question("group", Kind.SELECT_ONE, choices="group", required=True, choice_filter=officers),
        CODE,
        group=GROUPS,
        code=CODES,
    )
    villager, officer = Phone(form), Phone(form)
    villager.dial(reporter="community")
    officer.dial(reporter="officer")
    villager.say("21")
    officer.say("21")
    assert "code" not in villager.progress.answers
    assert officer.progress.answers["code"] == "21"


@pytest.mark.parametrize(("said", "handed"), [("8", None), ("86", "86"), ("٨٦", "86"), ("avis", None)])
def test_a_choice_may_lead_to_another_form(phone: Phone, said: str, handed: str | None) -> None:
    phone.dial()
    phone.say(said)
    assert phone.last is not None
    assert phone.last.handoff == Handoff("feedback", handed)


def test_back_shows_the_question_before_and_keeps_the_answers(phone: Phone) -> None:
    phone.dial()
    phone.says("1", "2", "3")
    assert phone.say("0") == "Combien ?"
    assert phone.progress.answers["count"] == "3"
    assert phone.say("4") == "Blessés ?\n1 Oui\n2 Non\n0 Retour"
    assert phone.progress.answers["count"] == "4"


def test_back_on_the_first_question_leaves_the_form(phone: Phone) -> None:
    phone.dial()
    phone.say("0")
    assert phone.last is not None
    assert phone.last.left


def test_a_zero_typed_as_a_number_is_an_answer(phone: Phone) -> None:
    phone.dial()
    phone.says("12", "0")
    assert phone.progress.answers["count"] == "0"


def test_answers_that_no_longer_fit_are_asked_again_and_those_that_do_are_not() -> None:
    phone = Phone(form_of(GROUP, CODE, HARM, group=GROUPS, code=CODES, yesno=YESNO))
    phone.dial()
    phone.says("1", "2")
    assert phone.says("0", "0") == "Quoi ?\n1 Sécurité\n2 Vols\n8 Avis\n0 Retour"
    assert phone.say("2") == "Précisément ?\n1 Vol de bétail\n0 Retour"
    phone.say("1")
    assert phone.last is not None
    assert phone.last.done


def test_going_back_and_saying_the_same_again_goes_on_where_one_was() -> None:
    phone = Phone(form_of(GROUP, CODE, HARM, group=GROUPS, code=CODES, yesno=YESNO))
    phone.dial()
    screen = phone.says("1", "2")
    assert phone.says("0", "0", "1") == screen


def test_an_answer_that_is_no_longer_relevant_is_kept_but_does_not_count(phone: Phone) -> None:
    phone.dial()
    phone.says("12", "3", "1")
    again = Progress.from_json({**phone.progress.to_json(), "asking": "group", "path": []})
    phone.progress = step(phone.form, again, "11", phone.world).progress
    assert phone.progress.answers["harm"] == "oui"
    assert "harm" not in values(phone.form, phone.progress, phone.world)


def test_a_broken_constraint_says_why(phone: Phone) -> None:
    phone.dial()
    assert phone.says("12", "101") == "De 0 à 100.\nCombien ?"
    assert "count" not in phone.progress.answers


def test_three_wrong_inputs_in_a_row_bring_a_longer_explanation(phone: Phone) -> None:
    phone.dial()
    assert phone.says("x", "y").startswith("Tapez un des chiffres.\n")
    assert phone.say("z").startswith("Tapez seulement le chiffre devant")
    assert phone.says("1", "z").startswith("Tapez un des chiffres.\n")


def test_a_hint_of_the_form_is_its_longer_explanation() -> None:
    phone = Phone(form_of(question("age", Kind.INTEGER, "Age ?", hints={"fr": "En années, ex. 12."})))
    phone.dial()
    assert phone.says("x", "x", "x") == "En années, ex. 12.\nAge ?"


def test_a_reason_for_which_there_is_no_room_is_left_out() -> None:
    full = choices(*(f"{letter * 25}" for letter in "abcd"), "e" * 24)
    phone = Phone(form_of(question("q", Kind.SELECT_ONE, "Lequel est-ce ?", choices="l"), l=full))
    screen = phone.dial()
    assert phone.say("x") == screen


def test_nine_shows_more_and_on_the_last_page_it_is_no_answer() -> None:
    many = choices(*(f"Choix{number}" for number in range(1, 8)))
    phone = Phone(form_of(question("q", Kind.SELECT_ONE, "Lequel ?", choices="l", required=True), l=many))
    first = phone.dial()
    assert first.endswith("5 Choix5\n0 Retour 9 Suite")
    assert phone.say("9") == "6 Choix6\n7 Choix7\n0 Retour"
    assert phone.say("9") == "Tapez un des chiffres.\n6 Choix6\n7 Choix7\n0 Retour"
    assert phone.say("0") == first
    phone.say("7")
    assert phone.progress.answers == {"q": "choix7"}


def test_keys_are_never_nine_and_stay_when_a_list_is_narrowed() -> None:
    many = choices(*(f"Choix{number}" for number in range(12)))
    odd = expression(lambda scope: scope.row["name"] in ("choix0", "choix8", "choix11"))
    phone = Phone(form_of(question("q", Kind.SELECT_ONE, "Lequel ?", choices="l", choice_filter=odd), l=many))
    assert phone.dial() == "Lequel ?\n1 Choix0\n10 Choix8\n13 Choix11\n0 Retour"


def test_a_note_is_read_and_passed_and_can_be_gone_back_from() -> None:
    note = question("thanks", Kind.NOTE, " ".join(f"mot{number}" for number in range(40)))
    phone = Phone(form_of(COUNT, note, question("more", Kind.TEXT, "Autre chose ?")))
    phone.dial()
    first = phone.say("3")
    assert first.startswith("mot0 ")
    assert first.endswith("\n0 Retour 9 Suite")
    second = phone.say("9")
    assert second.endswith("mot39\n0 Retour 9 Suite")
    assert phone.say("0") == first
    assert phone.says("9", "9") == "Autre chose ?"
    assert values(phone.form, phone.progress, phone.world) == {"count": "3"}


def test_an_empty_input_skips_what_is_optional_and_asks_again_for_what_is_not(phone: Phone) -> None:
    phone.dial()
    assert phone.say("").startswith("Il faut une réponse.\nQuoi ?")
    assert phone.says("12", "") == "Blessés ?\n1 Oui\n2 Non\n0 Retour"
    assert "count" not in values(phone.form, phone.progress, phone.world)


def test_a_zero_passes_an_optional_text() -> None:
    phone = Phone(form_of(question("other", Kind.TEXT, "Nom ? 0 = passer")))
    phone.dial()
    phone.say("0")
    assert phone.last is not None
    assert phone.last.done
    assert values(phone.form, phone.progress, phone.world) == {}


def test_a_default_stands_where_nothing_is_said() -> None:
    form = form_of(question("source", Kind.HIDDEN, default="ussd"), question("n", Kind.INTEGER, default="1"))
    phone = Phone(form)
    assert phone.dial() == "n ?"
    phone.say("")
    assert values(form, phone.progress, phone.world) == {"source": "ussd", "n": "1"}


def test_a_calculation_follows_the_answers_and_is_never_asked() -> None:
    severity = question(
        "severity",
        Kind.CALCULATE,
        calculation=expression(lambda scope: 4.0 if scope.answers["harm"] == "oui" else 2.0),
    )
    shown = question("told", Kind.TEXT, "Gravité ${severity}. Racontez.")
    phone = Phone(incident(severity, shown))
    phone.dial()
    assert phone.says("12", "3", "1", "Récit") == "Gravité 4. Racontez."
    assert values(phone.form, phone.progress, phone.world)["severity"] == "4"


def test_what_is_given_fills_hidden_questions_only() -> None:
    form = form_of(question("reporter", Kind.HIDDEN), COUNT)
    progress = begin(form, {"reporter": "officer", "count": "5", "unknown": "x"})
    assert progress.answers == {"reporter": "officer"}


def test_a_select_without_choices_is_not_asked() -> None:
    nobody = expression(lambda scope: False)
    none = question("q", Kind.SELECT_ONE, choices="yesno", choice_filter=nobody, required=True)
    assert Phone(form_of(none, COUNT, yesno=YESNO)).dial() == "Combien ?"


def test_a_question_for_sms_is_not_asked_on_a_screen() -> None:
    form = form_of(question("q", Kind.TEXT, channel=Channel.SMS, required=True), COUNT)
    assert Phone(form).dial() == "Combien ?"


def test_labels_name_answers_at_the_width_of_their_question() -> None:
    form = form_of(
        question("post_name", Kind.HIDDEN, width=10),
        question("where", Kind.SELECT_ONE, "Où ?", choices="where", width=4),
        question("sure", Kind.SELECT_ONE, "${where} : sûr ?", choices="yesno"),
        where=[Choice("post", {"fr": "Mon poste : ${post_name}"}), Choice("else", {"fr": "Ailleurs"})],
        yesno=YESNO,
    )
    phone = Phone(form)
    assert phone.dial(post_name="Gogui Zemal Kebir") == "Où ?\n1 Mon poste : Gogui Zema\n2 Ailleurs\n0 Retour"
    assert phone.say("2") == "Aill : sûr ?\n1 Oui\n2 Non\n0 Retour"
    phone.says("0", "1")
    assert summary(form, phone.progress, phone.world) == [("Où ?", "Mon poste : Gogui Zema")]


def test_a_screen_shows_the_short_label_in_the_language_that_is_spoken() -> None:
    labels = {"fr": "Où êtes-vous en ce moment ?", "ar": "أين أنتم الآن؟"}
    form = form_of(question("q", Kind.TEXT, labels=labels, short={"fr": "Où ?"}))
    assert Phone(form).dial() == "Où ?"
    assert Phone(form, world("ar")).dial() == "أين أنتم الآن؟"
    assert Phone(form, world("bm")).dial() == "Où ?"


def test_a_day_is_picked_or_typed() -> None:
    phone = Phone(form_of(question("day", Kind.DATE, "Quel jour ?", required=True)))
    first = phone.dial()
    assert first == "Quel jour ?\n1 Aujourd'hui\n2 Hier\n3 Avant-hier\n4 Autre jour\n0 Retour"
    assert phone.say("4") == "Quel jour ?\nJour et mois ? Ex. 0512 = 5 décembre"
    assert phone.say("3013").startswith("Date non comprise.\nQuel jour ?\nJour et mois")
    assert phone.say("0") == first
    phone.says("4", "2411")
    assert phone.progress.answers == {"day": "2026-11-24"}


def test_several_choices_are_keyed_together() -> None:
    phone = Phone(
        form_of(question("q", Kind.SELECT_MULTIPLE, "Lesquels ?", choices="l"), l=choices("Eau", "Vivres", "Abri"))
    )
    phone.dial()
    assert phone.say("15").startswith("Tapez des chiffres, ex. 1 3.\nLesquels ?")
    phone.say("31")
    assert phone.progress.answers == {"q": "eau abri"}


def test_a_summary_tells_what_was_asked_and_answered(phone: Phone) -> None:
    phone.form = incident(
        question("day", Kind.DATE, "Jour ?"),
        question("needs", Kind.SELECT_MULTIPLE, "Besoins ?", choices="yesno"),
    )
    phone.dial()
    phone.says("12", "", "2", "1", "12")
    assert summary(phone.form, phone.progress, phone.world) == [
        ("Quoi ?", "Sécurité"),
        ("Précisément ?", "Attaque"),
        ("Blessés ?", "Non"),
        ("Jour ?", "25/11/2026"),
        ("Besoins ?", "Oui, Non"),
    ]


def test_a_form_that_was_filled_in_can_be_reopened_at_its_last_question(phone: Phone) -> None:
    phone.dial()
    phone.says("12", "3", "2")
    assert phone.progress.path == ("group", "code", "count", "harm")
    data = {**phone.progress.to_json(), "asking": "harm", "path": ["group", "code", "count"]}
    phone.progress = Progress.from_json(data)
    assert phone.say(None) == "Blessés ?\n1 Oui\n2 Non\n0 Retour"
    assert phone.say("0") == "Combien ?"


inputs = st.one_of(
    st.sampled_from(["0", "9", "1", "2", "3", "4", "12", "21", "8", "", "*", "2511", "١", "oui", "Vol de bétail"]),
    st.text(max_size=8),
)


@settings(max_examples=200)
@given(st.lists(inputs, max_size=25), st.sampled_from(list(Channel)), st.sampled_from(["fr", "ar", "snk"]))
def test_whatever_is_typed_there_is_a_screen_a_way_out_or_an_end(
    typed: list[str], channel: Channel, language: str
) -> None:
    form = incident(
        question("day", Kind.DATE, "Quel jour ?", required=True),
        question("note", Kind.NOTE, "mot " * 60),
        question("needs", Kind.SELECT_MULTIPLE, "Besoins ?", choices="yesno"),
        question("country", Kind.SELECT_ONE, choices="countries.csv", required=True),
        question(
            "place", Kind.SELECT_ONE, choices="places.csv", choice_filter=lookup(country="country"), required=True
        ),
    )
    phone = Phone(form, world(language, channel))
    phone.dial()
    for said in typed:
        phone.say(said)
        assert phone.last is not None
        assert phone.last.text or phone.last.done or phone.last.left or phone.last.handoff
        values(form, phone.progress, phone.world)
        summary(form, phone.progress, phone.world)


def test_a_language_without_its_own_words_is_spoken_to_in_the_next() -> None:
    assert chain("snk") == ("snk", "fr")
    assert Phone(incident(), world("snk")).dial().endswith("0 Retour")


def test_what_was_said_instead_settles_a_question_above_it_too() -> None:
    form = form_of(
        question("place", Kind.SELECT_ONE, choices="places", required=True),
        question("place_other", Kind.TEXT),
        places=choices("Gogui"),
    )
    before = stand(form, {"place": ""}, world())
    after = stand(form, {"place": "", "place_other": "Kore"}, world(), before)
    assert (before.open, after.open) == ("place", "")
    assert after.known == stand(form, {"place": "", "place_other": "Kore"}, world()).whole()
