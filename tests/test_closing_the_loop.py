"""Whoever reported hears what became of it: once, without its content, and only where that was asked for."""

import pytest
from fixtures_service import COORDINATOR, PROTECTION, VILLAGER, VILLAGER_2, Post
from sqlalchemy import select

from models.incident import Incident
from models.message import Message, MessageState
from models.report import Report
from service.database import reading
from service.simulator.server import Simulator


def got(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


def tell(post: Post, phone: str, *texts: str) -> None:
    for text in texts:
        post.watch.move(seconds=1)
        post.sms(phone, text)
        post.work()


def tick(post: Post, **length: float) -> None:
    post.watch.move(**length)
    for task in ("sweep", "ladder", "idle", "sweep"):
        post.ask(task)
        post.work()


def reference(post: Post) -> str:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report.reference).order_by(Report.created_at)).first() or ""


def test_after_a_week_without_any_action_the_reporter_hears_so_once(post: Post, simulator: Simulator) -> None:
    tell(post, VILLAGER, "21#2 Gogui")
    tick(post, days=6, hours=23)
    assert len(got(simulator, VILLAGER)) == 1
    for _ in range(4):
        tick(post, hours=12)
    assert got(simulator, VILLAGER)[1:] == [f"Ref {reference(post)} : pas encore d'action. Nous ne l'oublions pas."]


def test_what_somebody_has_moved_is_not_idle(post: Post, simulator: Simulator) -> None:
    tell(post, VILLAGER, "21#2 Gogui")
    tell(post, COORDINATOR, f"NON {reference(post)}")
    tick(post, days=8)
    assert not any("pas encore" in text for text in got(simulator, VILLAGER))


def test_a_zero_report_is_not_idle(post: Post) -> None:
    tell(post, "+22370000001", "RAS")
    tick(post, days=8)
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Incident.idle_told_at)).all() == [None]


def test_at_night_a_reporter_of_something_small_is_left_to_sleep(post: Post, simulator: Simulator) -> None:
    tell(post, VILLAGER, "21#2 Gogui")
    post.watch.move(hours=13)
    tell(post, COORDINATOR, f"ACK {reference(post)}")
    assert len(got(simulator, VILLAGER)) == 1
    tick(post, hours=9)
    assert got(simulator, VILLAGER)[1:] == [f"Ref {reference(post)} : quelqu'un s'en occupe."]


def test_what_was_closed_in_the_same_night_is_told_once(post: Post, simulator: Simulator) -> None:
    tell(post, VILLAGER, "21#2 Gogui")
    post.watch.move(hours=13)
    tell(post, COORDINATOR, f"ACK {reference(post)}", f"CLOS {reference(post)} info")
    tick(post, hours=9)
    assert got(simulator, VILLAGER)[1:] == [f"Ref {reference(post)} : traitee. Merci."]
    with reading(post.parts.engine) as db:
        assert MessageState.HELD in db.scalars(select(Message.state)).all()


def test_whoever_told_it_three_times_hears_of_it_once(post: Post, simulator: Simulator) -> None:
    tell(post, VILLAGER, "21#2 Gogui")
    post.watch.move(minutes=10)
    tell(post, VILLAGER, "21#1 Nioro")
    tell(post, VILLAGER_2, "21#2 Gogui")
    tell(post, COORDINATOR, f"ACK {reference(post)}")
    for phone in (VILLAGER, VILLAGER_2):
        assert sum("s'en occupe" in text for text in got(simulator, phone)) == 1


@pytest.mark.parametrize(("write", "hears"), [pytest.param("1", 1, id="yes"), pytest.param("2", 0, id="no")])
def test_what_was_told_in_confidence_is_answered_only_where_that_was_wanted(
    post: Post, simulator: Simulator, write: str, hears: int
) -> None:
    tell(post, VILLAGER, "33#1 Gogui", "1", write, "1")
    tell(post, PROTECTION, "ACK")
    told = [text for text in got(simulator, VILLAGER) if "s'en occupe" in text]
    assert len(told) == hears
    assert all("33" not in text.replace(reference(post), "") for text in told)
