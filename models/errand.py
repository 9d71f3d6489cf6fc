"""An errand: long work that somebody at the console has asked for, done in small pieces, with how far it has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.keys import Keyring, Purpose

GOING_ON = text("state IN ('checking', 'applying')")


class ErrandKind(StrEnum):
    ROSTER = "roster"
    PLACES = "places"
    REPORTS = "reports"


class ErrandState(StrEnum):
    """checking → checked → applying → done; what only collects begins with applying."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    DONE = "done"


class Errand(Base):
    """input_enc: the rows, sealed; done, total: in rows."""

    __tablename__ = "errand"
    __table_args__ = (Index("ix_errand_going_on", "updated_at", sqlite_where=GOING_ON, postgresql_where=GOING_ON),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    kind: Mapped[ErrandKind]
    state: Mapped[ErrandState]
    replace: Mapped[bool]
    input_enc: Mapped[bytes]
    total: Mapped[int]
    done: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]


class ErrandPiece(Base):
    """What came of a few rows, sealed."""

    __tablename__ = "errand_piece"
    __table_args__ = (UniqueConstraint("errand_id", "n"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    errand_id: Mapped[int] = mapped_column(ForeignKey("errand.id"))
    n: Mapped[int]
    result_enc: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Order:
    """rows: what is to be done, one by one; replace: whatever is not among them goes."""

    member_id: int
    kind: ErrandKind
    rows: Sequence[Any]
    replace: bool = False


def begin(db: Session, keys: Keyring, order: Order, state: ErrandState, now: datetime) -> int:
    errand_id = new_id()
    sealed = keys.seal_json(Purpose.MEMBERS, list(order.rows), _about(errand_id))
    db.add(
        Errand(
            id=errand_id,
            member_id=order.member_id,
            kind=order.kind,
            state=state,
            replace=order.replace,
            input_enc=sealed,
            total=len(order.rows),
            done=0,
            created_at=now,
            updated_at=now,
        )
    )
    db.flush()
    return errand_id


def _about(errand_id: int) -> str:
    return f"errand/{errand_id}/input"


def _about_piece(piece_id: int) -> str:
    return f"errand_piece/{piece_id}/result"


def lock(db: Session, errand_id: int) -> Errand | None:
    return db.scalar(select(Errand).where(Errand.id == errand_id).with_for_update())


def of_member(db: Session, errand_id: int, member_id: int) -> Errand | None:
    return db.scalar(select(Errand).where(Errand.id == errand_id, Errand.member_id == member_id))


def rows(keys: Keyring, errand: Errand) -> list[Any]:
    found: list[Any] = keys.open_json(Purpose.MEMBERS, errand.input_enc, _about(errand.id))
    return found


def advance(db: Session, keys: Keyring, errand: Errand, count: int, result: object, now: datetime) -> None:
    """So many rows more of the locked errand are seen to; result: of these, as JSON."""
    piece_id = new_id()
    sealed = keys.seal_json(Purpose.MEMBERS, result, _about_piece(piece_id))
    db.add(ErrandPiece(id=piece_id, errand_id=errand.id, n=errand.done, result_enc=sealed))
    errand.done, errand.updated_at = errand.done + count, now
    db.flush()


def results(db: Session, keys: Keyring, errand_id: int) -> Iterator[Any]:
    """What came of each portion, in their order."""
    query = select(ErrandPiece).where(ErrandPiece.errand_id == errand_id).order_by(ErrandPiece.n)
    for piece in db.scalars(query):
        yield keys.open_json(Purpose.MEMBERS, piece.result_enc, _about_piece(piece.id))


def apply(db: Session, errand: Errand, now: datetime) -> None:
    """What was checked is to be done now, from the first row on."""
    db.execute(delete(ErrandPiece).where(ErrandPiece.errand_id == errand.id))
    errand.state, errand.done, errand.updated_at = ErrandState.APPLYING, 0, now


def stranded(db: Session, before: datetime, most: int) -> list[int]:
    """Errands that go on, and that nobody has gone on with since then."""
    query = select(Errand.id).where(GOING_ON, Errand.updated_at < before)
    return list(db.scalars(query.order_by(Errand.updated_at).limit(most)))


def forget(db: Session, before: datetime) -> None:
    """Rows and results are not kept for long."""
    old = select(Errand.id).where(Errand.created_at < before)
    db.execute(delete(ErrandPiece).where(ErrandPiece.errand_id.in_(old)))
    db.execute(delete(Errand).where(Errand.created_at < before))
