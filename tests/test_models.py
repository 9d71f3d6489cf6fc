"""What the tables keep by themselves: times with their zone, words as words, and no second row of the same thing."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from flows.folding import fold
from models.alert import Alert
from models.audit import Audit
from models.base import Base, new_id
from models.code import GUARDED, CodeBook, Compartment
from models.consent import Consent
from models.contact import Contact, Suppression
from models.conversation import Conversation
from models.draft import DRAFTED, OPEN, open_draft
from models.incident import History, Incident, IncidentState
from models.member import Member, MemberPhone, Role
from models.message import Direction, Message, MessageState
from models.place import Place
from models.prepared import bare
from models.reference import draw, is_reference
from models.report import Origin, Report, ReportState
from models.route import Pace, matching
from models.seed import seed
from models.stamp import bump, stamps
from models.unused_reference import candidates
from service.database import transaction

DATA = Path(__file__).parent.parent / "data"
NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


def audit(at: datetime) -> Audit:
    return Audit(at=at, actor_id=1, act="looked", object_id=2, reason="a test")


@pytest.mark.parametrize(
    "zone",
    [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-10))],
    ids=["UTC", "east", "west"],
)
def test_a_time_comes_back_as_the_same_moment_in_utc(engine: Engine, zone: timezone) -> None:
    with transaction(engine) as db:
        db.add(audit(NOW.astimezone(zone)))
    with transaction(engine) as db:
        kept = db.scalars(select(Audit.at)).one()
        found = db.scalars(select(Audit.id).where(Audit.at == NOW.astimezone(zone))).all()
    assert (kept, kept.tzinfo) == (NOW, UTC)
    assert len(found) == 1


def test_times_are_ordered_as_they_happened_whatever_their_zone(db: Session) -> None:
    east, west = timezone(timedelta(hours=12)), timezone(timedelta(hours=-11))
    moments = [NOW + timedelta(minutes=minute) for minute in range(4)]
    db.add_all([audit(moment.astimezone(zone)) for moment, zone in zip(moments, (west, east, UTC, west), strict=True)])
    db.flush()
    assert list(db.scalars(select(Audit.at).order_by(Audit.at))) == moments


def test_a_time_without_its_zone_is_refused(db: Session) -> None:
    db.add(audit(NOW.replace(tzinfo=None)))
    with pytest.raises(StatementError, match="a time without its zone"):
        db.flush()
    db.rollback()


def test_ids_are_random_positive_and_fit_64_bits() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(0 <= each < 2**62 for each in ids)
    assert ids != sorted(ids)


def test_words_are_kept_as_words(db: Session) -> None:
    db.add(incident(1))
    db.flush()
    assert db.execute(text("SELECT compartment, state FROM incident")).one() == ("operations", "received")


def test_an_unknown_word_is_refused(db: Session) -> None:
    row = incident(1)
    row.state = "elsewhere"  # type: ignore[assignment]
    db.add(row)
    with pytest.raises(StatementError):
        db.flush()
    db.rollback()


def contact(number: int = 1, pseudonym: bytes = b"") -> Contact:
    return Contact(id=number, pseudonym=pseudonym or bytes([number]) * 32, created_at=NOW)


def conversation(number: int, key: str = "session", gateway: str = "africastalking") -> Conversation:
    return Conversation(
        id=number,
        gateway=gateway,
        session_key=key,
        channel="ussd",
        handler="",
        ended=False,
        expires_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


def report(number: int, reference: str, conversation_id: int | None = 1, act_no: int = 1) -> Report:
    return Report(
        id=number,
        reference=reference,
        compartment=Compartment.OPERATIONS,
        severity=3,
        conversation_id=conversation_id,
        act_no=act_no,
        form_name="incident",
        form_version="1",
        channel="ussd",
        state=ReportState.FILED,
        partial=False,
        exercise=False,
        created_at=NOW,
    )


def message(number: int, **values: object) -> Message:
    row = {
        "id": number,
        "direction": Direction.IN,
        "gateway": "africastalking",
        "parts": 1,
        "state": MessageState.RECEIVED,
        "not_before_at": NOW,
        "tries": 0,
        "client_ref": str(number),
        "created_at": NOW,
    }
    return Message(**(row | values))


def incident(number: int) -> Incident:
    return Incident(
        id=number,
        compartment=Compartment.OPERATIONS,
        severity=3,
        state=IncidentState.RECEIVED,
        version=0,
        created_at=NOW,
    )


def member(number: int) -> Member:
    return Member(id=number, name_enc=b"", role=Role.OFFICER, level=1, language="fr")


def alert(number: int, member_id: int = 1, level: int = 1) -> Alert:
    return Alert(id=number, incident_id=1, member_id=member_id, level=level, due_at=NOW, tries=0)


def place(number: int, version: str = "v03", level: int = 3) -> Place:
    return Place(
        id=number, level=level, country="ML", pcode="ML0103", pcode_version=version, name="Kayes", folded="kayes"
    )


def consent(number: int, version: str = "1") -> Consent:
    return Consent(id=number, contact_id=1, scope="protection", version=version, language="fr", said=True, at=NOW)


def history(seq: int) -> History:
    return History(incident_id=1, seq=seq, via="console", to_state=IncidentState.CLOSED, at=NOW)


def suppression(mac: bytes) -> Suppression:
    return Suppression(mac=mac, since_at=NOW, source="sms")


def phone(member_id: int) -> MemberPhone:
    return MemberPhone(contact_id=1, member_id=member_id)


def keep(engine: Engine, rows: list[Base]) -> None:
    with transaction(engine) as db:
        for row in rows:
            db.add(row)
            db.flush()


Rows = Callable[[], list[Base]]


@pytest.mark.parametrize(
    ("before", "another"),
    [
        (lambda: [contact(1)], lambda: [contact(2, bytes([1]) * 32)]),
        (lambda: [suppression(b"m" * 32)], lambda: [suppression(b"m" * 32)]),
        (lambda: [contact(1), consent(1)], lambda: [consent(2)]),
        (lambda: [conversation(1)], lambda: [conversation(2)]),
        (lambda: [conversation(1), report(1, "100008")], lambda: [report(2, "100016")]),
        (lambda: [report(1, "100008", None)], lambda: [report(2, "100008", None, 2)]),
        (lambda: [message(1, provider_id="p")], lambda: [message(2, provider_id="p")]),
        (lambda: [message(1, client_ref="c")], lambda: [message(2, client_ref="c")]),
        (lambda: [message(1, purpose_key="alert:1:1")], lambda: [message(2, purpose_key="alert:1:1")]),
        (lambda: [incident(1), member(1), alert(1)], lambda: [alert(2)]),
        (lambda: [incident(1), history(1)], lambda: [history(1)]),
        (lambda: [place(1)], lambda: [place(2)]),
        (lambda: [contact(1), member(1), member(2), phone(1)], lambda: [phone(2)]),
    ],
    ids=[
        "contact of a phone",
        "suppression of a phone",
        "yes to the same words",
        "conversation of a session",
        "report of one act",
        "report of a reference",
        "message that the provider brought",
        "message with our own mark",
        "message for one purpose",
        "alert of a member at a level",
        "step in an incident's history",
        "place in an area",
        "holder of a phone",
    ],
)
def test_there_is_never_a_second(engine: Engine, before: Rows, another: Rows) -> None:
    keep(engine, before())
    with pytest.raises(IntegrityError):
        keep(engine, another())


@pytest.mark.parametrize(
    ("before", "another"),
    [
        (lambda: [contact(1), consent(1)], lambda: [consent(2, "2")]),
        (lambda: [conversation(1)], lambda: [conversation(2, gateway="kannel")]),
        (lambda: [conversation(1), report(1, "100008")], lambda: [report(2, "100016", act_no=2)]),
        (lambda: [report(1, "100008", None)], lambda: [report(2, "100016", None)]),
        (lambda: [message(1)], lambda: [message(2)]),
        (lambda: [message(1, provider_id="p")], lambda: [message(2, provider_id="p", direction=Direction.OUT)]),
        (lambda: [message(1, provider_id="p")], lambda: [message(2, provider_id="p", gateway="kannel")]),
        (lambda: [incident(1), member(1), alert(1)], lambda: [alert(2, level=2)]),
        (lambda: [place(1)], lambda: [place(2, "v02")]),
        (lambda: [place(1)], lambda: [place(2, level=2)]),
    ],
    ids=[
        "yes to other words",
        "session key at another gateway",
        "act of the same dial",
        "report without a dial",
        "message without a provider's id",
        "provider's id the other way",
        "provider's id at another gateway",
        "alert at the next level",
        "area under an older P-code",
        "town called as its area",
    ],
)
def test_there_may_well_be_another(engine: Engine, before: Rows, another: Rows) -> None:
    keep(engine, before())
    keep(engine, another())


def test_a_row_cannot_refer_to_what_is_not_there(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        keep(engine, [alert(1)])


def test_references_have_a_check_digit_and_never_begin_with_a_zero() -> None:
    drawn = [draw(width) for width in (6, 7, 8) for _ in range(200)]
    assert {len(each) for each in drawn} == {6, 7, 8}
    assert all(is_reference(each) for each in drawn)


def test_the_fuller_a_width_of_references_the_more_often_the_next_is_tried() -> None:
    tried = [len(each) for each in candidates()]
    assert tried[:4] == [6, 6, 7, 7]
    assert set(tried[4:]) == {8}


def test_a_reference_that_is_taken_opens_no_draft_and_hides_none(engine: Engine) -> None:
    """Then another is drawn; a second draft of the same act is refused as ever."""
    keep(engine, [conversation(1), conversation(2, "another")])
    with transaction(engine) as db:
        opened = open_draft(db, Compartment.INTAKE, Origin(1, 1, "ussd", "incident", "1", None), NOW)
        row = {name: getattr(db.get_one(Report, opened.id), name) for name in DRAFTED}
        assert OPEN.change(bare(db), {**row, "id": new_id(), "conversation_id": 2}) == 0
        assert OPEN.change(bare(db), {**row, "id": new_id(), "conversation_id": 2, "reference": draw(7)}) == 1
    with pytest.raises((IntegrityError, sqlite3.IntegrityError, psycopg.IntegrityError)), transaction(engine) as db:
        open_draft(db, Compartment.INTAKE, Origin(1, 1, "ussd", "incident", "1", None), NOW)


def test_a_reference_with_one_wrong_digit_or_two_swapped_is_none() -> None:
    good = draw(6)
    wrong = [good[:i] + digit + good[i + 1 :] for i in range(6) for digit in "0123456789" if digit != good[i]]
    swapped = [good[:i] + good[i + 1] + good[i] + good[i + 2 :] for i in range(5) if good[i] != good[i + 1]]
    assert not any(
        is_reference(each) for each in (*wrong, *swapped, good[:5], f"{good}0000", f"0{good}", "", "1234567a")
    )


def test_a_stamp_grows_whenever_something_changes(db: Session) -> None:
    for _ in range(3):
        bump(db, "places")
    bump(db, "codes")
    assert stamps(db) == {"places": 3, "codes": 1}


def test_every_code_has_its_compartment_and_a_short_name_for_alerts(db: Session) -> None:
    seed(db, DATA, fold=fold)
    codes = CodeBook.read(db)
    found = {code: codes.compartment(code) for code in ("12", "35", "31", "81", "86", "88", "89", "00")}
    assert found == {
        "12": Compartment.OPERATIONS,
        "35": Compartment.OPERATIONS,
        "31": Compartment.PROTECTION,
        "81": Compartment.FEEDBACK,
        "86": Compartment.COMPLAINTS,
        "88": Compartment.PSEA,
        "89": Compartment.PRIVACY,
        "00": None,
    }
    names = [codes.short(code, language) for code in codes.entries for language in ("fr", "ar", "en")]
    assert all(0 < len(name) <= 22 for name in names)


def test_no_route_leads_from_a_guarded_compartment_to_the_police(db: Session) -> None:
    seed(db, DATA, fold=fold)
    police = {Role.OFFICER, Role.RELAY, Role.COORDINATOR}
    told = {compartment: {route.role for route in matching(db, compartment, 4)} for compartment in Compartment}
    assert all(told.values())
    assert not any(told[each] & police for each in GUARDED | {Compartment.PRIVACY, Compartment.INTAKE})


def test_the_gravest_are_told_at_once_and_quiet_hours_hold_only_the_least(db: Session) -> None:
    seed(db, DATA, fold=fold)
    paces = {pace.severity: pace for pace in db.scalars(select(Pace))}
    assert (paces[4].ack_within_seconds, paces[4].repeats, paces[4].batch_seconds) == (900, 2, 0)
    assert (paces[3].ack_within_seconds, paces[3].batch_seconds) == (3600, 0)
    assert {severity for severity, pace in paces.items() if pace.holds_in_quiet_hours} == {0, 1, 2}
