"""A dial that nobody finishes: told by the network once, twice, late or never, it comes to the same."""

import secrets
from dataclasses import replace

import pytest
from fixtures_service import COORDINATOR, OFFICER, PROTECTION, TOKEN, VILLAGER, Post
from sqlalchemy import select

from models.alert import Alert
from models.contact import stop
from models.incident import Incident, IncidentState
from models.report import Report, ReportBody, answers
from service.database import reading, transaction
from service.simulator.server import Simulator

TO_CONFIRM = ("1", "12", "1", "1", "3", "1")


def break_off(post: Post, phone: str, *pressed: str) -> str:
    session, text = secrets.token_hex(8), ""
    post.hop(phone, session, "")
    for key in pressed:
        text = f"{text}*{key}" if text else key
        post.hop(phone, session, text)
    return session


def end(post: Post, phone: str, session: str, status: str = "Incomplete") -> None:
    form = {"sessionId": session, "phoneNumber": phone, "status": status, "serviceCode": "*384*1234#"}
    assert post.hook("ussd-end", form) == (200, "")
    post.work()


def wait(post: Post, **length: float) -> None:
    post.watch.move(**length)
    post.ask("sweep")
    post.work()


def only_report(post: Post) -> Report:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report)).one()


def got(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


@pytest.mark.parametrize(
    ("ends", "minutes"),
    [
        pytest.param(("Incomplete",), 0, id="told"),
        pytest.param(("Failed",), 0, id="told that it failed"),
        pytest.param(("Incomplete", "Failed", "Incomplete"), 0, id="told three times"),
        pytest.param((), 4, id="never told"),
        pytest.param(("Success",), 4, id="told that all is well"),
    ],
)
def test_however_the_end_is_told_it_is_kept_once(
    post: Post, simulator: Simulator, ends: tuple[str, ...], minutes: int
) -> None:
    session = break_off(post, OFFICER, "1", "12", "1")
    for status in ends:
        end(post, OFFICER, session, status)
    wait(post, minutes=minutes)
    for status in (*ends, "Incomplete"):
        end(post, OFFICER, session, status)
    wait(post, minutes=1)
    wait(post, minutes=1)
    report = only_report(post)
    assert (report.partial, report.severity, report.code) == (True, 4, "12")
    assert report.abandoned_at is not None
    with reading(post.parts.engine) as db:
        assert answers(db, post.parts.keys, report)["urgency"] == "now"
    assert [text.split(" ")[0] for text in got(simulator, COORDINATOR)] == ["INCOMPLET"]
    (invite,) = got(simulator, OFFICER)
    kept = f"Votre signalement {report.reference} est garde, mais pas fini."
    assert invite == f"{kept} Pour finir : SMS SUITE, ou *384*1234# puis 1."


@pytest.mark.parametrize(("error", "kept"), [pytest.param("5", True, id="error"), pytest.param("0", False, id="none")])
def test_an_operator_tells_it_in_its_own_words(post: Post, error: str, kept: bool) -> None:
    query = {"SessionID": "S1", "MSISDN": OFFICER[1:], "MSC": "1"}
    for typed in ("384*1234", "1", "12", "1"):
        post.watch.move(seconds=20)
        post.client.get(f"/hooks/comviva/{TOKEN}/ussd", query_string={**query, "input": typed})
    ended = {"clean": "1", "error": error, "msisdn": OFFICER[1:], "SessionID": "S1"}
    assert post.client.get(f"/hooks/comviva/{TOKEN}/clean", query_string=ended).status_code == 200
    post.work()
    assert (only_report(post).abandoned_at is not None) is kept


def test_the_end_of_a_dial_that_all_went_well_in_means_nothing(post: Post) -> None:
    end(post, OFFICER, break_off(post, OFFICER, "1", "12", "1"), "Success")
    assert only_report(post).abandoned_at is None


def test_nothing_is_sent_to_the_phone_within_ten_seconds(post: Post, simulator: Simulator) -> None:
    end(post, VILLAGER, break_off(post, VILLAGER, "1", "12", "1"))
    wait(post, seconds=9)
    assert got(simulator, VILLAGER) == []
    wait(post, seconds=2)
    assert len(got(simulator, VILLAGER)) == 1


def test_a_phone_that_said_stop_is_not_invited(post: Post, simulator: Simulator) -> None:
    session = break_off(post, VILLAGER, "1", "12", "1")
    with transaction(post.parts.engine) as db:
        stop(db, post.parts.keys, VILLAGER, "keyword", post.watch.at)
    end(post, VILLAGER, session)
    wait(post, minutes=1)
    assert got(simulator, VILLAGER) == []


def test_where_nothing_is_offered_nobody_is_invited(post: Post, simulator: Simulator) -> None:
    policy = replace(post.parts.policy, resume=post.parts.policy.resume * 0)
    post.parts = replace(post.parts, policy=policy)
    break_off(post, VILLAGER, "1", "12", "1")
    wait(post, minutes=4)
    wait(post, minutes=1)
    assert got(simulator, VILLAGER) == []
    assert only_report(post).abandoned_at is not None


def test_what_a_villager_says_without_a_place_alerts_nobody(post: Post, simulator: Simulator) -> None:
    end(post, VILLAGER, break_off(post, VILLAGER, "1", "12", "1"))
    wait(post, minutes=1)
    assert got(simulator, COORDINATOR) == []


def test_a_villager_who_has_said_what_and_where_is_heard(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")  # so that "as before" is a place
    post.work()
    end(post, VILLAGER, break_off(post, VILLAGER, "1", "12", "1", "1", "3", "2"))
    first, incomplete = got(simulator, COORDINATOR)
    assert (first[:4], incomplete[:13]) == ("!!S4", "INCOMPLET !!S")
    assert "Gogui ML1101" in incomplete


def test_who_dials_again_before_the_invitation_is_spared_it(post: Post, simulator: Simulator) -> None:
    end(post, OFFICER, break_off(post, OFFICER, "1", "12", "1"))
    post.watch.move(seconds=5)
    post.dial(OFFICER, "1")
    wait(post, seconds=20)
    assert got(simulator, OFFICER) == []


def test_a_draft_that_is_finished_after_all_is_one_incident_for_the_same_readers(
    post: Post, simulator: Simulator
) -> None:
    end(post, OFFICER, break_off(post, OFFICER, "1", "12", "1"))
    assert "Ref" in post.dial(OFFICER, "1", "1", "4", "1", "1")
    post.work()
    report = only_report(post)
    assert (report.partial, report.abandoned_at) == (False, None)
    incomplete, whole = got(simulator, COORDINATOR)
    assert incomplete.startswith("INCOMPLET !!S4 Attaque / tirs(12) appel de Gogui")
    assert whole.startswith("!!S4 Attaque / tirs(12) Gogui ML1101")
    post.sms(COORDINATOR, f"ACK {report.reference}")
    post.sms(OFFICER, f"SUIVI {report.reference}")
    with reading(post.parts.engine) as db:
        assert len(db.scalars(select(Incident)).all()) == 1
        assert not any(db.scalars(select(Alert.incomplete)))
        assert [alert.acked_at is not None for alert in db.scalars(select(Alert))].count(True) == 1
    post.work()
    assert any("s'en occupe" in text for text in got(simulator, OFFICER))


def test_what_is_not_sent_after_all_is_recalled(post: Post) -> None:
    end(post, OFFICER, break_off(post, OFFICER, *TO_CONFIRM))
    assert "Rien n'est envoye" in post.dial(OFFICER, "1", "2")
    with reading(post.parts.engine) as db:
        assert set(db.scalars(select(Alert.ended_as))) == {"recalled"}
        assert db.scalars(select(ReportBody)).all() == []
        assert db.scalars(select(Incident.state)).all() == [IncidentState.FALSE]


def test_a_case_for_the_protection_desk_is_sealed_for_it_and_the_phone_hears_nothing(
    post: Post, simulator: Simulator
) -> None:
    end(post, VILLAGER, break_off(post, VILLAGER, "1", "34", "1", "1", "1", "2"))
    wait(post, minutes=1)
    report = only_report(post)
    assert (report.compartment, report.code, report.partial) == ("protection", None, True)
    with reading(post.parts.engine) as db:
        assert answers(db, post.parts.keys, report)["code"] == "34"
    assert got(simulator, VILLAGER) == []
    assert got(simulator, PROTECTION) == []


def test_what_became_a_case_for_the_protection_desk_in_the_last_key_is_sealed_for_it(
    post: Post, simulator: Simulator
) -> None:
    session = break_off(post, VILLAGER, "1", "12", "0", "0", "34", "1")  # may we write to this phone?
    end(post, VILLAGER, session)
    wait(post, minutes=1)
    report = only_report(post)
    assert (report.compartment, report.code, report.contact_id) == ("protection", None, None)
    assert got(simulator, VILLAGER) == []


def test_a_dialogue_by_sms_that_nobody_goes_on_with_is_kept_too(post: Post, simulator: Simulator) -> None:
    for text in ("ALERTE", "2", "2", "1"):
        post.sms(VILLAGER, text)
    post.work()
    wait(post, hours=13)
    wait(post, minutes=1)
    report = only_report(post)
    assert (report.partial, report.code) == (True, "22")
    assert "mais pas fini" in got(simulator, VILLAGER)[-1]
    assert "Pas fini" in post.dial(VILLAGER)


def test_a_new_sms_in_place_of_an_answer_keeps_what_was_begun(post: Post) -> None:
    for text in ("ALERTE", "2", "2", "ALERTE 12#1 Gogui"):
        post.sms(VILLAGER, text)
    with reading(post.parts.engine) as db:
        first, second = db.scalars(select(Report).order_by(Report.act_no))
    assert (first.partial, first.code, first.abandoned_at) == (True, "22", post.watch.at)
    assert (second.partial, second.code) == (False, "12")
