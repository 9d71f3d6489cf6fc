"""The ladder: told again, then the next level, until somebody has it or nobody is left; by rows, and never twice."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from fixtures_service import (
    ADMIN,
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    NATIONAL,
    VILLAGER,
    VILLAGER_2,
    Post,
)
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from handlers.ladder import climb
from models import bound, duty, untold
from models import contact as contacts
from models import ladder as ladders
from models import member as members
from models.alert import Alert
from models.duty import Hours
from models.incident import History, Incident
from models.ladder import Ladder
from models.report import Report
from models.route import Pace
from service.app import create_app
from service.database import reading, transaction
from service.simulator.server import Simulator

LEVEL_1 = (COORDINATOR, COORDINATOR_ENGLISH)


def tick(post: Post, **length: float) -> None:
    """Time passes, and the clock comes round."""
    post.watch.move(**length)
    for _ in range(2):  # what one round finds due may make something due in the next
        post.ask("ladder")
        post.work()


def report(post: Post, text: str = "13#1 Gogui", sender: str = VILLAGER) -> str:
    post.watch.move(seconds=1)
    post.sms(sender, text)
    post.work()
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report.reference).order_by(Report.created_at.desc())).first() or ""


def got(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


def heads(simulator: Simulator, phone: str) -> list[str]:
    return [message.split(" ")[0] for message in got(simulator, phone)]


def noted(post: Post) -> list[str]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(History.via).order_by(History.incident_id, History.seq)))


def only_incident(post: Post) -> int:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Incident.id)).one()


def change(post: Post, severity: int, **values: object) -> None:
    with transaction(post.parts.engine) as db:
        pace = db.get_one(Pace, severity)
        for name, value in values.items():
            setattr(pace, name, value)


def on_call(post: Post, phone: str, *hours: Hours) -> None:
    with transaction(post.parts.engine) as db:
        member = members.of_contact(db, contacts.find(db, post.parts.keys, phone), post.watch())
        assert member is not None
        duty.put(db, member.id, hours)


def test_severity_4_is_told_twice_on_each_level_and_then_nobody_is_left(
    post: Post, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    report(post)
    caplog.set_level(logging.ERROR)
    for _ in range(8):
        tick(post, minutes=15)
    for phone, again in ((COORDINATOR, "ENCORE"), (COORDINATOR_ENGLISH, "AGAIN"), (COORDINATOR_LEVEL_2, "ENCORE")):
        assert heads(simulator, phone) == ["!!S4", again]
    assert heads(simulator, NATIONAL) == ["!!S4", "ENCORE"]
    assert len(got(simulator, ADMIN)) == 1
    assert "personne ne repond" in got(simulator, ADMIN)[0]
    assert noted(post) == ["routing", *["told_again", "next_level"] * 2, "told_again", "nobody_left"]
    assert [record.message for record in caplog.records] == [f"incident {only_incident(post)}: nobody left to tell"]
    said = create_app(post.parts).test_cli_runner().invoke(args=["doctor"]).output
    assert "note alerts: 1 alerts that every level was told of and nobody has answered: call somebody\n" in said


def test_nothing_is_sent_before_its_time(post: Post, simulator: Simulator) -> None:
    report(post)
    tick(post, minutes=14, seconds=59)
    assert heads(simulator, COORDINATOR) == ["!!S4"]
    tick(post, seconds=1)
    assert heads(simulator, COORDINATOR) == ["!!S4", "ENCORE"]


def test_the_clock_of_a_severity_is_a_row(post: Post, simulator: Simulator) -> None:
    change(post, 4, ack_within_seconds=300, repeats=1)
    report(post)
    tick(post, minutes=5)
    assert heads(simulator, COORDINATOR) == ["!!S4"]
    assert heads(simulator, COORDINATOR_LEVEL_2) == ["!!S4"]


def test_a_step_that_is_asked_for_again_and_again_happens_once(post: Post, simulator: Simulator) -> None:
    report(post)
    post.watch.move(minutes=15)
    for _ in range(5):
        post.ask("ladder")
        post.ask("climb", only_incident(post))
    post.work()
    assert heads(simulator, COORDINATOR) == ["!!S4", "ENCORE"]


def test_two_workers_at_once_make_one_step(post: Post, simulator: Simulator) -> None:
    report(post)
    post.watch.move(minutes=15)
    incident_id, begin, told = only_incident(post), threading.Barrier(4), []

    def work() -> None:
        begin.wait()
        with transaction(post.parts.engine) as db:
            told.append(len(climb(post.parts.desk(db), incident_id).effects))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(told) == [0, 0, 0, 1]
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Ladder.rounds)).all() == [2]
        assert db.scalars(select(Alert.tries)).all() == [2, 2]


class Died(Exception):
    pass


def climb_and_die(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        assert climb(post.parts.desk(db), only_incident(post)).effects
        raise Died


def test_a_worker_that_dies_before_its_commit_has_done_nothing(post: Post, simulator: Simulator) -> None:
    report(post)
    post.watch.move(minutes=15)
    with pytest.raises(Died):
        climb_and_die(post)
    tick(post)
    assert heads(simulator, COORDINATOR) == ["!!S4", "ENCORE"]


def test_what_a_worker_wrote_and_did_not_ask_for_is_sent_by_the_sweep(post: Post, simulator: Simulator) -> None:
    report(post)
    post.watch.move(minutes=15)
    with transaction(post.parts.engine) as db:
        assert climb(post.parts.desk(db), only_incident(post)).effects  # and here it dies
    post.watch.move(seconds=5)
    post.ask("sweep")
    post.work()
    assert heads(simulator, COORDINATOR) == ["!!S4", "ENCORE"]


def test_after_ten_hours_without_a_clock_one_step_is_made_and_not_forty(post: Post, simulator: Simulator) -> None:
    report(post)
    tick(post, hours=10)
    assert heads(simulator, COORDINATOR) == ["!!S4", "ENCORE"]
    assert got(simulator, COORDINATOR_LEVEL_2) == []
    tick(post, minutes=15)
    assert heads(simulator, COORDINATOR_LEVEL_2) == ["!!S4"]


def test_what_is_a_day_late_is_told_no_more_and_the_history_says_so(post: Post, simulator: Simulator) -> None:
    reference = report(post, "22#2 Gogui")
    tick(post, hours=26)
    assert heads(simulator, COORDINATOR) == ["!S3"]
    assert got(simulator, COORDINATOR_LEVEL_2) == []
    assert noted(post)[-1] == "stale"
    post.sms(COORDINATOR, f"ACK {reference}")  # it is theirs all the same
    post.work()
    assert "c'est a vous" in got(simulator, COORDINATOR)[-1]


def test_a_report_that_waited_for_days_alerts_nobody_unless_it_is_of_severity_4(
    post: Post, simulator: Simulator
) -> None:
    post.sms(VILLAGER, "22#2 Gogui")
    post.sms(VILLAGER_2, "13#1 Gogui")
    post.asked.clear()
    post.watch.move(days=2)
    post.ask("sweep")
    post.work()
    assert heads(simulator, COORDINATOR) == ["!!S4"]
    assert sorted(noted(post)) == ["routing", "routing", "stale"]


def test_an_ack_pauses_the_ladder_and_not_for_ever(post: Post, simulator: Simulator) -> None:
    reference = report(post)
    post.sms(COORDINATOR, f"ACK {reference}")
    tick(post, minutes=29)
    assert [head for head in heads(simulator, COORDINATOR_ENGLISH) if head == "AGAIN"] == []
    tick(post, minutes=1)
    assert heads(simulator, COORDINATOR_ENGLISH)[-1] == "AGAIN"
    for _ in range(3):
        post.sms(COORDINATOR, f"ACK {reference}")
    tick(post, minutes=15)
    assert heads(simulator, COORDINATOR_LEVEL_2) == ["!!S4"]


def test_what_has_moved_is_nobodys_to_chase(post: Post, simulator: Simulator) -> None:
    report(post, "22#2 Gogui")
    for phone in LEVEL_1:
        post.sms(phone, "ACK")
    for phone in LEVEL_1:
        post.sms(phone, f"NON {report_of(post)}")
    for _ in range(6):
        tick(post, hours=1)
    assert got(simulator, COORDINATOR_LEVEL_2) == []


def report_of(post: Post) -> str:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report.reference)).one()


def test_a_level_that_nobody_can_write_to_is_passed_over_at_once(post: Post, simulator: Simulator) -> None:
    for phone in LEVEL_1:
        post.sms(phone, "STOP")
    report(post)
    tick(post, seconds=5)
    tick(post, seconds=5)
    assert heads(simulator, COORDINATOR_LEVEL_2) == ["!!S4"]


WEEKDAYS = Hours("12345", 6 * 60, 18 * 60)
NIGHTS = Hours("1234567", 18 * 60, 6 * 60)


def test_who_is_not_on_call_is_passed_over(post: Post, simulator: Simulator) -> None:
    on_call(post, COORDINATOR, NIGHTS)
    report(post)
    assert got(simulator, COORDINATOR) == []
    assert heads(simulator, COORDINATOR_ENGLISH) == ["!!S4"]


def test_where_nobody_of_a_level_is_on_call_the_next_one_is_told(post: Post, simulator: Simulator) -> None:
    for phone in LEVEL_1:
        on_call(post, phone, NIGHTS)
    report(post)
    assert [got(simulator, phone) for phone in LEVEL_1] == [[], []]
    assert heads(simulator, COORDINATOR_LEVEL_2) == ["!!S4"]


def test_where_nobody_at_all_is_on_call_the_first_level_is_told_all_the_same(post: Post, simulator: Simulator) -> None:
    for phone in (*LEVEL_1, COORDINATOR_LEVEL_2, NATIONAL):
        on_call(post, phone, NIGHTS)
    report(post)
    assert heads(simulator, COORDINATOR) == ["!!S4"]


def test_what_is_over_the_cap_waits_for_others_and_is_one_line(post: Post, simulator: Simulator) -> None:
    with transaction(post.parts.engine) as db:
        bound.put(db, "sms_per_hour", 3)
    for code in ("11", "15", "22"):
        report(post, f"{code}#2 Gogui")
    late = report(post, "23#2 Gogui")
    assert len(got(simulator, COORDINATOR)) == 3
    tick(post, minutes=14)
    later = report(post, "21#2 Gogui")
    assert len(got(simulator, COORDINATOR)) == 3
    tick(post, minutes=1)
    head, *lines = got(simulator, COORDINATOR)[-1].split("\n")
    assert len(got(simulator, COORDINATOR)) == 4
    assert head == "2 alertes. ACK = je prends tout."
    assert [line.split(" ")[:2] for line in lines] == [[late, "S3"], [later, "S2"]]


def test_one_answer_takes_all_that_one_text_told_of_and_nothing_else(post: Post, simulator: Simulator) -> None:
    test_what_is_over_the_cap_waits_for_others_and_is_one_line(post, simulator)
    post.sms(COORDINATOR, "ack")
    post.work()
    with reading(post.parts.engine) as db:
        assert len(db.scalars(select(Alert).where(Alert.acked_at.is_not(None))).all()) == 2
    assert len(got(simulator, COORDINATOR_ENGLISH)) == 5  # three, the roll-up, and who has it


def test_one_clock_runs_for_what_one_text_told_of(post: Post, simulator: Simulator) -> None:
    test_what_is_over_the_cap_waits_for_others_and_is_one_line(post, simulator)
    with reading(post.parts.engine) as db:
        waiting = sorted(db.scalars(select(Ladder.next_at)), key=str)
    told_at = post.watch()
    assert waiting[-1] == told_at + timedelta(hours=1)
    tick(post, minutes=45)  # the three that were told by themselves
    assert len(got(simulator, COORDINATOR_LEVEL_2)) == 3


def test_the_cap_never_holds_the_first_alert_of_severity_4(post: Post, simulator: Simulator) -> None:
    with transaction(post.parts.engine) as db:
        bound.put(db, "sms_per_hour", 1)
    report(post, "22#2 Gogui")
    for code in ("12", "13", "14"):
        report(post, f"{code}#1 Gogui")
    assert heads(simulator, COORDINATOR) == ["!S3", "!!S4", "!!S4", "!!S4"]


def test_the_history_can_be_changed_by_nobody(post: Post) -> None:
    report(post)
    for statement in ("UPDATE history SET via = 'console'", "DELETE FROM history"):
        with pytest.raises(DBAPIError, match="only ever added to"), transaction(post.parts.engine) as db:
            db.execute(text(statement))
    assert noted(post) == ["routing"]


def test_the_history_knows_the_phone(post: Post) -> None:
    reference = report(post)
    post.sms(COORDINATOR, f"ACK {reference}")
    with reading(post.parts.engine) as db:
        phone = contacts.find(db, post.parts.keys, COORDINATOR)
        assert db.scalars(select(History.contact_id).order_by(History.seq)).all() == [None, phone]


@contextmanager
def planning(post: Post) -> Iterator[Callable[[str], str]]:
    """How the database would find something, as a text."""
    with transaction(post.parts.engine) as db:
        on_sqlite = db.connection().dialect.name == "sqlite"
        if not on_sqlite:
            db.execute(text("SET LOCAL enable_seqscan = off"))

        def plan(statement: str) -> str:
            return str(db.execute(text(f"EXPLAIN {'QUERY PLAN ' if on_sqlite else ''}{statement}")).all())

        yield plan


def test_what_is_due_is_found_by_indexes_of_what_waits_only(post: Post) -> None:
    with planning(post) as plan:
        climbing = (
            "SELECT incident_id FROM ladder WHERE next_at IS NOT NULL AND next_at <= '2026-01-01' ORDER BY next_at"
        )
        assert "ix_ladder_next" in plan(climbing)
        telling = "SELECT member_id FROM alert WHERE tell_at IS NOT NULL AND tell_at <= '2026-01-01'"
        assert "ix_alert_tell" in plan(telling)


def test_what_was_answered_long_ago_is_not_looked_at(post: Post) -> None:
    report(post)
    with transaction(post.parts.engine) as db:
        far = post.watch() + timedelta(days=1)
        assert ladders.due(db, far, 10) == [only_incident(post)]
        ladders.stop(db, only_incident(post))
        assert ladders.due(db, far, 10) == []
        assert untold.members_to_tell(db, far, 10) == []
