"""Digests reach each member once for each period, with the figures of the member's areas and nothing else."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from case_book import add_case
from fixtures_service import (
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    MONDAY,
    NATIONAL,
    OFFICER,
    RELAY,
    VILLAGER,
    Post,
)
from sqlalchemy import delete, event, select, update

from handlers import digesting
from handlers.digesting import TOLD
from handlers.outbox import write
from handlers.period import Kind, latest
from handlers.summary import Summary, summarise
from models import contact as contacts
from models import digest_run as runs
from models import member as members
from models.code import Compartment
from models.digest_run import DigestPeriod, DigestRun
from models.figures import Step
from models.incident import IncidentState
from models.mail import Mail
from models.member import Member, Role
from models.message import Message, MessageState
from service.database import reading, transaction
from service.digests import BATCH, count
from service.jobs import JOBS
from service.simulator.server import Simulator
from service.stocking import load_roster

KAYES, GUIDIMAGHA, HODH, MAURITANIA = "+22370000018", "+22236000013", "+22236000014", "+22236000016"
DAY = timedelta(days=1)
SEVEN = MONDAY.replace(hour=7)
MANY = 60
EVERYBODY = 8  # coordinators of the demo's roster


@pytest.fixture
def running(post: Post) -> Post:
    """A service that was there last week already; it is half past six on Monday."""
    post.watch.at = SEVEN - 7 * DAY
    JOBS["digest"](post.parts)
    post.watch.at = SEVEN - timedelta(minutes=30)
    with transaction(post.parts.engine) as db:
        for kind in Kind:
            runs.finish(db, kind, (SEVEN - (DAY if kind is Kind.DAILY else 7 * DAY)).date(), post.watch())
    post.asked.clear()
    return post


def add(post: Post, many: int, at: datetime, *told: Any, **more: Any) -> list[int]:
    with transaction(post.parts.engine) as db:
        return [add_case(db, at, *told, **more) for _ in range(many)]


def digest(post: Post, at: datetime) -> None:
    post.watch.at = at
    post.ask("digest")
    post.work()


def inbox(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


def summary_of(post: Post, phone: str, kind: Kind = Kind.DAILY) -> Summary:
    period = latest(kind, post.parts.policy.rhythm, post.parts.policy.timezone, post.watch())
    assert period is not None
    sheet = count(post.parts, period)
    with reading(post.parts.engine) as db:
        desk = post.parts.desk(db)
        member = members.of_contact(db, contacts.find(db, post.parts.keys, phone), post.watch())
        assert member is not None
        found = runs.subscriber(db, member.id, post.watch())
        assert found is not None
        return summarise(sheet, digesting.scope(desk, found), desk.atlas)


def test_whoever_answers_for_cases_gets_a_digest_and_nobody_else() -> None:
    assert TOLD == (Role.COORDINATOR,)


def test_a_day_is_told_in_sums_and_in_where_and_what(running: Post, simulator: Simulator) -> None:
    add(running, 6, SEVEN - timedelta(hours=20), "21", "ML1101")
    add(running, 2, SEVEN - timedelta(hours=3), "12", "ML1102", IncidentState.VERIFIED)
    add(running, 5, SEVEN - timedelta(hours=30), "61", "ML1101")
    digest(running, SEVEN)
    assert inbox(simulator, COORDINATOR)[0] == (
        "Bilan du 02/03 07:00\n"
        "Nouveaux 7+ (en hausse), confirmes <5, ouverts +24h 5\n"
        "Nioro: Vols et trafics 6\n"
        "Diema: Sécurité, attaque <5"
    )


def test_each_member_is_told_of_the_areas_that_are_held(running: Post, simulator: Simulator) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "21", "ML0103")
    add(running, 5, SEVEN - timedelta(hours=2), "71", "MR102")
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    digest(running, SEVEN)
    first = {phone: inbox(simulator, phone)[0].split("\n") for phone in (COORDINATOR, KAYES, NATIONAL, GUIDIMAGHA)}
    assert first[COORDINATOR][1:] == [
        "Nouveaux 5 (en hausse), confirmes 0, ouverts +24h 0",
        "Lieu inconnu: Vols et trafics 5",
    ]
    assert {line.rpartition(":")[0] for line in first[KAYES][2:]} == {"Yelimane", "Lieu inconnu"}
    assert {line.rpartition(":")[0] for line in first[NATIONAL][2:]} == {"Yelimane", "Lieu inconnu"}
    assert {line.rpartition(":")[0] for line in first[GUIDIMAGHA][2:]} == {"Sélibaby", "Lieu inconnu"}


def test_other_compartments_are_not_counted_at_all(running: Post, simulator: Simulator) -> None:
    for guarded in set(Compartment) - {Compartment.OPERATIONS, Compartment.FEEDBACK}:
        add(running, 9, SEVEN - timedelta(hours=2), "31", compartment=guarded)
    digest(running, SEVEN)
    assert [
        text for phone in (COORDINATOR, NATIONAL) for text in inbox(simulator, phone) if "semaine" not in text
    ] == []


def test_exercises_drafts_duplicates_and_zero_reports_are_no_cases(running: Post) -> None:
    at = SEVEN - timedelta(hours=2)
    add(running, 9, at, exercise=True)
    add(running, 9, at, partial=True)
    add(running, 9, at, "RAS", severity=0)
    add(running, 9, at, "21", "ML1101", IncidentState.DUPLICATE)
    running.watch.at = SEVEN
    assert summary_of(running, COORDINATOR).is_calm
    add(running, 1, at)
    assert not summary_of(running, COORDINATOR).is_calm


def test_feedback_that_may_be_about_a_post_is_not_told_to_who_sits_there(running: Post, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name,phone,role,language,area,level,post,email\n"
        "At Gogui,+22370000041,coordinator,fr,ML11,1,Gogui,\n"
        "At no post,+22370000042,coordinator,fr,ML11,1,,\n",
        encoding="utf-8",
    )
    load_roster(running.parts, roster)
    at = SEVEN - timedelta(hours=2)
    for area in ("ML1101", "ML1102", "ML11", None):
        add(running, 5, at, "85", area, compartment=Compartment.FEEDBACK)
    add(running, 5, at, "21", "ML1101")
    running.watch.at = SEVEN
    told = {
        phone: {(row.area, row.group) for row in summary_of(running, phone).rows}
        for phone in ("+22370000041", "+22370000042")
    }
    assert told["+22370000041"] == {("ML1102", "8"), ("ML1101", "2")}
    assert told["+22370000042"] == {("ML1102", "8"), ("ML1101", "8"), ("ML11", "8"), ("", "8"), ("ML1101", "2")}


def test_a_week_tells_how_long_it_took_and_who_was_told(running: Post, simulator: Simulator) -> None:
    ids = add(running, 6, SEVEN - 3 * DAY, "21", "ML1101", IncidentState.CLOSED, step=timedelta(minutes=40))
    with transaction(running.parts.engine) as db:
        contact_id = contacts.lock(db, running.parts.keys, VILLAGER, running.watch()).id
        for report_id in ids[:4]:
            tell(db, running, contact_id, report_id)
        tell(db, running, contact_id, ids[4], MessageState.FAILED)
    running.watch.at = SEVEN
    found = summary_of(running, COORDINATOR, Kind.WEEKLY)
    assert found.delays == {
        Step.TAKEN: timedelta(minutes=40),
        Step.VERIFIED: timedelta(minutes=80),
        Step.CLOSED: timedelta(minutes=120),
    }
    assert found.told == 70  # 4 of 6, in tens
    digest(running, SEVEN)
    week = next(text for text in inbox(simulator, COORDINATOR) if "semaine" in text)
    assert "Delais : pris 40 min, confirme 80 min, clos 2 h" in week
    assert "Auteurs informes : 70 %" in week


def tell(db: Any, post: Post, contact_id: int, report_id: int, state: MessageState = MessageState.ACCEPTED) -> None:
    from_now = post.watch()
    message_id = write(post.parts.desk(db), contact_id, "Clos.", f"closed:{report_id}")
    db.execute(update(Message).where(Message.id == message_id).values(state=state, sent_at=from_now))


def test_of_fewer_than_five_cases_no_time_and_no_share_is_told(running: Post) -> None:
    add(running, 4, SEVEN - 3 * DAY, "21", "ML1101", IncidentState.CLOSED)
    running.watch.at = SEVEN
    found = summary_of(running, COORDINATOR, Kind.WEEKLY)
    assert (found.delays, found.told) == ({}, None)


def test_a_post_is_silent_after_seven_days_without_a_word(running: Post) -> None:
    running.watch.at = SEVEN
    assert summary_of(running, NATIONAL, Kind.WEEKLY).silent == ["ML1101/gogui"]
    with transaction(running.parts.engine) as db:
        of_officer = contacts.find(db, running.parts.keys, OFFICER)
        add_case(db, SEVEN - 8 * DAY, "RAS", severity=0, contact_id=of_officer)
        add_case(db, SEVEN - DAY, "RAS", severity=0, contact_id=of_officer, exercise=True)
    assert summary_of(running, NATIONAL, Kind.WEEKLY).silent == ["ML1101/gogui"]
    with transaction(running.parts.engine) as db:
        of_relay = contacts.find(db, running.parts.keys, RELAY)
        add_case(db, SEVEN - 6 * DAY, "RAS", severity=0, contact_id=of_relay)
    assert summary_of(running, NATIONAL, Kind.WEEKLY).silent == []
    assert summary_of(running, MAURITANIA, Kind.WEEKLY).silent == ["MR022/kobenni", "MR103/gouraye"]


def test_a_calm_day_is_not_told_and_a_calm_week_is(running: Post, simulator: Simulator) -> None:
    digest(running, SEVEN)
    assert [text.split("\n")[:2] for text in inbox(simulator, KAYES)] == [
        ["Bilan de la semaine, 02/03 07:00", "Semaine calme : rien de nouveau."]
    ]
    with reading(running.parts.engine) as db:
        assert len(db.scalars(select(DigestRun)).all()) == 2 * EVERYBODY


def told(post: Post) -> Counter[str]:
    with reading(post.parts.engine) as db:
        keys = db.scalars(select(Message.purpose_key).where(Message.purpose_key.startswith("digest:")))
        return Counter(key.split(":")[1] for key in keys if key)


def test_asked_again_and_again_each_digest_is_told_once(running: Post, simulator: Simulator) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    for minute in range(5):
        digest(running, SEVEN + timedelta(minutes=minute))
    assert told(running) == {"daily": EVERYBODY, "weekly": EVERYBODY}
    assert len(inbox(simulator, COORDINATOR)) == 2


def test_two_workers_at_once_tell_each_member_once(running: Post) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    running.watch.at = SEVEN
    begin = threading.Barrier(2)
    failed: list[BaseException] = []

    def work() -> None:
        begin.wait()
        try:
            JOBS["digest"](running.parts)
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert failed == []
    assert told(running) == {"daily": EVERYBODY, "weekly": EVERYBODY}


class Died(BaseException):
    """What a killed worker leaves: nothing after this point happens."""


def test_what_a_worker_that_died_left_undone_is_done_by_the_next(running: Post) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    running.watch.at = SEVEN
    written: list[object] = []

    def die(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO message"):
            written.append(statement)
            raise Died

    event.listen(running.parts.engine, "before_cursor_execute", die)
    try:
        with pytest.raises(Died):
            JOBS["digest"](running.parts)
    finally:
        event.remove(running.parts.engine, "before_cursor_execute", die)
    assert told(running) == {}
    digest(running, SEVEN + timedelta(minutes=1))
    assert told(running) == {"daily": EVERYBODY, "weekly": EVERYBODY}


def test_a_worker_that_dies_between_two_batches_leaves_the_second_to_the_next(running: Post) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    running.watch.at = SEVEN
    asked: list[str] = []

    def ask(name: str, *ids: int | str) -> bool:
        asked.append(name)
        raise Died

    with pytest.raises(Died):
        JOBS["digest"](replace(running.parts, enqueue=ask))
    assert told(running) == {"daily": EVERYBODY}  # written, and the queue was never told
    digest(running, SEVEN + timedelta(minutes=1))
    running.watch.move(seconds=5)
    running.ask("sweep")
    running.work()
    assert told(running) == {"daily": EVERYBODY, "weekly": EVERYBODY}
    with reading(running.parts.engine) as db:
        states = set(db.scalars(select(Message.state).where(Message.purpose_key.startswith("digest:"))))
    assert states <= {MessageState.ACCEPTED, MessageState.DELIVERED}


def test_after_days_away_the_latest_of_each_kind_comes_and_says_that_it_is_late(
    running: Post, simulator: Simulator
) -> None:
    add(running, 5, SEVEN + 3 * DAY, "25", None)
    digest(running, SEVEN + 10 * DAY + timedelta(hours=5))
    assert [text.split("\n")[0] for text in sorted(inbox(simulator, COORDINATOR))] == [
        "Bilan de la semaine, 09/03 07:00 (en retard)",
        "Bilan du 12/03 07:00 (en retard)",
    ]
    with reading(running.parts.engine) as db:
        assert set(db.scalars(select(DigestRun.late))) == {True}


def test_a_service_that_has_just_begun_tells_of_no_time_before(post: Post, simulator: Simulator) -> None:
    add(post, 5, SEVEN - timedelta(hours=2), "25", None)
    digest(post, MONDAY)
    assert inbox(simulator, COORDINATOR) == []
    digest(post, SEVEN + DAY)
    assert len(inbox(simulator, COORDINATOR)) == 1


def test_whoever_joins_after_seven_waits_for_the_next_one(running: Post, simulator: Simulator, tmp_path: Path) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    digest(running, SEVEN)
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name,phone,role,language,area,level,post\nNew,+22370000041,coordinator,fr,ML11,1,\n", encoding="utf-8"
    )
    load_roster(running.parts, roster)
    digest(running, SEVEN + timedelta(hours=1))
    assert inbox(simulator, "+22370000041") == []
    digest(running, SEVEN + DAY)
    assert len(inbox(simulator, "+22370000041")) == 1


def test_a_phone_that_said_stop_or_was_seized_gets_none(running: Post, simulator: Simulator) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    with transaction(running.parts.engine) as db:
        contacts.stop(db, running.parts.keys, COORDINATOR, "sms", running.watch())
        seized = contacts.find(db, running.parts.keys, COORDINATOR_ENGLISH)
        db.execute(update(members.MemberPhone).where(members.MemberPhone.contact_id == seized).values(lost_at=SEVEN))
    digest(running, SEVEN)
    assert (inbox(simulator, COORDINATOR), inbox(simulator, COORDINATOR_ENGLISH)) == ([], [])
    assert len(inbox(simulator, COORDINATOR_LEVEL_2)) == 2


def test_a_phone_that_has_had_enough_alerts_for_a_day_gets_its_digest(running: Post, simulator: Simulator) -> None:
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    running.parts = replace(running.parts, policy=replace(running.parts.policy, parts_a_day=0))
    digest(running, SEVEN)
    assert len(inbox(simulator, COORDINATOR)) == 2


def test_two_phones_of_one_member_get_one_digest(running: Post, simulator: Simulator, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name,phone,role,language,area,level,post\nTwo,+22370000041 +22370000042,coordinator,fr,ML11,1,\n",
        encoding="utf-8",
    )
    load_roster(running.parts, roster)
    digest(running, SEVEN)
    assert len(inbox(simulator, "+22370000041") + inbox(simulator, "+22370000042")) == 1


def test_the_questions_to_the_database_do_not_grow_with_the_members(running: Post, tmp_path: Path) -> None:
    """Seven to count, a dozen to know who and what was done, and seven for twenty members who are written to."""
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    phones = [f"+2237100{number:04}" for number in range(MANY)]
    rows = [f"C,{phone},coordinator,fr,ML11,1,,c{phone[1:]}@example.org" for phone in phones]
    roster = tmp_path / "roster.csv"
    roster.write_text("\n".join(["name,phone,role,language,area,level,post,email", *rows]), encoding="utf-8")
    load_roster(running.parts, roster)
    running.parts = replace(running.parts, policy=replace(running.parts.policy, writes_mail=True))
    running.watch.at = SEVEN
    asked: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(running.parts.engine, "before_cursor_execute", hear)
    summary = latest(Kind.DAILY, running.parts.policy.rhythm, running.parts.policy.timezone, SEVEN)
    assert summary is not None
    count(running.parts, summary)
    counted = len([each for each in asked if each.startswith("SELECT")])
    asked.clear()
    JOBS["digest"](running.parts)
    event.remove(running.parts.engine, "before_cursor_execute", hear)
    assert counted == 7
    assert told(running) == dict.fromkeys(("daily", "weekly"), EVERYBODY + MANY)
    batches = -(-(EVERYBODY + MANY) // BATCH)
    written = [each for each in asked if each.startswith(("SELECT", "INSERT", "UPDATE"))]
    assert len(written) <= 2 * (counted + 12 + 7 * batches)
    with reading(running.parts.engine) as db:
        letters = db.scalars(select(Mail.purpose_key).where(Mail.purpose_key.startswith("digest:"))).all()
    assert len(letters) == len(set(letters)) == 2 * MANY


def test_a_digest_goes_to_the_phone_that_hears_us(running: Post, simulator: Simulator, tmp_path: Path) -> None:
    """Its holder said STOP on the other one, before there was a roster."""
    with transaction(running.parts.engine) as db:
        contacts.stop(db, running.parts.keys, "+22370000041", "sms", running.watch())
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name,phone,role,language,area,level,post\nTwo,+22370000041 +22370000042,coordinator,fr,ML11,1,\n",
        encoding="utf-8",
    )
    load_roster(running.parts, roster)
    add(running, 5, SEVEN - timedelta(hours=2), "25", None)
    digest(running, SEVEN)
    assert (len(inbox(simulator, "+22370000041")), len(inbox(simulator, "+22370000042"))) == (0, 2)


def test_a_digest_fits_two_parts_whatever_the_places_are_called(running: Post) -> None:
    from_many = ("ML1101", "ML1103", "MR011", "MR021", "MR012", "MR018")
    for area in from_many:
        add(running, 7, SEVEN - timedelta(hours=2), "71", area)
        add(running, 7, SEVEN - timedelta(hours=2), "61", area, IncidentState.CLOSED)
    digest(running, SEVEN)
    with reading(running.parts.engine) as db:
        parts = list(db.scalars(select(Message.parts).where(Message.purpose_key.startswith("digest:"))))
    assert len(parts) == 14
    assert max(parts) == 2


def test_the_hour_is_that_of_the_service_s_zone(running: Post, simulator: Simulator) -> None:
    policy = replace(running.parts.policy, timezone=ZoneInfo("Europe/Paris"))
    running.parts = replace(running.parts, policy=policy)
    add(running, 5, datetime(2026, 7, 6, 4, tzinfo=UTC), "25", None)
    digest(running, datetime(2026, 7, 6, 4, 59, tzinfo=UTC))
    before = len(inbox(simulator, COORDINATOR))
    digest(running, datetime(2026, 7, 6, 5, 0, tzinfo=UTC))
    assert [text.split("\n")[0] for text in inbox(simulator, COORDINATOR)[before:]] == [
        "Bilan du 06/07 07:00",
        "Bilan de la semaine, 06/07 07:00",
    ]


def test_rows_of_digests_name_members_and_periods_only(running: Post) -> None:
    digest(running, SEVEN)
    with transaction(running.parts.engine) as db:
        assert {row.period for row in db.scalars(select(DigestPeriod))} >= {SEVEN.date()}
        assert set(db.scalars(select(DigestRun.member_id))) <= set(db.scalars(select(Member.id)))
        db.execute(delete(DigestRun))
