"""A place is found by walking down the lists or by writing its name, on both channels."""

import pytest
from engine_driver import Phone, form_of, lookup, question, when, world

from flows.engine import begin, propose, step, summary, values
from flows.form import Channel, Choice, Kind
from flows.progress import Progress
from flows.proposal import Proposal

COUNTRY = question("country", Kind.SELECT_ONE, "Pays ?", choices="countries.csv", required=True)
REGION = question(
    "region", Kind.SELECT_ONE, "Région ?", choices="regions.csv", choice_filter=lookup(country="country"), required=True
)
DISTRICT = question(
    "district",
    Kind.SELECT_ONE,
    "Cercle ?",
    choices="districts.csv",
    choice_filter=lookup(country="country", region="region"),
    required=True,
)
PLACE = question(
    "place",
    Kind.SELECT_ONE,
    "Lieu ?",
    choices="places.csv",
    choice_filter=lookup(country="country", region="region", district="district"),
    required=True,
)
PLACE_ALONE = question("place", Kind.SELECT_ONE, "Lieu ?", choices="places.csv", required=True)
OTHER = question("place_other", Kind.TEXT, "Nom du lieu ?", relevant=when("place", ""))
OPTIONAL_LEVELS = (
    question("country", Kind.SELECT_ONE, "Pays ?", choices="countries.csv"),
    question("region", Kind.SELECT_ONE, "Région ?", choices="regions.csv", choice_filter=lookup(country="country")),
    question(
        "district",
        Kind.SELECT_ONE,
        "Cercle ?",
        choices="districts.csv",
        choice_filter=lookup(country="country", region="region"),
    ),
)
WHERE = form_of(COUNTRY, REGION, DISTRICT, PLACE)


SMS = world(channel=Channel.SMS)


@pytest.fixture
def phone() -> Phone:
    return Phone(WHERE)


def test_a_place_is_found_going_down_the_lists(phone: Phone) -> None:
    assert phone.dial() == "Pays ?\n1 Mali\n2 Mauritanie\n0 Retour"
    assert phone.say("1") == "Région ?\n1 Kayes\n2 Nioro\n0 Retour"
    assert phone.say("2") == "Cercle ?\n1 Nioro\n2 Troungoumbé\n0 Retour"
    assert phone.say("1") == "Lieu ?\n1 Gogui\n2 Nioro\n0 Retour"
    phone.say("1")
    assert phone.progress.answers["place"] == "ML1101/gogui"


def test_another_country_asks_for_its_regions_again(phone: Phone) -> None:
    phone.dial()
    phone.says("1", "2", "1", "0", "0", "0")
    assert phone.say("2") == "Région ?\n1 Guidimagha\n0 Retour"


def test_a_written_name_is_taken_where_it_is_one_place_only(phone: Phone) -> None:
    phone.dial()
    phone.says("1", "2", "1", "gogi")
    assert phone.progress.answers["place"] == "ML1101/gogui"


def test_a_name_written_a_little_differently_is_offered_and_never_taken(phone: Phone) -> None:
    phone.dial()
    phone.says("1", "2", "1")
    assert phone.say("Gogoui") == "Lequel ?\n1 Gogui\n0 Retour"
    assert "place" not in phone.progress.answers
    assert phone.say("2").startswith("Tapez un des chiffres.\nLequel ?")
    assert phone.say("0") == "Lieu ?\n1 Gogui\n2 Nioro\n0 Retour"
    phone.says("Gogoui", "1")
    assert phone.progress.answers["place"] == "ML1101/gogui"


def test_a_name_of_several_places_offers_them_told_apart() -> None:
    form = form_of(*OPTIONAL_LEVELS, PLACE)
    phone = Phone(form, SMS)
    assert phone.dial() == "Lieu ?"
    assert phone.say("gogui") == "Lequel ?\n1 Gogui (Nioro)\n2 Gogui (Troungoumbé)"
    phone.say("2")
    assert values(form, phone.progress, SMS) == {
        "country": "ML",
        "region": "ML11",
        "district": "ML1105",
        "place": "ML1105/gogui",
    }


@pytest.fixture
def texter() -> Phone:
    """By SMS, place by name; the levels above are asked on screens only."""
    return Phone(form_of(*OPTIONAL_LEVELS, PLACE, OTHER), SMS)


def test_a_place_says_what_it_lies_in(texter: Phone) -> None:
    texter.dial()
    texter.say("ولد ينج")
    assert texter.last is not None
    assert texter.last.done
    assert texter.last.answered == ("country", "region", "district", "place")
    assert values(texter.form, texter.progress, SMS)["district"] == "MR101"


def test_a_place_that_is_in_no_list_is_kept_as_written(texter: Phone) -> None:
    texter.dial()
    texter.say("Melga * Sarakolé")
    assert texter.last is not None
    assert texter.last.done
    assert values(texter.form, texter.progress, SMS) == {"place_other": "Melga * Sarakolé"}


def test_a_name_that_is_none_of_those_offered_is_kept_as_written(texter: Phone) -> None:
    texter.dial()
    assert texter.say("Goguii").startswith("Lequel ?")
    texter.say("Goguii")
    assert values(texter.form, texter.progress, SMS) == {"place_other": "Goguii"}


def test_a_place_in_no_list_is_unknown_where_a_form_has_no_room_for_it() -> None:
    phone = Phone(form_of(PLACE_ALONE), SMS)
    phone.dial()
    assert phone.say("Melga") == "Nom inconnu.\nLieu ?"


def test_a_list_is_written_out_in_an_sms_only_up_to_nine() -> None:
    texter = Phone(form_of(question("where", Kind.SELECT_ONE, "Où ?", choices="districts.csv", required=True)), SMS)
    assert texter.dial() == "Où ?\n1 Yélimané\n2 Nioro\n3 Troungoumbé\n4 Ould Yengé"
    assert Phone(form_of(PLACE_ALONE), SMS).dial() == "Lieu ?"


def test_by_sms_only_what_is_required_is_asked_with_the_notes_before_it() -> None:
    form = form_of(
        question("hello", Kind.NOTE, "Merci."),
        question("count", Kind.INTEGER, "Combien ?"),
        question("danger", Kind.NOTE, "Mettez-vous à l'abri."),
        question("age", Kind.INTEGER, "Age ?", required=True),
        question("bye", Kind.NOTE, "Au revoir."),
    )
    texter = Phone(form, SMS)
    assert texter.dial() == "Merci.\nMettez-vous à l'abri.\nAge ?"
    assert texter.say("x") == "Tapez un nombre.\nAge ?"
    assert texter.say("12") == "Au revoir."
    assert texter.last is not None
    assert texter.last.done


@pytest.mark.parametrize("said", ["0", "9", "1", "3", "12"])
def test_a_digit_means_nothing_where_an_sms_lists_none(said: str) -> None:
    texter = Phone(form_of(PLACE_ALONE), SMS)
    texter.dial()
    assert texter.say(said) == "Nom inconnu.\nLieu ?"


# Proposals


CODES = [
    Choice("11", {"fr": "Groupe armé"}, key="1", code="11", columns={"group": "1"}),
    Choice("12", {"fr": "Attaque"}, key="2", code="12", columns={"group": "1"}),
    Choice("31", {"fr": "Traite"}, key="1", code="31", columns={"group": "3"}),
]
REPORT = form_of(
    question("group", Kind.SELECT_ONE, "Quoi ?", choices="group", required=True),
    question(
        "code", Kind.SELECT_ONE, "Précisément ?", choices="code", required=True, choice_filter=lookup(group="group")
    ),
    question("urgency", Kind.SELECT_ONE, "Quand ?", choices="urgency", relevant=when("group", "1"), required=True),
    question("count", Kind.INTEGER, "Combien ?", constraint=None),
    *OPTIONAL_LEVELS,
    PLACE,
    OTHER,
    group=[Choice("1", {"fr": "Sécurité"}), Choice("3", {"fr": "Personne"})],
    code=CODES,
    urgency=[Choice("now", {"fr": "En cours"}, code="1"), Choice("past", {"fr": "Hier"}, code="3")],
)


def proposed(**values: str | Proposal) -> Progress:
    given = {name: value if isinstance(value, Proposal) else Proposal(value) for name, value in values.items()}
    return propose(REPORT, begin(REPORT, {}), given, SMS)


def test_what_is_proposed_and_holds_is_not_asked() -> None:
    progress = proposed(code="12", urgency="now", count="3", place="Nioro du Sahel")
    done = step(REPORT, progress, None, SMS)
    assert done.done
    assert values(REPORT, progress, SMS) == {
        "group": "1",
        "code": "12",
        "urgency": "now",
        "count": "3",
        "country": "ML",
        "region": "ML11",
        "district": "ML1101",
        "place": "ML1101/nioro",
    }


def test_a_proposal_that_does_not_hold_is_asked_as_if_nothing_had_been_said() -> None:
    progress = proposed(code="12", urgency="never", count="many")
    assert progress.answers == {"group": "1", "code": "12"}
    assert step(REPORT, progress, None, SMS).text.startswith("Quand ?")


def test_a_proposal_for_what_is_not_relevant_is_dropped() -> None:
    assert "urgency" not in proposed(code="31", urgency="now").answers


def test_a_choice_that_is_not_sure_is_offered_when_its_turn_comes() -> None:
    phone = Phone(REPORT, SMS, proposed(code=Proposal("12", 0.6), group="1", urgency="now"))
    assert phone.say(None) == "Lequel ?\n1 Attaque"
    phone.say("1")
    assert phone.progress.answers["code"] == "12"
    assert not phone.progress.proposed


def test_a_proposed_name_of_two_places_is_offered_when_its_turn_comes() -> None:
    phone = Phone(REPORT, SMS, proposed(code="12", place="Gogui"))
    assert phone.say(None).startswith("Quand ?")
    assert phone.say("1") == "Lequel ?\n1 Gogui (Nioro)\n2 Gogui (Troungoumbé)"


def test_a_proposed_place_that_is_in_no_list_is_kept_as_written() -> None:
    assert proposed(code="12", place="Melga").answers["place_other"] == "Melga"


def test_a_number_or_text_that_is_not_sure_is_not_taken() -> None:
    assert proposed(count=Proposal("3", 0.5)).answers == {}


def test_an_answer_given_already_stands_in_the_summary_of_a_screen() -> None:
    progress = proposed(code="12", count="3")
    assert summary(REPORT, progress, world()) == [
        ("Quoi ?", "Sécurité"),
        ("Précisément ?", "Attaque"),
        ("Combien ?", "3"),
    ]
