"""Telling without a number: ten minutes after it, nothing in the database leads from the report to its phone."""

import re

import pytest
from fixtures_service import COORDINATOR, OFFICER, VILLAGER, VILLAGER_2, Post
from sqlalchemy import func, select

from flows.masking import mask
from handlers.anonymity import without_prefix
from handlers.replying import reply
from models import report as reports
from models import ticket as tickets
from models.base import Base
from models.consent import Consent
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message, MessageState
from models.receipt import Receipt
from models.report import Report
from models.ticket import Ticket
from service.database import reading, transaction
from service.simulator.network import Outcome
from service.simulator.server import Simulator

USSD = ("99", "1", "1", "12", "1", "1", "0", "4", "1")


def code_in(text: str) -> tuple[str, str]:
    """Reference and code as they are shown."""
    found = re.search(r"(\d{6,8}) code (\d{4})", text)
    assert found is not None, text
    return found[1], found[2]


def pass_minutes(post: Post, minutes: int) -> None:
    """The clock asks once a minute."""
    for _ in range(minutes):
        post.watch.move(minutes=1)
        post.ask("sweep")
        post.ask("forget")
        post.work()


def rows(post: Post, table: type[Base]) -> int:
    with reading(post.parts.engine) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def last_sms(simulator: Simulator, phone: str) -> str:
    return simulator.network.inbox(phone)[-1].text


def test_by_ussd_nothing_is_left_of_the_phone_after_ten_minutes(post: Post) -> None:
    before = rows(post, Contact)
    reference, code = code_in(post.dial(VILLAGER, *USSD))
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Report)).one().contact_id is None
    pass_minutes(post, 9)
    assert rows(post, Conversation) == 1
    pass_minutes(post, 2)
    with reading(post.parts.engine) as db:
        report, ticket = db.scalars(select(Report)).one(), db.scalars(select(Ticket)).one()
        assert (report.contact_id, report.conversation_id) == (None, None)
        assert (ticket.contact_id, ticket.conversation_id, ticket.vault_enc) == (None, None, None)
    assert (rows(post, Conversation), rows(post, Contact)) == (0, before)
    assert f"Ref {reference} : recue." in post.dial(VILLAGER_2, "3", reference + code)


def test_by_sms_neither_text_nor_answer_nor_provider_s_name_is_left(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "99#12#1 Gogui")
    post.work()
    reference, code = code_in(last_sms(simulator, VILLAGER))
    with reading(post.parts.engine) as db:
        sent = db.scalars(select(Message.provider_id).where(Message.purpose_key.startswith("reply:"))).one()
    post.hook("delivery", {"id": sent or "", "status": "Success", "phoneNumber": VILLAGER, "networkCode": "99999"})
    assert rows(post, Receipt) == 1
    pass_minutes(post, 11)
    with reading(post.parts.engine) as db:
        mine = Message.contact_id.is_(None)
        for message in db.scalars(select(Message).where(mine)):
            assert (message.body_enc, message.body_mac, message.provider_id) == (None, None, None)
        assert db.scalar(select(func.count()).where(mine)) == 2
        contact = db.scalar(select(Contact.id).where(Contact.pseudonym == post.parts.keys.pseudonym(VILLAGER)))
        assert contact is None
    assert rows(post, Receipt) == 0
    post.sms(VILLAGER_2, f"SUIVI {reference} {code}")
    post.work()
    assert last_sms(simulator, VILLAGER_2) == f"Ref {reference} : recue."


def test_a_phone_that_was_known_keeps_what_it_told_with_its_number(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "71#1 Gogui")
    post.work()
    post.watch.move(hours=1)
    post.sms(VILLAGER, "99#12#1 Gogui")
    post.work()
    pass_minutes(post, 11)
    with reading(post.parts.engine) as db:
        linked = db.scalars(select(Report).where(Report.contact_id.is_not(None))).one()
        assert linked.code == "71"
        nameless = db.scalars(select(Report).where(Report.contact_id.is_(None))).one()
        assert nameless.conversation_id is None
        talk = db.scalars(select(Conversation)).one()
        assert talk.updated_at == talk.created_at
        assert db.scalar(select(func.count()).where(Message.contact_id == linked.contact_id)) == 2
    post.sms(VILLAGER, "72#1 Gogui")
    post.work()
    assert "Bien recu" in last_sms(simulator, VILLAGER)


def test_a_member_who_tells_it_so_is_no_officer_and_at_no_post(post: Post) -> None:
    post.sms(OFFICER, "99#12#1 Gogui")
    post.work()
    with reading(post.parts.engine) as db:
        report = db.scalars(select(Report)).one()
        assert report.contact_id is None
        assert all("Src B" not in str(row) for row in db.execute(select(Report.code)))
    pass_minutes(post, 11)
    with reading(post.parts.engine) as db:
        assert db.scalar(select(Message.id).where(Message.contact_id.is_(None), Message.body_enc.is_not(None))) is None


def test_what_breaks_off_is_forgotten_too_and_nobody_is_invited_to_go_on(post: Post, simulator: Simulator) -> None:
    post.dial(VILLAGER, *USSD[:5])
    pass_minutes(post, 20)
    with reading(post.parts.engine) as db:
        report = db.scalars(select(Report)).one()
        assert (report.partial, report.contact_id, report.conversation_id) == (True, None, None)
    assert rows(post, Conversation) == 0
    assert not simulator.network.inbox(VILLAGER)
    assert "Pas fini" not in post.dial(VILLAGER)


def test_a_complaint_without_a_number_leaves_no_consent_that_names_the_phone(post: Post) -> None:
    for text in ("99#AVIS 86", "1", "un agent a demande 5000"):
        post.sms(VILLAGER, text)
    post.work()
    assert rows(post, Consent) == 0
    pass_minutes(post, 11)
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Report)).one().compartment == "complaints"
        assert db.scalar(select(Message.id).where(Message.contact_id.is_not(None), Message.alert_id.is_(None))) is None


def test_an_answer_that_could_not_leave_is_waited_for(post: Post, simulator: Simulator) -> None:
    """Without it nobody would ever know the code."""
    simulator.network.script(Outcome(status_code=405), times=50)
    post.sms(VILLAGER, "99#71#4 Gogui")
    post.work()
    pass_minutes(post, 15)
    with reading(post.parts.engine) as db:
        reply = db.scalars(select(Message).where(Message.purpose_key.startswith("reply:"))).one()
        assert reply.contact_id is not None
        assert reply.body_enc is not None


def test_after_a_day_it_is_waited_for_no_longer(post: Post) -> None:
    post.sms(VILLAGER, "99#71#4 Gogui")  # and no worker sends anything
    post.asked.clear()
    post.watch.move(hours=25)
    with transaction(post.parts.engine) as db:
        due = tickets.due(db, post.watch(), 10).wipe
    post.asked = [("wipe", (report_id,)) for report_id in due]
    post.work()
    with reading(post.parts.engine) as db:
        reply = db.scalars(select(Message).where(Message.purpose_key.startswith("reply:"))).one()
        assert (reply.state, reply.contact_id, reply.body_enc) == (MessageState.HELD, None, None)


def test_the_vault_is_emptied_after_72_hours(post: Post, simulator: Simulator) -> None:
    post.dial(VILLAGER, "99", "1", "2", *USSD[3:])
    post.work()
    pass_minutes(post, 11)
    with reading(post.parts.engine) as db:
        ticket = db.scalars(select(Ticket)).one()
        assert ticket.vault_enc is not None
        reference = db.scalars(select(Report.reference)).one()
    post.watch.move(hours=73)
    post.ask("forget")
    post.work()
    with reading(post.parts.engine) as db:
        ticket = db.scalars(select(Ticket)).one()
        assert (ticket.vault_enc, ticket.vault_until, ticket.contact_id) == (None, None, None)
        gone = db.scalar(select(Contact.id).where(Contact.pseudonym == post.parts.keys.pseudonym(VILLAGER)))
        assert gone is None
    post.sms(COORDINATOR, f"ACK {reference}")
    post.work()
    assert not simulator.network.inbox(VILLAGER)


def test_what_a_coordinator_answered_leads_nowhere_after_72_hours(post: Post, simulator: Simulator) -> None:
    post.dial(VILLAGER, "99", "1", "2", *USSD[3:])
    post.work()
    pass_minutes(post, 11)
    with transaction(post.parts.engine) as db:
        desk, report = post.parts.desk(db), db.scalars(select(Report)).one()
        effects = reply(desk, report, 1, "Restez chez vous", "once")
    for effect in effects:
        post.ask("deliver", *effect.message_ids)
    post.work()
    assert "Restez chez vous" in last_sms(simulator, VILLAGER)
    post.watch.move(hours=73)
    post.ask("forget")
    post.work()
    with reading(post.parts.engine) as db:
        row = db.scalars(select(Message).where(Message.purpose_key.startswith("said:"))).one()
        assert (row.contact_id, row.body_enc, row.body_mac, row.provider_id) == (None, None, None, None)
        assert db.scalar(select(Contact.id).where(Contact.pseudonym == post.parts.keys.pseudonym(VILLAGER))) is None


def test_the_code_is_kept_nowhere(post: Post) -> None:
    _, code = code_in(post.dial(VILLAGER, *USSD))
    pass_minutes(post, 11)
    with reading(post.parts.engine) as db:
        ticket = db.scalars(select(Ticket)).one()
    assert code.encode() not in (ticket.code_mac or b"")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("99#12#1 Gogui", "12#1 Gogui"),
        ("99 12 1 Gogui", "12 1 Gogui"),
        ("99*12", "12"),
        ("٩٩#١٢#١ Gogui", "12#1 Gogui"),
        (" 99 ", ""),
        ("99#", ""),
        ("99#AVIS 86", "AVIS 86"),
        ("99 personnes sont arrivees", None),
        ("990#12", None),
        ("12#99", None),
    ],
)
def test_what_begins_with_99_and_a_sign_is_told_without_a_number(text: str, rest: str | None) -> None:
    assert without_prefix(text) == rest


def test_99_is_an_answer_where_something_was_asked(post: Post) -> None:
    post.sms(VILLAGER, "AVIS 83")
    post.sms(VILLAGER, "99")
    with reading(post.parts.engine) as db:
        report = db.scalars(select(Report)).one()
        assert not report.partial
        assert report.contact_id is not None
        assert reports.answers(db, post.parts.keys, report)["message"] == "99"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("appelez le 76123456", "appelez le ***"),
        ("appelez le 76 12 34 56 ce soir", "appelez le *** ce soir"),
        ("+223 76 12 34 56", "***"),
        ("00223-76-12-34-56", "***"),
        ("٧٦١٢٣٤٥٦ اتصل", "*** اتصل"),
        ("۷۶۱۲۳۴۵۶", "***"),
        ("76\u200e12\u200f3456", "***"),
        ("carte AB123456 vue", "carte *** vue"),
        ("NINA 18003025012345 A", "NINA *** A"),
        ("1200 personnes, 350 vaches", "1200 personnes, 350 vaches"),
        ("on demande 5000 francs", "on demande 5000 francs"),
        ("10 000 000 francs", "10 000 000 francs"),
        ("le 02.03.2026 et 2026-03-02", "le 02.03.2026 et 2026-03-02"),
        ("12#1#60 Gogui", "12#1#60 Gogui"),
    ],
)
def test_numbers_that_lead_to_a_person_are_masked_and_counts_are_not(written: str, kept: str) -> None:
    assert mask(written) == kept


def test_what_is_stored_of_free_words_is_masked(post: Post) -> None:
    post.sms(VILLAGER, "quelqu'un vend des armes, appelez 76 12 34 56")
    post.sms(VILLAGER_2, "AVIS 83")
    post.sms(VILLAGER_2, "un puits, mon numero ٧٦١٢٣٤٥٦")
    with reading(post.parts.engine) as db:
        keys = post.parts.keys
        told = [reports.answers(db, keys, report) for report in db.scalars(select(Report))]
    assert sorted(text for answers in told for text in answers.values() if "***" in text) == [
        "quelqu'un vend des armes, appelez ***",
        "un puits, mon numero ***",
    ]
