"""A draft: a report that has its reference from the first useful answer on, and is not filed yet."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Dialect, Insert, bindparam
from sqlalchemy.orm import Session

from models.base import new_id, upsert_of
from models.code import Compartment
from models.prepared import Prepared, bare
from models.report import TABLE, Origin, ReportState
from models.unused_reference import OutOfReferences, candidates


@dataclass(frozen=True, slots=True)
class Opened:
    id: int
    reference: str


DRAFTED = (
    *("id", "reference", "compartment", "severity", "contact_id", "conversation_id", "act_no", "form_name"),
    *("form_version", "channel", "state", "partial", "exercise", "created_at"),
)


def _drafted(dialect: Dialect) -> Insert:
    """Nothing where the reference is taken."""
    new: Any = upsert_of(dialect, TABLE).values({name: bindparam(name) for name in DRAFTED})
    return cast(Insert, new.on_conflict_do_nothing(index_elements=["reference"]))


OPEN = Prepared(_drafted)


def open_draft(db: Session, compartment: Compartment, origin: Origin, now: datetime) -> Opened:
    """A partial report with its reference, from the first useful answer on. Raises OutOfReferences."""
    at = bare(db)
    blank = {"severity": 0, "state": ReportState.DRAFT, "partial": True, "exercise": False, "created_at": now}
    for reference in candidates():
        opened = Opened(new_id(), reference)
        if OPEN.change(at, {**asdict(opened), **asdict(origin), **blank, "compartment": compartment}) == 1:
            return opened
    raise OutOfReferences
