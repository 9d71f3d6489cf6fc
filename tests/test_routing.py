"""Who is told of what: compartment, then area, then severity, then level."""

from fixtures_service import (
    ADMIN,
    COMPLAINTS,
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    NATIONAL,
    OFFICER,
    PROTECTION,
    VILLAGER,
    Post,
)
from sqlalchemy import select

from models.alert import Alert
from models.code import Compartment
from models.contact import Contact
from models.incident import History
from models.message import Message
from models.report import Report, ReportBody
from models.roster import suspend as suspend_phone
from service.database import reading, transaction
from service.simulator.server import Simulator

POLICE = (OFFICER, COORDINATOR, COORDINATOR_LEVEL_2, NATIONAL)


def report_of(post: Post) -> Report:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report)).one()


def told(simulator: Simulator) -> set[str]:
    return {number for number in simulator.network.numbers() if number != VILLAGER}


def alert_to(simulator: Simulator, number: str) -> str:
    return simulator.network.inbox(number)[-1].text


def test_severity_4_goes_to_the_first_level_of_the_area_at_once(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert told(simulator) == {COORDINATOR, COORDINATOR_ENGLISH}


def test_an_alert_speaks_the_language_of_its_reader(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert "Attack / shooting(12)" in alert_to(simulator, COORDINATOR_ENGLISH)


def test_an_alert_is_one_part_and_grades_its_source(post: Post, simulator: Simulator) -> None:
    post.dial(OFFICER, "1", "12", "1", "1", "2", "1", "1")
    post.work()
    text = alert_to(simulator, COORDINATOR)
    reference = report_of(post).reference
    assert text == (
        f"!!S4 Attaque / tirs(12) Gogui ML1101 09:00 2 pers. vu. Src B. "
        f"Ref {reference}. ACK {reference} / NON {reference}"
    )
    assert simulator.network.inbox(COORDINATOR)[-1].parts == 1


def test_severity_2_waits_for_the_end_of_its_window(post: Post, simulator: Simulator) -> None:
    post.watch.move(minutes=4)
    post.sms(VILLAGER, "21#2 Gogui")
    post.work()
    assert told(simulator) == set()
    post.watch.move(minutes=10)
    post.ask("ladder")
    post.work()
    assert told(simulator) == set()
    post.watch.move(minutes=1, seconds=5)
    post.ask("ladder")
    post.work()
    assert COORDINATOR in told(simulator)


def test_severity_1_alerts_nobody(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "25#2 Gogui")
    post.work()
    assert told(simulator) == set()
    assert report_of(post).routed_at is not None


def test_where_nobody_is_left_on_the_first_level_the_next_one_is_told(post: Post, simulator: Simulator) -> None:
    for phone in (COORDINATOR, COORDINATOR_ENGLISH):
        suspend(post, phone)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    assert told(simulator) == {COORDINATOR_LEVEL_2}


def suspend(post: Post, phone: str) -> None:

    with transaction(post.parts.engine) as db:
        assert suspend_phone(db, post.parts.keys, phone, post.watch())


def test_an_unknown_place_goes_to_whoever_holds_the_country(post: Post, simulator: Simulator) -> None:
    post.dial(VILLAGER, "1", "1", "2", "1", "1", "0", "4", "1")
    post.work()
    assert NATIONAL in told(simulator)
    assert COORDINATOR not in told(simulator)


def test_without_a_place_an_officer_s_post_decides(post: Post, simulator: Simulator) -> None:
    post.dial(OFFICER, "1", "12", "1", "1", "0", "4", "1")
    post.work()
    assert COORDINATOR in told(simulator)


def test_a_person_in_danger_is_for_the_protection_desk_alone(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "33#1 Gogui")
    for answer in ("1", "2", "1"):  # yes; do not write to me; immediate danger
        post.sms(VILLAGER, answer)
    post.work()
    report = report_of(post)
    assert report.compartment is Compartment.PROTECTION
    assert (report.code, report.place_id, report.contact_id) == (None, None, None)
    assert told(simulator) == {PROTECTION}
    assert alert_to(simulator, PROTECTION) == (
        f"Karakoro: un message vous attend. Ref {report.reference}. ACK {report.reference}"
    )


def test_a_complaint_reaches_no_police_phone(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "AVIS 87")
    for answer in ("1", "2", "Un agent m'a frappe au poste"):
        post.sms(VILLAGER, answer)
    post.work()
    assert report_of(post).compartment is Compartment.COMPLAINTS
    assert told(simulator) == {COMPLAINTS}


def test_no_consent_keeps_nothing(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "AVIS 87")
    post.sms(VILLAGER, "2")
    post.work()
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Report)).all() == []
    assert "80001115" in alert_to(simulator, VILLAGER)


def test_a_text_that_nobody_has_read_stays_away_from_the_police(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "des choses se passent la nuit")
    post.work()
    assert report_of(post).compartment is Compartment.INTAKE
    assert told(simulator) == {ADMIN}
    assert not told(simulator) & set(POLICE)


def test_a_text_that_its_sender_classifies_moves_to_its_readers(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "des choses se passent la nuit")
    post.work()
    for answer in ("1", "2", "1", "Gogui"):
        post.sms(VILLAGER, answer)
    post.work()
    report = report_of(post)
    assert (report.compartment, report.code) == (Compartment.OPERATIONS, "12")
    assert COORDINATOR in told(simulator)


def test_routing_the_same_report_again_tells_nobody_twice(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    for _ in range(3):
        post.ask("route", report_of(post).id)
    post.work()
    assert len(simulator.network.inbox(COORDINATOR)) == 1


def test_a_report_that_the_queue_forgot_is_found_by_the_sweep(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.asked.clear()
    post.watch.move(seconds=6)
    post.ask("sweep")
    post.work()
    assert COORDINATOR in told(simulator)


def test_nobody_to_tell_is_written_down(post: Post) -> None:
    for member in (COORDINATOR, COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2, NATIONAL, ADMIN, *OTHERS):
        suspend(post, member)
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    with reading(post.parts.engine) as db:
        assert db.scalars(select(History.via).order_by(History.seq)).all()[-1] == "nobody_to_tell"


OTHERS = ("+22236000013", "+22236000014", "+22236000016")


def test_numbers_and_answers_lie_sealed_and_apart(post: Post) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    with reading(post.parts.engine) as db:
        sealed = [*db.scalars(select(Contact.number_enc)), *db.scalars(select(ReportBody.answers_enc))]
        sealed += [body for body in db.scalars(select(Message.body_enc)) if body]
    assert all(b"22376123456" not in each and b"Gogui" not in each for each in sealed if each)


def test_taking_an_alert_tells_the_others_who_has_it(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    reference = report_of(post).reference
    post.sms(COORDINATOR, f"ACK {reference}")
    post.work()
    assert alert_to(simulator, COORDINATOR) == f"Ref {reference} : c'est a vous. Merci."
    assert alert_to(simulator, COORDINATOR_ENGLISH) == f"Ref {reference}: Coordination Nioro has it."
    post.sms(COORDINATOR_ENGLISH, "ack")
    post.work()
    assert alert_to(simulator, COORDINATOR_ENGLISH) == f"Ref {reference}: already taken by Coordination Nioro."


def test_an_alert_can_be_taken_by_nobody_but_its_reader(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    for stranger in (VILLAGER, OFFICER, NATIONAL):
        post.sms(stranger, f"ACK {report_of(post).reference}")
    post.work()
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Alert.acked_at)).all() == [None, None]


def test_a_complaint_that_was_not_consented_to_may_be_told_a_moment_later(post: Post) -> None:
    post.sms(VILLAGER, "AVIS 87")
    post.sms(VILLAGER, "2")
    for text in ("AVIS 87", "1", "2", "Un agent m'a frappe au poste"):
        post.sms(VILLAGER, text)
    assert report_of(post).compartment is Compartment.COMPLAINTS
