"""What keys do on a phone: wrong ones ask again and say why, 0 and 9 lose nothing, and a digit means one thing."""

import re
import secrets

import pytest
from fixtures_service import ADMIN, COORDINATOR, OFFICER, RELAY, VILLAGER, Post

from flows.language import COMPLETE
from flows.screen import fits
from flows.world import Limits
from models import contact
from service.database import transaction

REASON, EXPLAINED = "Tapez un des chiffres.", "Tapez seulement le chiffre devant votre réponse, puis envoyez."
WHERE_MENUS_ARE = [("home", ()), ("cards", ("2",)), ("group", ("1",)), ("code", ("1", "1")), ("when", ("1", "12"))]


class Line:
    """One dial, key by key; every screen is measured."""

    def __init__(self, post: Post, phone: str) -> None:
        self.post, self.phone, self.session, self.typed = post, phone, secrets.token_hex(8), ""
        self.shown = post.hop(phone, self.session, "")

    def press(self, *keys: str) -> str:
        for key in keys:
            self.typed = f"{self.typed}*{key}" if self.typed else key
            self.shown = self.post.hop(self.phone, self.session, self.typed)
            assert fits(self.shown[4:], Limits()), self.shown
        return self.shown

    @property
    def choices(self) -> dict[str, str]:
        return dict(re.findall(r"^(\d+) (.+)$", self.shown, re.MULTILINE))

    @property
    def goes_on(self) -> bool:
        return bool(re.search(r"\b9 (Suite|More|المزيد)$", self.shown))


def speaks(post: Post, phone: str, tag: str) -> None:
    with transaction(post.parts.engine) as db:
        desk = post.parts.desk(db)
        contact.speak(db, contact.lock(db, desk.keys, phone, desk.now).id, tag)


@pytest.mark.parametrize(("screen", "way"), WHERE_MENUS_ARE, ids=lambda each: each if isinstance(each, str) else "")
@pytest.mark.parametrize("wrong", ["77", "bonjour", "*", "#", "00", "98", "-1"])
def test_a_wrong_key_asks_the_same_again_and_says_why_in_one_line(
    post: Post, screen: str, way: tuple[str, ...], wrong: str
) -> None:
    line = Line(post, OFFICER)
    before = line.press(*way) if way else line.shown
    assert line.press(wrong) == before.replace("CON ", f"CON {REASON}\n", 1)


@pytest.mark.parametrize(("screen", "way"), WHERE_MENUS_ARE, ids=lambda each: each if isinstance(each, str) else "")
def test_the_third_wrong_key_is_explained_where_there_is_room(post: Post, screen: str, way: tuple[str, ...]) -> None:
    line = Line(post, OFFICER)
    before = line.press(*way) if way else line.shown
    line.press("77", "77", "77")
    told, _, rest = line.shown.partition("\n")
    assert told in (f"CON {EXPLAINED}", f"CON {REASON}")
    assert (told == f"CON {EXPLAINED}") == fits(f"{EXPLAINED}\n{before[4:]}", Limits())
    assert f"CON {rest}" == before


def test_patience_begins_anew_at_the_next_screen(post: Post) -> None:
    line = Line(post, OFFICER)
    line.press("77", "77", "1", "0", "77")
    assert REASON in line.shown


def test_wrong_keys_lose_nothing_that_was_said(post: Post) -> None:
    line = Line(post, OFFICER)
    line.press("1", "12", "77", "1", "x", "1", "abc", "4", "77", "1")
    assert "Nombre : 4" in line.shown


def test_going_back_loses_nothing(post: Post) -> None:
    """Back from the last look to the first question, and on by the same answers."""
    line = Line(post, OFFICER)
    last_look = line.press("1", "12", "1", "1", "4", "1")
    line.press("0")
    assert line.press("1") == last_look
    assert line.press("0", "4") != last_look
    assert "Nombre : 4" in line.shown
    assert line.press("0", "1") == last_look


def test_a_digit_means_the_same_on_every_page(post: Post) -> None:
    """A choice of the second page can be pressed on the first, and one of the first on the second."""
    paged = Line(post, OFFICER)
    paged.press("1", "9")
    key = next(key for key in paged.choices if key not in ("0", "9"))
    beyond, first = paged.press(key), Line(post, OFFICER)
    first.press("1")
    assert key not in first.choices
    assert first.press(key) == beyond
    assert Line(post, OFFICER).press("1", "9", "1") == Line(post, OFFICER).press("1", "1")


@pytest.mark.parametrize("phone", [OFFICER, RELAY, COORDINATOR, ADMIN, VILLAGER])
@pytest.mark.parametrize("tag", COMPLETE)
def test_the_keys_of_operators_are_never_ours(post: Post, phone: str, tag: str) -> None:
    """Every screen two keys deep, with its pages: 00 and 98 choose nothing anywhere."""
    speaks(post, phone, tag)
    for way in [(), *((str(first),) for first in range(1, 9))]:
        line = Line(post, phone)
        if way:
            line.press(*way)
        for _ in range(4):
            assert not {"00", "98"} & line.choices.keys()
            if not line.goes_on:
                break
            line.press("9")


def test_a_long_note_goes_on_at_a_word(post: Post) -> None:
    line = Line(post, VILLAGER)
    line.press("4")
    pages = [line.press("1")]
    while line.goes_on:
        pages.append(line.press("9"))
    assert len(pages) > 1
    read = " ".join(re.sub(r"\n0 Retour.*$", "", page.removeprefix("CON ")) for page in pages)
    words = post.parts.words.say("text.who", ("fr",), organisation=post.parts.policy.organisation)
    assert read.startswith(words.replace("\n", " "))
    for _ in pages[1:]:
        line.press("0")
    assert line.shown == pages[0]


@pytest.mark.parametrize("phone", [OFFICER, COORDINATOR, VILLAGER])
@pytest.mark.parametrize("way", [(), ("1",), ("1", "1"), ("1", "12"), ("2",), ("3",)], ids="*".join)
def test_arabic_menus_put_digits_first_and_hold_eighty_characters(post: Post, phone: str, way: tuple[str, ...]) -> None:
    speaks(post, phone, "ar")
    line = Line(post, phone)
    if way:
        line.press(*way)
    for _ in range(5):
        screen = line.shown[4:]
        assert len(screen) <= 80
        assert not re.search(r"[^\n](0 رجوع|9 المزيد)", screen), "back and more stand on lines of their own"
        if not line.goes_on:
            break
        line.press("9")
    assert all(key.isdigit() for key in line.choices)


@pytest.mark.parametrize("way", [("9",), ("1", "9")])
def test_more_and_back_come_out_where_they_began(post: Post, way: tuple[str, ...]) -> None:
    line = Line(post, OFFICER)
    before = line.press(*way[:-1]) if way[:-1] else line.shown
    line.press("9")
    assert line.shown != before
    assert line.press("0") == before
