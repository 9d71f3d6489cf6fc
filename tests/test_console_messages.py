"""What was sent and who looked at what: told to the administrator, without a text or a number."""

import re
from pathlib import Path

import pytest
from fixtures_console import House
from fixtures_service import ADMIN, COORDINATOR, VILLAGER
from sqlalchemy import text

from flows.language import COMPLETE, Words
from models import audit
from service.database import transaction
from service.jobs import JOBS

ROOT = Path(__file__).parent.parent
SAID = "zorille"


def test_what_was_sent_is_told_with_its_state_parts_and_gateway_and_no_text(house: House) -> None:
    house.post.sms(VILLAGER, f"12#1 Gogui {SAID}")
    house.post.work()
    browser = house.signed_in(ADMIN)
    page = browser.get("/console/messages/?lang=fr").text
    assert "africastalking" in page
    assert "SMS partis" in browser.text
    assert ">alerte<" in page
    assert VILLAGER not in page
    assert SAID not in page
    assert "Ref " not in page
    browser.get("/console/messages/?state=failed&lang=fr")
    assert "Aucun SMS." in browser.text


def test_who_looked_at_what_is_told_with_a_name_and_the_seals_are_checked(house: House) -> None:
    member_id = house.enrol(COORDINATOR)
    with transaction(house.post.parts.engine) as db:
        audit.record(db, member_id, "read_report", 1, "a handover", house.post.watch())
    JOBS["seal"](house.post.parts)
    browser = house.signed_in(ADMIN)
    browser.get("/console/audit/?lang=fr")
    assert "Coordination Nioro read_report a handover" in browser.text
    browser.send("/console/audit/verify")
    assert "Rien n'a été changé ni enlevé." in browser.text


def test_a_broken_seal_is_said_aloud(house: House) -> None:
    with transaction(house.post.parts.engine) as db:
        audit.record(db, 0, "read_report", 1, "a handover", house.post.watch())
    JOBS["seal"](house.post.parts)
    with transaction(house.post.parts.engine) as db:
        on = " ON audit" if db.connection().dialect.name == "postgresql" else ""
        db.execute(text(f"DROP TRIGGER audit_update{on}"))
        db.execute(text("UPDATE audit SET reason = 'another' WHERE seal_no = 1"))
    browser = house.signed_in(ADMIN)
    browser.get("/console/audit/")
    browser.send("/console/audit/verify")
    assert "seal 1: an entry was changed" in browser.text


@pytest.mark.parametrize("path", ["/console/messages/", "/console/audit/"])
def test_they_are_for_the_administrator(house: House, path: str) -> None:
    assert house.signed_in(COORDINATOR).get(path).status_code == 403


@pytest.mark.parametrize("tag", COMPLETE)
def test_every_purpose_that_a_message_is_written_for_has_a_word(tag: str) -> None:
    """A purpose is written `kind:…`, by handlers and models alone."""
    files = [path for room in ("handlers", "models") for path in sorted((ROOT / room).glob("*.py"))]
    kinds = {kind for path in files for kind in re.findall(r'f"([a-z]+):\{', path.read_text(encoding="utf-8"))}
    assert len(kinds) > 15
    known = Words.load(ROOT / "locale").catalogues[tag].texts
    assert {kind for kind in kinds if f"console.purpose.{kind}" not in known} == set()
