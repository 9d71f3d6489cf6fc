"""The map and the charts: what lies where, for whoever may know of it, drawn without a word to anybody else."""

import re

import pytest
from fixtures_console import Browser, House
from fixtures_service import COORDINATOR, OFFICER, PROTECTION, RELAY, VILLAGER, VILLAGER_2

from service.console.terrain import BORDER, WHOLE, countries, regions

SELIBABY = "+22236000016"  # coordinates the other side of the border
LARGEST_PAGE = 100_000


def reports(house: House) -> None:
    """A flood near Nioro and an attack in it, a flood in Selibaby, nothing at a post, and somebody in danger."""
    for phone, said in (
        (RELAY, "71#2 Gogui"),
        (VILLAGER, "12#1 Nioro"),
        (VILLAGER_2, "71#2 Selibaby"),
        (OFFICER, "RAS"),
    ):
        house.post.sms(phone, said)
        house.post.watch.move(minutes=6)
    for said in ("31", "1", "1", "1", "1", "1", "1", "1", "1"):
        house.post.sms("+22376999999", said)
    house.post.work()


def rows(browser: Browser) -> dict[str, int]:
    found = re.findall(r'<th scope="row">([^<]*?) ?(?:<span[^>]*>[^<]*</span>)?</th><td>(\d+)</td>', browser.said.text)
    return {name: int(count) for name, count in found}


def test_cases_are_drawn_where_they_lie_and_told_in_a_table(house: House) -> None:
    reports(house)
    browser = house.signed_in(COORDINATOR)
    page = browser.get("/console/map/").text
    assert rows(browser) == {"Nioro": 2}
    assert page.count('<circle cx="') >= 3
    assert len(page) < LARGEST_PAGE
    assert "<script>" not in page
    assert " style=" not in page


def test_a_coordinator_sees_nothing_of_another_area(house: House) -> None:
    reports(house)
    theirs = house.signed_in(SELIBABY)
    theirs.get("/console/map/?lang=fr")
    assert rows(theirs) == {"Sélibaby": 1}
    theirs.get("/console/charts/")
    assert "1 nouveau cas" in theirs.text


@pytest.mark.parametrize("path", ["/console/map/", "/console/charts/"])
def test_whoever_reads_no_cases_has_neither_map_nor_charts(house: House, path: str) -> None:
    assert house.signed_in(PROTECTION).get(path).status_code == 403


def test_what_is_older_than_the_days_asked_for_is_not_there(house: House) -> None:
    reports(house)
    house.post.watch.move(days=10)
    browser = house.signed_in()
    browser.get("/console/map/?days=30")
    assert rows(browser)
    browser.get("/console/map/?days=7")
    assert not rows(browser)
    assert "Aucun cas dans vos zones" in browser.text
    assert browser.get("/console/map/?days=9999&view=moon").status_code == 200


def test_the_charts_count_what_came_how_fast_it_was_taken_and_who_is_silent(house: House) -> None:
    reports(house)
    for said in ("ACK", "1", "1"):
        house.post.sms(COORDINATOR, said)
    house.post.work()
    browser = house.signed_in()
    page = browser.get("/console/charts/?days=7").text
    assert "2 nouveaux cas" in browser.text
    assert [int(count) for count in re.findall(r"<rect data-group=[^>]*><title>[^<]*: (\d+)<", page)] == [1, 1]
    assert "15 min ou moins 1 1 heure ou moins 0" in browser.text
    assert "Tous les postes ont écrit" in browser.text
    assert len(page) < LARGEST_PAGE
    assert " style=" not in page


def test_a_post_that_has_said_nothing_for_a_week_is_named(house: House) -> None:
    reports(house)
    house.post.watch.move(days=8)
    browser = house.signed_in()
    browser.get("/console/charts/")
    assert "Postes sans nouvelles depuis 7 jours 1 Gogui" in browser.text


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
@pytest.mark.parametrize("path", ["/console/map/", "/console/map/?view=whole", "/console/charts/?days=90"])
def test_every_word_is_there_in_each_language(house: House, path: str, language: str) -> None:
    reports(house)
    browser = house.signed_in()
    more = "&" if "?" in path else "?"
    page = browser.get(f"{path}{more}lang={language}").text
    assert f'lang="{language}"' in page
    assert "console." not in browser.text
    assert len(page) < LARGEST_PAGE


@pytest.mark.parametrize("view", [BORDER, WHOLE], ids=["border", "whole"])
def test_the_ground_is_drawn_within_bounds_and_in_few_letters(view: object) -> None:
    lands = countries(view)  # type: ignore[arg-type]
    assert {land.code for land in lands} == {"ML", "MR", "SN"}
    assert all(re.fullmatch(r"(M-?\d+,-?\d+l(-?\d+,-?\d+ ?)+z)+", shape.path) for shape in (*lands, *regions(view)))  # type: ignore[arg-type]
    assert sum(len(shape.path) for shape in (*lands, *regions(view))) < LARGEST_PAGE / 2  # type: ignore[arg-type]
