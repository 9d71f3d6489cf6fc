"""A phone dials again: what was begun is offered within its time, to the same kind of person, and never of some."""

import secrets
from dataclasses import replace

import pytest
from fixtures_service import OFFICER, RELAY, VILLAGER, Post
from sqlalchemy import select

from models.conversation import Conversation
from models.report import Report, ReportState
from models.roster import suspend
from service.database import reading, transaction

OFFERED = "Pas fini"


def begin(post: Post, phone: str, *pressed: str) -> str:
    """Dial, press these keys and leave it at that; the session."""
    session, text = secrets.token_hex(8), ""
    post.hop(phone, session, "")
    for key in pressed:
        text = f"{text}*{key}" if text else key
        post.hop(phone, session, text)
    return session


def reports(post: Post) -> list[Report]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(Report).order_by(Report.created_at)))


@pytest.mark.parametrize(
    ("phone", "minutes", "offered"),
    [
        pytest.param(VILLAGER, 29, True, id="a villager soon"),
        pytest.param(VILLAGER, 31, False, id="a villager later"),
        pytest.param(OFFICER, 60 * 24 * 6, True, id="an officer after days"),
        pytest.param(OFFICER, 60 * 24 * 8, False, id="an officer after a week"),
        pytest.param(RELAY, 60 * 24 * 6, True, id="a relay after days"),
    ],
)
def test_it_is_offered_within_its_time(post: Post, phone: str, minutes: int, offered: bool) -> None:
    begin(post, phone, "1", "12", "1")
    post.watch.move(minutes=minutes)
    assert (OFFERED in post.dial(phone)) is offered


def test_the_operator_may_offer_it_to_members_alone(post: Post) -> None:
    policy = replace(post.parts.policy, resume=post.parts.policy.resume * 0)
    post.parts = replace(post.parts, policy=policy)
    for phone, offered in ((VILLAGER, False), (OFFICER, True)):
        begin(post, phone, "1", "12", "1")
        assert (OFFERED in post.dial(phone)) is offered


@pytest.mark.parametrize(
    ("phone", "pressed"),
    [
        pytest.param(OFFICER, ("1",), id="nothing said yet"),
        pytest.param(OFFICER, ("1", "1"), id="a group is no report"),
        pytest.param(OFFICER, ("1", "34", "1"), id="somebody in danger, by an officer"),
        pytest.param(VILLAGER, ("1", "34"), id="somebody in danger, before consent"),
        pytest.param(VILLAGER, ("1", "34", "1", "1", "1"), id="somebody in danger, who may be written to"),
        pytest.param(VILLAGER, ("2", "9", "6", "1", "2", "Trop"), id="money asked for"),
        pytest.param(VILLAGER, ("2", "9", "8", "1", "2"), id="abuse"),
        pytest.param(VILLAGER, ("1", "12", "0", "0", "34"), id="it was something else first"),
        pytest.param(VILLAGER, ("1", "12", "0", "0", "34", "1", "2", "1"), id="it became something else"),
    ],
)
def test_of_some_things_the_phone_shows_no_trace(post: Post, phone: str, pressed: tuple[str, ...]) -> None:
    begin(post, phone, *pressed)
    assert OFFERED not in post.dial(phone)
    post.watch.move(minutes=4)
    post.parts.enqueue("sweep")
    post.work()
    assert OFFERED not in post.dial(phone)


def test_a_draft_that_becomes_a_case_for_the_protection_desk_loses_its_phone(post: Post) -> None:
    begin(post, VILLAGER, "1", "12", "0", "0", "34", "1", "2", "1")
    assert [(report.compartment, report.contact_id) for report in reports(post)] == [("protection", None)]


def test_a_suspended_phone_shows_no_officer_s_draft(post: Post) -> None:
    begin(post, OFFICER, "1", "12", "1")
    with transaction(post.parts.engine) as db:
        suspend(db, post.parts.keys, OFFICER, post.watch.at)
    assert OFFERED not in post.dial(OFFICER)


def test_what_is_gone_on_with_is_one_report_whichever_dial_finishes_it(post: Post) -> None:
    begin(post, OFFICER, "1", "12", "1")
    begin(post, OFFICER, "1", "1")
    assert post.dial(OFFICER, "1", "4", "1", "1").startswith("END Ref ")
    assert [report.state for report in reports(post)] == [ReportState.FILED]
    assert OFFERED not in post.dial(OFFICER)


def test_a_dial_that_goes_on_after_another_was_opened_ends_with_a_sentence(post: Post) -> None:
    first = begin(post, OFFICER, "1", "12")
    second = begin(post, OFFICER)
    assert post.hop(OFFICER, first, "1*12*1") == "END Suite sur votre nouvel appel."
    assert post.hop(OFFICER, first, "1*12*1*1") == "END Suite sur votre nouvel appel."
    assert post.hop(OFFICER, second, "1").startswith("CON Quand")


def test_the_last_hop_of_a_dial_that_was_taken_over_still_gives_the_same_bytes(post: Post) -> None:
    post.hop(OFFICER, "S1", "")
    screen = post.hop(OFFICER, "S1", "1")
    post.hop(OFFICER, "S2", "")
    assert post.hop(OFFICER, "S1", "1") == screen


def test_two_dials_that_go_on_with_the_same_draft_do_not_double_it(post: Post) -> None:
    begin(post, OFFICER, "1", "12", "1")
    offered = begin(post, OFFICER)
    post.dial(OFFICER, "1", "1", "4", "1", "1")
    assert post.hop(OFFICER, offered, "1").startswith("END Suite")
    assert len(reports(post)) == 1


def test_who_starts_again_loses_nothing(post: Post) -> None:
    begin(post, OFFICER, "1", "12", "1")
    assert "1 Signaler" in post.dial(OFFICER, "2")
    (report,) = reports(post)
    assert (report.partial, report.code, report.abandoned_at) == (True, "12", post.watch.at)
    assert OFFERED not in post.dial(OFFICER)


def test_who_leaves_a_draft_by_going_back_to_the_first_screen_loses_nothing(post: Post) -> None:
    assert "1 Signaler" in post.dial(OFFICER, "1", "12", "0", "0", "0")
    (report,) = reports(post)
    assert (report.partial, report.abandoned_at) == (True, post.watch.at)
    assert OFFERED not in post.dial(OFFICER)


def test_who_refuses_consent_after_all_leaves_nothing(post: Post) -> None:
    post.dial(VILLAGER, "1", "12", "0", "0", "34", "2")
    assert [report.state for report in reports(post)] == [ReportState.WITHDRAWN]


def test_what_was_begun_by_sms_is_gone_on_with_by_a_dial_and_not_by_sms_as_well(post: Post) -> None:
    for text in ("ALERTE", "2", "2"):
        post.sms(VILLAGER, text)
    assert post.dial(VILLAGER, "1").startswith("CON Quand")
    with reading(post.parts.engine) as db:
        by_sms = db.scalars(select(Conversation).where(Conversation.channel == "sms")).one()
    assert (by_sms.draft_id, by_sms.progress_enc) == (None, None)
    assert len(reports(post)) == 1
