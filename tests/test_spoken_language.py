"""Everybody is spoken to in their language, from the first screen to the alert, or in the next that they know."""

from dataclasses import replace

import pytest
from click.testing import CliRunner
from fixtures_service import COORDINATOR, OFFICER, VILLAGER, Post
from sqlalchemy import update

from flows.language import Catalogue, Words
from models.member import Member
from service.commands.languages import languages
from service.database import transaction
from service.simulator.server import Simulator

REPORT = {"fr": "1 Signaler", "ar": "1 بلاغ"}
ANSWER = {"fr": "ACK", "ar": "رقم"}


def everybody_speaks(post: Post, tag: str) -> None:
    with transaction(post.parts.engine) as db:
        db.execute(update(Member).values(language=tag))


def also_in(post: Post, tag: str, **texts: str) -> None:
    """Give the service a catalogue with these few words; `_` stands for a point."""
    own = Catalogue({key.replace("_", "."): (text,) for key, text in texts.items()}, lambda n: 0)
    words = Words({**post.parts.words.catalogues, tag: own})
    post.parts = replace(post.parts, words=words)


@pytest.mark.parametrize(
    ("tag", "heard"),
    [("bm", "fr"), ("snk", "fr"), ("ff", "fr"), ("wo", "fr"), ("mey", "ar"), ("ar", "ar"), ("xx", "fr")],
)
def test_a_member_dials_and_is_alerted_in_the_next_language_they_know(
    post: Post, simulator: Simulator, tag: str, heard: str
) -> None:
    everybody_speaks(post, tag)
    assert REPORT[heard] in post.dial(OFFICER)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    alert = simulator.network.inbox(COORDINATOR)[0].text
    assert ANSWER[heard] in alert
    assert ("رقم" in alert) == (heard == "ar")


def test_a_word_that_a_language_has_is_said_in_it_and_the_rest_in_the_next(post: Post) -> None:
    also_in(post, "bm", home_report="Kunnafoni di")
    everybody_speaks(post, "bm")
    screen = post.dial(OFFICER)
    assert "1 Kunnafoni di" in screen
    assert "Suite" in screen


def language_menu(post: Post, phone: str = VILLAGER) -> str:
    return post.dial(phone, "5")


def test_only_languages_with_words_are_offered(post: Post) -> None:
    assert language_menu(post) == "CON Langue ?\n1 Francais\n2 Arabi\n3 English\n0 Retour"


def test_a_language_keeps_its_digit_whichever_others_there_are(post: Post) -> None:
    also_in(post, "snk", home_report="Kibaare")
    assert language_menu(post) == "CON Langue ?\n1 Francais\n2 Arabi\n3 English\n5 Sooninke\n0 Retour"
    assert "1 Kibaare" in post.dial(VILLAGER, "5", "5")


def test_hassaniya_is_tried_on_a_test_screen_like_arabic(post: Post) -> None:
    also_in(post, "mey", home_report="خبر")
    assert "هل تقرأ هذا؟" in post.dial(VILLAGER, "5", "7")
    assert "1 خبر" in post.dial(VILLAGER, "5", "7", "١")


def test_a_handset_without_arabic_letters_stays_as_it_was(post: Post) -> None:
    assert "Langue ?" in post.dial(VILLAGER, "5", "2", "2")
    assert "1 Signaler" in post.dial(VILLAGER)


def test_languages_tells_a_line_a_language() -> None:
    result = CliRunner().invoke(languages)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == ["fr", "ar", "en", "bm", "snk", "ff", "mey", "wo"]
    hassaniya = next(line for line in lines if line.startswith("mey"))
    assert "mey > ar > fr" in hassaniya
    assert "words 0/" in hassaniya
    for line in lines[:3]:
        pairs = [word.split("/") for word in line.split() if "/" in word]
        assert len(pairs) == 2
        assert all(done == every for done, every in pairs)


@pytest.mark.parametrize(
    ("people", "tag", "counted"),
    [
        (1, "fr", "1 pers."),
        (1, "en", "1 person "),
        (5, "en", "5 people"),
        (1, "ar", "شخص واحد"),
        (2, "ar", "شخصان"),
        (7, "ar", "7 أشخاص"),
        (11, "ar", "11 شخصا"),
        (100, "ar", "100 شخص"),
    ],
)
def test_an_alert_counts_people_as_the_language_does(
    post: Post, simulator: Simulator, people: int, tag: str, counted: str
) -> None:
    everybody_speaks(post, tag)
    post.sms(VILLAGER, f"12#1#{people} Gogui")
    post.work()
    assert counted in simulator.network.inbox(COORDINATOR)[0].text
