"""Every sealed column: with which key, and bound to what; how far a change of keys has come, and the next portion."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, func, select, update
from sqlalchemy.orm import Session

from models.account import Account
from models.base import Base
from models.code import Compartment
from models.contact import Contact
from models.conversation import Conversation
from models.errand import Errand, ErrandPiece
from models.invitation import Invitation
from models.keys import CannotOpen, Keyring, Purpose
from models.mail import Mail
from models.member import Member
from models.message import Message
from models.report import Report
from models.report_body import ReportBody
from models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column. about: the row's key → what its values are bound to; which: the rows that are sealed for this
    purpose, None = all."""

    purpose: Purpose
    table: Table
    key: str
    column: str
    about: Callable[[Any], str]
    which: ColumnElement[bool] | None = None

    @property
    def values(self) -> ColumnElement[bytes]:
        return self.table.c[self.column]

    @property
    def key_id(self) -> ColumnElement[bytes]:
        """The first byte of a sealed value."""
        return func.substr(self.values, 1, 1, type_=LargeBinary)

    def filled(self) -> tuple[ColumnElement[bool], ...]:
        there = self.values.is_not(None)
        return (there,) if self.which is None else (there, self.which)


def _of(model: type[Base], column: str, purpose: Purpose, *, key: str = "id") -> Sealed:
    table = model.metadata.tables[model.__tablename__]
    what = column.removesuffix("_enc")

    def about(value: Any) -> str:
        return f"{table.name}/{value.hex() if isinstance(value, bytes) else value}/{what}"

    return Sealed(purpose, table, key, column, about)


def _bodies(compartment: Compartment) -> Sealed:
    all_of_them = _of(ReportBody, "answers_enc", Purpose(compartment.value), key="report_id")
    whose = select(Report.id).where(Report.compartment == compartment)
    return Sealed(
        all_of_them.purpose,
        all_of_them.table,
        all_of_them.key,
        all_of_them.column,
        all_of_them.about,
        ReportBody.report_id.in_(whose),
    )


SEALED = (
    _of(Contact, "number_enc", Purpose.NUMBERS),
    _of(Ticket, "vault_enc", Purpose.NUMBERS, key="report_id"),
    _of(Member, "name_enc", Purpose.MEMBERS),
    _of(Member, "email_enc", Purpose.MEMBERS),
    _of(Account, "totp_enc", Purpose.MEMBERS, key="member_id"),
    _of(Invitation, "totp_enc", Purpose.MEMBERS, key="mac"),
    _of(Conversation, "progress_enc", Purpose.SESSIONS),
    _of(Conversation, "reply_enc", Purpose.SESSIONS),
    _of(Message, "body_enc", Purpose.MESSAGES),
    _of(Mail, "body_enc", Purpose.MESSAGES),
    _of(Errand, "input_enc", Purpose.MEMBERS),
    _of(ErrandPiece, "result_enc", Purpose.MEMBERS),
    *(_bodies(compartment) for compartment in Compartment),
)


def count(db: Session) -> dict[Purpose, Counter[int]]:
    """Purpose → key id → how many values are sealed with it."""
    found: dict[Purpose, Counter[int]] = {purpose: Counter() for purpose in Purpose}
    for sealed in SEALED:
        ids = sealed.key_id.label("key_id")
        for key_id, values in db.execute(select(ids, func.count()).where(*sealed.filled()).group_by("key_id")):
            found[sealed.purpose][key_id[0]] += values
    return found


@dataclass(frozen=True, slots=True)
class Old:
    """A value under a key that seals no longer."""

    key: Any
    value: bytes


def old(db: Session, keys: Keyring, sealed: Sealed, after: Any, most: int) -> list[Old]:
    """The next such values, in the order of their rows' keys; after: the last row that was looked at."""
    key = sealed.table.c[sealed.key]
    current = bytes([keys.seals_with(sealed.purpose)])
    query = select(key, sealed.values).where(*sealed.filled(), sealed.key_id != current)
    if after is not None:
        query = query.where(key > after)
    return [Old(*row) for row in db.execute(query.order_by(key).limit(most))]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were sealed anew; shut: whose values could not be opened, such as `contact/7/number`."""

    done: int
    shut: tuple[str, ...] = ()


def reseal(db: Session, keys: Keyring, sealed: Sealed, rows: Sequence[Old]) -> Resealed:
    """Seal these anew, but for those that somebody else has written meanwhile; what cannot be opened stays as it is."""
    key, connection, done, shut = sealed.table.c[sealed.key], db.connection(), 0, list[str]()
    for row in rows:
        about = sealed.about(row.key)
        try:
            plain = keys.open(sealed.purpose, row.value, about)
        except CannotOpen:
            shut.append(about)
            continue
        mine = update(sealed.table).where(key == row.key, sealed.values == row.value)
        fresh = keys.seal(sealed.purpose, plain, about)
        done += connection.execute(mine.values({sealed.column: fresh})).rowcount
    return Resealed(done, tuple(shut))
