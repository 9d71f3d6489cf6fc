"""Transactions: whole or not at all, and nobody waits for ever; the same on both databases."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from service import database
from service.database import make_engine, reading, transaction
from service.waiting import Busy


@pytest.fixture
def plain_engine(empty_database_url: str) -> Iterator[Engine]:
    """An engine as the service makes it, on a database with one table of ours."""
    engine = make_engine(empty_database_url, pool_size=2)
    with transaction(engine) as db:
        db.execute(text("CREATE TABLE tally (name VARCHAR(20) PRIMARY KEY, number INTEGER NOT NULL)"))
        db.execute(text("INSERT INTO tally VALUES ('one', 0)"))
    yield engine
    engine.dispose()


def number(engine: Engine) -> int:
    with reading(engine) as db:
        return int(db.execute(text("SELECT number FROM tally WHERE name = 'one'")).scalar_one())


def add_one(engine: Engine, *, then_wait_for: threading.Event | None = None) -> None:
    with transaction(engine) as db:
        db.execute(text("SELECT number FROM tally WHERE name = 'one'" + for_update(engine)))
        db.execute(text("UPDATE tally SET number = number + 1 WHERE name = 'one'"))
        if then_wait_for:
            then_wait_for.wait(10)


def for_update(engine: Engine) -> str:
    return "" if engine.dialect.name == "sqlite" else " FOR UPDATE"


def test_what_is_done_in_a_transaction_stays(plain_engine: Engine) -> None:
    add_one(plain_engine)
    assert number(plain_engine) == 1


def test_an_error_undoes_all_of_it(plain_engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), transaction(plain_engine) as db:
        print(1 // db.execute(text("UPDATE tally SET number = 99 RETURNING 0")).scalar_one())
    assert number(plain_engine) == 0


def test_writers_that_come_together_take_turns(plain_engine: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(add_one, plain_engine) for _ in range(50)]:
            done.result()
    assert number(plain_engine) == 50


def test_a_lock_that_is_held_too_long_is_called_busy(plain_engine: Engine) -> None:
    let_go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(add_one, plain_engine, then_wait_for=let_go)
        time.sleep(0.3)
        begun = time.monotonic()
        with pytest.raises(Busy):
            add_one(plain_engine)
        waited = time.monotonic() - begun
        let_go.set()
        held.result()
    assert database.LOCK_SECONDS - 0.5 < waited < database.LOCK_SECONDS + 2
    add_one(plain_engine)
    assert number(plain_engine) == 2


def test_whoever_only_reads_waits_for_nobody(plain_engine: Engine) -> None:
    let_go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(add_one, plain_engine, then_wait_for=let_go)
        time.sleep(0.3)
        begun = time.monotonic()
        assert number(plain_engine) == 0
        assert time.monotonic() - begun < 0.5
        let_go.set()
        held.result()


def test_no_free_connection_is_busy_too(plain_engine: Engine) -> None:
    with reading(plain_engine) as one, reading(plain_engine) as two:
        one.execute(text("SELECT 1"))
        two.execute(text("SELECT 1"))
        with pytest.raises(Busy), reading(plain_engine) as three:
            three.execute(text("SELECT 1"))


def test_an_error_never_shows_what_was_being_written(plain_engine: Engine) -> None:
    with pytest.raises(IntegrityError) as caught, transaction(plain_engine) as db:
        db.execute(text("INSERT INTO tally VALUES (:name, :number)"), {"name": "one", "number": 76123456})
    assert "76123456" not in str(caught.value)


def test_a_forked_child_opens_a_connection_of_its_own(plain_engine: Engine) -> None:
    assert number(plain_engine) == 0
    child = os.fork()
    if child == 0:
        add_one(plain_engine)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert number(plain_engine) == 1


def test_sqlite_is_durable_and_keeps_its_references(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/x.db")
    with reading(engine) as db:
        found = {name: db.execute(text(f"PRAGMA {name}")).scalar_one() for name in
                 ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}  # fmt: skip
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 3000}


def test_postgresql_waits_and_works_for_as_long_as_we_said(plain_engine: Engine) -> None:
    if plain_engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no such settings")
    with reading(plain_engine) as db:
        shown = {name: db.execute(text(f"SHOW {name}")).scalar_one() for name in
                 ("lock_timeout", "statement_timeout", "TimeZone", "transaction_isolation")}  # fmt: skip
    assert shown == {
        "lock_timeout": "3s",
        "statement_timeout": "15s",
        "TimeZone": "UTC",
        "transaction_isolation": "read committed",
    }


def test_a_server_whose_machine_vanishes_is_not_waited_for(plain_engine: Engine) -> None:
    """Nothing says so then; without these the kernel goes on for a quarter of an hour, and every thread with it."""
    if plain_engine.dialect.name != "postgresql":
        pytest.skip("SQLite is a file")
    with reading(plain_engine) as db:
        told = db.info["bare"].driver.info.get_parameters()
    idle, interval, count = (int(told[f"keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert int(told["tcp_user_timeout"]) / 1000 <= 5
    assert idle + interval * count <= 5


def hide_an_error(engine: Engine) -> None:
    with transaction(engine) as db:
        db.execute(text("UPDATE tally SET number = 5"))
        db.info["bare"].driver.pgconn.exec_(b"SELECT 1 / 0")


def test_an_error_that_somebody_hides_is_no_commit(plain_engine: Engine) -> None:
    """PostgreSQL answers such a COMMIT with a ROLLBACK, and calls it well done."""
    if plain_engine.dialect.name != "postgresql":
        pytest.skip("SQLite goes on after an error")
    with pytest.raises(RuntimeError, match="hidden"):
        hide_an_error(plain_engine)
    assert number(plain_engine) == 0


def lose_the_server(engine: Engine) -> None:
    with transaction(engine) as db:
        db.execute(text("UPDATE tally SET number = 5"))
        db.info["bare"].driver.close()
        db.execute(text("UPDATE tally SET number = 6"))


def test_a_line_whose_server_went_away_is_replaced(plain_engine: Engine) -> None:
    """In the midst of a transaction that is an error; the next one finds another line."""
    with pytest.raises(DBAPIError, match="clos"):
        lose_the_server(plain_engine)
    add_one(plain_engine)
    assert number(plain_engine) == 1
