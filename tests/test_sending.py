"""Every alert is delivered, or visibly not: unknown ends, strays, empty accounts, rates, workers that die."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fixtures_service import (
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    MONDAY,
    NATIONAL,
    TOKEN,
    VILLAGER,
    Post,
)
from sqlalchemy import select, update

from handlers.outbox import write
from models import contact as contacts
from models import outlet as outlets
from models import reach
from models import sending as store
from models import telling as tellings
from models.alert import Alert
from models.message import Direction, Message, MessageState
from models.reach import Reach
from service.database import reading, transaction
from service.delivery import deliver
from service.jobs import JOBS
from service.simulator.network import Outcome
from service.simulator.server import Simulator

GRAVE, LESS = "12#1 Gogui", "11#2 Gogui"
AGAIN = "Peut-etre déjà recu: "


def alerts(post: Post) -> list[Message]:
    with reading(post.parts.engine) as db:
        query = select(Message).where(Message.direction == Direction.OUT, Message.alert_id.is_not(None))
        return list(db.scalars(query.order_by(Message.created_at)))


def report(post: Post, text: str = GRAVE) -> None:
    """The reply to the villager is out, and the alerts wait."""
    post.sms(VILLAGER, text)
    route = post.asked.pop(0)
    post.work()
    post.asked = [route]


def sweep(post: Post, **later: float) -> None:
    post.watch.move(**later)
    post.ask("sweep")
    post.work()


def texts(simulator: Simulator, phone: str = COORDINATOR) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


def receipt(post: Post, provider_id: str, status: str, phone: str = COORDINATOR) -> None:
    assert post.hook("delivery", {"id": provider_id, "status": status, "phoneNumber": phone})[0] == 200


def reached(post: Post) -> dict[str, Reach]:
    """The phone of each alerted member → how far the alert has come."""
    with reading(post.parts.engine) as db:
        found = reach.of(db, list(db.scalars(select(Alert.id))))
        return {
            contacts.number(db, post.parts.keys, message.contact_id or 0) or "": found[message.alert_id or 0]
            for message in alerts(post)
        }


def test_a_phone_that_was_off_may_get_it_after_all(post: Post, simulator: Simulator) -> None:
    report(post)
    post.work()
    sent = simulator.network.inbox(COORDINATOR)[0].message_id
    receipt(post, sent, "AbsentSubscriber")
    assert reached(post)[COORDINATOR] is Reach.UNDERWAY
    receipt(post, sent, "Success")
    receipt(post, sent, "AbsentSubscriber")
    assert reached(post)[COORDINATOR] is Reach.DELIVERED


def test_why_it_failed_is_kept_beside_the_state(post: Post, simulator: Simulator) -> None:
    report(post)
    post.work()
    sent = simulator.network.inbox(COORDINATOR)[0].message_id
    form = {"id": sent, "status": "Failed", "phoneNumber": COORDINATOR, "failureReason": "UserDoesNotExist"}
    post.hook("delivery", form)
    assert {m.reason for m in alerts(post) if m.provider_id == sent} == {"Failed UserDoesNotExist"}
    assert reached(post)[COORDINATOR] is Reach.LOST


def test_a_grave_alert_of_which_nobody_knows_goes_out_once_more_and_says_so(post: Post, simulator: Simulator) -> None:
    report(post)
    simulator.network.script(Outcome(drop=True), times=4)
    post.work()
    sweep(post, minutes=4)
    assert len(texts(simulator)) == 1
    sweep(post, minutes=2)
    first, second = texts(simulator)
    assert second == f"{AGAIN}{first}"
    assert texts(simulator, COORDINATOR_ENGLISH)[1].startswith("Perhaps a repeat: ")
    sweep(post, hours=3)
    sweep(post, hours=3)
    assert len(texts(simulator)) == 2
    assert {m.state for m in alerts(post)} == {MessageState.UNKNOWN}


def test_nothing_is_repeated_to_whoever_has_answered(post: Post, simulator: Simulator) -> None:
    report(post)
    simulator.network.script(Outcome(drop=True), times=4)
    post.work()
    post.sms(COORDINATOR, "ACK")
    post.work()
    before = len(texts(simulator))
    sweep(post, minutes=6)
    assert len(texts(simulator)) == before
    assert len(texts(simulator, COORDINATOR_ENGLISH)) >= 2


def test_a_lesser_alert_is_not_repeated_but_the_ladder_sees_that_it_has_not_arrived(
    post: Post, simulator: Simulator
) -> None:
    report(post, LESS)
    simulator.network.script(Outcome(drop=True), times=9)
    sweep(post, minutes=31)
    assert set(reached(post).values()) == {Reach.UNDERWAY}
    before = len(texts(simulator))
    sweep(post, minutes=6)
    assert len(texts(simulator)) == before
    assert set(reached(post).values()) == {Reach.LOST}
    with reading(post.parts.engine) as db:
        assert len(reach.lost(db, 10)) == reach.count_lost(db) == len(alerts(post))


def test_a_receipt_counts_even_after_nobody_expected_it_any_more(post: Post, simulator: Simulator) -> None:
    report(post)
    simulator.network.script(Outcome(drop=True), times=2)
    post.work()
    sweep(post, minutes=6)
    lost = simulator.network.inbox(COORDINATOR)[0].message_id
    repeated = simulator.network.inbox(COORDINATOR)[1].message_id
    receipt(post, repeated, "Failed")
    assert reached(post)[COORDINATOR] is Reach.LOST
    receipt(post, lost, "Success")
    sweep(post, minutes=3)
    assert reached(post)[COORDINATOR] is Reach.DELIVERED


def test_a_receipt_without_a_known_id_is_for_the_only_doubtful_message_to_that_phone(
    post: Post, simulator: Simulator
) -> None:
    report(post)
    simulator.network.script(Outcome(drop=True), times=2)
    post.work()
    lost = simulator.network.inbox(COORDINATOR)[0].message_id
    receipt(post, lost, "Success")
    receipt(post, lost, "Success")
    sweep(post, minutes=1)
    assert reached(post)[COORDINATOR] is Reach.UNDERWAY  # the answer that names it may still come
    sweep(post, minutes=2)
    assert reached(post)[COORDINATOR] is Reach.DELIVERED
    assert {m.provider_id for m in alerts(post) if m.state is MessageState.DELIVERED} == {lost}


def test_of_two_doubtful_messages_to_a_phone_nobody_can_tell_which_has_arrived(
    post: Post, simulator: Simulator
) -> None:
    simulator.network.script(Outcome(drop=True), times=9)
    for text in ("AIDE", "QUI"):
        post.sms(VILLAGER, text)
    post.work()
    receipt(post, simulator.network.inbox(VILLAGER)[0].message_id, "Success", VILLAGER)
    sweep(post, minutes=3)
    with reading(post.parts.engine) as db:
        states = set(db.scalars(select(Message.state).where(Message.direction == Direction.OUT)))
    assert states == {MessageState.UNKNOWN}


def test_a_receipt_is_not_taken_for_one_message_while_another_to_that_phone_is_with_a_dead_worker(
    post: Post, simulator: Simulator
) -> None:
    """The first was never taken; the receipt is for the second, whose worker died before it could write that down."""
    for text, outcome in (("AIDE", Outcome(http=500)), ("QUI", Outcome(drop=True))):
        simulator.network.script(outcome)
        post.watch.move(seconds=1)
        post.sms(VILLAGER, text)
        post.work()
    with transaction(post.parts.engine) as db:
        outgoing = select(Message.id).where(Message.direction == Direction.OUT)
        newest = db.scalars(outgoing.order_by(Message.created_at.desc())).first()
        db.execute(update(Message).where(Message.id == newest).values(state=MessageState.CLAIMED))
    receipt(post, simulator.network.inbox(VILLAGER)[0].message_id, "Success", VILLAGER)
    sweep(post, minutes=3)
    with reading(post.parts.engine) as db:
        states = set(db.scalars(select(Message.state).where(Message.direction == Direction.OUT)))
    assert states == {MessageState.UNKNOWN}


def empty(post: Post, simulator: Simulator, times: int = 30) -> None:
    report(post)
    simulator.network.script(Outcome(status_code=405), times=times)
    post.work()


def test_an_empty_account_stops_its_gateway_and_one_sms_a_minute_tries(post: Post, simulator: Simulator) -> None:
    empty(post, simulator)
    asked = len(simulator.network.requests)
    for _ in range(18):
        sweep(post, seconds=10)
    assert len(simulator.network.requests) == asked + 3
    assert {m.state for m in alerts(post)} == {MessageState.DUE}
    assert texts(simulator) == []


def test_it_resumes_by_itself_when_there_is_money_again(
    post: Post, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    empty(post, simulator, times=2)
    post.sms(VILLAGER, "AIDE")
    for _ in range(4):
        sweep(post, seconds=61)
    assert {m.state for m in alerts(post)} == {MessageState.ACCEPTED}
    assert len(texts(simulator)) == 1
    assert len(texts(simulator, VILLAGER)) == 2
    said = [record.getMessage() for record in caplog.records if record.name == "service.delivery"]
    assert "gateway africastalking: the account is empty (405 InsufficientBalance); what is to be sent waits" in said
    assert said[-1] == "gateway africastalking: it takes SMS again"
    with reading(post.parts.engine) as db:
        assert outlets.paused(db) == []


def test_an_alert_tries_before_any_other_message(post: Post, simulator: Simulator) -> None:
    empty(post, simulator, times=1)
    for text in ("AIDE", "QUI"):
        post.sms(VILLAGER, text)
    post.asked.clear()
    sweep(post, seconds=61)
    assert len(texts(simulator)) + len(texts(simulator, COORDINATOR_ENGLISH)) == 1


def test_an_empty_account_is_told_by_readiness_and_metrics(post: Post, simulator: Simulator) -> None:
    settings = replace(post.parts.settings, metrics_token=TOKEN)
    post.parts = replace(post.parts, settings=settings)
    empty(post, simulator)
    ready = post.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["gateway africastalking"] == "paused: 405 InsufficientBalance"
    metrics = post.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert 'karakoro_gateway_paused{gateway="africastalking"} 1.0' in metrics


def test_what_a_dead_worker_had_not_handed_over_is_sent_by_the_next(post: Post, simulator: Simulator) -> None:
    report(post)
    name, ids = post.asked.pop()
    JOBS[name](post.parts, *ids)
    [(_, waiting)] = post.asked
    post.asked.clear()
    with transaction(post.parts.engine) as db:
        claimed = store.claim(db, post.parts.keys, [int(each) for each in waiting], post.parts.now())
        store.going(db, [claimed[0].id], claimed[0].at, post.parts.now())
    sweep(post, seconds=60)
    assert {m.state for m in alerts(post)} == {MessageState.CLAIMED}
    sweep(post, seconds=16)
    sweep(post, seconds=1)
    states = {m.id: m.state for m in alerts(post)}
    assert states.pop(claimed[0].id) is MessageState.UNKNOWN
    assert set(states.values()) == {MessageState.ACCEPTED}


def test_a_worker_that_slept_sends_nothing_that_another_has_taken_over(post: Post, simulator: Simulator) -> None:
    report(post)
    name, ids = post.asked.pop()
    JOBS[name](post.parts, *ids)
    waiting = [int(each) for each in post.asked.pop()[1]]
    with transaction(post.parts.engine) as db:
        slept = store.claim(db, post.parts.keys, waiting, post.parts.now())
    sweep(post, seconds=80)
    sweep(post, seconds=1)
    with transaction(post.parts.engine) as db:
        assert store.going(db, [each.id for each in slept], slept[0].at, post.parts.now()) == set()
    assert len(texts(simulator)) == 1


def test_what_was_written_for_a_gateway_that_is_gone_goes_by_the_one_of_today(post: Post, simulator: Simulator) -> None:
    report(post)
    name, ids = post.asked.pop()
    JOBS[name](post.parts, *ids)
    with transaction(post.parts.engine) as db:
        db.execute(update(Message).where(Message.alert_id.is_not(None)).values(gateway="of_yesterday"))
    post.work()
    assert len(texts(simulator)) == 1
    assert {(m.gateway, m.state) for m in alerts(post)} == {("africastalking", MessageState.ACCEPTED)}


RATE, MESSAGES = 25.0, 60


def test_several_workers_together_keep_to_the_rate(post: Post, simulator: Simulator) -> None:
    """The clock is the real one here: what is measured is how fast SMS leave."""
    settings = replace(post.parts.settings, africastalking_rate=RATE)
    asked: list[tuple[int, ...]] = []

    def ask(_name: str, *ids: int) -> bool:
        asked.append(ids)
        return True

    parts = replace(post.parts, settings=settings, now=lambda: datetime.now(UTC), enqueue=ask)
    with transaction(parts.engine) as db:
        desk = post.parts.desk(db)
        contact = contacts.lock(db, parts.keys, VILLAGER, MONDAY).id
        ids = [write(desk, contact, f"message {n}", f"test:{n}") or 0 for n in range(MESSAGES)]
    workers = [threading.Thread(target=deliver, args=(parts, *ids)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    times = sorted(datetime.fromisoformat(each.at) for each in simulator.network.inbox(VILLAGER))
    assert len(times) == MESSAGES
    in_any_second = max(sum(begin <= at < begin + timedelta(seconds=1) for at in times) for begin in times)
    assert in_any_second <= RATE * 1.5  # they leave at most 1.2 of it in a second, and some take longer on their way
    assert (times[-1] - times[0]).total_seconds() >= (MESSAGES - RATE * 1.2) / RATE
    assert asked == []


def test_a_gateway_that_takes_one_in_ten_seconds_keeps_no_worker_waiting(post: Post, simulator: Simulator) -> None:
    post.parts = replace(post.parts, settings=replace(post.parts.settings, africastalking_rate=0.1))
    for _ in range(3):
        post.sms(VILLAGER, "AIDE")
    post.work()
    assert len(texts(simulator, VILLAGER)) == 1
    sweep(post, seconds=9)
    assert len(texts(simulator, VILLAGER)) == 1
    sweep(post, seconds=1)
    assert len(texts(simulator, VILLAGER)) == 2
    sweep(post, seconds=10)
    assert len(texts(simulator, VILLAGER)) == 3


def test_a_long_text_counts_each_of_its_parts(post: Post) -> None:
    waiting = [outlets.Waiting(1, "africastalking", 3), outlets.Waiting(2, "africastalking", 1)]
    with transaction(post.parts.engine) as db:
        first = outlets.allot(db, waiting, {"africastalking": 1.0}, MONDAY)
        assert (first.now, first.later) == ([1], [2])
        assert first.wait == MONDAY + timedelta(seconds=3)
        assert outlets.allot(db, waiting[1:], {"africastalking": 1.0}, MONDAY + timedelta(seconds=2)).now == []
        assert outlets.allot(db, waiting[1:], {"africastalking": 1.0}, MONDAY + timedelta(seconds=3)).now == [2]


def test_where_nobody_of_a_level_can_be_reached_the_next_is_told_at_once(post: Post, simulator: Simulator) -> None:
    report(post)
    simulator.network.script(Outcome(status_code=403), times=2)
    post.work()
    post.ask("ladder")
    post.work()
    assert len(texts(simulator, COORDINATOR_LEVEL_2)) == 1
    for _ in range(3):
        post.ask("ladder")
        post.work()
    assert len(texts(simulator, COORDINATOR_LEVEL_2)) == 1
    assert texts(simulator, NATIONAL) == []


def test_where_one_of_a_level_is_reached_the_clock_goes_on(post: Post, simulator: Simulator) -> None:
    report(post)
    simulator.network.script(Outcome(number=COORDINATOR, status_code=403))
    post.work()
    post.ask("ladder")
    post.work()
    assert texts(simulator, COORDINATOR_LEVEL_2) == []


def test_a_text_of_several_alerts_is_repeated_like_one_and_its_loss_is_that_of_each(
    post: Post, simulator: Simulator
) -> None:
    """The alert's own SMS was refused; the text that told of it together with others broke off."""
    report(post)
    simulator.network.script(Outcome(status_code=403), times=2)
    post.work()
    with transaction(post.parts.engine) as db:
        lost = next(each for each in alerts(post) if each.state is MessageState.FAILED)
        alert_id, contact_id = lost.alert_id or 0, lost.contact_id or 0
        assert reach.of(db, [alert_id]) == {alert_id: Reach.LOST}
        member_id = db.scalars(select(Alert.member_id).where(Alert.id == alert_id)).one()
        tellings.note(db, alert_id, 2, member_id, 7, post.parts.now())
        together = write(post.parts.desk(db), contact_id, "S4 Ref 111111\nS4 Ref 222222", "rollup:7") or 0
    simulator.network.script(Outcome(drop=True))
    post.ask("deliver", together)
    post.work()
    with reading(post.parts.engine) as db:
        assert reach.of(db, [alert_id]) == {alert_id: Reach.UNDERWAY}
        phone = contacts.number(db, post.parts.keys, contact_id) or ""
    sweep(post, minutes=6)
    first, second = texts(simulator, phone)[-2:]
    assert second.endswith(first)
    assert second != first
    with reading(post.parts.engine) as db:
        assert reach.of(db, [alert_id]) == {alert_id: Reach.UNDERWAY}


def test_a_member_who_has_had_much_for_a_day_still_hears_of_several_alerts_at_once(post: Post) -> None:
    post.parts = replace(post.parts, policy=replace(post.parts.policy, parts_a_day=1))
    with transaction(post.parts.engine) as db:
        desk = post.parts.desk(db)
        contact = contacts.lock(db, post.parts.keys, COORDINATOR, MONDAY).id
        assert write(desk, contact, "a" * 160, "reply:1") is not None
        assert write(desk, contact, "b" * 160, "reply:2") is None
        assert write(desk, contact, "c" * 160, "rollup:7") is not None
