"""How a message ends: accepted, refused for good, refused for now, or unknown; and what receipts add."""

from typing import Any

import pytest
from fixtures_service import COORDINATOR, COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2, TOKEN, VILLAGER, Post
from sqlalchemy import select

from models.keys import CannotOpen
from models.message import Direction, Message, MessageState
from service.database import reading
from service.jobs import JOBS
from service.simulator.network import Outcome
from service.simulator.server import Simulator


def messages(post: Post, purpose: str = "alert:") -> list[Message]:
    with reading(post.parts.engine) as db:
        query = select(Message).where(Message.direction == Direction.OUT, Message.purpose_key.startswith(purpose))
        return list(db.scalars(query))


def report(post: Post) -> None:
    post.sms(VILLAGER, "12#1 Gogui")


def only_the_alerts_wait(post: Post) -> None:
    """The reply to the villager goes out first."""
    route = post.asked.pop(0)
    post.work()
    post.asked = [route]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        pytest.param({}, MessageState.ACCEPTED, id="accepted"),
        pytest.param({"status_code": 100}, MessageState.ACCEPTED, id="processed"),
        pytest.param({"status_code": 101}, MessageState.ACCEPTED, id="sent"),
        pytest.param({"status_code": 401}, MessageState.DUE, id="risk hold"),
        pytest.param({"status_code": 402}, MessageState.DUE, id="invalid sender"),
        pytest.param({"status_code": 403}, MessageState.FAILED, id="invalid number"),
        pytest.param({"status_code": 404}, MessageState.FAILED, id="unsupported number"),
        pytest.param({"status_code": 405}, MessageState.DUE, id="no balance"),
        pytest.param({"status_code": 407}, MessageState.FAILED, id="no route"),
        pytest.param({"status_code": 409}, MessageState.FAILED, id="do not disturb"),
        pytest.param({"status_code": 500}, MessageState.DUE, id="internal error"),
        pytest.param({"status_code": 501}, MessageState.DUE, id="gateway error"),
        pytest.param({"status_code": 502}, MessageState.DUE, id="rejected by gateway"),
        pytest.param({"status_code": 999}, MessageState.UNKNOWN, id="a code nobody knows"),
        pytest.param({"invalid_sender": True}, MessageState.DUE, id="unregistered sender, no recipients"),
        pytest.param({"leave_out": True}, MessageState.UNKNOWN, id="not in the answer"),
        pytest.param({"http": 401, "body": "no"}, MessageState.DUE, id="401"),
        pytest.param({"http": 429, "retry_after": "7"}, MessageState.DUE, id="429"),
        pytest.param({"http": 500}, MessageState.UNKNOWN, id="500"),
        pytest.param({"http": 302, "location": "http://127.0.0.1:1/"}, MessageState.DUE, id="redirect"),
        pytest.param({"body": "{oh"}, MessageState.UNKNOWN, id="unreadable answer"),
        pytest.param({"drop": True}, MessageState.UNKNOWN, id="line dropped after the request"),
        pytest.param({"content_type": "application/json; charset=utf-8"}, MessageState.ACCEPTED, id="with a charset"),
    ],
)
def test_every_end_of_a_send_is_one_of_four(
    post: Post, simulator: Simulator, outcome: dict[str, Any], state: MessageState
) -> None:
    report(post)
    only_the_alerts_wait(post)
    simulator.network.script(Outcome(**outcome), times=2)
    post.work()
    assert [message.state for message in messages(post)] == [state, state]


def test_whoever_is_on_the_networks_black_list_is_told_nothing_more_and_the_next_level_is(
    post: Post, simulator: Simulator
) -> None:
    report(post)
    only_the_alerts_wait(post)
    simulator.network.script(Outcome(status_code=406), times=2)
    post.work()
    assert sorted(message.state.value for message in messages(post)) == ["accepted", "failed", "failed"]
    assert len(simulator.network.inbox(COORDINATOR_LEVEL_2)) == 1


def test_a_gateway_that_is_not_there_is_tried_again(open_post: Any) -> None:
    post = open_post("http://127.0.0.1:9")
    report(post)
    post.work()
    assert {message.state for message in messages(post)} == {MessageState.DUE}


def test_a_temporary_refusal_goes_out_later(post: Post, simulator: Simulator) -> None:
    simulator.network.script(Outcome(http=429, retry_after="40"), times=3)
    report(post)
    post.work()
    assert simulator.network.inbox(COORDINATOR) == []
    post.watch.move(seconds=30)
    post.ask("sweep")
    post.work()
    assert simulator.network.inbox(COORDINATOR) == []
    post.watch.move(seconds=15)
    post.ask("sweep")
    post.work()
    assert len(simulator.network.inbox(COORDINATOR)) == 1


def test_an_unknown_end_is_not_tried_again(post: Post, simulator: Simulator) -> None:
    """Where it is not of the highest severity; what becomes of those is in test_sending."""
    simulator.network.script(Outcome(drop=True), times=6)
    post.sms(VILLAGER, "11#2 Gogui")
    post.work()
    post.watch.move(hours=2)
    post.ask("sweep")
    post.work()
    before = len(simulator.network.inbox(COORDINATOR))
    post.watch.move(hours=2)
    for _ in range(3):
        post.ask("sweep")
    post.work()
    assert len(simulator.network.inbox(COORDINATOR)) == before == 1
    assert {message.state for message in messages(post)} == {MessageState.UNKNOWN}


def test_equal_texts_share_one_request(post: Post, simulator: Simulator) -> None:
    report(post)
    post.work()
    requests = [request["form"]["to"].split(",") for request in simulator.network.requests]
    assert len(requests) == 3  # the reply, the alert in French, the alert in English


def test_a_receipt_counts_once_and_for_ever(post: Post, simulator: Simulator) -> None:
    report(post)
    post.work()
    sent = simulator.network.inbox(COORDINATOR)[0].message_id
    for status in ("Sent", "Success", "Failed", "Buffered", "Success"):
        assert post.hook("delivery", {"id": sent, "status": status, "phoneNumber": COORDINATOR})[0] == 200
    states = {message.provider_id: message.state for message in messages(post)}
    assert states[sent] is MessageState.DELIVERED


def test_a_receipt_before_its_message_is_kept_and_counts(post: Post, simulator: Simulator) -> None:
    report(post)
    post.work()
    early = "ATXid_early"
    post.hook("delivery", {"id": early, "status": "Failed", "phoneNumber": COORDINATOR})
    simulator.network.script(Outcome(message_id=early), times=1)
    post.sms(VILLAGER, "AIDE")
    post.work()
    with reading(post.parts.engine) as db:
        state = db.scalars(select(Message.state).where(Message.provider_id == early)).one()
    assert state is MessageState.FAILED


def test_a_claim_whose_worker_is_gone_becomes_unknown(post: Post) -> None:
    report(post)
    post.work()
    with post.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE message SET state = 'claimed', provider_id = NULL WHERE direction = 'out'")
    post.watch.move(minutes=3)
    post.ask("sweep")
    post.work()
    assert {message.state for message in messages(post)} == {MessageState.UNKNOWN}


def test_whoever_says_stop_hears_that_and_nothing_more(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "STOP")
    post.work()
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert [message.text for message in simulator.network.inbox(VILLAGER)] == [
        "Entendu. Nous n'ecrirons plus a ce numero. Pour revenir : START"
    ]
    assert len(simulator.network.inbox(COORDINATOR)) == 1
    post.sms(VILLAGER, "START")
    post.work()
    assert len(simulator.network.inbox(VILLAGER)) == 2


def test_the_opt_out_callback_is_a_stop(post: Post, simulator: Simulator) -> None:
    assert post.hook("optout", {"senderId": "KARAKORO", "phoneNumber": COORDINATOR}) == (200, "")
    report(post)
    post.work()
    assert simulator.network.inbox(COORDINATOR) == []
    assert len(simulator.network.inbox(COORDINATOR_ENGLISH)) == 1


def test_the_key_goes_to_the_gateway_and_the_token_to_nobody(post: Post, simulator: Simulator) -> None:
    report(post)
    post.work()
    assert all(TOKEN not in str(request) for request in simulator.network.requests)


def test_two_equal_texts_to_one_phone_are_two_messages(post: Post, simulator: Simulator) -> None:
    for _ in range(2):
        post.sms(VILLAGER, "AIDE")
    replies = [int(id) for name, ids in post.asked for id in ids if name == "deliver"]
    post.asked = [("deliver", tuple(replies))]
    post.work()
    assert len(simulator.network.inbox(VILLAGER)) == 2
    assert {message.state for message in messages(post, "reply:")} == {MessageState.ACCEPTED}


def test_a_gateway_that_stays_away_for_hours_loses_no_alert(post: Post, simulator: Simulator) -> None:
    report(post)
    only_the_alerts_wait(post)
    simulator.network.script(Outcome(status_code=405), times=40)
    for _ in range(15):
        post.work()
        post.watch.move(minutes=31)
        post.ask("sweep")
    assert {message.state for message in messages(post)} == {MessageState.DUE}


def test_one_report_that_cannot_be_routed_keeps_no_other_waiting(post: Post, simulator: Simulator) -> None:
    report(post)
    with post.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE report_body SET answers_enc = '\\x00'")
    post.sms("+22370000078", "13#1 Gogui")
    post.asked = [("sweep", ())]
    post.watch.move(seconds=6)
    name, ids = post.asked.pop()
    JOBS[name](post.parts, *ids)
    routes = [ask for ask in post.asked if ask[0] == "route"]
    assert len(routes) == 2
    with pytest.raises(CannotOpen):
        JOBS["route"](post.parts, *routes[0][1])
    JOBS["route"](post.parts, *routes[1][1])
    post.asked = [ask for ask in post.asked if ask[0] == "deliver"]
    post.work()
    assert len(simulator.network.inbox(COORDINATOR)) == 1
