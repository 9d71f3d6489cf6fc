"""A PIN: asked for what is grave, counted through every hang-up, and kept nowhere in clear."""

import logging
import re

import pytest
from click.testing import Result
from fixtures_service import COORDINATOR, OFFICER, VILLAGER, Post
from flask import Flask
from sqlalchemy import select

from models import contact as contacts
from models import member as members
from models import pin as pins
from models.audit import Audit
from models.conversation import Conversation
from models.incident import Incident, IncidentState
from models.keys import Purpose
from service.app import create_app
from service.database import reading, transaction

RIGHT = "2580"
TO_THE_PIN = ("3", "1", "1")


@pytest.fixture
def grave(post: Post) -> Post:
    """A coordinator with a PIN has taken a grave incident."""
    give(post, COORDINATOR, RIGHT)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    post.sms(COORDINATOR, "ACK")
    post.work()
    return post


def member_id(post: Post, phone: str) -> int:
    with reading(post.parts.engine) as db:
        member = members.of_contact(db, contacts.find(db, post.parts.keys, phone), post.watch())
    assert member is not None
    return member.id


def give(post: Post, phone: str, digits: str) -> None:
    holder, hashed = member_id(post, phone), pins.hash_of(digits)
    with transaction(post.parts.engine) as db:
        pins.give(db, holder, hashed, post.watch())


def kept(post: Post) -> pins.Pin:
    with reading(post.parts.engine) as db:
        return pins.of(db, member_id(post, COORDINATOR))


def state(post: Post) -> IncidentState:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Incident.state)).one()


def acts(post: Post) -> list[str]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(Audit.act).order_by(Audit.at)))


def test_the_right_pin_confirms_and_forgives_the_wrong_ones(grave: Post) -> None:
    screen = grave.dial(COORDINATOR, *TO_THE_PIN, "1111", RIGHT)
    assert ": confirme." in screen
    assert state(grave) is IncidentState.VERIFIED
    assert kept(grave).failures == 0


def test_digits_are_digits_in_arabic_too(grave: Post) -> None:
    grave.dial(COORDINATOR, *TO_THE_PIN, "٢٥٨٠")
    assert state(grave) is IncidentState.VERIFIED


def test_without_a_pin_nothing_grave_is_decided_by_ussd(post: Post) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    post.sms(COORDINATOR, "ACK")
    assert "Vous n'avez pas de PIN" in post.dial(COORDINATOR, *TO_THE_PIN)
    assert state(post) is IncidentState.TO_VERIFY


def test_five_wrong_pins_lock_however_often_one_hangs_up(grave: Post) -> None:
    for n in range(4):
        assert f"Essais restants : {4 - n}" in grave.dial(COORDINATOR, *TO_THE_PIN, "1111")
    assert grave.dial(COORDINATOR, *TO_THE_PIN, "1111").startswith("END PIN bloque")
    assert grave.dial(COORDINATOR, *TO_THE_PIN).startswith("END PIN bloque")
    assert state(grave) is IncidentState.TO_VERIFY
    assert acts(grave) == ["pin_made", *["pin_wrong"] * 4, "pin_locked"]


def test_the_same_hop_again_counts_one_wrong_pin(grave: Post) -> None:
    for text in ("", "3", "3*1", "3*1*1", "3*1*1*1111", "3*1*1*1111", "3*1*1*1111"):
        grave.hop(COORDINATOR, "one-dial", text)
    assert kept(grave).failures == 1


def test_the_right_pin_is_of_no_use_once_it_is_locked(grave: Post) -> None:
    for _ in range(5):
        grave.dial(COORDINATOR, *TO_THE_PIN, "1111")
    grave.dial(COORDINATOR, *TO_THE_PIN, RIGHT)
    assert state(grave) is IncidentState.TO_VERIFY


def test_a_new_pin_unlocks(grave: Post) -> None:
    for _ in range(5):
        grave.dial(COORDINATOR, *TO_THE_PIN, "1111")
    give(grave, COORDINATOR, "135790")
    assert ": confirme." in grave.dial(COORDINATOR, *TO_THE_PIN, "135790")


def test_a_pin_holds_for_one_dial(grave: Post) -> None:
    grave.dial(COORDINATOR, *TO_THE_PIN, RIGHT)
    assert "Votre PIN" in grave.dial(COORDINATOR, "3", "1", "5", "1")


def test_a_typed_pin_stands_in_no_log_and_in_no_progress(grave: Post, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        grave.dial(COORDINATOR, *TO_THE_PIN, "746913", "0", RIGHT)
    assert "746913" not in caplog.text
    keys = grave.parts.keys
    with reading(grave.parts.engine) as db:
        for row in db.scalars(select(Conversation).where(Conversation.progress_enc.is_not(None))):
            about = f"conversation/{row.id}/progress"
            assert b"746913" not in keys.open(Purpose.SESSIONS, row.progress_enc or b"", about)


def run(post: Post, *words: str) -> Result:
    app: Flask = create_app(post.parts)
    return app.test_cli_runner().invoke(args=["roster", "pin", *words])


def test_roster_pin_shows_a_new_pin_once_and_keeps_its_hash(grave: Post, caplog: pytest.LogCaptureFixture) -> None:
    result = run(grave, COORDINATOR)
    assert result.exit_code == 0, result.output
    digits = result.output.strip()
    assert re.fullmatch(r"\d{6}", digits)
    assert digits not in caplog.text
    assert kept(grave).hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert pins.matches(kept(grave).hashed, digits)
    assert digits != run(grave, COORDINATOR).output.strip()


def test_roster_pin_knows_members_only(grave: Post) -> None:
    result = run(grave, VILLAGER)
    assert result.exit_code == 1
    assert "no member has this phone" in result.output
    assert run(grave, OFFICER).exit_code == 0
