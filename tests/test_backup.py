"""A backup brings back all there was, on either database; what was due waits until somebody lets it go."""

import stat
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_service import ADMIN, COORDINATOR, KEYS, OFFICER, VILLAGER, VILLAGER_2, Post, settings_for
from postgresql_server import Server
from sqlalchemy import func, select
from test_commands import run

from models import audit, hold, keyring_file
from models import pin as pins
from models import report as reports
from models.base import Base
from models.keys import Keyring, Purpose
from models.member import MemberPhone
from models.message import Message, MessageState
from models.report import Report
from service.archive import ArchiveError
from service.backup import back_up, restore
from service.clock import TASKS
from service.database import reading, transaction
from service.jobs import JOBS
from service.parts import Parts, build
from service.simulator.server import Simulator


@pytest.fixture
def lived_in(post: Post) -> Post:
    """Reports of several compartments, an alert that is not sent yet, an audit with a seal."""
    post.dial(OFFICER, "1", "12", "1", "1", "3", "1", "1")
    post.sms(VILLAGER, "21#2 Gogui")
    for said in ("87", "1", "1", "Un agent a frappe mon fils"):
        post.sms(VILLAGER_2, said)
    with transaction(post.parts.engine) as db:
        audit.record(db, 1, "read_report", 1, "a reason", post.watch.at)
    JOBS["seal"](post.parts)
    while post.asked:
        name, ids = post.asked.pop(0)
        if name != "deliver":
            JOBS[name](post.parts, *ids)
    return post


@pytest.fixture
def empty_elsewhere(other_kind: str, postgresql_server: Server, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database on another machine."""
    if other_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere.db'}"
        return
    name = f"karakoro_elsewhere_{uuid.uuid4().hex}"
    yield postgresql_server.create(name)
    postgresql_server.drop(name)


@pytest.fixture(params=["to sqlite", "to postgresql"])
def other_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param).removeprefix("to ")


@pytest.fixture
def elsewhere(empty_elsewhere: str, lived_in: Post, simulator: Simulator) -> Iterator[Parts]:
    """A machine on which nothing is but the settings and the keys."""
    parts = build(settings_for(empty_elsewhere, simulator.url), now=lived_in.watch, shelf=lived_in.parts.shelf)
    yield parts
    parts.engine.dispose()


def everything(parts: Parts) -> dict[str, list[tuple[object, ...]]]:
    held = {"hold", "message", "mail", "parked", *STOPPED}
    return tables(parts, *(set(Base.metadata.tables) - held))


def tables(parts: Parts, *names: str) -> dict[str, list[tuple[object, ...]]]:
    with reading(parts.engine) as db:
        return {
            name: sorted((tuple(row) for row in db.execute(select(Base.metadata.tables[name]))), key=repr)
            for name in names
        }


def tick(post: Post) -> None:
    for task in TASKS:
        JOBS[task.name](post.parts)


STOPPED = ("ladder", "alert", "report", "conversation")  # their clocks stand still


def states(parts: Parts) -> list[MessageState]:
    with reading(parts.engine) as db:
        return sorted(db.scalars(select(Message.state)))


def test_all_that_was_is_there_again_on_either_database(lived_in: Post, elsewhere: Parts, tmp_path: Path) -> None:
    path = tmp_path / "karakoro.backup"
    back_up(lived_in.parts, path)
    restore(elsewhere, path)
    assert everything(elsewhere) == everything(lived_in.parts)
    with transaction(elsewhere.engine) as db:
        hold.end(db, lived_in.watch.at, let_go=True)
    assert tables(elsewhere, *STOPPED) == tables(lived_in.parts, *STOPPED)
    with reading(elsewhere.engine) as db:
        told = [reports.answers(db, elsewhere.keys, report) for report in reports.all_filed(db)]
        assert {answers["code"] for answers in told} == {"12", "21", "87"}
        assert audit.verify(db, elsewhere.keys).faults == ()


def give_pins(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        for member_id in set(db.scalars(select(MemberPhone.member_id))):
            pins.give(db, member_id, pins.hash_of("2580"), post.watch())


def test_what_was_due_is_held_until_an_administrator_lets_it_go(
    lived_in: Post, elsewhere: Parts, tmp_path: Path, simulator: Simulator
) -> None:
    assert MessageState.DUE in states(lived_in.parts)
    path = tmp_path / "karakoro.backup"
    back_up(lived_in.parts, path)
    restore(elsewhere, path)
    there = Post(elsewhere, lived_in.watch)
    there.parts = replace(elsewhere, enqueue=there.ask)
    assert MessageState.DUE not in states(there.parts)
    there.watch.move(hours=1)
    tick(there)
    there.work()
    assert simulator.network.numbers() == []
    there.sms(VILLAGER, "13#1 Gogui")
    there.work()
    assert ["13" in each.text for each in simulator.network.inbox(COORDINATOR)] == [True]
    give_pins(there)
    for phone, typed, why in ((COORDINATOR, "2580", "only an administrator"), (ADMIN, "1111", "not this member's PIN")):
        assert why in run(there, "alerts", "let-go", "--as", phone, typed=f"{typed}\n").output
    assert run(there, "alerts", "held").output.startswith("Held since ")
    let_go = run(there, "alerts", "let-go", "--as", ADMIN, typed="2580\n")
    assert "are on their way" in let_go.output, let_go.output
    there.watch.move(minutes=1)
    tick(there)
    there.work()
    late = " ".join(each.text for each in simulator.network.inbox(COORDINATOR))
    assert "(12)" in late
    assert "(21)" in late
    assert MessageState.HELD not in states(there.parts)


def test_what_is_dropped_is_never_sent(lived_in: Post, elsewhere: Parts, tmp_path: Path, simulator: Simulator) -> None:
    path = tmp_path / "karakoro.backup"
    back_up(lived_in.parts, path)
    restore(elsewhere, path)
    there = Post(elsewhere, lived_in.watch)
    there.parts = replace(elsewhere, enqueue=there.ask)
    give_pins(there)
    assert "are dropped" in run(there, "alerts", "drop", "--as", ADMIN, typed="2580\n").output
    there.watch.move(hours=1)
    tick(there)
    there.work()
    assert simulator.network.numbers() == []
    with reading(there.parts.engine) as db:
        assert hold.since(db) is None


def test_a_backup_is_a_file_of_its_owner_and_holds_neither_keys_nor_numbers_nor_texts(
    lived_in: Post, tmp_path: Path
) -> None:
    path = tmp_path / "karakoro.backup"
    assert run(lived_in, "backup", str(path)).exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    for word in (VILLAGER, OFFICER, VILLAGER[4:], "Un agent a frappe", *KEYS.split()[2::3]):
        assert word.encode() not in inside
    again = run(lived_in, "backup", str(path))
    assert again.exit_code == 1
    assert "is there already" in again.output


def damaged(path: Path, how: str) -> Path:
    other = path.with_suffix(".damaged")
    if how == "cut off":
        other.write_bytes(path.read_bytes()[:-200])
        return other
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(other, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "tables/report.jsonl" and how == "a table is gone":
                continue
            if name == "tables/report.jsonl" and how == "a row is gone":
                content = content.partition(b"\n")[2]
            if name == "manifest.json" and how == "of a newer release":
                content = content.replace(b'"revision": "', b'"revision": "9')
            after.writestr(name, content)
    return other


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("cut off", "is no backup of ours, or is cut off"),
        ("a table is gone", "table report is missing"),
        ("a row is gone", "table report is not what was written"),
        ("of a newer release", "this release knows no revision 9"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_written(
    post: Post, tmp_path: Path, simulator: Simulator, how: str, told: str
) -> None:
    post.sms(VILLAGER, "21#2 Gogui")
    back_up(post.parts, tmp_path / "karakoro.backup")
    fresh = build(settings_for(f"sqlite:///{tmp_path / 'fresh.db'}", simulator.url), shelf=post.parts.shelf)
    with pytest.raises(ArchiveError, match=told):
        restore(fresh, damaged(tmp_path / "karakoro.backup", how))
    restore(fresh, tmp_path / "karakoro.backup")
    with reading(fresh.engine) as db:
        assert db.scalar(select(func.count()).select_from(Report)) == 1
    fresh.engine.dispose()


def test_keys_from_before_a_change_of_keys_do_not_do_for_a_backup_from_after_it(
    post: Post, tmp_path: Path, simulator: Simulator
) -> None:
    changed = keyring_file.prepare(KEYS, [Purpose.NUMBERS])
    changed = keyring_file.promote(changed, [Purpose.NUMBERS])
    after = replace(post.parts, keys=Keyring.parse(changed))
    back_up(after, tmp_path / "karakoro.backup")
    fresh = build(settings_for(f"sqlite:///{tmp_path / 'fresh.db'}", simulator.url), shelf=post.parts.shelf)
    with pytest.raises(ArchiveError, match=r"not those of this backup: numbers 2$"):
        restore(fresh, tmp_path / "karakoro.backup")
    restore(replace(fresh, keys=after.keys), tmp_path / "karakoro.backup")
    fresh.engine.dispose()


def test_other_keys_than_those_of_the_backup_are_named_and_refused(post: Post, tmp_path: Path) -> None:
    back_up(post.parts, tmp_path / "karakoro.backup")
    lines = KEYS.splitlines()
    strange = Keyring.parse("\n".join([*lines[:2], Keyring.generate().splitlines()[2], *lines[3:]]))
    with pytest.raises(ArchiveError, match=r"not those of this backup: numbers$"):
        restore(replace(post.parts, keys=strange), tmp_path / "karakoro.backup")


def test_the_keys_are_exported_apart_and_that_they_were_is_in_the_audit(post: Post) -> None:
    told = run(post, "keys", "export")
    assert told.exit_code == 0, told.output
    assert Keyring.parse(told.output) == post.parts.keys
    with reading(post.parts.engine) as db:
        assert [entry.act for entry in audit.entries(db, post.watch.at, 5)] == ["keys_exported"]


def test_a_database_in_use_is_never_overwritten(lived_in: Post, tmp_path: Path) -> None:
    back_up(lived_in.parts, tmp_path / "karakoro.backup")
    refused = run(lived_in, "restore", str(tmp_path / "karakoro.backup"))
    assert refused.exit_code == 1
    assert "the database is not empty: there are rows in " in refused.output


def test_a_backup_that_fails_leaves_no_half_file(post: Post, tmp_path: Path) -> None:
    broken = replace(
        post.parts, engine=build(settings_for(f"sqlite:///{tmp_path / 'none.db'}", "http://127.0.0.1:1")).engine
    )
    with pytest.raises(Exception, match="alembic_version"):
        back_up(broken, tmp_path / "half")
    assert not (tmp_path / "half").exists()
