"""Whoever wants to hear nothing more hears nothing more, by whichever way that was said; duties go to the next."""

from typing import Any

import pytest
from click.testing import Result
from fixtures_service import (
    ADMIN,
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    NATIONAL,
    VILLAGER,
    Post,
)
from sqlalchemy import select

from handlers.outbox import write
from models import contact as contacts
from models.message import Direction, Message, MessageState
from models.restraint import Held
from service.app import create_app
from service.database import reading, transaction
from service.simulator.network import Outcome
from service.simulator.server import Simulator
from service.stocking import load_roster

STOPPED = "Coordination Nioro a dit STOP et ne recoit plus nos SMS. Ses alertes vont a d'autres."


def texts(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


def held(post: Post) -> list[tuple[str, str | None]]:
    """(purpose, reason) of every message that is held."""
    with reading(post.parts.engine) as db:
        rows = db.scalars(select(Message).where(Message.state == MessageState.HELD).order_by(Message.created_at))
        return [((row.purpose_key or "").split(":")[0], row.reason) for row in rows]


def by_keyword(post: Post, simulator: Simulator, phone: str) -> None:
    post.sms(phone, "STOP")
    post.work()


def by_callback(post: Post, simulator: Simulator, phone: str) -> None:
    post.hook("optout", {"senderId": "KARAKORO", "phoneNumber": phone})
    post.work()


def by_status(post: Post, simulator: Simulator, phone: str) -> None:
    simulator.network.script(Outcome(number=phone, status_code=406))
    post.sms(phone, "AIDE")
    post.work()


def by_receipt(post: Post, simulator: Simulator, phone: str) -> None:
    post.sms(phone, "AIDE")
    post.work()
    sent = simulator.network.inbox(phone)[-1].message_id
    reason = {"status": "Rejected", "failureReason": "UserInBlackList"}
    post.hook("delivery", {"id": sent, "phoneNumber": phone, **reason})
    post.work()


WAYS = [by_keyword, by_callback, by_status, by_receipt]


@pytest.mark.parametrize("stop", WAYS, ids=lambda way: way.__name__)
def test_nothing_is_sent_any_more_and_a_report_still_counts(post: Post, simulator: Simulator, stop: Any) -> None:
    stop(post, simulator, VILLAGER)
    before = texts(simulator, VILLAGER)
    post.sms(VILLAGER, "12#1 Gogui")
    post.sms(VILLAGER, "AIDE")
    post.work()
    assert texts(simulator, VILLAGER) == before
    assert len(texts(simulator, COORDINATOR)) == 1
    assert [each for each in held(post) if each[0] == "reply"] == [("reply", Held.STOPPED)] * 2


@pytest.mark.parametrize("stop", WAYS, ids=lambda way: way.__name__)
def test_a_member_who_stops_is_passed_over_and_the_administrator_hears_of_it(
    post: Post, simulator: Simulator, stop: Any
) -> None:
    stop(post, simulator, COORDINATOR)
    before = texts(simulator, COORDINATOR)
    assert texts(simulator, ADMIN) == [STOPPED]
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert texts(simulator, COORDINATOR) == before
    assert len(texts(simulator, COORDINATOR_ENGLISH)) == 1


def test_where_a_whole_level_has_stopped_the_next_one_is_alerted(post: Post, simulator: Simulator) -> None:
    for phone in (COORDINATOR, COORDINATOR_ENGLISH):
        by_callback(post, simulator, phone)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert len(texts(simulator, COORDINATOR_LEVEL_2)) == 1


def test_where_everybody_has_stopped_the_country_and_then_the_administrator_is_alerted(
    post: Post, simulator: Simulator
) -> None:
    for phone in (COORDINATOR, COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2):
        by_callback(post, simulator, phone)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert len(texts(simulator, NATIONAL)) == 1


def test_an_open_alert_goes_to_the_next_when_its_members_stop(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    for phone in (COORDINATOR, COORDINATOR_ENGLISH):
        by_keyword(post, simulator, phone)
    assert len(texts(simulator, COORDINATOR_LEVEL_2)) == 1


def test_what_was_due_when_stop_came_is_held_and_shows(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.sms(VILLAGER, "STOP")
    post.work()
    assert texts(simulator, VILLAGER) == ["Entendu. Nous n'ecrirons plus a ce numero. Pour revenir : START"]
    assert held(post) == [("reply", Held.STOPPED)]


def test_a_message_that_is_written_while_stop_is_being_said_is_held_when_it_should_leave(
    post: Post, simulator: Simulator
) -> None:
    """A transaction that began before the STOP cannot see it; here the STOP is taken back for so long."""
    by_callback(post, simulator, VILLAGER)
    with transaction(post.parts.engine) as db:
        contact_id = contacts.lock(db, post.parts.keys, VILLAGER, post.parts.now()).id
        desk = post.parts.desk(db)
        contacts.restart(db, post.parts.keys, VILLAGER)
        message_id = write(desk, contact_id, "Bonjour", "seen:1")
        contacts.stop(db, post.parts.keys, VILLAGER, "callback", post.parts.now())
    assert message_id is not None
    post.ask("deliver", message_id)
    post.work()
    assert texts(simulator, VILLAGER) == []
    assert held(post) == [("seen", Held.STOPPED)]


def test_start_brings_a_member_back_into_duty(post: Post, simulator: Simulator) -> None:
    by_callback(post, simulator, COORDINATOR)
    post.sms(COORDINATOR, "START")
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert len(texts(simulator, COORDINATOR)) == 2


def test_the_administrator_hears_once_a_day_of_one_member(post: Post, simulator: Simulator) -> None:
    for _ in range(3):
        post.sms(COORDINATOR, "STOP")
        post.sms(COORDINATOR, "START")
    post.work()
    assert texts(simulator, ADMIN) == [STOPPED]


def listed(post: Post, *arguments: str) -> Result:
    return create_app(post.parts).test_cli_runner().invoke(args=["roster", "list", *arguments])


def test_whom_nobody_can_tell_anything_is_listed(post: Post, simulator: Simulator) -> None:
    assert listed(post, "--unreachable").output == ""
    by_callback(post, simulator, COORDINATOR)
    assert listed(post, "--unreachable").output == "coordinator 1 0 phones: Coordination Nioro\n"
    assert "coordinator 1 0 phones: Coordination Nioro\n" in listed(post).output
    assert "admin 1 1 phone: Administration\n" in listed(post).output


def test_the_doctor_counts_whom_nobody_can_tell_anything(post: Post, simulator: Simulator) -> None:
    def said() -> str:
        return create_app(post.parts).test_cli_runner().invoke(args=["doctor"]).output

    assert "ok   members: all can be told" in said()
    by_callback(post, simulator, COORDINATOR)
    assert "note members: 1 on duty whom nobody can tell anything: `roster list --unreachable`" in said()


def test_not_even_the_doctor_writes_to_a_phone_that_said_stop(post: Post, simulator: Simulator) -> None:
    by_callback(post, simulator, VILLAGER)
    result = create_app(post.parts).test_cli_runner().invoke(args=["doctor", "--sms", VILLAGER])
    assert "BAD  test SMS: this phone has said STOP" in result.output
    assert texts(simulator, VILLAGER) == []


def test_a_phone_that_had_stopped_gets_nothing_when_it_comes_onto_the_roster(post: Post, simulator: Simulator) -> None:
    by_callback(post, simulator, COORDINATOR)
    with transaction(post.parts.engine) as db:
        db.connection().exec_driver_sql("UPDATE member_phone SET stopped_at = NULL")
    account = load_roster(post.parts)
    assert any("has said STOP" in change for change in account.changes)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert texts(simulator, COORDINATOR) == []


def test_nothing_that_was_written_to_a_stopped_phone_is_due(post: Post, simulator: Simulator) -> None:
    by_callback(post, simulator, VILLAGER)
    for text in ("12#1 Gogui", "AVIS", "QUI", "LANG AR", "SUIVI", "RAS"):
        post.sms(VILLAGER, text)
    post.work()
    with reading(post.parts.engine) as db:
        mine = contacts.find(db, post.parts.keys, VILLAGER)
        written = Message.contact_id == mine, Message.direction == Direction.OUT
        assert {row.state for row in db.scalars(select(Message).where(*written))} == {MessageState.HELD}
