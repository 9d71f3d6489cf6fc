"""A large database: a million phones that have each reported once, written in batches."""

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, text

from models.base import new_id
from models.code import Compartment
from models.contact import Contact
from models.report import Report, ReportBody, ReportState
from service.database import transaction
from service.parts import Parts

MANY = 1_000_000
BATCH = 5_000
TABLES = (Contact, Report, ReportBody)
SEALED = 160  # bytes of a sealed body, and as many of a number would do
OLDEST = timedelta(days=700)

Row = dict[str, Any]


def fill(parts: Parts, many: int) -> None:
    """As many contacts and reports as that, all of them routed long ago."""
    rows = _rows(parts, many)
    while batch := list(islice(rows, BATCH)):
        with transaction(parts.engine) as db:
            for table, values in zip(TABLES, zip(*batch, strict=True), strict=True):
                db.connection().execute(insert(table), list(values))
    with parts.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _rows(parts: Parts, many: int) -> Iterator[tuple[Row, Row, Row]]:
    """Seven digits hold nine million references; that many are in use then, and no more."""
    chance = random.Random(1)
    now = parts.now()
    for number in range(many):
        contact, report = new_id(), new_id()
        at = now - OLDEST * chance.random()
        yield (
            {"id": contact, "pseudonym": os.urandom(32), "number_enc": os.urandom(44), "created_at": at},
            {
                "id": report,
                "reference": str(1_000_000 + 8 * number),
                "compartment": Compartment.OPERATIONS,
                "severity": 2,
                "code": "21",
                "area": "ML1105",
                "area_version": "2026",
                "contact_id": contact,
                "act_no": 1,
                "form_name": "incident",
                "form_version": "1",
                "channel": "sms",
                "state": ReportState.FILED,
                "partial": False,
                "exercise": False,
                "created_at": at,
                "filed_at": at,
                "routed_at": at,
            },
            {"report_id": report, "answers_enc": os.urandom(SEALED)},
        )
