"""Which moves an incident can make, who may make them, and what is written down of each."""

import pytest
from fixtures_service import COORDINATOR, COORDINATOR_ENGLISH, OFFICER, VILLAGER, Post
from sqlalchemy import select

from handlers.lifecycle import MOVES, Act, Unsaid, allowed, move, needs_proof, propose
from models.base import new_id
from models.code import Compartment
from models.incident import Hand, History, Incident, IncidentState
from models.member import Role
from models.report import Report
from models.route import Route
from service.database import reading, transaction
from service.simulator.server import Simulator

TOLD = ("attaque au village, trois morts", "3 morts et 2 blesses ici", "12#1 Gogui", "ALERTE 12")


def incident_of(post: Post) -> Incident:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Incident)).one()


def history_of(post: Post) -> list[tuple[IncidentState, str, bool, IncidentState | None]]:
    with reading(post.parts.engine) as db:
        rows = db.scalars(select(History).order_by(History.seq))
        return [(row.to_state, row.via, row.member_id is not None, row.proposes) for row in rows]


def reported(post: Post, text: str) -> str:
    """The reference of what a villager has just reported and the coordinators were alerted of."""
    post.sms(VILLAGER, text)
    post.work()
    post.watch.move(minutes=16)
    post.ask("sweep")
    post.work()
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report.reference)).one()


@pytest.mark.parametrize("act", list(Act))
def test_no_move_leads_out_of_a_closed_incident(act: Act) -> None:
    assert not allowed(IncidentState.CLOSED, act)


@pytest.mark.parametrize("state", [state for state in IncidentState if state is not IncidentState.RECEIVED])
def test_whatever_was_looked_at_can_come_to_its_end(state: IncidentState) -> None:
    reached, todo = set(), [state]
    while todo:
        here = todo.pop()
        reached.add(here)
        todo += [to for froms, to in MOVES.values() if here in froms and to not in reached]
    assert IncidentState.CLOSED in reached


def test_nothing_is_closed_that_nobody_has_looked_at() -> None:
    assert not allowed(IncidentState.RECEIVED, Act.CLOSE)


@pytest.mark.parametrize("act", [Act.VERIFY, Act.DENY, Act.REFUTE, Act.CLOSE])
def test_a_verdict_on_a_grave_incident_takes_more_than_a_number(act: Act) -> None:
    assert [needs_proof(severity, act) for severity in range(5)] == [False, False, False, True, True]


def test_every_move_leaves_who_and_how(post: Post) -> None:
    reference = reported(post, "21#1 Gogui")
    post.sms(COORDINATOR, f"ACK {reference}")
    post.sms(COORDINATOR, f"NON {reference}")
    post.sms(COORDINATOR, f"CLOS {reference} info")
    assert history_of(post) == [
        (IncidentState.RECEIVED, "routing", False, None),
        (IncidentState.TO_VERIFY, "sms", True, None),
        (IncidentState.UNCONFIRMED, "sms", True, None),
        (IncidentState.CLOSED, "sms", True, None),
    ]
    assert incident_of(post).outcome == "information"


def test_a_first_no_on_a_grave_incident_is_only_noted_and_taking_it_does_not_undo_that(post: Post) -> None:
    reference = reported(post, "12#1 Gogui")
    post.sms(COORDINATOR, f"NON {reference}")
    post.sms(COORDINATOR, f"NON {reference} vraiment")
    proposed = (IncidentState.RECEIVED, "sms", True, IncidentState.UNCONFIRMED)
    assert history_of(post).count(proposed) == 1
    assert incident_of(post).owner_id is None
    post.sms(COORDINATOR_ENGLISH, f"ACK {reference}")
    post.sms(COORDINATOR_ENGLISH, f"NO {reference}")
    assert incident_of(post).state is IncidentState.UNCONFIRMED


def test_what_came_of_a_grave_incident_is_what_either_of_the_two_has_said(post: Post) -> None:
    reference = reported(post, "12#1 Gogui")
    for phone, text in (
        (COORDINATOR, f"ACK {reference}"),
        (COORDINATOR, f"CLOS {reference} transfere"),
        (COORDINATOR_ENGLISH, f"CLOSE {reference}"),
    ):
        post.sms(phone, text)
    assert incident_of(post).state is IncidentState.CLOSED
    assert incident_of(post).outcome == "transfer"


def test_the_second_of_two_has_the_last_word_on_what_came_of_it(post: Post) -> None:
    reference = reported(post, "12#1 Gogui")
    post.sms(COORDINATOR, f"ACK {reference}")
    post.sms(COORDINATOR, f"CLOS {reference} transfere")
    post.sms(COORDINATOR_ENGLISH, f"CLOSE {reference} none")
    assert incident_of(post).outcome == "nothing"


def test_what_was_to_come_of_it_is_forgotten_when_it_moves_on_instead(post: Post) -> None:
    reference = reported(post, "12#1 Gogui")
    post.sms(COORDINATOR, f"ACK {reference}")
    post.sms(COORDINATOR, f"CLOS {reference} transfere")
    for phone in (COORDINATOR, COORDINATOR_ENGLISH):
        post.sms(phone, f"NON {reference}")
    for phone in (COORDINATOR, COORDINATOR_ENGLISH):
        post.sms(phone, f"CLOS {reference}")
    assert incident_of(post).state is IncidentState.UNCONFIRMED
    for phone in (COORDINATOR, COORDINATOR_ENGLISH):
        post.sms(phone, "Sans suite")
    assert incident_of(post).state is IncidentState.CLOSED
    assert incident_of(post).outcome == "nothing"


@pytest.mark.parametrize("severity", [2, 4])
def test_no_case_is_closed_or_to_be_closed_without_what_came_of_it(post: Post, severity: int) -> None:
    reference = reported(post, {2: "21#1 Gogui", 4: "12#1 Gogui"}[severity])
    post.sms(COORDINATOR, f"ACK {reference}")
    with transaction(post.parts.engine) as db:
        incident = db.scalars(select(Incident)).one()
        hand = Hand(incident.owner_id, "test")
        for act in (move, propose):
            with pytest.raises(Unsaid):
                act(post.parts.desk(db), incident, Act.CLOSE, hand)
    assert incident_of(post).state is IncidentState.TO_VERIFY


def test_a_digit_answers_the_question_how_it_ended_until_somebody_has_said_so(post: Post) -> None:
    reference = reported(post, "21#1 Gogui")
    for phone in (COORDINATOR, COORDINATOR_ENGLISH):
        post.sms(phone, f"ACK {reference}")
        post.sms(phone, f"CLOS {reference}")
    post.sms(COORDINATOR_ENGLISH, "2")
    post.sms(COORDINATOR, "4")
    assert incident_of(post).outcome == "transfer"


def test_once_somebody_else_has_closed_it_a_code_is_a_report_again(post: Post) -> None:
    reference = reported(post, "21#1 Gogui")
    post.sms(COORDINATOR, f"ACK {reference}")
    post.sms(COORDINATOR, f"CLOS {reference}")
    post.sms(COORDINATOR_ENGLISH, f"CLOSE {reference} 2")
    post.sms(COORDINATOR, "12")
    with reading(post.parts.engine) as db:
        assert len(db.scalars(select(Report)).all()) == 2


@pytest.mark.parametrize(
    "text", ["attaque au village, trois morts", "12#1 Gogui", "ALERTE 12", "3 morts et 2 blesses ici"]
)
def test_what_is_reported_while_it_is_asked_how_a_case_ended_is_a_report(post: Post, text: str) -> None:
    reference = reported(post, "21#1 Gogui")
    post.sms(COORDINATOR, f"ACK {reference}")
    post.sms(COORDINATOR, f"CLOS {reference}")
    post.sms(COORDINATOR, text)
    with reading(post.parts.engine) as db:
        assert len(db.scalars(select(Report)).all()) == 2
        assert db.scalars(select(Incident.state).where(Incident.severity == 2)).first() is IncidentState.TO_VERIFY


def test_who_was_not_alerted_decides_nothing(post: Post) -> None:
    reference = reported(post, "21#1 Gogui")
    for stranger in (VILLAGER, OFFICER):
        post.sms(stranger, f"NON {reference}")
        post.sms(stranger, f"CLOS {reference}")
    assert incident_of(post).state is IncidentState.RECEIVED


def test_a_text_that_begins_with_no_is_no_verdict(post: Post) -> None:
    post.sms(VILLAGER, "No water at the well")
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Report.compartment)).all() == [Compartment.INTAKE]


def test_a_reporter_hears_once_that_it_is_seen_and_once_that_it_is_closed(post: Post, simulator: Simulator) -> None:
    reference = reported(post, "21#1 Gogui")
    for text in (f"ACK {reference}", f"ACK {reference}", f"CLOS {reference} 1", f"CLOS {reference} 1"):
        post.sms(COORDINATOR, text)
        post.work()
    assert [message.text for message in simulator.network.inbox(VILLAGER)][1:] == [
        f"Ref {reference} : quelqu'un s'en occupe.",
        f"Ref {reference} : traitee. Merci.",
    ]


def test_a_villager_s_phone_that_dialled_gets_no_sms(post: Post, simulator: Simulator) -> None:
    post.dial(VILLAGER, "1", "21", "2", "1", "3", "1", "1")
    with reading(post.parts.engine) as db:
        report = db.scalars(select(Report)).one()
    post.watch.move(minutes=16)
    post.ask("sweep")
    post.work()
    post.sms(COORDINATOR, f"ACK {report.reference}")
    post.work()
    assert simulator.network.inbox(VILLAGER) == []


def test_who_said_stop_hears_nothing(post: Post, simulator: Simulator) -> None:
    reference = reported(post, "21#1 Gogui")
    post.sms(VILLAGER, "STOP")
    post.work()
    before = len(simulator.network.inbox(VILLAGER))
    post.sms(COORDINATOR, f"ACK {reference}")
    post.work()
    assert len(simulator.network.inbox(VILLAGER)) == before


def test_an_officer_takes_nearby_what_is_addressed_to_the_post_and_nothing_else(post: Post) -> None:
    reported(post, "71#2 Gogui")
    assert "1 Je m'en occupe" not in post.dial(OFFICER, "4", "1")
    with transaction(post.parts.engine) as db:
        db.add(Route(id=new_id(), compartment=Compartment.OPERATIONS, role=Role.OFFICER, min_severity=3))
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    post.watch.move(minutes=1)
    assert "1 Je m'en occupe" in post.dial(OFFICER, "4", "1")
    assert "c'est a vous" in post.dial(OFFICER, "4", "1", "1")
    assert "1 Je m'en occupe" not in post.dial(OFFICER, "4", "2")


def test_what_came_of_it_is_read_by_officers_nearby_and_not_by_whoever_reported_it(
    post: Post, simulator: Simulator
) -> None:
    reference = reported(post, "21#1 Gogui")
    post.sms(COORDINATOR, f"ACK {reference}")
    post.sms(COORDINATOR, f"CLOS {reference} 2")
    post.work()
    assert "Vol de betail(21) Nioro: clos (Transfere)" in post.dial(OFFICER, "4", "1")
    assert simulator.network.inbox(VILLAGER)[-1].text == f"Ref {reference} : traitee. Merci."


def test_whoever_comes_to_a_case_by_phone_that_another_has_closed_reads_what_came_of_it(post: Post) -> None:
    reference = reported(post, "21#1 Gogui")
    post.sms(COORDINATOR, f"ACK {reference}")
    post.hop(COORDINATOR, "a dial", "")
    post.hop(COORDINATOR, "a dial", "3")
    assert f"{reference} S2 Vol de betail Nioro: a verifier" in post.hop(COORDINATOR, "a dial", "3*1")
    post.sms(COORDINATOR_ENGLISH, f"CLOSE {reference} 4")
    assert f"{reference} S2 Vol de betail Nioro: clos (Sans suite)" in post.hop(COORDINATOR, "a dial", "3*1*7")
