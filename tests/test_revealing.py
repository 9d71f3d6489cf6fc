"""The number behind a report is shown to who has the permission, proves it, and says why; and others hear of it."""

import pytest
from click.testing import Result
from fixtures_service import ADMIN, COMPLAINTS, COORDINATOR, OFFICER, VILLAGER, VILLAGER_2, Post
from sqlalchemy import func, select

from models import contact as contacts
from models import member as members
from models import pin as pins
from models import report as reports
from models.audit import Audit
from models.member import MemberPhone
from models.report import Report
from models.reveal import Reveal
from service.app import create_app
from service.database import reading, transaction
from service.simulator.server import Simulator

PIN, PRIVACY = "258025", "+22370000024"
ELSEWHERE = "+22236000013"  # coordinates Guidimagha


def run(post: Post, *words: str, pin: str = PIN) -> Result:
    return create_app(post.parts).test_cli_runner().invoke(args=list(words), input=f"{pin}\n")


@pytest.fixture
def filed(post: Post) -> str:
    """The reference of a villager's report; every member has a PIN."""
    hashed = pins.hash_of(PIN)
    with transaction(post.parts.engine) as db:
        for member_id in set(db.scalars(select(MemberPhone.member_id))):
            pins.give(db, member_id, hashed, post.watch())
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report.reference)).one()


def ask(post: Post, reference: str, phone: str, reason: str = "to call the witness back", pin: str = PIN) -> Result:
    return run(post, "contacts", "reveal", "--report", reference, "--as", phone, "--reason", reason, pin=pin)


def acts(post: Post) -> list[str]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(Audit.act).where(Audit.act.startswith("reveal")).order_by(Audit.at)))


def test_with_permission_pin_and_reason_it_is_shown_written_down_and_told(
    post: Post, filed: str, simulator: Simulator
) -> None:
    run(post, "contacts", "permit", COORDINATOR)
    shown = ask(post, filed, COORDINATOR)
    assert shown.exit_code == 0, shown.output
    assert VILLAGER in shown.output
    post.work()
    told = simulator.network.inbox(PRIVACY)[-1].text
    assert told == f"Karakoro : un numero a ete montre. Ref {filed}. Le pourquoi est au journal."
    with reading(post.parts.engine) as db:
        entry = db.scalars(select(Audit).where(Audit.act == "reveal_number")).one()
        reveal = db.scalars(select(Reveal)).one()
        assert entry.reason == "to call the witness back"
        assert entry.actor_id == reveal.member_id
        assert (reveal.ends_at - reveal.at).total_seconds() == 15 * 60


@pytest.mark.parametrize("phone", [COORDINATOR, OFFICER, ADMIN, PRIVACY])
def test_no_role_carries_it_by_itself_and_a_try_is_written_down(post: Post, filed: str, phone: str) -> None:
    refused = ask(post, filed, phone)
    assert refused.exit_code == 1
    assert VILLAGER not in refused.output
    assert acts(post) == ["reveal_refused"]


@pytest.mark.parametrize("phone", [OFFICER, ADMIN, ELSEWHERE, COMPLAINTS])
def test_the_permission_opens_no_report_that_is_not_the_member_s_to_read(post: Post, filed: str, phone: str) -> None:
    run(post, "contacts", "permit", phone)
    refused = ask(post, filed, phone)
    assert refused.exit_code == 1
    assert VILLAGER not in refused.output
    assert acts(post)[-1] == "reveal_refused"


def test_a_wrong_pin_shows_nothing_and_counts(post: Post, filed: str) -> None:
    run(post, "contacts", "permit", COORDINATOR)
    for _ in range(5):
        assert ask(post, filed, COORDINATOR, pin="000000").exit_code == 1
    locked = ask(post, filed, COORDINATOR)
    assert locked.exit_code == 1
    assert "locked" in locked.output
    assert VILLAGER not in locked.output


def test_a_word_is_no_reason_and_numbers_in_it_are_masked(post: Post, filed: str) -> None:
    run(post, "contacts", "permit", COORDINATOR)
    assert ask(post, filed, COORDINATOR, reason="ok").exit_code == 1
    assert ask(post, filed, COORDINATOR, reason="rappeler 76 12 34 56").exit_code == 0
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Audit.reason).where(Audit.act == "reveal_number")).one() == "rappeler ***"


def test_for_a_quarter_of_an_hour_it_is_one_reveal_and_then_another(
    post: Post, filed: str, simulator: Simulator
) -> None:
    run(post, "contacts", "permit", COORDINATOR)
    for minutes in (0, 10, 10):
        post.watch.move(minutes=minutes)
        assert ask(post, filed, COORDINATOR).exit_code == 0
        post.work()
    with reading(post.parts.engine) as db:
        assert db.scalar(select(func.count()).select_from(Reveal)) == 2
    assert len(simulator.network.inbox(PRIVACY)) == 2


def test_what_has_no_number_shows_none(post: Post, filed: str) -> None:
    post.sms(VILLAGER_2, "99#41#1 Gogui")
    run(post, "contacts", "permit", COORDINATOR)
    with reading(post.parts.engine) as db:
        reference = db.scalars(select(Report.reference).where(Report.code == "41")).one()
    refused = ask(post, reference, COORDINATOR)
    assert "no number is kept" in refused.output


def test_a_permission_is_taken_away(post: Post, filed: str) -> None:
    run(post, "contacts", "permit", COORDINATOR)
    run(post, "contacts", "forbid", COORDINATOR)
    assert ask(post, filed, COORDINATOR).exit_code == 1


def privacy(post: Post, act: str, *words: str, phone: str = VILLAGER, member: str = PRIVACY) -> Result:
    return run(post, "privacy", act, "--phone", phone, "--as", member, "--reason", "demande 89", *words)


def test_what_is_held_is_told_without_a_word_of_any_report(post: Post, filed: str) -> None:
    for text in ("AVIS 86", "1", "1", "de l'argent", "QUI"):
        post.sms(VILLAGER, text)
    told = privacy(post, "export").output
    assert filed in told
    assert '"scope": "operations"' in told
    assert "argent" not in told
    assert "complaints" not in told.replace("danger and complaints", "")
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Audit.reason).where(Audit.act == "privacy_export")).one() == "demande 89"


@pytest.mark.parametrize("member", [COORDINATOR, ADMIN, OFFICER])
def test_nobody_but_the_desk_for_personal_data_answers_requests(post: Post, filed: str, member: str) -> None:
    for act in ("export", "erase"):
        refused = privacy(post, act, *(["--yes"] if act == "erase" else []), member=member)
        assert refused.exit_code == 1
        assert filed not in refused.output


def test_words_and_language_are_put_right_and_nothing_that_decides_who_is_told(post: Post, filed: str) -> None:
    post.sms(VILLAGER, "AVIS 83")
    post.sms(VILLAGER, "un puits a Gogi")
    with reading(post.parts.engine) as db:
        reference = db.scalars(select(Report.reference).where(Report.compartment == "feedback")).one()
    named = ("--report", reference, "--question")
    done = privacy(post, "correct", "--language", "ar", *named, "message", "--answer", "un puits, 76 12 34 56")
    assert done.output.endswith("Put right.\n"), done.output
    for question in ("code", "severity", "place_key"):
        assert privacy(post, "correct", *named, question, "--answer", "88").exit_code == 1
    assert privacy(post, "correct", *named, "message", "--answer", "x", phone=VILLAGER_2).exit_code == 1
    with reading(post.parts.engine) as db:
        report = reports.by_reference(db, reference)
        assert report is not None
        told = reports.answers(db, post.parts.keys, report)
        contact_id = contacts.find(db, post.parts.keys, VILLAGER)
        assert contact_id is not None
        assert contacts.language(db, contact_id) == "ar"
    assert (told["message"], told["code"]) == ("un puits, ***", "83")


def test_a_phone_is_forgotten_on_request(post: Post, filed: str) -> None:
    assert privacy(post, "erase", "--yes").exit_code == 0
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Report)).one().contact_id is None
    post.watch.move(minutes=11)
    post.ask("forget")
    post.work()
    with reading(post.parts.engine) as db:
        assert contacts.find(db, post.parts.keys, VILLAGER) is None
        assert members.of_contact(db, contacts.find(db, post.parts.keys, COORDINATOR), post.watch()) is not None
