"""What a hop may ask of the database: every statement is a trip, and phones wait for it."""

from collections.abc import Iterator

import pytest
from fixtures_service import OFFICER, VILLAGER, Post
from sqlalchemy import event

MOVING, FILING = 4, 8


@pytest.fixture
def said(post: Post) -> Iterator[list[str]]:
    """The statements of the database, as they are executed; BEGIN and COMMIT are not among them."""
    statements: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(post.parts.engine, "before_cursor_execute", hear)
    yield statements
    event.remove(post.parts.engine, "before_cursor_execute", hear)


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


def test_a_hop_that_only_moves_takes_four_statements_at_most(post: Post, said: list[str]) -> None:
    counts, _ = _keys(post, said, OFFICER, "1", "9", "0", "1", "0", "nonsense", "0", "5", "0", "2", "0", "9")
    assert max(counts) <= MOVING


def test_a_hop_that_files_takes_eight_statements_at_most(post: Post, said: list[str]) -> None:
    counts, screen = _keys(post, said, OFFICER, "1", "12", "1", "1", "4", "1", "1")
    assert screen.startswith("END Ref ")
    assert max(counts) <= FILING
    assert sorted(counts)[len(counts) // 2] <= MOVING


def test_a_villagers_hop_takes_no_more(post: Post, said: list[str]) -> None:
    counts, _ = _keys(post, said, VILLAGER, "1", "2", "1", "2", "1", "14", "1", "3", "1", "4")
    assert max(counts) <= FILING
    assert sorted(counts)[len(counts) // 2] <= MOVING


def test_a_first_hop_takes_eight_statements_at_most(post: Post, said: list[str]) -> None:
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
