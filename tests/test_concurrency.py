"""What the network does at one and the same moment: the same hop twice, ten times, and a phone that waits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from fixtures_service import COORDINATOR_ENGLISH, OFFICER, VILLAGER, Post
from sqlalchemy import select

from models.contact import Contact
from models.conversation import Conversation
from models.report import Report
from service.database import reading, transaction
from service.exchange import answer_hop
from service.gateways.contract import UssdRequest

TO_CONFIRM = ["", "1", "1*12", "1*12*1", "1*12*1*1", "1*12*1*1*3", "1*12*1*1*3*1"]


def at_once(times: int, act: Callable[[], str]) -> list[str]:
    """What so many threads get who do the same in the same moment."""
    start = Barrier(times)

    def run() -> str:
        start.wait()
        return act()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(times)]]


def count(post: Post, table: type[Report] | type[Conversation] | type[Contact]) -> int:
    with reading(post.parts.engine) as db:
        return len(db.scalars(select(table.id)).all())


@pytest.mark.parametrize("times", [2, 10])
def test_the_same_hop_at_the_same_moment_is_one_step_and_the_same_bytes(post: Post, times: int) -> None:
    _ = post.client
    for text in ("", "1"):
        post.hop(OFFICER, "S1", text)
    screens = at_once(times, lambda: post.hop(OFFICER, "S1", "1*12"))
    assert len(set(screens)) == 1
    assert "Quand" in screens[0]
    assert count(post, Report) == 1


@pytest.mark.parametrize("times", [2, 10])
def test_the_last_hop_at_the_same_moment_files_one_report(post: Post, times: int) -> None:
    for text in TO_CONFIRM:
        post.hop(OFFICER, "S1", text)
    screens = at_once(times, lambda: post.hop(OFFICER, "S1", TO_CONFIRM[-1] + "*1"))
    assert len(set(screens)) == 1
    assert screens[0].startswith("END Ref ")
    assert count(post, Report) == 1
    assert post.hop(OFFICER, "S1", TO_CONFIRM[-1] + "*1") == screens[0]


def test_a_first_hop_of_a_phone_nobody_knows_may_come_ten_times_at_once(post: Post) -> None:
    _ = post.client
    before = count(post, Contact)
    screens = at_once(10, lambda: post.hop(VILLAGER, "S1", ""))
    assert len(set(screens)) == 1
    assert (count(post, Contact), count(post, Conversation)) == (before + 1, 1)


def test_a_gateway_without_history_files_once_however_often_it_asks(post: Post) -> None:
    def hop(typed: str, new: bool = False) -> str:
        request = UssdRequest("S1", OFFICER, "*384*1234#", "", history=None, latest=typed, new=new)
        return answer_hop(post.parts, "operator", request).text

    hop("", new=True)
    for n, typed in enumerate(("1", "12", "1", "2", "3", "1")):
        post.watch.move(seconds=20 + n)
        hop(typed)
    post.watch.move(seconds=20)
    screens = at_once(5, lambda: hop("1"))
    assert len(set(screens)) == 1
    assert screens[0].startswith("Ref ")
    assert count(post, Report) == 1


@pytest.mark.parametrize(
    "text", ["1", "", "2", "1*13", "9*9*9*9"], ids=["shorter", "nothing", "another", "changed", "all"]
)
def test_a_history_that_goes_another_way_shows_the_screen_again(post: Post, text: str) -> None:
    for said in ("", "1", "1*12"):
        screen = post.hop(OFFICER, "S1", said)
    assert post.hop(OFFICER, "S1", text) == screen
    assert count(post, Report) == 1


def test_a_phone_that_somebody_else_holds_hears_a_kind_word_in_its_own_language(post: Post) -> None:
    """On PostgreSQL the contact's row is held, on SQLite the only writer's place."""
    post.hop(COORDINATOR_ENGLISH, "S1", "")
    with transaction(post.parts.engine) as db:
        db.scalars(select(Contact).with_for_update()).all()
        with ThreadPoolExecutor(1) as pool:
            form = {"id": "I1", "from": COORDINATOR_ENGLISH, "to": "1", "text": "12#1 Gogui"}
            sms = pool.submit(post.hook, "sms", form)
            said = post.hop(COORDINATOR_ENGLISH, "S1", "1")
            assert sms.result() == (503, "")
    assert said.startswith("END Service busy.")
    assert count(post, Report) == 0
    assert post.hop(COORDINATOR_ENGLISH, "S1", "1").startswith("CON ")
