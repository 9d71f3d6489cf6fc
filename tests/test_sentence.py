"""What a sentence says: words, beginnings of words and words that belong together; numbers; names of places."""

import pytest
from fixtures_service import VILLAGER, Post

from flows import phrases
from flows.counting import count
from flows.phrases import Phrases
from flows.sentence import meanings
from flows.whereabouts import Row, Whereabouts
from flows.word import words_of
from models import contact, report
from models.code import Compartment
from models.report import Report
from service.database import reading

SAID = Phrases.of(
    {
        "theft": ["vol*/pris + vache*/بقر*", "سرقة ماشية"],
        "robbery": ["vol?", "bandits?", "coupeurs de route"],
        "shots": ["coups de feu", "attaque"],
        "fire": ["feu"],
    }
)


def meant(text: str) -> list[str]:
    return [heard.choice for heard in meanings(SAID.hear(words_of(text)))]


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        pytest.param("VOL de 12 vaches", ["theft"], id="words that stand together, in any order and form"),
        pytest.param("12 vaches volées", ["theft"], id="beginnings of words, accents aside"),
        pytest.param("l'attaque", ["shots"], id="an article written onto the word"),
        pytest.param("والبقرات pris", ["theft"], id="Arabic articles and 'and' written onto the word"),
        pytest.param("سرقه ماشيه", ["theft"], id="Arabic letter variants"),
        pytest.param("سَرِقة ماشـية", ["theft"], id="marks and stretched letters"),
        pytest.param("vol", ["robbery"], id="what is weak counts where nothing else is meant"),
        pytest.param("attaque, des bandits", ["shots"], id="and not beside something else"),
        pytest.param("coups de feu", ["shots"], id="a longer saying swallows a shorter one"),
        pytest.param("feu et attaque", ["shots", "fire"], id="two things are two"),
        pytest.param("ataque", ["shots"], id="one letter left out"),
        pytest.param("attauqe", ["shots"], id="two letters in the wrong order"),
        pytest.param("ataqe", [], id="two slips are too many"),
        pytest.param("fou", [], id="a short word must be right"),
        pytest.param("vaches", [], id="half of what must stand together"),
    ],
)
def test_words_mean_a_choice(text: str, choices: list[str]) -> None:
    assert meant(text) == choices


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("vol + ", "before or after"),
        ("a/ + b", "before or after"),
        ("v*l", "stand at the end"),
        ("vo*", "too many words"),
    ],
)
def test_a_way_of_saying_that_cannot_be_read_is_refused(way: str, told: str) -> None:
    assert told in phrases.fault(way)


@pytest.mark.parametrize("way", ["vol", "vol*/pris + vache*", "bandits?", "vol de bétail", "سرق* + بقر*?"])
def test_a_way_of_saying_that_can_be_read_is_not(way: str) -> None:
    assert phrases.fault(way) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("vol de 12 vaches", 12),
        ("١٢ بقرة", 12),
        ("deux blesses", 2),
        ("il y a 3 jours", None),
        ("le 22 mars", None),
        ("depuis 3 jours 5 vaches", 5),
        ("a 10h30", None),
        ("5000 fr", None),
        ("kel1 est la", None),
        ("appelez 70000001", None),
        ("1 000 000", None),
        ("12 vaches et 3 moutons", None),
        ("ma fille agee de 8 ans", None),
    ],
)
def test_a_number_that_counts_something_else_is_left_out(text: str, number: int | None) -> None:
    assert count(words_of(text)) == number


PLACES = Whereabouts.of(
    [
        Row("ML", 0, frozenset({"ML"}), ("Mali",)),
        Row("MR10", 1, frozenset({"MR10"}), ("Guidimagha", "Guidimakha")),
        Row("ML1101", 2, frozenset({"ML", "ML1101"}), ("Nioro",)),
        Row("ML1106", 2, frozenset({"ML", "ML1106"}), ("Bema",)),
        Row("gogui", 3, frozenset({"ML", "ML1101", "gogui"}), ("Gogui", "Gogi")),
        Row("nioro", 3, frozenset({"ML", "ML1101", "nioro"}), ("Nioro", "Nioro du Sahel")),
        Row("zemal", 3, frozenset({"MR02", "zemal"}), ("Gogui Zemal",)),
        Row("yenje", 3, frozenset({"MR10", "yenje"}), ("Ould Yenjé", "ولد ينج")),
        Row("ghabra", 3, frozenset({"MR03", "ghabra"}), ("El Ghabra",)),
        Row("kiffa", 3, frozenset({"MR03", "kiffa"}), ("Kiffa", "كيفة")),
        Row("mbout", 3, frozenset({"MR04", "mbout"}), ("M'Bout",)),
        Row("khabou1", 3, frozenset({"ML", "ML01", "khabou1"}), ("Khabou",)),
        Row("khabou2", 3, frozenset({"MR10", "khabou2"}), ("Khabou", "Ghabou")),
        Row("gouraye", 3, frozenset({"MR10", "gouraye"}), ("Gouraye",)),
        Row("gourel", 3, frozenset({"MR10", "gourel"}), ("Gourele",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "keys", "sure"),
    [
        pytest.param("attaque a gogui hier", ["gogui"], True, id="a name"),
        pytest.param("gogui zemal", ["zemal"], True, id="the longer name"),
        pytest.param("vers gogui zamal", ["zemal"], True, id="the longer name, misspelt"),
        pytest.param("a ouldyenje", ["yenje"], True, id="joined"),
        pytest.param("a ould-yenge", ["yenje"], True, id="with a hyphen and a slip"),
        pytest.param("a yenje", ["yenje"], True, id="without its article"),
        pytest.param("a ghabra", ["ghabra"], True, id="without el"),
        pytest.param("pres de m bout", ["mbout"], True, id="split"),
        pytest.param("في كيفه", ["kiffa"], True, id="Arabic letter variants"),
        pytest.param("بكيفة", ["kiffa"], True, id="with 'in' written onto it"),
        pytest.param("قرب ولد ينج", ["yenje"], True, id="Arabic, of two words"),
        pytest.param("a kifa", ["kiffa"], True, id="a slip after a particle"),
        pytest.param("kifa", ["kiffa"], False, id="a slip alone is asked about"),
        pytest.param("a khabou", ["khabou1", "khabou2"], False, id="two places of one name"),
        pytest.param("a khabou mali", ["khabou1"], True, id="the country is named"),
        pytest.param("khabou, region de guidimakha", ["khabou2"], True, id="the region is named"),
        pytest.param("gogui cercle de nioro", ["gogui"], True, id="a cercle is no second place"),
        pytest.param("a nioro", ["nioro"], True, id="the town rather than the cercle"),
        pytest.param("a bema", ["ML1106"], True, id="a cercle that has no town of its name"),
        pytest.param("a gourae", ["gouraye"], True, id="the nearer of two"),
        pytest.param("a gourale", ["gouraye", "gourel"], False, id="two within reach"),
        pytest.param("gogui ou kiffa", ["gogui", "kiffa"], False, id="two places"),
        pytest.param("au bout de la rue", [], False, id="a word that is like a name"),
    ],
)
def test_a_place_is_found_in_a_sentence(text: str, keys: list[str], sure: bool) -> None:
    seen = PLACES.find(words_of(text))
    assert (sorted(seen.keys), seen.sure) == (keys, sure) if seen else not keys


def test_the_writers_own_district_decides_between_namesakes() -> None:
    seen = PLACES.find(words_of("a khabou"), near=["gouraye"])
    assert seen is not None
    assert (seen.keys, seen.sure) == (("khabou2",), True)


def test_what_follows_village_is_kept_as_it_was_typed() -> None:
    seen = PLACES.find(words_of("inondation au village de Samba Dramane"))
    assert seen is not None
    assert (seen.keys, seen.typed) == ((), "Samba Dramane")


@pytest.mark.parametrize(
    "text",
    [
        "8 moutons voles hier a Nioro, sans 20000 pas d'enquete",
        "tirs ce matin a nara, ceux en treillis ont gifle les vieux",
        "manifestation hier a kayes, trois jeunes arretes et tabasses",
        "accident de car hier a kayes, une fillette reste sans personne",
        "سرقوا 4 بقرات اليوم في النعمة ولمسوا النساء",
        "village attacked today at Diema, women were used by the men",
    ],
)
def test_a_text_of_which_a_word_was_not_read_stays_out_of_what_the_police_read(post: Post, text: str) -> None:
    """Nobody has thought of every wording of a complaint: only what was confirmed goes on, and not the text."""
    for said in (text, "1"):
        assert post.sms(VILLAGER, said) == 200
        post.work()
    parts = post.parts
    with reading(parts.engine) as db:
        mine = db.query(Report).filter(Report.contact_id == contact.find(db, parts.keys, VILLAGER)).all()
        kept = {each.compartment: report.answers(db, parts.keys, each) for each in mine}
    assert kept[Compartment.INTAKE] == {"text": text}
    assert text not in kept[Compartment.OPERATIONS].values()
    assert kept[Compartment.OPERATIONS]["code"]
