"""A phone that asks to be forgotten leaves no number, no text and no pseudonym; what it told stays, and is nobody's."""

import re
from dataclasses import replace

import pytest
from fixtures_service import COORDINATOR, OFFICER, VILLAGER, VILLAGER_2, Post
from sqlalchemy import func, select, text

from flows.language import Words
from models import contact as contacts
from models import report as reports
from models.base import Base
from models.consent import Consent
from models.contact import Contact, Suppression
from models.conversation import Conversation
from models.erasure import Erasure
from models.member import MemberPhone
from models.message import Message
from models.receipt import Receipt
from models.report import Report
from models.ticket import Ticket
from service.database import reading
from service.simulator.server import Simulator


def pass_minutes(post: Post, minutes: int) -> None:
    for _ in range(minutes):
        post.watch.move(minutes=1)
        post.ask("forget")
        post.work()


def texts(post: Post, *said: str, phone: str = VILLAGER) -> None:
    for each in said:
        post.sms(phone, each)
        post.work()


def last_sms(simulator: Simulator, phone: str) -> str:
    return simulator.network.inbox(phone)[-1].text


def holding(post: Post, contact_id: int) -> set[str]:
    """The tables in which that contact's id stands in any column, under whatever name."""
    found = set()
    with reading(post.parts.engine) as db:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                named = column.name == "contact_id" or any(
                    key.column.table.name == "contact" for key in column.foreign_keys
                )
                if named and db.scalar(select(func.count()).select_from(table).where(column == contact_id)):
                    found.add(table.name)
            if "session_key" in table.columns:
                mine = table.columns["session_key"] == str(contact_id)
                found |= {table.name} if db.scalar(select(func.count()).select_from(table).where(mine)) else set()
    return found


def contact_of(post: Post, phone: str) -> int | None:
    with reading(post.parts.engine) as db:
        return contacts.find(db, post.parts.keys, phone)


def test_nothing_is_left_of_a_phone_that_told_asked_and_complained(post: Post) -> None:
    texts(post, "41#1#60 Gogui", "AVIS 83", "un puits", "AVIS 86", "1", "1", "de l'argent", "QUI", "STOP", "START")
    post.dial(VILLAGER, "1", "12")
    contact_id = contact_of(post, VILLAGER)
    assert contact_id is not None
    assert holding(post, contact_id) >= {"report", "message", "conversation", "consent"}
    texts(post, "STOP", "EFFACER", "1")
    assert "report" not in holding(post, contact_id)
    pass_minutes(post, 11)
    assert holding(post, contact_id) == set()
    assert contact_of(post, VILLAGER) is None
    with reading(post.parts.engine) as db:
        assert db.get(Contact, contact_id) is None
        assert db.scalar(select(func.count()).select_from(Report)) == 4
        kept = db.scalars(select(Report).where(Report.code == "41")).one()
        assert reports.answers(db, post.parts.keys, kept)["code"] == "41"
        stopped = select(Suppression.mac).where(Suppression.mac == post.parts.keys.suppression(VILLAGER))
        assert db.scalar(stopped) is not None, "who said STOP is still not written to"
        assert db.scalar(select(func.count()).select_from(Erasure)) == 0


def test_no_is_no(post: Post) -> None:
    texts(post, "41#1#60 Gogui", "EFFACER", "2")
    contact_id = contact_of(post, VILLAGER)
    assert contact_id is not None
    pass_minutes(post, 15)
    assert holding(post, contact_id) >= {"report", "message"}


def test_the_answer_leaves_before_the_number_goes(post: Post, simulator: Simulator) -> None:
    texts(post, "41#1#60 Gogui", "EFFACER", "1")
    assert "effaces" in last_sms(simulator, VILLAGER)


def test_the_same_hop_again_gets_the_same_screen_for_ten_minutes(post: Post) -> None:
    post.hop(VILLAGER, "erasing", "")
    first = post.hop(VILLAGER, "erasing", "4*3*1")
    post.hop(VILLAGER, "erasing2", "")
    post.hop(VILLAGER, "erasing2", "4")
    post.hop(VILLAGER, "erasing2", "4*3")
    done = post.hop(VILLAGER, "erasing2", "4*3*1")
    pass_minutes(post, 5)
    assert done == post.hop(VILLAGER, "erasing2", "4*3*1")
    assert done.startswith("END ")
    assert first


def test_a_member_stays_one_and_keeps_the_alerts(post: Post) -> None:
    texts(post, "12#1 Gogui", phone=VILLAGER_2)
    texts(post, "54#4 Gogui", "EFFACER", "1", phone=COORDINATOR)
    contact_id = contact_of(post, COORDINATOR)
    assert contact_id is not None
    pass_minutes(post, 11)
    assert holding(post, contact_id) <= {"member_phone", "message", "history", "conversation"}
    with reading(post.parts.engine) as db:
        mine = Message.contact_id == contact_id
        assert db.scalars(select(Message.id).where(mine, Message.alert_id.is_(None))).first() is None
        assert db.scalars(select(Message.id).where(mine, Message.alert_id.is_not(None))).first() is not None
        assert db.get(MemberPhone, contact_id) is not None
        assert db.get_one(Contact, contact_id).number_enc is not None


def test_what_was_told_without_a_number_loses_its_last_link_too(post: Post) -> None:
    texts(post, "99#12#1 Gogui", "99 OUI", "EFFACER", "1")
    with reading(post.parts.engine) as db:
        ticket = db.scalars(select(Ticket)).one()
        assert (ticket.contact_id, ticket.vault_enc) == (None, None)
    pass_minutes(post, 11)
    assert contact_of(post, VILLAGER) is None


@pytest.mark.parametrize("word", ["EFFACER", "effacer svp", "Erase", "امسح"])
def test_the_word_in_every_language(post: Post, simulator: Simulator, word: str) -> None:
    texts(post, word)
    assert "1 Oui, effacer" in last_sms(simulator, VILLAGER)


def test_a_guarded_report_that_may_not_be_answered_leaves_no_consent_that_names_the_phone(post: Post) -> None:
    texts(post, "AVIS 86", "1", "2", "de l'argent")
    with reading(post.parts.engine) as db:
        assert db.scalar(select(func.count()).select_from(Consent)) == 0
        report = db.scalars(select(Report)).one()
        told = reports.answers(db, post.parts.keys, report)["consent_wording"]
    assert re.fullmatch(r"[0-9a-f]{12} fr 2026-03-02T09:00:00\+00:00", told)


def test_one_that_may_be_answered_is_written_down_with_wording_language_and_time(post: Post) -> None:
    texts(post, "LANG EN", "FEEDBACK 86", "1", "1", "money")
    with reading(post.parts.engine) as db:
        given = db.scalars(select(Consent)).one()
        assert (given.scope, given.language, given.said, given.at) == ("complaints", "en", True, post.watch())
        told = reports.answers(db, post.parts.keys, db.scalars(select(Report)).one())["consent_wording"]
    assert told.startswith(f"{given.version} en ")


def reworded(post: Post, key: str) -> None:
    """The next release says that in other words."""
    catalogues = dict(post.parts.words.catalogues)
    french = catalogues["fr"]
    changed = replace(french, texts={**french.texts, key: tuple(f"{each} (2)" for each in french.texts[key])})
    post.parts = replace(post.parts, words=Words({**catalogues, "fr": changed}))
    post.__dict__.pop("client", None)


def test_whoever_was_told_who_reads_is_told_when_that_has_changed_and_once(post: Post, simulator: Simulator) -> None:
    texts(post, "41#1#60 Gogui")
    assert "Qui lit : SMS QUI" in last_sms(simulator, VILLAGER)
    reworded(post, "text.who")
    texts(post, "42#1#60 Gogui")
    assert "Qui lit a change : SMS QUI" in last_sms(simulator, VILLAGER)
    texts(post, "72#1 Gogui")
    assert "Qui lit : SMS QUI" in last_sms(simulator, VILLAGER)
    texts(post, "42#1#60 Gogui", phone=VILLAGER_2)
    assert "a change" not in last_sms(simulator, VILLAGER_2)


def test_consent_is_asked_again_in_the_new_wording_and_kept_beside_the_old(post: Post, simulator: Simulator) -> None:
    texts(post, "AVIS 86", "1", "1", "de l'argent")
    reworded(post, "consent.ask")
    post.watch.move(minutes=10)
    texts(post, "AVIS 86")
    assert "(2)" in last_sms(simulator, VILLAGER)
    texts(post, "1", "1", "encore de l'argent")
    with reading(post.parts.engine) as db:
        assert len(set(db.scalars(select(Consent.version)))) == 2


def test_members_have_signed_and_are_told_nothing(post: Post, simulator: Simulator) -> None:
    texts(post, "54#4 Gogui", phone=OFFICER)
    reworded(post, "text.who")
    texts(post, "54#4 Gogui", phone=OFFICER)
    assert "a change" not in last_sms(simulator, OFFICER)


def test_the_database_has_no_rows_of_receipts_for_a_phone_that_is_gone(post: Post) -> None:
    texts(post, "41#1#60 Gogui", "EFFACER", "1")
    pass_minutes(post, 11)
    with reading(post.parts.engine) as db:
        assert db.scalar(select(func.count()).select_from(Receipt)) == 0
        assert db.scalar(select(func.count()).select_from(Conversation)) == 0
        assert db.scalar(text("SELECT count(*) FROM contact WHERE number_enc IS NULL")) == 0
