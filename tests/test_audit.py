"""The audit is only ever added to, and its seals tell whatever was done to it all the same."""

from datetime import timedelta

import pytest
from fixtures_service import KEYS, MONDAY, Post
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from test_commands import run

from models import audit
from models.audit import Audit, AuditSeal
from models.keys import Keyring
from service.jobs import JOBS

RING = Keyring.parse(KEYS)
GUARDS = ("audit_update", "audit_delete", "audit_seal_update", "audit_seal_delete")


def write(db: Session, count: int, reason: str = "a reason") -> None:
    for n in range(count):
        audit.record(db, n % 3, "read_report", n, reason, MONDAY + timedelta(seconds=n))
    db.flush()


def unguard(db: Session) -> None:
    """What somebody may do who has the database in hand."""
    for name in GUARDS:
        table = name.rpartition("_")[0]
        on = f" ON {table}" if db.connection().dialect.name == "postgresql" else ""
        db.execute(text(f"DROP TRIGGER {name}{on}"))


def sealed(db: Session, *counts: int) -> None:
    for count in counts:
        write(db, count)
        assert audit.seal(db, RING, MONDAY, 1000) == count


def test_what_lies_as_it_was_written_is_in_order(db: Session) -> None:
    sealed(db, 3, 2)
    write(db, 1)
    found = audit.verify(db, RING)
    assert (found.seals, found.entries, found.unsealed, found.faults) == (2, 5, 1, ())


def test_a_seal_takes_the_oldest_first_and_no_more_than_it_may(db: Session) -> None:
    write(db, 5)
    assert [audit.seal(db, RING, MONDAY, 3) for _ in range(3)] == [3, 2, 0]
    assert audit.verify(db, RING).faults == ()


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(update(Audit).values(reason="another"), id="a reason is changed"),
        pytest.param(update(Audit).values(seal_no=None), id="a seal is broken"),
        pytest.param(delete(Audit), id="entries are deleted"),
        pytest.param(update(AuditSeal).values(entries=0), id="a seal is changed"),
        pytest.param(delete(AuditSeal), id="a seal is deleted"),
    ],
)
def test_the_database_itself_refuses_to_change_what_is_sealed(db: Session, attempt: object) -> None:
    sealed(db, 2)
    with pytest.raises(DBAPIError, match="only added to"), db.begin_nested():
        db.execute(attempt)  # type: ignore[call-overload]
    assert audit.verify(db, RING).faults == ()


def test_an_entry_that_is_not_sealed_yet_cannot_be_changed_or_deleted_either(db: Session) -> None:
    write(db, 1)
    for attempt in (update(Audit).values(actor_id=7), delete(Audit)):
        with pytest.raises(DBAPIError, match="only added to"), db.begin_nested():
            db.execute(attempt)


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        pytest.param(["UPDATE audit SET reason = 'x' WHERE seal_no = 1"], "seal 1: an entry was changed", id="changed"),
        pytest.param(
            ["DELETE FROM audit WHERE seal_no = 1 AND object_id = 0"], "seal 1: 2 entries, and there were 3", id="gone"
        ),
        pytest.param(
            ["UPDATE audit SET seal_no = 1 WHERE seal_no = 2"], "seal 1: 5 entries, and there were 3", id="moved"
        ),
        pytest.param(
            ["DELETE FROM audit WHERE seal_no = 2", "DELETE FROM audit_seal WHERE no = 2"],
            "seal 2 is missing",
            id="a seal and its entries are gone",
        ),
        pytest.param(
            ["UPDATE audit_seal SET digest = mac WHERE no = 2"],
            "seal 2 is not what was written, or follows another one",
            id="a seal is forged",
        ),
        pytest.param(
            ["UPDATE audit_seal SET purged_at = at WHERE no = 3", "DELETE FROM audit WHERE seal_no = 3"],
            "",
            id="a purge is in order",
        ),
    ],
)
def test_the_seals_tell_what_was_done_behind_our_back(db: Session, tampering: list[str], told: str) -> None:
    sealed(db, 3, 2, 1)
    unguard(db)
    for statement in tampering:
        db.execute(text(statement))
    db.expire_all()
    assert audit.verify(db, RING).faults[:1] == ((told,) if told else ())


def test_a_cut_off_end_is_found_by_whoever_noted_the_head(db: Session) -> None:
    sealed(db, 1, 1)
    head = audit.verify(db, RING).head
    assert audit.has_head(db, head)
    unguard(db)
    db.execute(text("DELETE FROM audit WHERE seal_no = 2"))
    db.execute(text("DELETE FROM audit_seal WHERE no = 2"))
    db.expire_all()
    assert audit.verify(db, RING).faults == ()
    assert not audit.has_head(db, head)


def test_a_purge_takes_old_entries_and_leaves_the_proof_of_the_rest(db: Session) -> None:
    sealed(db, 3)
    write(db, 2)
    later = MONDAY + timedelta(days=800)
    audit.seal(db, RING, later, 1000)
    assert audit.purge(db, later - timedelta(days=700), later) == 3
    assert db.scalar(select(func.count()).select_from(Audit)) == 2
    assert audit.verify(db, RING).faults == ()


def test_the_clock_seals_and_the_command_tells(post: Post) -> None:
    with Session(post.parts.engine) as db, db.begin():
        write(db, 2)
    JOBS["seal"](post.parts)
    told = run(post, "audit", "verify")
    assert told.exit_code == 0, told.output
    assert told.output.startswith("1 seals over 2 entries; 0 not sealed yet\nhead ")
    head = told.output.split()[-1]
    assert run(post, "audit", "verify", "--head", head).exit_code == 0
    missing = run(post, "audit", "verify", "--head", "00" * 32)
    assert missing.exit_code == 1
    assert "BAD  the head that you noted is not there" in missing.output


def test_a_changed_entry_makes_the_command_fail(post: Post) -> None:
    with Session(post.parts.engine) as db, db.begin():
        sealed(db, 2)
        unguard(db)
        db.execute(text("UPDATE audit SET actor_id = 9"))
    told = run(post, "audit", "verify")
    assert told.exit_code == 1
    assert "BAD  seal 1: an entry was changed" in told.output
