"""Many SMS of one phone at one and the same moment, again and again, or in the wrong order: each is heard once."""

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

from fixtures_service import VILLAGER, Post
from sqlalchemy import func, select

from models.conversation import Conversation
from models.message import Direction, Message
from models.report import Report, ReportState
from service.database import reading
from service.exchange import take_sms
from service.gateways.contract import InboundSms
from service.parts import Parts
from service.simulator.server import Simulator
from service.waiting import Busy

TIMES, THREADS = 600, 8


def bring(post: Post, form: dict[str, str]) -> int:
    """As a gateway does: until it is taken. How often that took."""
    tries = 1
    while post.hook("sms", form)[0] != 200:
        tries += 1
        assert tries < 50
    return tries


def storm(post: Post, forms: Iterable[dict[str, str]]) -> None:
    _ = post.client
    with ThreadPoolExecutor(THREADS) as pool:
        for tried in [pool.submit(bring, post, form) for form in forms]:
            tried.result()


def reports(post: Post) -> int:
    with reading(post.parts.engine) as db:
        return db.scalar(select(func.count(Report.id))) or 0


def test_the_same_sms_six_hundred_times_is_one_report_and_one_reply(post: Post, simulator: Simulator) -> None:
    form = {"id": "one", "from": VILLAGER, "to": "21512", "text": "12#1 Gogui"}
    storm(post, [form] * TIMES)
    post.work()
    assert reports(post) == 1
    assert len(simulator.network.inbox(VILLAGER)) == 1


def test_the_same_text_six_hundred_times_under_other_ids_is_one_report_and_one_reply(
    post: Post, simulator: Simulator
) -> None:
    form = {"from": VILLAGER, "to": "21512", "text": "12#1 Gogui"}
    storm(post, [{**form, "id": f"id{number}"} for number in range(TIMES)])
    post.work()
    assert reports(post) == 1
    assert len(simulator.network.inbox(VILLAGER)) == 1


def test_a_storm_under_other_ids_that_lasts_five_minutes_is_one_report_and_one_reply(
    post: Post, simulator: Simulator
) -> None:
    for number in range(30):
        post.sms(VILLAGER, "12#1 Gogui", f"id{number}")
        post.watch.move(seconds=10)
    post.work()
    assert reports(post) == 1
    assert len(simulator.network.inbox(VILLAGER)) == 1


def test_one_said_to_two_questions_in_a_row_is_two_answers(post: Post, simulator: Simulator) -> None:
    for text in ("ALERTE", "1", "1"):
        post.sms(VILLAGER, text)
    post.work()
    asked = [message.text.split("\n")[0] for message in simulator.network.inbox(VILLAGER)]
    assert asked == ["Que se passe-t-il ?", "Quoi exactement ?", "Quand ?"]


def test_the_same_answer_under_the_same_id_is_one(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "ALERTE")
    for _ in range(3):
        post.sms(VILLAGER, "1", "the one")
    post.work()
    asked = [message.text.split("\n")[0] for message in simulator.network.inbox(VILLAGER)]
    assert asked == ["Que se passe-t-il ?", "Quoi exactement ?"]


def test_a_repeated_line_in_the_middle_of_its_own_questions_answers_none_of_them(
    post: Post, simulator: Simulator
) -> None:
    post.sms(VILLAGER, "22#2")
    for number in range(3):
        post.sms(VILLAGER, "22#2", f"again{number}")
    post.sms(VILLAGER, "Nioro")
    post.work()
    texts = [message.text for message in simulator.network.inbox(VILLAGER)]
    assert reports(post) == 1
    assert [text.split(" ")[0] for text in texts] == ["Où", "Ref"]


def test_an_answer_that_comes_before_its_question_is_no_report_and_the_question_is_still_asked(
    post: Post, simulator: Simulator
) -> None:
    """The provider's dates say otherwise; what is heard first is answered first."""
    form = {"from": VILLAGER, "to": "21512"}
    post.hook("sms", {**form, "id": "b", "text": "2", "date": "2026-03-02 08:59:59"})
    post.hook("sms", {**form, "id": "a", "text": "ALERTE", "date": "2026-03-02 08:59:50"})
    post.hook("sms", {**form, "id": "c", "text": "2", "date": "2026-03-02 08:59:40"})
    post.work()
    first = [message.text.split("\n")[0] for message in simulator.network.inbox(VILLAGER)]
    assert first[0].startswith("Signaler : code et lieu")
    assert first[1:] == ["Que se passe-t-il ?", "Quoi exactement ?"]
    assert reports(post) == 0


def test_a_place_that_comes_before_its_line_is_kept_and_so_is_the_line(post: Post, simulator: Simulator) -> None:
    for text in ("Nioro", "22#2"):
        post.sms(VILLAGER, text)
    post.work()
    with reading(post.parts.engine) as db:
        kept = sorted((row.state, row.code or "") for row in db.scalars(select(Report)))
    assert kept == [(ReportState.DRAFT, ""), (ReportState.FILED, "")]


TEXTS = ("12#1 Gogui", "22#2 Nioro", "ALERTE", "1", "2", "SUITE", "AIDE", "AVIS", "84", "Merci a tous de votre aide")


def _take(parts: Parts, start: int) -> None:
    """In a process of its own, four threads bring ten SMS each."""
    alone = replace(parts, enqueue=lambda *_: True)
    with ThreadPoolExecutor(4) as pool:
        for taken in [pool.submit(_insist, alone, start + number) for number in range(40)]:
            taken.result()


def _insist(parts: Parts, number: int) -> None:
    sms = InboundSms(f"n{number}", VILLAGER, "21512", f"{TEXTS[number % len(TEXTS)]}")
    for _ in range(50):
        try:
            return take_sms(parts, "africastalking", sms)
        except Busy:
            continue
    raise AssertionError("never taken")


_parts: list[Parts] = []


def _worker(start: int) -> int:
    _take(_parts[0], start)
    return os.getpid()


def test_sms_of_one_phone_on_two_processes_at_once_are_heard_one_after_the_other(post: Post) -> None:
    post.sms(VILLAGER, "QUI")
    _parts[:] = [post.parts]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as processes:
        pids = set(processes.map(_worker, (0, 1000)))
    _parts.clear()
    assert len(pids) == 2
    with reading(post.parts.engine) as db:
        heard = db.scalars(select(Message.id).where(Message.direction == Direction.IN)).all()
        acts = db.scalars(select(Report.act_no).order_by(Report.act_no)).all()
        counted = db.scalars(select(Conversation.acts).where(Conversation.gateway == "sms")).one()
        replies = db.scalars(select(Message.purpose_key).where(Message.purpose_key.startswith("reply:"))).all()
    assert len(heard) == 81
    assert list(acts) == list(range(1, counted + 1))
    assert {f"reply:{message}" for message in heard} >= set(replies)
