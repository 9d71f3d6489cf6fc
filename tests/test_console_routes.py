"""Routes and clocks at the console: tried out before, refused where nobody would be told, and written down."""

import pytest
from fixtures_console import House
from fixtures_service import ADMIN, COORDINATOR
from sqlalchemy import select

from models import route as routes
from models.audit import Audit
from models.code import Compartment
from models.member import Role
from service.database import reading


def test_who_would_be_told_is_shown_step_by_step_and_nothing_is_sent(house: House) -> None:
    browser = house.signed_in(ADMIN)
    browser.get("/console/routes/?code=12&place=Gogui&at=23:30&lang=fr")
    assert "02/03 23:30 prévenus (niveau 1): " in browser.text
    assert "Coordination Nioro" in browser.text
    assert "02/03 23:45 rappel (niveau 1)" in browser.text
    assert "(niveau 2): Coordination Nioro niveau 2" in browser.text
    assert "plus personne : l'administrateur est prévenu" in browser.text
    assert house.post.asked == []


@pytest.mark.parametrize(
    ("query", "said"),
    [("code=00", "il n'y a pas de code 00"), ("code=12&place=Atlantis", "lieu inconnu : Atlantis")],
)
def test_what_cannot_be_imagined_is_said(house: House, query: str, said: str) -> None:
    browser = house.signed_in(ADMIN)
    browser.get(f"/console/routes/?{query}")
    assert said in browser.text


def test_a_route_is_set_and_removed_but_never_the_last_one(house: House) -> None:
    browser = house.signed_in(ADMIN)
    browser.get("/console/routes/")
    form = {"compartment": "operations", "role": "admin", "severity": "4"}
    assert browser.send("/console/routes/set", form).status_code == 303
    assert browser.send("/console/routes/remove", form).status_code == 303
    last = {"compartment": "protection", "role": "protection"}
    assert browser.send("/console/routes/remove", last).status_code == 400
    assert "plus personne ne serait averti de protection" in browser.text
    wrong = {"compartment": "psea", "role": "coordinator", "severity": "0"}
    assert browser.send("/console/routes/set", wrong).status_code == 400
    with reading(house.post.parts.engine) as db:
        assert {rule.role for rule in routes.every(db) if rule.compartment is Compartment.PSEA} == {Role.PSEA}
        acts = set(db.scalars(select(Audit.act)))
    assert {"route_set", "route_removed"} <= acts


def test_a_clock_is_changed_but_the_gravest_never_waits(house: House) -> None:
    browser = house.signed_in(ADMIN)
    browser.get("/console/routes/")
    clock = {"severity": "3", "ack": "30", "repeats": "2", "batch": "0", "stale": "0"}
    assert browser.send("/console/routes/clock", clock).status_code == 303
    assert browser.send("/console/routes/clock", {**clock, "severity": "4", "holds": "yes"}).status_code == 400
    assert browser.send("/console/routes/clock", {**clock, "ack": "soon"}).status_code == 400
    assert "ack : il faut de 0 à" in browser.text
    with reading(house.post.parts.engine) as db:
        assert routes.pace(db, 3).ack_within_seconds == 1800
        assert routes.pace(db, 4).ack_within_seconds == 900


def test_they_are_the_administrators(house: House) -> None:
    assert house.signed_in(COORDINATOR).get("/console/routes/").status_code == 403
