"""A large database: a million phones that have each reported once, made by the database itself."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, insert, literal, select, text

from models.base import UtcDateTime
from models.code import Compartment
from models.contact import Contact
from models.report import Report, ReportBody, ReportState
from service.database import transaction
from service.parts import Parts

MANY = 1_000_000
BATCH = 50_000
NUMBER = 44  # bytes of a sealed one
BODY = 160  # bytes of a sealed one
APART = 60  # seconds between two reports, so that they go back two years
SETTLE = {"sqlite": ("ANALYZE",), "postgresql": ("VACUUM ANALYZE", "CHECKPOINT")}
SCATTERED, LARGEST = 2_654_435_761, 2**61 - 1  # ids lie about as they do where they are random


def fill(parts: Parts, many: int) -> None:
    """As many contacts and reports as that, all of them routed long ago, in a database that has done its housekeeping:
    what took years to come together does not lie in its log any more."""
    for first in range(0, many, BATCH):
        with transaction(parts.engine) as db:
            for table, columns in _columns(parts, first, min(BATCH, many - first)).items():
                db.connection().execute(insert(table).from_select(list(columns), select(*columns.values())))
    with parts.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in SETTLE[parts.engine.dialect.name]:
            connection.execute(text(statement))


def _columns(parts: Parts, first: int, many: int) -> dict[type[Any], dict[str, ColumnElement[Any]]]:
    number = _numbers(first, many)
    own = cast(number * SCATTERED % LARGEST, BigInteger)
    kind = parts.engine.dialect.name
    at = _time(kind, parts, number)
    # Seven digits hold nine million references; that many are in use then, and no more.
    told = {
        "reference": func.substr(cast(1_000_000 + 8 * number, Report.reference.type), 1, 7),
        "compartment": Compartment.OPERATIONS,
        "severity": 2,
        "code": "21",
        "area": "ML1105",
        "area_version": "2026",
        "act_no": 1,
        "form_name": "incident",
        "form_version": "1",
        "channel": "sms",
        "state": ReportState.FILED,
        "partial": False,
        "exercise": False,
    }
    fixed = {name: _as(Report, name, value) for name, value in told.items()}
    return {
        Contact: {"id": own, "pseudonym": _bytes(kind, 32), "number_enc": _bytes(kind, NUMBER), "created_at": at},
        Report: {"id": own, "contact_id": own, "created_at": at, "filed_at": at, "routed_at": at, **fixed},
        ReportBody: {"report_id": own, "answers_enc": _bytes(kind, BODY)},
    }


def _numbers(first: int, many: int) -> ColumnElement[int]:
    count = select(literal(first, BigInteger).label("number")).cte("numbers", recursive=True)
    more = select(count.c.number + 1).where(count.c.number < first + many - 1)
    return count.union_all(more).c.number


def _as(table: type[Any], name: str, value: Any) -> ColumnElement[Any]:
    return value if isinstance(value, ColumnElement) else literal(value, table.__table__.c[name].type)


def _bytes(kind: str, many: int) -> ColumnElement[Any]:
    """Random ones, as what is sealed looks like."""
    if kind == "sqlite":
        return func.randomblob(many)
    drawn = [func.md5(cast(func.random(), Text)) for _ in range(many // 16 + 1)]
    return func.substr(func.decode(func.concat(*drawn), "hex"), 1, many)


def _time(kind: str, parts: Parts, number: ColumnElement[int]) -> ColumnElement[Any]:
    now = parts.now()
    if kind == "sqlite":
        seconds = func.printf("-%d seconds", number * APART)
        return func.strftime("%Y-%m-%d %H:%M:%f000", now.strftime("%Y-%m-%d %H:%M:%S"), seconds)
    return literal(now, UtcDateTime) - func.make_interval(0, 0, 0, 0, 0, 0, number * APART)
