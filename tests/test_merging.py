"""Forty reports at once: one incident where that is safe, a proposal where it is not; a phone counts once."""

import threading
from datetime import timedelta

import pytest
from fixtures_service import COORDINATOR, OFFICER, VILLAGER, Post
from sqlalchemy import select

from handlers import merging, routing
from handlers.lifecycle import Refused
from models import bound
from models import incident as incidents
from models.alert import Alert
from models.base import new_id
from models.incident import Hand, Incident, IncidentState
from models.likeness import Likeness
from models.report import Report
from models.threshold import BreachReport, Threshold
from service.database import reading, transaction
from service.exchange import follow_up
from service.simulator.server import Simulator

CONSOLE = Hand(None, "console")


def phone(number: int) -> str:
    return f"+2237600{number:04}"


def tell(post: Post, *texts: str, first: int = 1) -> None:
    """Each text from a phone of its own, a second after the one before."""
    for number, text in enumerate(texts, start=first):
        post.watch.move(seconds=1)
        post.sms(phone(number), text)
        post.work()


def tick(post: Post, **length: float) -> None:
    post.watch.move(**length)
    for _ in range(2):
        post.ask("ladder")
        post.work()


def cases(post: Post) -> list[tuple[str | None, int, int, IncidentState]]:
    """Code, severity, sources and state of every incident, in the order of their beginning."""
    with reading(post.parts.engine) as db:
        rows = db.scalars(select(Incident).order_by(Incident.created_at)).all()
        return [(row.code, row.severity, incidents.sources(db, row.id), row.state) for row in rows]


def ids(post: Post) -> list[int]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(Incident.id).order_by(Incident.created_at)))


def references(post: Post) -> list[str]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(Report.reference).order_by(Report.created_at)))


def got(simulator: Simulator, number: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(number)]


NEW = IncidentState.RECEIVED


def test_the_same_code_in_the_same_district_within_two_hours_is_one_incident(post: Post) -> None:
    tell(post, "21#2 Gogui", "21#2 Nioro")
    post.watch.move(minutes=119)
    tell(post, "21#2 Gogui", first=3)
    assert cases(post) == [("21", 2, 3, NEW)]
    post.watch.move(minutes=2)
    tell(post, "21#2 Gogui", first=4)
    assert cases(post) == [("21", 2, 3, NEW), ("21", 2, 1, NEW)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("61#2 Gogui", id="another code"),
        pytest.param("21#2 Diema", id="another district"),
    ],
)
def test_what_differs_stays_apart(post: Post, other: str) -> None:
    tell(post, "21#2 Gogui", other)
    assert len(cases(post)) == 2


def test_one_phone_counts_once(post: Post) -> None:
    tell(post, "21#2 Gogui")
    tell(post, "21#2 Nioro")
    tell(post, "21#2 Gogui", first=2)
    assert cases(post) == [("21", 2, 2, NEW)]


def test_the_window_is_a_row(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        bound.put(db, "merge_seconds", 60)
    tell(post, "21#2 Gogui")
    post.watch.move(minutes=2)
    tell(post, "21#2 Gogui", first=2)
    assert len(cases(post)) == 2


def test_a_corroborating_report_sends_no_alert_and_is_counted_in_the_next_one(post: Post, simulator: Simulator) -> None:
    tell(post, "22#2 Gogui", "22#2 Nioro", "22#2 Gogui")
    assert len(got(simulator, COORDINATOR)) == 1
    assert "sources" not in got(simulator, COORDINATOR)[0]
    tick(post, hours=1)
    assert "Src F. 3 sources. Ref" in got(simulator, "+22370000012")[-1]


def test_what_becomes_graver_is_told_again(post: Post, simulator: Simulator) -> None:
    tell(post, "25#2 Gogui", "25#2 Gogui")
    assert got(simulator, COORDINATOR) == []
    with transaction(post.parts.engine) as db:
        report = db.scalars(select(Report).order_by(Report.created_at.desc()).limit(1)).one()
        report.severity, report.routed_at, report.incident_id = 3, None, None
        effects = routing.route(post.parts.desk(db), report.id).effects
    follow_up(post.parts, effects)
    post.work()
    assert cases(post) == [("25", 3, 2, NEW)]
    assert [text.split(" ")[0] for text in got(simulator, COORDINATOR)] == ["!S3"]
    assert "2 sources" in got(simulator, COORDINATOR)[0]


def test_severity_4_is_never_merged_by_itself_and_is_proposed(post: Post, simulator: Simulator) -> None:
    tell(post, "12#1 Gogui", "12#1 Nioro")
    assert [case[1] for case in cases(post)] == [4, 4]
    assert len(got(simulator, COORDINATOR)) == 2
    with reading(post.parts.engine) as db:
        asked = db.execute(select(Likeness.incident_id, Likeness.other_id, Likeness.accepted)).all()
    first, second = ids(post)
    assert [tuple(row) for row in asked] == [(second, first, None)]


def test_a_place_that_nobody_knows_is_proposed_too(post: Post) -> None:
    tell(post, "21#2 Gogui")
    post.watch.move(minutes=1)
    assert "Ref" in post.dial(VILLAGER, "1", "2", "1", "2", "1", "0", "4", "4", "1")
    post.work()
    assert [case[2] for case in cases(post)] == [1, 1]
    with reading(post.parts.engine) as db:
        assert len(db.scalars(select(Likeness)).all()) == 1


def test_two_workers_at_once_open_one_incident(post: Post) -> None:
    for number in range(4):
        post.sms(phone(number), "21#2 Gogui")
    asked = [report_id for name, (report_id, *_) in post.asked if name == "route"]
    post.asked.clear()
    begin = threading.Barrier(len(asked))

    def work(report_id: int) -> None:
        begin.wait()
        with transaction(post.parts.engine) as db:
            routing.route(post.parts.desk(db), report_id)

    workers = [threading.Thread(target=work, args=(int(each),)) for each in asked]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert cases(post) == [("21", 2, 4, NEW)]


def joined(post: Post) -> tuple[int, int]:
    """Two of severity 4, of which the second is a duplicate of the first."""
    tell(post, "12#1 Gogui", "12#1 Nioro")
    first, second = ids(post)
    with transaction(post.parts.engine) as db:
        effects = merging.join(post.parts.desk(db), second, CONSOLE)
    follow_up(post.parts, effects)
    post.work()
    return first, second


def test_a_coordinator_may_say_that_two_are_one(post: Post, simulator: Simulator) -> None:
    joined(post)
    assert cases(post)[0] == ("12", 4, 2, NEW)
    assert cases(post)[1][3] is IncidentState.DUPLICATE
    before = len(got(simulator, COORDINATOR))
    tick(post, minutes=15)
    assert len(got(simulator, COORDINATOR)) == before + 1  # one ladder runs, with what both have told
    assert "2 sources" in got(simulator, COORDINATOR)[-1]


def test_either_reference_takes_what_has_become_one(post: Post) -> None:
    first, _ = joined(post)
    post.sms(COORDINATOR, f"ACK {references(post)[1]}")
    with reading(post.parts.engine) as db:
        owner, state = db.execute(select(Incident.owner_id, Incident.state).where(Incident.id == first)).one()
    assert owner is not None
    assert state is IncidentState.TO_VERIFY


def test_both_reporters_hear_of_what_has_become_one(post: Post, simulator: Simulator) -> None:
    joined(post)
    post.sms(COORDINATOR, f"ACK {references(post)[0]}")
    post.work()
    for number in (1, 2):
        assert got(simulator, phone(number))[-1].endswith("quelqu'un s'en occupe.")


def test_what_was_joined_can_be_separated_and_is_not_proposed_again(post: Post) -> None:
    first, second = joined(post)
    with transaction(post.parts.engine) as db:
        merging.separate(post.parts.desk(db), first, references(post)[1], CONSOLE)
    assert [case[2:] for case in cases(post)] == [(1, NEW), (1, IncidentState.TO_VERIFY)]
    with transaction(post.parts.engine) as db, pytest.raises(Refused):
        merging.join(post.parts.desk(db), second, CONSOLE)
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Alert.ended_as)).all() == [None] * 4


def test_a_report_that_is_separated_is_a_case_of_its_own_and_alerts(post: Post, simulator: Simulator) -> None:
    tell(post, "22#2 Gogui", "22#2 Nioro")
    with transaction(post.parts.engine) as db:
        effects = merging.separate(post.parts.desk(db), ids(post)[0], references(post)[1], CONSOLE)
    follow_up(post.parts, effects)
    post.work()
    assert [case[2] for case in cases(post)] == [1, 1]
    assert len(got(simulator, COORDINATOR)) == 2


def test_the_first_report_of_an_incident_cannot_be_separated(post: Post) -> None:
    tell(post, "22#2 Gogui", "22#2 Nioro")
    with transaction(post.parts.engine) as db, pytest.raises(Refused):
        merging.separate(post.parts.desk(db), ids(post)[0], references(post)[0], CONSOLE)


def rule(post: Post, code: str = "74", **values: object) -> int:
    with transaction(post.parts.engine) as db:
        row = Threshold(id=new_id(), code=code, reports=3, days=7, severity=3, active=True)
        for name, value in values.items():
            setattr(row, name, value)
        db.add(row)
        return row.id


def test_so_many_reports_are_a_matter_of_their_own_once(post: Post, simulator: Simulator) -> None:
    rule(post, "73")
    for n in range(5):
        tell(post, "73#2 Gogui", first=n)
        post.watch.move(hours=3)
    tick(post, minutes=20)
    own = [text for text in got(simulator, COORDINATOR) if "SEUIL" in text]
    assert len(own) == 1
    assert own[0].startswith("SEUIL 3 en 7 j !S3 Betail malade(73) Nioro ML1101")
    with reading(post.parts.engine) as db:
        assert len(db.scalars(select(BreachReport)).all()) == 5  # the fourth and fifth belong to it


@pytest.mark.parametrize(
    ("texts", "pause", "values"),
    [
        pytest.param(("73#2 Gogui",) * 2, 1, {}, id="too few"),
        pytest.param(("73#2 Gogui", "73#2 Diema", "73#2 Gogui"), 1, {}, id="in two districts"),
        pytest.param(("73#2 Gogui",) * 3, 24 * 4, {}, id="over more days"),
        pytest.param(("73#2 Gogui",) * 3, 1, {"area": "ML01"}, id="elsewhere than the rule"),
        pytest.param(("73#2 Gogui",) * 3, 1, {"active": False}, id="a rule that sleeps"),
    ],
)
def test_what_does_not_add_up_is_no_matter(
    post: Post, simulator: Simulator, texts: tuple[str, ...], pause: int, values: dict[str, object]
) -> None:
    rule(post, "73", **values)
    for n, text in enumerate(texts):
        tell(post, text, first=n)
        post.watch.move(hours=pause)
    assert not any("SEUIL" in text for text in got(simulator, COORDINATOR))


def test_when_it_is_over_as_many_more_are_another_matter(post: Post, simulator: Simulator) -> None:
    rule(post, "73")
    for n in range(6):
        tell(post, "73#2 Gogui", first=n)
        post.watch.move(hours=3)
        if n == 2:
            with transaction(post.parts.engine) as db:
                own = db.scalars(select(Incident).where(Incident.severity == 3)).one()
                own.state = IncidentState.CLOSED
    assert sum("SEUIL" in text for text in got(simulator, COORDINATOR)) == 2


def test_what_nobody_has_finished_counts_for_nothing(post: Post) -> None:
    rule(post, "73", reports=1)
    post.dial(OFFICER, "1", "73", "2")
    post.watch.move(hours=1)
    post.ask("sweep")
    post.work()
    assert all(case[1] < 3 for case in cases(post))


def test_the_time_between_reports_is_that_of_their_filing(post: Post) -> None:
    tell(post, "21#2 Gogui")
    post.sms(phone(2), "21#2 Gogui")
    post.asked.clear()  # the queue forgets it
    post.watch.move(hours=3)
    post.ask("sweep")
    post.work()
    assert cases(post) == [("21", 2, 2, NEW)]
    assert timedelta(hours=3) > timedelta(seconds=bound.Bounds().merge_seconds)
