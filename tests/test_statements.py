"""What a hop may ask of the database: every statement is a trip, and phones wait for it."""

import sqlite3
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import psycopg
import pytest
from fixtures_service import COORDINATOR, OFFICER, VILLAGER, Post
from sqlalchemy import event

MOVING, READING, FILING = 2, 4, 6
BESIDES = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


class Heard(psycopg.Cursor[Any]):
    """A cursor that tells what it is asked; BEGIN and COMMIT are said without one."""

    statements: ClassVar[list[str]] = []

    def execute(self, query: Any, *given: Any, **options: Any) -> Self:
        self.statements.append(str(query))
        return super().execute(query, *given, **options)


@pytest.fixture
def said(post: Post) -> Iterator[list[str]]:
    """What the driver is asked, whoever asks it."""
    Heard.statements.clear()

    def hear(driver: Any, *_: object) -> None:
        if isinstance(driver, sqlite3.Connection):
            driver.set_trace_callback(lambda said: None if said.startswith(BESIDES) else Heard.statements.append(said))
        else:
            driver.cursor_factory = Heard

    event.listen(post.parts.engine, "checkout", hear)
    yield Heard.statements
    event.remove(post.parts.engine, "checkout", hear)


def _keys(post: Post, said: list[str], phone: str, *pressed: str) -> tuple[list[int], str]:
    """How many statements each hop of this dial took, after a first dial that made everything known."""
    post.dial(phone)
    text, counts = "", []
    post.hop(phone, "counted", "")
    screen = ""
    for key in pressed:
        text = f"{text}*{key}" if text else key
        said.clear()
        screen = post.hop(phone, "counted", text)
        counts.append(len(said))
    return counts, screen


def test_a_hop_that_only_moves_takes_a_look_and_a_step(post: Post, said: list[str]) -> None:
    counts, _ = _keys(post, said, OFFICER, "1", "9", "0", "1", "0", "nonsense", "0", "5", "0", "2", "0", "9")
    assert max(counts) <= MOVING


def test_a_hop_that_shows_what_lies_in_the_database_takes_four(post: Post, said: list[str]) -> None:
    """Of alerts, of one's own reports, of those near by: the phone and its dial are locked for it."""
    for phone, keys in ((COORDINATOR, ("1", "0", "1")), (OFFICER, ("6", "0", "4", "0"))):
        counts, _ = _keys(post, said, phone, *keys)
        assert max(counts) <= READING


def test_a_hop_that_files_takes_six_statements_at_most(post: Post, said: list[str]) -> None:
    counts, screen = _keys(post, said, OFFICER, "1", "12", "1", "1", "4", "1", "1")
    assert screen.startswith("END Ref ")
    assert max(counts) <= FILING
    assert sorted(counts)[len(counts) // 2] <= MOVING


def test_a_villagers_hop_takes_no_more(post: Post, said: list[str]) -> None:
    counts, _ = _keys(post, said, VILLAGER, "1", "2", "1", "2", "1", "14", "1", "3", "1", "4")
    assert max(counts) <= FILING
    assert sorted(counts)[len(counts) // 2] <= MOVING


def test_a_first_hop_takes_six_statements_at_most(post: Post, said: list[str]) -> None:
    post.dial(OFFICER)  # the process knows its places and codes
    said.clear()
    post.hop(VILLAGER, "first", "")
    assert len(said) <= FILING
    said.clear()
    post.hop(VILLAGER, "second", "")
    assert len(said) <= FILING


def test_the_same_hop_again_writes_nothing(post: Post, said: list[str]) -> None:
    screen = post.hop(OFFICER, "again", "")
    said.clear()
    assert post.hop(OFFICER, "again", "") == screen
    assert [statement for statement in said if not statement.startswith("SELECT")] == []
