"""What an alert says of when: the hour, and the day where it is told on another one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fixtures_service import COORDINATOR, MONDAY, VILLAGER, Post

from flows.gsm7 import fit, parts
from flows.language import COMPLETE
from handlers.alert_text import Told, alert_text, dated
from handlers.desk import Desk
from models.code import Compartment
from service.database import reading
from service.jobs import JOBS
from service.simulator.server import Simulator

GOGUI = "ML1101/gogui"
LONGEST = "Village de la rive derriere le grand marche aux animaux de la frontiere"


@pytest.fixture
def desk(post: Post) -> Iterator[Desk]:
    with reading(post.parts.engine) as db:
        yield post.parts.desk(db)


def told(at: datetime, typed: str = "", code: str = "12") -> Told:
    answers = {"count": "4", "source": "seen"}
    return Told("123456", Compartment.OPERATIONS, 4, code, GOGUI, typed, at, answers, "B")


@pytest.mark.parametrize("tag", COMPLETE)
def test_what_is_told_on_its_own_day_says_the_hour_alone(desk: Desk, tag: str) -> None:
    text = alert_text(desk, told(MONDAY), tag)
    assert " 09:00 " in text
    assert "02/03" not in text


@pytest.mark.parametrize("tag", COMPLETE)
def test_what_is_told_on_another_day_says_which(desk: Desk, tag: str) -> None:
    assert " 01/03 21:40 " in alert_text(desk, told(datetime(2026, 3, 1, 21, 40, tzinfo=UTC)), tag)


def test_the_day_is_that_of_the_service_s_time_zone(desk: Desk) -> None:
    """Two hours before midnight in Bamako it is tomorrow in Nairobi."""
    late = told(datetime(2026, 3, 1, 22, 0, tzinfo=UTC))
    nairobi = replace(desk, policy=replace(desk.policy, timezone=ZoneInfo("Africa/Nairobi")))
    assert " 01/03 22:00 " in alert_text(desk, late, "fr")
    assert "ML1101 01:00 " in alert_text(nairobi, late, "fr")


@pytest.mark.parametrize("tag", COMPLETE)
@pytest.mark.parametrize("typed", ["", "Puits", LONGEST, LONGEST * 3])
@pytest.mark.parametrize("code", ["12", "22", "64"])
def test_the_day_never_costs_a_part_more(desk: Desk, tag: str, typed: str, code: str) -> None:
    today = told(MONDAY, typed, code)
    late = told(MONDAY - timedelta(days=1), typed, code)
    costs = [len(parts(fit(alert_text(desk, each, tag)))) for each in (today, late)]
    assert costs[1] <= costs[0]


def test_the_end_of_a_place_s_name_goes_before_the_day(desk: Desk) -> None:
    text = alert_text(desk, told(MONDAY - timedelta(days=1), LONGEST), "fr")
    assert len(parts(fit(text))) == 1
    assert " 01/03 09:00 " in text
    assert "Village" in text


def test_a_text_that_was_written_yesterday_says_so_when_it_leaves(post: Post, simulator: Simulator) -> None:
    """The line was down over night."""
    post.sms(VILLAGER, "12#1 Gogui")
    routing = [each for each in post.asked if each[0] == "route"]
    post.asked.clear()
    for name, ids in routing:
        JOBS[name](post.parts, *ids)
    post.watch.move(hours=20)
    post.work()
    assert simulator.network.inbox(COORDINATOR)[-1].text.startswith("02/03 !!S4 ")


def test_a_text_that_leaves_at_once_is_as_it_was_written(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert simulator.network.inbox(COORDINATOR)[-1].text.startswith("!!S4 ")


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("!!S4 Attaque 21:40", "01/03 !!S4 Attaque 21:40"),
        ("!!S4 Attaque 28/02 21:40", "!!S4 Attaque 28/02 21:40"),
        ("x" * 154, "01/03 " + "x" * 154),
        ("x" * 155, "x" * 155),
        ("x" * 200, "01/03 " + "x" * 200),
        ("\u0645" * 64, "01/03 " + "\u0645" * 64),
        ("\u0645" * 65, "\u0645" * 65),
    ],
    ids=["hour", "day", "just", "full", "two parts", "arabic", "arabic full"],
)
def test_a_day_is_put_before_a_text_that_tells_none_where_no_part_is_needed_for_it(text: str, later: str) -> None:
    assert dated(text, MONDAY - timedelta(days=1), MONDAY, UTC) == later
    assert dated(text, MONDAY, MONDAY, UTC) == text
