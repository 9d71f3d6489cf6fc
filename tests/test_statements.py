"""What a hop may ask of the database: every statement is a trip, and phones wait for it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fixtures_service import COORDINATOR, OFFICER, VILLAGER, Post
from sqlalchemy import event

from service.recent import Recent
from service.web import create_web

MOVING, READING, FILING = 2, 4, 6
BESIDES = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SELECT 1", "SET")


class Wire:
    """What was asked of the database, as the driver itself heard it: SQLite tells its statements, and libpq what it
    sent (a Bind for each statement with values, a Query for each without)."""

    def __init__(self, trace: Any) -> None:
        self._trace, self._asked = trace, list[str]()

    def tap(self, driver: Any, *_: object) -> None:
        if isinstance(driver, sqlite3.Connection):
            driver.set_trace_callback(self._asked.append)
        else:
            driver.pgconn.trace(self._trace.fileno())

    def clear(self) -> None:
        self._asked.clear()
        self._trace.truncate(0)
        self._trace.seek(0)

    def __len__(self) -> int:
        bound = sum(kind == "Bind" for kind, _ in self._heard("F"))
        queries = [said for kind, said in self._heard("F") if kind == "Query"]
        return bound + sum(not said.startswith(BESIDES) for said in (*self._asked, *queries))

    def writes(self) -> list[str]:
        """What has changed a row: PostgreSQL tells of each statement what it has done."""
        done = [said for kind, said in self._heard("B") if kind == "CommandComplete"]
        return [said for said in (*self._asked, *done) if not said.startswith(("SELECT", *BESIDES))]

    def _heard(self, by: str) -> list[tuple[str, str]]:
        """The kind and text of each message; by: F for ours, B for the server's."""
        self._trace.seek(0)
        messages = [line.split("\t") for line in self._trace.read().splitlines() if f"\t{by}\t" in line]
        return [(each[3], "".join(each[4:]).strip(' "')) for each in messages]


@pytest.fixture
def said(post: Post, tmp_path: Path) -> Iterator[Wire]:
    """What the driver is asked, whoever asks it."""
    with (tmp_path / "wire").open("w+", encoding="utf-8", errors="replace") as trace:
        wire = Wire(trace)
        post.parts.engine.dispose()
        event.listen(post.parts.engine, "connect", wire.tap)
        yield wire
        event.remove(post.parts.engine, "connect", wire.tap)
        post.parts.engine.dispose()


def _keys(post: Post, said: Wire, phone: str, *pressed: str) -> tuple[list[int], str]:
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


def test_a_hop_that_only_moves_takes_a_look_and_a_step(post: Post, said: Wire) -> None:
    counts, _ = _keys(post, said, OFFICER, "1", "9", "0", "1", "0", "nonsense", "0", "5", "0", "2", "0", "9")
    assert max(counts) <= MOVING
    assert counts[:7] == [1] * 7  # this process has just left the dial: it need not look


def test_a_dial_that_another_process_has_left_is_looked_at(post: Post, said: Wire) -> None:
    post.dial(OFFICER)
    for history in ("", "1", "1*9"):
        post.parts = replace(post.parts, recent=Recent())
        said.clear()
        post.client = create_web(post.parts).test_client()
        post.hop(OFFICER, "counted", history)
    assert len(said) == MOVING


def test_a_hop_that_shows_what_lies_in_the_database_takes_four(post: Post, said: Wire) -> None:
    """Of alerts, of one's own reports, of those near by: the phone and its dial are locked for it."""
    for phone, keys in ((COORDINATOR, ("1", "0", "1")), (OFFICER, ("6", "0", "4", "0"))):
        counts, _ = _keys(post, said, phone, *keys)
        assert max(counts) <= READING


def test_a_hop_that_files_takes_six_statements_at_most(post: Post, said: Wire) -> None:
    counts, screen = _keys(post, said, OFFICER, "1", "12", "1", "1", "4", "1", "1")
    assert screen.startswith("END Ref ")
    assert max(counts) <= FILING
    assert sorted(counts)[len(counts) // 2] <= MOVING


def test_a_villagers_hop_takes_no_more(post: Post, said: Wire) -> None:
    counts, _ = _keys(post, said, VILLAGER, "1", "2", "1", "2", "1", "14", "1", "3", "1", "4")
    assert max(counts) <= FILING
    assert sorted(counts)[len(counts) // 2] <= MOVING


def test_a_first_hop_takes_five_statements_and_of_a_new_phone_four(post: Post, said: Wire) -> None:
    """There, nothing can have been begun before."""
    post.dial(OFFICER)  # the process knows its places and codes
    said.clear()
    post.hop(VILLAGER, "first", "")
    assert len(said) <= 4
    said.clear()
    post.hop(VILLAGER, "second", "")
    assert len(said) <= 5


def test_the_same_hop_again_writes_nothing(post: Post, said: Wire) -> None:
    screen = post.hop(OFFICER, "again", "")
    said.clear()
    assert post.hop(OFFICER, "again", "") == screen
    assert said.writes() == []
