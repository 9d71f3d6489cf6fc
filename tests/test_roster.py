"""The roster: members are known again by their phones, wrong rows are named, and a seized phone stays suspended."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.folding import fold
from flows.language import LANGUAGES
from models import contact, member
from models.gazetteer import Gazetteer
from models.keys import Keyring, Purpose
from models.member import Member, MemberArea, MemberPhone, Role
from models.place_import import import_places
from models.roster import RosterAccount, import_roster, reinstate, suspend
from models.roster_row import Rolls
from models.seed import seed

DATA = Path(__file__).parent.parent / "data"
KEYS = Keyring.parse(Keyring.generate())
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHONE, PHONE_2 = "+22370000001", "+22370000002"
OFFICER = {
    "name": "Agent de Gogui",
    "phone": "70 00 00 01",
    "role": "officer",
    "language": "fr",
    "area": "ML1101",
    "level": "1",
    "post": "Gogui",
}
COORDINATOR = {
    **OFFICER,
    "name": "Coordination",
    "phone": "70000011",
    "role": "coordinator",
    "area": "ML11",
    "post": "",
}


class Roster:
    """A stocked database, and what an import makes of it."""

    def __init__(self, db: Session) -> None:
        seed(db, DATA, fold=fold)
        self.db = db
        self.rolls = Rolls(KEYS, Gazetteer.read(db), tuple(LANGUAGES), fold, NOW)

    def take(self, *rows: Mapping[str, str | None], whole: bool = False) -> RosterAccount:
        return import_roster(self.db, self.rolls, rows, replace=whole)

    def holder(self, phone: str) -> Member | None:
        return member.of_contact(self.db, contact.find(self.db, KEYS, phone), NOW)


@pytest.fixture
def roster(db: Session) -> Roster:
    return Roster(db)


def sums(account: RosterAccount) -> tuple[int, int, int, int]:
    assert account.problems == []
    return account.added, account.changed, account.unchanged, account.deactivated


def test_a_member_has_what_the_row_says_and_a_name_that_nobody_can_read(roster: Roster) -> None:
    assert sums(roster.take({**OFFICER, "email": "gogui@example.org"})) == (1, 0, 0, 0)
    officer = roster.holder(PHONE)
    assert officer is not None
    assert (officer.role, officer.level, officer.language) == (Role.OFFICER, 1, "fr")
    assert officer.post_place_id == roster.rolls.places.rows["ML1101/gogui"].place_id
    area = roster.db.scalars(select(MemberArea)).one()
    assert (area.member_id, area.pcode, area.pcode_version) == (officer.id, "ML1101", "v03")
    assert member.name(roster.db, KEYS, officer.id) == "Agent de Gogui"
    assert b"Gogui" not in officer.name_enc
    assert officer.email_enc is not None
    assert KEYS.open(Purpose.MEMBERS, officer.email_enc, f"member/{officer.id}/email") == b"gogui@example.org"


def test_the_same_file_again_changes_nothing(roster: Roster) -> None:
    roster.take(OFFICER, COORDINATOR)
    account = roster.take(OFFICER, COORDINATOR)
    assert sums(account) == (0, 0, 2, 0)
    assert account.changes == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Poste"}, "row 2: changed officer +223…01: name"),
        ({"role": "relay"}, "row 2: changed relay +223…01: role"),
        ({"level": "2", "language": "ar"}, "row 2: changed officer +223…01: level, language"),
        ({"area": "ML1101 MR022"}, "row 2: changed officer +223…01: area"),
        ({"post": "MR022/kobenni"}, "row 2: changed officer +223…01: post"),
        ({"phone": "+22370000001 +22236000002"}, "row 2: changed officer +223…01: phone"),
        ({"email": "a@example.org"}, "row 2: changed officer +223…01: email"),
    ],
    ids=["name", "role", "level and language", "areas", "post", "phones", "e-mail"],
)
def test_a_member_is_known_again_by_phone(roster: Roster, change: dict[str, str], said: str) -> None:
    roster.take(OFFICER)
    before = roster.holder(PHONE)
    account = roster.take({**OFFICER, **change})
    assert sums(account) == (0, 1, 0, 0)
    assert account.changes == [said]
    assert roster.holder(PHONE) is before


def test_a_phone_that_the_row_no_longer_names_is_nobodys(roster: Roster) -> None:
    roster.take({**OFFICER, "phone": f"{PHONE} {PHONE_2}"})
    assert roster.holder(PHONE) is roster.holder(PHONE_2) is not None
    roster.take({**OFFICER, "phone": PHONE_2})
    assert roster.holder(PHONE) is None
    assert roster.holder(PHONE_2) is not None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": ""}, "row 3, column name: there is no name"),
        ({"phone": ""}, "row 3, column phone: there is no phone"),
        ({"phone": "demain"}, "row 3, column phone: not a phone number"),
        ({"phone": "70000002 7"}, "row 3, column phone: not a phone number"),
        ({"phone": PHONE}, "row 3, column phone: the same phone as in row 2"),
        ({"role": "chief"}, f"row 3, column role: unknown role chief; there are {', '.join(Role)}"),
        ({"role": ""}, f"row 3, column role: unknown role (empty); there are {', '.join(Role)}"),
        ({"language": "xx"}, f"row 3, column language: unknown language xx; there are {', '.join(LANGUAGES)}"),
        ({"area": "ML1101 ML9999"}, "row 3, column area: unknown P-code ML9999"),
        ({"level": "high"}, "row 3, column level: expected a number from 1 to 9, not high"),
        ({"level": "0"}, "row 3, column level: expected a number from 1 to 9, not 0"),
        ({"level": "²"}, "row 3, column level: expected a number from 1 to 9, not ²"),
        ({"post": "Nowhere"}, "row 3, column post: unknown place Nowhere"),
        ({"email": "at home"}, "row 3, column email: not an e-mail address"),
    ],
    ids=[
        "no name",
        "no phone",
        "no number",
        "half a number",
        "somebody else's phone",
        "unknown role",
        "no role",
        "unknown language",
        "unknown area",
        "a level in words",
        "level 0",
        "a level that only looks like a number",
        "unknown post",
        "no address",
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_taken(roster: Roster, change: dict[str, str], problem: str) -> None:
    account = roster.take(OFFICER, {**OFFICER, "phone": PHONE_2, **change}, COORDINATOR)
    assert [str(each) for each in account.problems] == [problem]
    assert account.added == 2


def test_a_post_whose_name_stands_for_two_places_is_written_as_its_key(roster: Roster) -> None:
    twin = {"name": "Gogui", "pcode": "MR02", "pcode_version": "v03"}
    import_places(roster.db, [twin], fold=fold)
    roster.rolls = replace(roster.rolls, places=Gazetteer.read(roster.db))
    account = roster.take(OFFICER, {**OFFICER, "phone": PHONE_2, "post": "MR02/gogui"})
    assert [str(each) for each in account.problems] == [
        "row 2, column post: several places are called Gogui: write one of ML1101/gogui, MR02/gogui"
    ]
    assert account.added == 1


def test_a_number_that_the_numbering_plan_does_not_know_is_taken_and_said(roster: Roster) -> None:
    account = roster.take({**OFFICER, "phone": "+22354000001"})
    assert sums(account) == (1, 0, 0, 0)
    assert "row 2: the numbering plan does not know this phone; taken all the same" in account.changes


def test_what_is_printed_holds_no_number_and_no_name(roster: Roster) -> None:
    account = roster.take(OFFICER, {**OFFICER, "phone": "7000000"}, {**OFFICER, "phone": f"{PHONE_2} 12"})
    printed = " ".join([*account.changes, *map(str, account.problems), account.sums])
    assert "0000" not in printed
    assert OFFICER["name"] not in printed


def test_whoever_is_not_in_the_file_is_deactivated_only_when_it_replaces_the_roster(roster: Roster) -> None:
    roster.take(OFFICER, COORDINATOR)
    assert sums(roster.take(COORDINATOR)) == (0, 0, 1, 0)
    assert roster.holder(PHONE) is not None
    assert sums(roster.take(COORDINATOR, whole=True)) == (0, 0, 1, 1)
    assert roster.holder(PHONE) is None
    account = roster.take(OFFICER)
    assert (account.changed, account.changes) == (1, ["row 2: changed officer +223…01: active"])
    assert roster.holder(PHONE) is not None


def test_a_file_with_a_wrong_row_deactivates_nobody(roster: Roster) -> None:
    roster.take(OFFICER, COORDINATOR)
    account = roster.take({**OFFICER, "role": "chief"}, COORDINATOR, whole=True)
    assert account.deactivated == 0
    assert roster.holder(PHONE) is not None


def test_a_suspended_phone_acts_for_nobody_and_another_one_of_the_member_does(roster: Roster) -> None:
    roster.take({**OFFICER, "phone": f"{PHONE} {PHONE_2}"})
    assert suspend(roster.db, KEYS, PHONE, NOW)
    assert roster.holder(PHONE) is None
    assert roster.holder(PHONE_2) is not None
    assert suspend(roster.db, KEYS, PHONE, NOW)


def test_a_phone_of_nobody_cannot_be_suspended_or_reinstated(roster: Roster) -> None:
    assert not suspend(roster.db, KEYS, PHONE, NOW)
    assert not reinstate(roster.db, KEYS, PHONE, NOW)


def test_a_seized_phone_is_not_armed_again_by_importing_the_same_roster(roster: Roster) -> None:
    roster.take(OFFICER)
    suspend(roster.db, KEYS, PHONE, NOW)
    account = roster.take(OFFICER)
    assert sums(account) == (0, 0, 1, 0)
    assert account.changes == ["row 2: a phone of this member is suspended, and stays so"]
    assert roster.holder(PHONE) is None
    assert reinstate(roster.db, KEYS, PHONE, NOW)
    assert roster.holder(PHONE) is not None


def test_a_member_without_a_phone_can_be_told_nothing(roster: Roster) -> None:
    roster.take(OFFICER, COORDINATOR)
    suspend(roster.db, KEYS, PHONE, NOW)
    told = member.holding(roster.db, [Role.OFFICER, Role.COORDINATOR], None, NOW)
    assert [(each.level, len(each.contact_ids)) for each in told] == [(1, 1)]


def test_the_demo_s_roster_has_no_problem_and_the_same_number_twice_nowhere(roster: Roster) -> None:
    with (DATA / "demo_roster.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    account = roster.take(*rows)
    assert sums(account) == (len(rows), 0, 0, 0)
    assert set(roster.db.scalars(select(Member.role))) == set(Role)
    assert {"fr", "ar", "en"} == set(roster.db.scalars(select(Member.language)))
    assert len(roster.db.scalars(select(MemberPhone)).all()) == len(rows)


def test_a_file_without_the_columns_takes_nobody(roster: Roster) -> None:
    account = roster.take({"nom": "Agent"}, {"name": "Agent", "phone": None})
    assert [(each.row, each.column) for each in account.problems] == [(2, "name"), (3, "phone")]
