"""What a report says, sealed with the key of its compartment; a purge deletes it, the report's row stays."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Dialect, ForeignKey, Insert, bindparam
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, upsert_of
from models.code import Compartment
from models.keys import Keyring, Purpose
from models.prepared import Bare, Prepared


class ReportBody(Base):
    __tablename__ = "report_body"

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    answers_enc: Mapped[bytes]


def _put(dialect: Dialect) -> Insert:
    new: Any = upsert_of(dialect, ReportBody).values(report_id=bindparam("which"), answers_enc=bindparam("sealed"))
    told = {"answers_enc": new.excluded.answers_enc}
    return cast(Insert, new.on_conflict_do_update(index_elements=["report_id"], set_=told))


PUT = Prepared(_put)


def put(at: Bare, keys: Keyring, report_id: int, compartment: Compartment, told: Mapping[str, str]) -> None:
    """In the place of whatever it said before."""
    sealed = keys.seal_json(Purpose(compartment.value), dict(told), f"report_body/{report_id}/answers")
    PUT.change(at, {"which": report_id, "sealed": sealed})
