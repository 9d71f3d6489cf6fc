"""Who may read a report: role by compartment by area, and every look is written down."""

import pytest
from fixtures_service import (
    ADMIN,
    COMPLAINTS,
    COORDINATOR,
    NATIONAL,
    OFFICER,
    PROTECTION,
    PSEA,
    VILLAGER,
    Post,
)
from sqlalchemy import select

from handlers.reading_room import Reader, Refused, contents
from models.audit import Audit
from models.code import Compartment
from models.report import Report
from service.database import reading, transaction

ELSEWHERE = "+22236000013"  # coordinates Guidimagha
READERS = {
    "officer": OFFICER,
    "coordinator": COORDINATOR,
    "coordinator elsewhere": ELSEWHERE,
    "national": NATIONAL,
    "protection": PROTECTION,
    "complaints": COMPLAINTS,
    "psea": PSEA,
    "admin": ADMIN,
}
REPORTS = {
    Compartment.OPERATIONS: ["12#1 Gogui"],
    Compartment.PROTECTION: ["33 Gogui", "1", "2", "1"],
    Compartment.COMPLAINTS: ["AVIS 87", "1", "2", "un agent m'a frappe"],
    Compartment.PSEA: ["AVIS 88", "1", "2", "quelqu'un a demande"],
    Compartment.INTAKE: ["des choses se passent la nuit"],
}
MAY_READ = {
    Compartment.OPERATIONS: {"coordinator", "national"},
    Compartment.PROTECTION: {"protection"},
    Compartment.COMPLAINTS: {"complaints"},
    Compartment.PSEA: {"psea"},
    Compartment.INTAKE: {"admin"},
}


@pytest.mark.parametrize("compartment", REPORTS, ids=str)
def test_a_report_is_read_by_those_of_its_compartment_and_area_alone(post: Post, compartment: Compartment) -> None:
    for text in REPORTS[compartment]:
        post.sms(VILLAGER, text)
    post.work()
    with transaction(post.parts.engine) as db:
        desk = post.parts.desk(db)
        report = db.scalars(select(Report)).one()
        assert report.compartment is compartment
        allowed = {
            name
            for name, phone in READERS.items()
            if contents(desk, Reader.of(desk, phone, "a test"), report) is not None
        }
        assert allowed == MAY_READ[compartment]


def test_every_look_is_written_down_with_its_reason(post: Post) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    with transaction(post.parts.engine) as db:
        desk = post.parts.desk(db)
        report = db.scalars(select(Report)).one()
        reader = Reader.of(desk, COORDINATOR, "to call back")
        told = contents(desk, reader, report)
    assert told is not None
    assert told["place_key"] == "ML1101/gogui"
    with reading(post.parts.engine) as db:
        audit = db.scalars(select(Audit)).one()
    assert (audit.actor_id, audit.act, audit.object_id, audit.reason) == (
        reader.member_id,
        "read_report",
        report.id,
        "to call back",
    )


def test_nobody_reads_as_a_stranger(post: Post) -> None:
    with transaction(post.parts.engine) as db, pytest.raises(Refused):
        Reader.of(post.parts.desk(db), VILLAGER, "curious")
