"""Who asks to be called back shows the number to one member, after a yes; it is written down, and not too often."""

import pytest
from fixtures_service import COORDINATOR, COORDINATOR_ENGLISH, OFFICER, VILLAGER, Post
from sqlalchemy import select

from models import contact as contacts
from models import member as members
from models.audit import Audit
from models.consent import Consent
from service.database import reading
from service.simulator.server import Simulator


def asked_to_call(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone) if VILLAGER in message.text]


def say(post: Post, *texts: str) -> None:
    for text in texts:
        post.sms(VILLAGER, text)
    post.work()


def test_the_consent_and_who_saw_the_number_are_written_down(post: Post, simulator: Simulator) -> None:
    say(post, "12#1 Gogui", "RAPPEL", "oui")
    assert len(asked_to_call(simulator, COORDINATOR)) == 1
    with reading(post.parts.engine) as db:
        mine = contacts.find(db, post.parts.keys, VILLAGER)
        seen_by = members.of_contact(db, contacts.find(db, post.parts.keys, COORDINATOR), post.parts.now())
        consent = db.scalars(select(Consent).where(Consent.scope == "callback")).one()
        audited = db.scalars(select(Audit).where(Audit.act == "number_shown")).one()
    assert seen_by is not None
    assert (consent.contact_id, consent.said, consent.language) == (mine, True, "fr")
    assert (audited.actor_id, audited.object_id) == (seen_by.id, mine)


@pytest.mark.parametrize("said", ["non", "2", "QUI", "peut-etre"])
def test_without_a_yes_nobody_sees_the_number(post: Post, simulator: Simulator, said: str) -> None:
    say(post, "12#1 Gogui", "RAPPEL", said)
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Consent).where(Consent.scope == "callback")).all() == []
    assert asked_to_call(simulator, COORDINATOR) == []


def test_one_sms_an_hour_to_one_person_and_no_more(post: Post, simulator: Simulator) -> None:
    say(post, "12#1 Gogui", "RAPPEL", "1", "RAPPEL", "1", "RAPPEL", "1")
    assert len(asked_to_call(simulator, COORDINATOR)) == 1
    assert asked_to_call(simulator, COORDINATOR_ENGLISH) == []
    post.watch.move(minutes=61)
    say(post, "RAPPEL", "1")
    assert len(asked_to_call(simulator, COORDINATOR)) == 2


def test_whoever_has_said_stop_is_not_shown_the_number(post: Post, simulator: Simulator) -> None:
    post.sms(COORDINATOR, "STOP")
    say(post, "12#1 Gogui", "RAPPEL", "1")
    assert asked_to_call(simulator, COORDINATOR) == []
    assert len(asked_to_call(simulator, COORDINATOR_ENGLISH)) == 1


def test_a_stop_between_question_and_answer_shows_the_number_to_nobody(post: Post, simulator: Simulator) -> None:
    say(post, "12#1 Gogui", "RAPPEL")
    post.sms(COORDINATOR, "STOP")
    say(post, "1")
    assert asked_to_call(simulator, COORDINATOR) == asked_to_call(simulator, COORDINATOR_ENGLISH) == []
    assert simulator.network.inbox(VILLAGER)[-1].text == "Personne ne peut vous rappeler. Aide : 80001115"


def test_an_officer_is_called_by_the_coordination_of_the_post(post: Post, simulator: Simulator) -> None:
    for text in ("RAPPEL", "1"):
        post.sms(OFFICER, text)
    post.work()
    assert [OFFICER in message.text for message in simulator.network.inbox(COORDINATOR)] == [True]


def test_a_number_from_elsewhere_without_a_place_is_shown_to_nobody(post: Post, simulator: Simulator) -> None:
    post.sms("+33612345678", "RAPPEL")
    post.work()
    assert simulator.network.inbox("+33612345678")[0].text == "Personne ne peut vous rappeler. Aide : 80001115"
