"""An administrator sees and changes who is told of what and how fast, and asks beforehand who would be."""

from dataclasses import asdict

import pytest
from click.testing import Result
from fixtures_service import COORDINATOR, COORDINATOR_ENGLISH, OFFICER, Post
from sqlalchemy import func, select

from models import bound
from models.audit import Audit
from models.message import Message
from models.report import Report
from models.route import Pace
from service.app import create_app
from service.database import reading
from service.simulator.server import Simulator


def run(post: Post, *words: str) -> Result:
    return create_app(post.parts).test_cli_runner().invoke(args=[*words])


def audited(post: Post) -> list[str]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(Audit.act).where(Audit.actor_id == 0).order_by(Audit.at)))


def test_it_is_told_who_would_get_what_by_which_level_and_when(post: Post, simulator: Simulator) -> None:
    told = run(post, "routing", "try", "--code", "13", "--place", "Gogui", "--at", "23:30")
    in_order = told.output.replace("Nioro coordination, Coordination Nioro", "Coordination Nioro, Nioro coordination")
    assert in_order.splitlines() == [
        "02/03 23:30  level 1, told: Coordination Nioro, Nioro coordination",
        "02/03 23:45  level 1, told again: Coordination Nioro, Nioro coordination",
        "03/03 00:00  level 2, told: Coordination Nioro niveau 2",
        "03/03 00:15  level 2, told again: Coordination Nioro niveau 2",
        "03/03 00:30  level 3, told: Coordination Mali",
        "03/03 00:45  level 3, told again: Coordination Mali",
        "03/03 01:00  nobody is left; the administrator is told: Administration",
    ]
    with reading(post.parts.engine) as db:
        assert db.scalar(select(func.count()).select_from(Report)) == 0
        assert db.scalar(select(func.count()).select_from(Message)) == 0


def test_at_night_what_can_wait_is_told_in_the_morning(post: Post) -> None:
    told = run(post, "routing", "try", "--code", "21", "--place", "ML1101", "--at", "23:30")
    assert told.output.startswith("03/03 06:00  level 1, told: ")
    assert len(told.output.splitlines()) == 1


def test_a_person_in_danger_goes_to_one_desk(post: Post) -> None:
    told = run(post, "routing", "try", "--code", "33", "--place", "Gogui")
    assert [line.split("  ")[1] for line in told.output.splitlines()] == [
        "level 1, told: Protection",
        "nobody is left; the administrator is told: Administration",
    ]


def test_what_nobody_is_told_of_says_so(post: Post) -> None:
    assert run(post, "routing", "try", "--code", "54").output == "Nobody is told: no route leads to anybody.\n"


def test_the_plan_is_what_happens(post: Post, simulator: Simulator) -> None:
    """Everybody named in it, and nobody else, is told as often as it says."""
    planned = run(post, "routing", "try", "--code", "13", "--place", "Gogui").output
    post.sms("+22376000001", "13#1 Gogui")
    post.work()
    for _ in range(8):
        post.watch.move(minutes=15)
        for _ in range(2):
            post.ask("ladder")
            post.work()
    for phone, name in ((COORDINATOR, "Coordination Nioro"), (COORDINATOR_ENGLISH, "Nioro coordination")):
        named = sum(name in line.replace("Coordination Nioro niveau 2", "") for line in planned.splitlines())
        assert len(simulator.network.inbox(phone)) == named == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("try", "--code", "99"), "there is no code 99", id="no code"),
        pytest.param(("try", "--code", "13", "--place", "Atlantis"), "unknown place Atlantis", id="no place"),
        pytest.param(("try", "--code", "13", "--at", "25:00"), "expected an hour such as 21:00", id="no hour"),
        pytest.param(("set", "protection", "coordinator", "0"), "protection is told to protection", id="a wrong desk"),
        pytest.param(("remove", "psea", "psea"), "nobody would be told of psea any more", id="the last one"),
        pytest.param(("remove", "operations", "officer"), "there is no route", id="none there"),
        pytest.param(("set", "operations", "coordinator", "7"), "7 is not in the range", id="no severity"),
    ],
)
def test_what_cannot_be_is_refused_and_named(post: Post, words: tuple[str, ...], told: str) -> None:
    result = run(post, "routing", *words)
    assert result.exit_code != 0
    assert told in result.output
    assert audited(post) == []


def test_a_route_is_set_and_taken_away_and_the_audit_knows(post: Post, simulator: Simulator) -> None:
    assert run(post, "routing", "set", "operations", "officer", "4").output == "Done.\n"
    assert "operations   officer      from severity 4" in run(post, "routing", "list").output
    assert "Poste de Gogui" in run(post, "routing", "try", "--code", "13", "--place", "Gogui").output.splitlines()[0]
    post.sms("+22376000001", "13#1 Gogui")
    post.work()
    assert simulator.network.inbox(OFFICER)[0].text.startswith("!!S4")
    assert run(post, "routing", "remove", "operations", "officer").output == "Done.\n"
    assert "officer" not in run(post, "routing", "list").output
    assert audited(post) == ["route_set", "route_removed"]


def test_a_clock_is_changed_and_the_plan_follows(post: Post) -> None:
    assert run(post, "clocks", "set", "4", "--ack", "5m", "--repeats", "1").exit_code == 0
    assert "severity 4: told at once, answered within 5m, told 1x, wakes people, never dropped" in (
        run(post, "clocks", "list").output
    )
    lines = run(post, "routing", "try", "--code", "13", "--place", "Gogui").output.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["02/03 09:00", "02/03 09:05", "02/03 09:10", "02/03 09:15"]
    assert audited(post) == ["clock_set"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("set", "4", "--night", "wait"), "severity 4 is told at once, day and night", id="asleep"),
        pytest.param(("set", "4", "--batch", "15m"), "severity 4 is told at once", id="batched"),
        pytest.param(("set", "4", "--ack", "0"), "somebody must answer", id="nobody answers"),
        pytest.param(("set", "3", "--ack", "10s"), "a minute at least", id="too fast"),
        pytest.param(("set", "3", "--ack", "soon"), "expected a length such as", id="no length"),
        pytest.param(("set", "3"), "say what is to change", id="nothing said"),
        pytest.param(("bound", "sms_per_hour", "0"), "sms_per_hour: expected 1 to 60, not 0", id="too few"),
        pytest.param(("bound", "quiet_from", "9pm"), "quiet_from: expected an hour", id="no hour"),
        pytest.param(("bound", "noise", "1"), "'noise' is not one of", id="no bound"),
    ],
)
def test_a_clock_that_cannot_be_is_refused_and_nothing_changes(post: Post, words: tuple[str, ...], told: str) -> None:
    with reading(post.parts.engine) as db:
        before = [(pace.severity, pace.ack_within_seconds) for pace in db.scalars(select(Pace))], bound.read(db)
    result = run(post, "clocks", *words)
    assert result.exit_code != 0
    assert told in result.output
    with reading(post.parts.engine) as db:
        after = [(pace.severity, pace.ack_within_seconds) for pace in db.scalars(select(Pace))], bound.read(db)
    assert before == after


def test_bounds_are_rows_and_can_be_as_shipped_again(post: Post) -> None:
    for name, value in (("quiet_from", "22:30"), ("sms_per_hour", "3"), ("merge_seconds", "1h")):
        assert run(post, "clocks", "bound", name, value).exit_code == 0
    with reading(post.parts.engine) as db:
        found = bound.read(db)
    assert (found.quiet_from, found.sms_per_hour, found.merge_seconds) == (1350, 3, 3600)
    assert "quiet_from = 22:30" in run(post, "clocks", "list").output
    for name in asdict(found):
        run(post, "clocks", "reset", name)
    with reading(post.parts.engine) as db:
        assert bound.read(db) == bound.Bounds()


def test_on_call_hours_are_set_and_shown(post: Post) -> None:
    assert run(post, "duty", "show", COORDINATOR).output == "always\n"
    assert run(post, "duty", "set", COORDINATOR, "12345@06:00-18:00", "67@18:00-06:00").exit_code == 0
    assert run(post, "duty", "show", COORDINATOR).output == "12345@06:00-18:00\n67@18:00-06:00\n"
    tried = run(post, "routing", "try", "--code", "13", "--place", "Gogui", "--at", "23:30").output.splitlines()
    assert tried[0] == "02/03 23:30  level 1, told: Nioro coordination"
    assert "expected always or hours" in run(post, "duty", "set", COORDINATOR, "weekdays").output
    run(post, "duty", "set", COORDINATOR, "always")
    assert run(post, "duty", "show", COORDINATOR).output == "always\n"


def test_thresholds_are_set_and_stopped(post: Post) -> None:
    assert run(post, "thresholds", "set", "74", "3", "7", "--area", "ML11").exit_code == 0
    assert run(post, "thresholds", "list").output == "74 in ML11: 3 in 7 days, severity 3\n"
    assert "33 is no code of operations" in run(post, "thresholds", "set", "33", "3", "7").output
    assert "unknown P-code XX" in run(post, "thresholds", "set", "74", "3", "7", "--area", "XX").output
    assert run(post, "thresholds", "stop", "74", "--area", "ML11").exit_code == 0
    assert run(post, "thresholds", "list").output.endswith("(stopped)\n")


def test_an_exercise_is_started_listed_and_stopped(post: Post) -> None:
    started = run(post, "exercise", "start", "--members", f"{OFFICER} {COORDINATOR}", "--hours", "2")
    assert started.exit_code == 0
    exercise_id = started.output.split(" ")[1]
    assert "until 02/03 11:00" in run(post, "exercise", "list").output
    again = run(post, "exercise", "start", "--members", OFFICER, "--hours", "2")
    assert "already in an exercise: Poste de Gogui" in again.output
    assert run(post, "exercise", "stop", exercise_id).output == "Stopped.\n"
    assert "no such exercise runs" in run(post, "exercise", "stop", exercise_id).output
    assert run(post, "exercise", "list").output == ""
    assert audited(post) == ["exercise_started", "exercise_stopped"]
