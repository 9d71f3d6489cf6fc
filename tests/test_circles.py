"""Nothing goes round in circles, and nobody's bill runs away: answers are held, reports and alerts never."""

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fixtures_redis import Server
from fixtures_service import COORDINATOR, OFFICER, TOKEN, VILLAGER, VILLAGER_2, Post
from redis import Redis
from sqlalchemy import func, select

from models import restraint
from models.message import Direction, Message, MessageState
from models.report import Report
from models.restraint import Held
from service.brake import Brake, Limits, refused_dials
from service.database import reading
from service.local_web import LocalWeb
from service.parts import policy_of
from service.queue import QUICK_SECONDS, quick_connection
from service.settings import Settings
from service.simulator.machine import Machine
from service.simulator.server import Simulator
from service.web import create_web

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOST = Limits(replies=20, replies_in_all=600, dials=20)
BUSY = "Service occupe."


def inbox(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


def answers(post: Post) -> Counter[str]:
    """Answers by what became of them."""
    with reading(post.parts.engine) as db:
        replies = Message.direction == Direction.OUT, Message.purpose_key.startswith("reply:")
        rows = db.scalars(select(Message).where(*replies))
        return Counter(row.reason or "" if row.state is MessageState.HELD else row.state.value for row in rows)


def count(post: Post, table: type[Report] | type[Message]) -> int:
    with reading(post.parts.engine) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def looped(open_post: Callable[[str], Post]) -> Iterator[tuple[Post, Simulator]]:
    """The service and a network that can call it, both on real ports."""
    with LocalWeb() as web, Simulator(hooks=f"{web.url}/hooks/africastalking/{TOKEN}/", at_once=True) as simulator:
        post = open_post(simulator.url)
        with web.serving(create_web(post.parts)):
            yield post, simulator


@pytest.mark.parametrize(
    ("says", "most"),
    [
        pytest.param("Je suis absent, je vous rappelle des que possible. Merci.", 2, id="the same sentence"),
        pytest.param("OK", 14, id="a word that answers nothing"),
        pytest.param("AIDE", 10, id="a word of ours"),
        pytest.param("STOP", 11, id="the word that ends it"),
        pytest.param("Message {n} : je suis absent pour le moment, merci", 150, id="never the same sentence"),
        pytest.param("{n}", 150, id="a number"),
    ],
)
def test_a_machine_that_answers_every_answer_is_cut(looped: tuple[Post, Simulator], says: str, most: int) -> None:
    """Without Redis: the database alone is enough."""
    post, simulator = looped
    simulator.network.machines[VILLAGER] = Machine(simulator.line, VILLAGER, says)
    post.sms(VILLAGER, "AIDE")
    post.work()
    sent = simulator.network.inbox(VILLAGER)
    assert 1 <= len(sent) <= most
    assert sum(message.parts for message in sent) <= post.parts.policy.parts_a_day
    with reading(post.parts.engine) as db:
        heard = db.scalar(select(func.count()).where(Message.direction == Direction.IN))
    assert heard == simulator.network.machines[VILLAGER].said + 1
    before = len(sent)
    post.watch.move(hours=2)
    post.ask("sweep")
    post.work()
    assert len(simulator.network.inbox(VILLAGER)) <= before + 1  # a reminder of what was begun


def test_a_second_service_that_answers_us_is_cut_after_twenty_where_redis_counts(
    looped: tuple[Post, Simulator], redis_url: str
) -> None:
    post, simulator = looped
    post.parts = replace(post.parts, brake=Brake(quick_connection(redis_url), MOST, post.watch))
    simulator.network.machines[VILLAGER] = Machine(simulator.line, VILLAGER, "Message {n} : je suis absent, merci")
    post.sms(VILLAGER, "AIDE")
    post.work()
    assert len(simulator.network.inbox(VILLAGER)) == MOST.replies
    assert answers(post)[Held.RATE] == 1
    assert count(post, Report) == MOST.replies


def test_the_same_answer_goes_out_ten_times_in_half_an_hour(post: Post, simulator: Simulator) -> None:
    for _ in range(13):
        post.sms(VILLAGER, "AIDE")
    post.work()
    assert answers(post) == {"accepted": 10, Held.SAME_TEXT: 3}
    post.sms(VILLAGER, "QUI")
    post.watch.move(minutes=31)
    post.sms(VILLAGER, "AIDE")
    post.work()
    assert answers(post)["accepted"] == 12


def test_what_a_phone_is_sent_in_a_day_has_an_end_and_reports_have_none(post: Post, simulator: Simulator) -> None:
    post.parts = replace(post.parts, policy=replace(post.parts.policy, parts_a_day=10))
    for number in range(14):
        post.sms(VILLAGER, f"12#1#{number + 1} Gogui")
    post.work()
    assert sum(message.parts for message in simulator.network.inbox(VILLAGER)) <= 10
    assert answers(post)[Held.DAY] > 0
    assert count(post, Report) == 14
    post.watch.move(hours=25)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert inbox(simulator, VILLAGER)[-1].startswith("Ref ")


def test_an_alert_goes_out_to_whoever_has_had_enough_for_a_day(post: Post, simulator: Simulator) -> None:
    post.parts = replace(post.parts, policy=replace(post.parts.policy, parts_a_day=2))
    for _ in range(4):
        post.sms(COORDINATOR, "AIDE")
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert [text for text in inbox(simulator, COORDINATOR) if text.startswith("!!S4")]
    assert answers(post)[Held.DAY] > 0


@pytest.mark.parametrize(
    "sender",
    ["21512", "+21512", "36111", "KARAKORO", "Orange-ML", "444", "1", "+22370000098", "0022370000098", "70 00 00 98"],
)
def test_short_codes_names_and_our_own_numbers_are_kept_and_never_answered(
    post: Post, simulator: Simulator, sender: str
) -> None:
    settings = replace(post.parts.settings, own_numbers=("+223 70000098", "21512"), africastalking_sender="KARAKORO")
    post.parts = replace(post.parts, policy=policy_of(settings))
    assert post.sms(sender, "12#1 Gogui") == 200
    post.work()
    assert simulator.network.numbers() == []
    assert (count(post, Message), count(post, Report)) == (1, 0)


def test_the_number_that_we_send_from_and_the_number_written_to_are_ours(post: Post, simulator: Simulator) -> None:
    settings = replace(post.parts.settings, africastalking_sender="+22370000097")
    post.parts = replace(post.parts, policy=policy_of(settings))
    post.sms("+22370000097", "AIDE")
    post.hook("sms", {"id": "x1", "from": "+22370000096", "to": "+223 70000096", "text": "AIDE"})
    post.work()
    assert simulator.network.numbers() == []
    assert count(post, Message) == 2


def test_the_limits_can_be_set() -> None:
    settings = Settings.from_environment({"KARAKORO_SAME_REPLY_MOST": "3", "KARAKORO_PARTS_A_DAY": "50"})
    policy = policy_of(settings)
    assert (policy.same_reply_most, policy.parts_a_day) == (3, 50)


def brake(url: str, **limits: int) -> Brake:
    return Brake(quick_connection(url), replace(Limits(0, 0, 0), **limits), lambda: NOW)


def test_so_many_answers_for_one_phone_and_so_many_in_all(redis_url: str) -> None:
    one = brake(redis_url, replies=2)
    assert one.too_fast({1: 7, 2: 7, 3: 8, 4: 7}) == {4}
    assert one.too_fast({5: 7, 6: 8}) == {5}
    assert brake(redis_url, replies_in_all=8).too_fast({7: 1, 8: 2, 9: 3}) == {9}


def test_no_limit_counts_nothing_out(redis_url: str) -> None:
    assert brake(redis_url).too_fast(dict.fromkeys(range(50), 7)) == set()
    assert not any(brake(redis_url).refuses_dial("a") for _ in range(50))


def test_what_is_counted_names_no_phone_and_does_not_stay(post: Post, redis_url: str) -> None:
    post.parts = replace(post.parts, brake=Brake(quick_connection(redis_url), MOST, post.watch))
    post.sms(VILLAGER, "AIDE")
    post.dial(VILLAGER)
    post.work()
    with Redis.from_url(redis_url, decode_responses=True) as connection:
        keys = [key for key in connection.scan_iter() if key.startswith("brake:")]
        assert len(keys) == 3
        assert all(VILLAGER[4:] not in key and 0 < connection.ttl(key) <= 600 for key in keys)


def test_without_redis_nothing_is_held(own_redis: Server) -> None:
    away = brake(own_redis.url, replies=1, dials=1)
    own_redis.kill()
    assert away.too_fast(dict.fromkeys(range(50), 7)) == set()
    assert not any(away.refuses_dial("a") for _ in range(50))
    own_redis.start()


def test_a_redis_that_does_not_answer_is_waited_for_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = brake(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", replies=1, dials=1)
        began = time.monotonic()
        assert not any(slow.refuses_dial("a") for _ in range(20))
        assert slow.too_fast({1: 7, 2: 7, 3: 7}) == set()
        assert QUICK_SECONDS <= time.monotonic() - began < 3 * QUICK_SECONDS


def test_who_dials_without_end_hears_that_we_are_busy_and_an_open_dial_goes_on(post: Post, redis_url: str) -> None:
    limits = replace(MOST, dials=3)
    post.parts = replace(post.parts, brake=Brake(quick_connection(redis_url), limits, post.watch))
    for session in ("S1", "S2", "S3"):
        assert post.hop(OFFICER, session, "").startswith("CON ")
    assert post.hop(OFFICER, "S4", "").startswith(f"END {BUSY}")
    assert post.hop(OFFICER, "S3", "1").startswith("CON ")
    assert post.hop(OFFICER, "S3", "").startswith("CON ")  # the network repeats itself
    assert post.hop(VILLAGER, "S5", "").startswith("CON ")
    post.watch.move(minutes=11)
    assert post.hop(OFFICER, "S6", "").startswith("CON ")


def test_a_dial_that_brings_answers_is_never_refused(post: Post, redis_url: str) -> None:
    limits, policy = replace(MOST, dials=1), replace(post.parts.policy, direct_dial=True)
    brake = Brake(quick_connection(redis_url), limits, post.watch)
    post.parts = replace(post.parts, brake=brake, policy=policy)
    for session in ("S1", "S2", "S3"):
        assert post.hop(OFFICER, session, "1*12").startswith("CON ")
    assert count(post, Report) == 1  # the second dial is asked whether it goes on with it


def test_what_was_held_is_counted_by_its_reason_and_no_number_shows(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER_2, "STOP")
    for _ in range(12):
        post.sms(VILLAGER, "AIDE")
    post.sms(VILLAGER_2, "AIDE")
    post.work()
    with reading(post.parts.engine) as db:
        assert restraint.counted(db) == {Held.SAME_TEXT: 2, Held.STOPPED: 1}
    settings = replace(post.parts.settings, metrics_token="monitoring-monitoring-1")
    post.parts = replace(post.parts, settings=settings)
    headers = {"Authorization": "Bearer monitoring-monitoring-1"}
    text = create_web(post.parts).test_client().get("/metrics", headers=headers).text
    assert 'karakoro_messages_held{reason="same text again"} 2.0' in text
    assert 'karakoro_messages_held{reason="stopped"} 1.0' in text
    assert VILLAGER[4:] not in text


def test_dials_that_were_refused_are_counted(redis_url: str) -> None:
    one = brake(redis_url, dials=1)
    assert [one.refuses_dial("a") for _ in range(3)] == [False, True, True]
    with Redis.from_url(redis_url) as connection:
        assert refused_dials(connection) == 2
