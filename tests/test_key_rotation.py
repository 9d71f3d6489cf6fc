"""Keys are changed while the service runs: a new key first opens, then seals, then everything lies under it."""

import os
import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from fixtures_service import KEYS, VILLAGER, VILLAGER_2, Post
from sqlalchemy import LargeBinary, event, select, update

from models import keyring_file, sealed
from models import message as messages
from models import report as reports
from models.audit import Audit
from models.base import Base
from models.keys import Keyring, KeyringError, Purpose
from models.message import Message
from models.report import Report
from models.sealed import SEALED
from service.app import create_app
from service.database import reading, transaction
from service.resealing import reseal_all

CHANGEABLE = [purpose for purpose in Purpose if purpose not in keyring_file.LASTING]
TOLD = (
    (VILLAGER, ("12#1 Gogui", "99#41#1 Gogui", "99 OUI", "AVIS 83", "un puits")),
    (VILLAGER_2, ("33 Gogui", "1", "2", "1", "AVIS 86", "1", "1", "argent", "des choses la nuit")),
)


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys"
    path.write_text(KEYS, encoding="utf-8")
    monkeypatch.setenv("KARAKORO_KEYS_FILE", str(path))
    return path


def run(post: Post, *words: str) -> Result:
    return create_app(post.parts).test_cli_runner().invoke(args=["keys", *words])


def restart(post: Post, path: Path) -> None:
    """All processes read the keyring anew."""
    post.parts = replace(post.parts, keys=Keyring.parse(path.read_text(encoding="utf-8")))
    post.__dict__.pop("client", None)


def live(post: Post) -> None:
    for phone, texts in TOLD:
        for said in texts:
            post.sms(phone, said)
            post.work()
    post.dial(VILLAGER_2, "1", "14")


def all_opened(post: Post) -> int:
    """How many sealed values there are; each can be opened."""
    opened = 0
    with reading(post.parts.engine) as db:
        for column in SEALED:
            key = column.table.c[column.key]
            for value, kept in db.execute(select(key, column.values).where(*column.filled())):
                post.parts.keys.open(column.purpose, kept, column.about(value))
                opened += 1
    return opened


def test_every_sealed_column_is_among_those_that_are_sealed_anew() -> None:
    known = {(column.table.name, column.column) for column in SEALED}
    binary = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not column.name.endswith(("mac", "digest", "pseudonym"))
    }
    assert binary == known | {("form", "source")}  # a form is for everybody to see


def test_keys_are_changed_in_three_steps_and_nothing_is_ever_closed(post: Post, keyring: Path) -> None:
    live(post)
    there = all_opened(post)
    assert there > 15
    assert "run this again" in run(post, "rotate").output
    restart(post, keyring)
    assert post.parts.keys.seals_with(Purpose.NUMBERS) == 1
    assert run(post, "rotate").output.startswith("The new keys seal from the next restart on.")
    restart(post, keyring)
    assert post.parts.keys.seals_with(Purpose.NUMBERS) == 2
    post.sms(VILLAGER, "72#1 Gogui")
    assert all_opened(post) > there
    with reading(post.parts.engine) as db:
        under_old = sum(counted[1] for counted in sealed.count(db).values())
    assert int(run(post, "reseal").output.split()[0]) == under_old > 0
    assert run(post, "reseal").output == "0 sealed anew.\n"
    for purpose in CHANGEABLE:
        gone = run(post, "remove", "--purpose", purpose.value, "--id", "1")
        assert gone.exit_code == 0, gone.output
    restart(post, keyring)
    assert {purpose for purpose in Purpose if 1 in post.parts.keys.keys[purpose]} == keyring_file.LASTING
    assert all_opened(post) > there
    with reading(post.parts.engine) as db:
        assert {"keys_prepared", "keys_promoted", "keys_resealed", "keys_removed"} <= set(db.scalars(select(Audit.act)))


def test_the_file_of_the_keys_stays_where_it_lies_and_whose_it_is(post: Post, keyring: Path) -> None:
    kept = keyring.rename(keyring.with_name("kept"))
    keyring.symlink_to(kept)
    kept.chmod(0o640)
    whose = 4711 if os.geteuid() == 0 else os.getuid()
    os.chown(kept, whose, -1)
    assert run(post, "rotate", "--purpose", "messages").exit_code == 0
    assert keyring.is_symlink()
    assert "messages 2 " in kept.read_text(encoding="utf-8")
    assert (kept.stat().st_uid, kept.stat().st_mode & 0o777) == (whose, 0o640)


def test_a_dial_goes_on_through_all_of_it(post: Post, keyring: Path) -> None:
    post.hop(VILLAGER, "long", "")
    post.hop(VILLAGER, "long", "1")
    for _ in range(2):
        run(post, "rotate", "--purpose", "sessions", "--purpose", "numbers")
        restart(post, keyring)
    assert "Quand" in post.hop(VILLAGER, "long", "1*12")
    run(post, "reseal")
    assert "savez-vous" in post.hop(VILLAGER, "long", "1*12*1")
    assert "savez-vous" in post.hop(VILLAGER, "long", "1*12*1")


def test_status_tells_how_far_it_is(post: Post, keyring: Path) -> None:
    live(post)
    assert "seals" in run(post, "status").output
    run(post, "rotate", "--purpose", "messages")
    restart(post, keyring)
    lines = [line.split() for line in run(post, "status").output.splitlines() if line.startswith("messages")]
    assert [line[-1] for line in lines] == ["seals", "new"]
    run(post, "rotate", "--purpose", "messages")
    restart(post, keyring)
    lines = [line.split() for line in run(post, "status").output.splitlines() if line.startswith("messages")]
    assert [line[-1] for line in lines] == ["old", "seals"]
    assert int(lines[0][3]) > 0
    refused = run(post, "remove", "--purpose", "messages", "--id", "1")
    assert refused.exit_code == 1
    assert "run `keys reseal` first" in refused.output
    run(post, "reseal")
    lines = [line.split() for line in run(post, "status").output.splitlines() if line.startswith("messages")]
    assert int(lines[0][3]) == 0


def promoted(post: Post, path: Path, purpose: str) -> None:
    for _ in range(2):
        run(post, "rotate", "--purpose", purpose)
        restart(post, path)


def test_what_was_broken_off_goes_on_where_it_was(post: Post, keyring: Path) -> None:
    live(post)
    promoted(post, keyring, "messages")
    first = next(reseal_all(post.parts, portion=3)).done
    rest = sum(portion.done for portion in reseal_all(post.parts, portion=3))
    assert first == 3
    assert rest > 3
    with reading(post.parts.engine) as db:
        assert set(sealed.count(db)[Purpose.MESSAGES]) == {2}


def test_what_cannot_be_opened_is_named_and_keeps_nothing_else_back(post: Post, keyring: Path) -> None:
    live(post)
    promoted(post, keyring, "messages")
    bodies = next(column for column in SEALED if column.table.name == "message")
    with transaction(post.parts.engine) as db:
        damaged = sealed.old(db, post.parts.keys, bodies, None, 1)[0]
        db.execute(update(Message).where(Message.id == damaged.key).values(body_enc=damaged.value[:-1] + b"?"))
    told = run(post, "reseal")
    assert told.exit_code == 1
    assert f"cannot be opened: message/{damaged.key}/body" in told.output
    with reading(post.parts.engine) as db:
        assert sealed.count(db)[Purpose.MESSAGES][1] == 1
    assert "1 values lie under key 1" in run(post, "remove", "--purpose", "messages", "--id", "1").output


def test_what_somebody_else_wrote_meanwhile_is_left_as_it_is(post: Post, keyring: Path) -> None:
    live(post)
    promoted(post, keyring, "messages")
    bodies = next(column for column in SEALED if column.table.name == "message")
    with transaction(post.parts.engine) as db:
        rows = sealed.old(db, post.parts.keys, bodies, None, 2)
        db.execute(update(Message).where(Message.id == rows[0].key).values(body_enc=None))
        assert sealed.reseal(db, post.parts.keys, bodies, rows).done == 1
        assert db.get_one(Message, rows[0].key).body_enc is None


def test_a_report_that_moves_to_another_compartment_meanwhile_can_still_be_opened(post: Post, keyring: Path) -> None:
    post.sms(VILLAGER, "des choses se passent la nuit")
    promoted(post, keyring, "intake")
    post.sms(VILLAGER, "64")
    post.sms(VILLAGER, "1")
    post.sms(VILLAGER, "Gogui")
    list(reseal_all(post.parts))
    with reading(post.parts.engine) as db:
        report = db.scalars(select(Report)).one()
        assert report.compartment == "operations"
        assert reports.answers(db, post.parts.keys, report)["code"] == "64"


def test_a_portion_holds_the_lock_for_less_than_50_ms(post: Post, keyring: Path) -> None:
    with transaction(post.parts.engine) as db:
        for number in range(1000):
            messages.receive(db, post.parts.keys, "test", str(number), None, "x" * 300, post.watch())
    promoted(post, keyring, "messages")
    held: list[float] = []
    begun = [0.0]

    def begin(_connection: object) -> None:
        begun[0] = time.perf_counter()

    def commit(_connection: object) -> None:
        held.append(time.perf_counter() - begun[0])

    event.listen(post.parts.engine, "begin", begin)
    event.listen(post.parts.engine, "commit", commit)
    assert sum(portion.done for portion in reseal_all(post.parts)) >= 1000
    event.remove(post.parts.engine, "begin", begin)
    event.remove(post.parts.engine, "commit", commit)
    assert statistics.median(held) < 0.05


@pytest.mark.parametrize("purpose", sorted(keyring_file.LASTING))
def test_keys_by_which_somebody_is_known_again_are_never_changed(purpose: Purpose) -> None:
    with pytest.raises(KeyringError, match="would be lost"):
        keyring_file.prepare(KEYS, [purpose])
    with pytest.raises(KeyringError, match="in use"):
        keyring_file.remove(KEYS, purpose, 1)


def test_pseudonyms_stay_the_same_whatever_seals(post: Post, keyring: Path) -> None:
    before = post.parts.keys.pseudonym(VILLAGER), post.parts.keys.suppression(VILLAGER)
    for _ in range(2):
        run(post, "rotate")
        restart(post, keyring)
    assert (post.parts.keys.pseudonym(VILLAGER), post.parts.keys.suppression(VILLAGER)) == before


def test_a_keyring_in_the_environment_is_not_changed_behind_it(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KARAKORO_KEYS_FILE", raising=False)
    monkeypatch.setenv("KARAKORO_DEMO", "no")
    refused = run(post, "rotate")
    assert refused.exit_code == 1
    assert "KARAKORO_KEYS_FILE" in refused.output


def test_the_file_stays_its_owner_s_alone_and_no_key_is_printed(post: Post, keyring: Path) -> None:
    keyring.chmod(0o600)
    said = run(post, "rotate").output + run(post, "status").output
    assert keyring.stat().st_mode & 0o077 == 0
    assert not any(line.split()[-1] in said for line in keyring.read_text(encoding="utf-8").splitlines())
    with reading(post.parts.engine) as db:
        reasons = db.scalars(select(Audit.reason)).all()
    assert reasons
    assert not any("=" in reason for reason in reasons)
