"""What a process remembers of a dial saves a look, and is never taken for true."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from fixtures_service import MONDAY, OFFICER, Post
from fixtures_simulator import Simulator
from sqlalchemy import select

from models import contact as contacts
from models.contact import Known
from models.conversation import COLUMNS, Conversation
from service.database import reading, transaction
from service.recent import LASTS, MOST, Left, Recent

DIAL = (
    "",
    "1",
    "1*1",
    "1*1*9",
    "1*1*9*0",
    "1*1*9*0*0",
    "1*1*9*0*0*2",
    "1*1*9*0*0*2*5",
    "1*1*9*0*0*2*5*2",
)  # keeps no draft
KNOWN = Known(1, None, None, None, None, 0, None, None, drills=False, edition=1)


@pytest.fixture
def processes(open_post: Callable[[str], Post], simulator: Simulator) -> tuple[Post, Post]:
    """Two that serve the same phones, as two workers of a web server do."""
    return open_post(simulator.url), open_post(simulator.url)


@pytest.mark.parametrize("seed", range(5))
def test_hops_that_reach_one_process_or_the_other_lead_to_the_same_screens(
    processes: tuple[Post, Post], seed: int
) -> None:
    chance = random.Random(seed)
    alone = [processes[0].hop(OFFICER, "alone", history) for history in DIAL]
    apart = [chance.choice(processes).hop(OFFICER, "apart", history) for history in DIAL]
    assert apart == alone


def test_a_hop_that_comes_again_where_its_dial_has_moved_on_elsewhere_is_shown_where_that_stands(
    processes: tuple[Post, Post],
) -> None:
    here, there = processes
    here.hop(OFFICER, "S1", "")
    first = here.hop(OFFICER, "S1", "1")
    second = there.hop(OFFICER, "S1", "1*1")
    assert first != second
    assert here.hop(OFFICER, "S1", "1") == second


def test_a_step_from_where_a_dial_no_longer_stands_is_taken_from_where_it_does(processes: tuple[Post, Post]) -> None:
    """What is typed to a screen of the other process answers that screen."""
    here, there = processes
    for history in DIAL[:3]:
        here.hop(OFFICER, "S1", history)
    there.hop(OFFICER, "S1", "1*1*0")
    screen = here.hop(OFFICER, "S1", "1*1*0*12")
    assert screen == there.hop(OFFICER, "S1", "1*1*0*12")
    with reading(here.parts.engine) as db:
        assert db.scalars(select(Conversation.text_len)).all() == [len("1*1*0*12")]


def in_arabic(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        contacts.speak(db, contacts.lock(db, post.parts.keys, OFFICER, post.watch()).id, "ar")


def test_what_is_known_of_a_phone_is_looked_up_again_within_a_minute(post: Post) -> None:
    for history in DIAL[:2]:
        post.hop(OFFICER, "S1", history)
    in_arabic(post)
    post.watch.move(seconds=LASTS.total_seconds() - 1)
    assert "Retour" in post.hop(OFFICER, "S1", "1*9")
    post.watch.move(seconds=1)
    assert "Retour" not in post.hop(OFFICER, "S1", "1*9*0")


def test_whoever_asks_for_the_database_remembers_nothing_old(post: Post) -> None:
    """The first answer that is kept, right after the language was changed, is kept and answered in the new one."""
    for history in ("", "1"):
        post.hop(OFFICER, "S1", history)
    in_arabic(post)
    for history in ("1*12", "1*12*1", "1*12*1"):
        assert "Retour" not in post.hop(OFFICER, "S1", history)


@pytest.mark.parametrize("heard_by", [(0, 0, 0, 0, 0), (0, 1, 0, 1, 0), (0, 1, 1, 0, 1), (1, 0, 0, 1, 1)])
def test_a_language_that_is_chosen_in_a_dial_is_spoken_from_then_on(
    processes: tuple[Post, Post], heard_by: tuple[int, ...]
) -> None:
    keys = ("", "5", "5*2", "5*2*1", "5*2*1*9")
    shown = [processes[number].hop(OFFICER, "S1", history) for number, history in zip(heard_by, keys, strict=True)]
    assert "Arabi" in shown[1]
    assert all("بلاغ" in screen for screen in shown[3:])


def test_nothing_that_was_typed_or_shown_can_be_read_there(post: Post) -> None:
    for history in ("", "2", "2*1", "2*1*Moussa"):
        post.hop(OFFICER, "S1", history)
    left = post.parts.recent.take(("africastalking", "S1"), post.parts.keys.pseudonym(OFFICER), post.watch())
    assert left is not None
    assert left.row
    assert not any(word in repr(left) for word in ("Moussa", OFFICER, "progress", "Retour"))


ROW = tuple(3 if name == "text_len" else None for name in COLUMNS)


def left_at(seconds: float) -> Left:
    return Left(b"whose", KNOWN, MONDAY + timedelta(seconds=seconds), ROW)


@pytest.mark.parametrize(
    ("history", "leads"),
    [
        ("1*2*3", True),
        ("1*2*31", True),
        ("1*2", False),  # the network repeats itself
        ("1", False),
        ("", False),  # a gateway that sends the latest input only, or a dial
        ("1*2*3*4", False),  # another process has heard the 3
    ],
)
def test_only_one_answer_more_needs_no_look(history: str, leads: bool) -> None:
    assert left_at(0).leads_to(history) is leads


@pytest.mark.parametrize(
    ("whose", "seconds", "found"),
    [
        (b"whose", 0, True),
        (b"whose", 59, True),
        (b"whose", 60, False),
        (b"whose", -1, False),  # somebody has put the clock back
        (b"another's", 0, False),
    ],
)
def test_only_the_same_phone_is_remembered_and_for_a_minute(whose: bytes, seconds: float, found: bool) -> None:
    recent = Recent()
    recent.leave(("a", "S1"), left_at(0), MONDAY)
    assert (recent.take(("a", "S1"), whose, MONDAY + timedelta(seconds=seconds)) is not None) is found


def test_two_hops_at_once_do_not_go_on_from_the_same_row() -> None:
    recent = Recent()
    recent.leave(("a", "S1"), left_at(0), MONDAY)
    taken = [recent.take(("a", "S1"), b"whose", MONDAY) for _ in range(2)]
    assert [left and left.row for left in taken] == [ROW, None]


def test_no_more_is_kept_than_there_is_room_for_and_nothing_for_long() -> None:
    recent = Recent()
    for number in range(MOST + 5):
        recent.leave(("a", str(number)), left_at(0), MONDAY)
    kept = [bool(recent.take(("a", str(number)), b"whose", MONDAY)) for number in range(MOST + 5)]
    assert kept == [False] * 5 + [True] * MOST
    recent.leave(("a", "new"), left_at(61), MONDAY + timedelta(seconds=61))
    assert recent.take(("a", "5"), b"whose", MONDAY) is None
