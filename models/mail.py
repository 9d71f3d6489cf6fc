"""E-mail on its way: the row is the outbox, as it is of SMS. What it says is sealed; the address is the member's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id, upsert
from models.keys import Keyring, Purpose
from models.member import Member, serving
from models.message import MessageState

DUE = text("state = 'due'")
AT_ONCE = 100  # rows of one statement


class Mail(Base):
    """State: due → claimed → accepted or failed; held: the member has no address any more; unknown: it may have
    gone out, nobody can tell."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_due", "not_before_at", sqlite_where=DUE, postgresql_where=DUE),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    purpose_key: Mapped[str] = mapped_column(String(80), unique=True)
    body_enc: Mapped[bytes | None]
    state: Mapped[MessageState] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(String(64))
    not_before_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    tries: Mapped[int]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Claimed:
    """An e-mail that this worker alone may send now. letter: its parts by name; tries: with this one."""

    id: int
    address: str
    letter: Mapping[str, str]
    created_at: datetime
    tries: int


def _about(mail_id: int) -> str:
    return f"mail/{mail_id}/body"


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to be written down. parts: its own, by name."""

    member_id: int
    parts: Mapping[str, str]
    purpose_key: str


def queue_all(db: Session, keys: Keyring, letters: Sequence[Letter], now: datetime) -> list[int]:
    """Write e-mails down as due; the ids of those whose purpose had none yet."""
    rows = [_due(keys, each, now) for each in letters]
    written: list[int] = []
    for start in range(0, len(rows), AT_ONCE):
        insert = upsert(db.connection(), Mail).values(rows[start : start + AT_ONCE])
        insert = insert.on_conflict_do_nothing(index_elements=["purpose_key"])
        written += db.scalars(insert.returning(Mail.id))
    return written


def _due(keys: Keyring, letter: Letter, now: datetime) -> dict[str, Any]:
    mail_id = new_id()
    return {
        "id": mail_id,
        "member_id": letter.member_id,
        "purpose_key": letter.purpose_key,
        "body_enc": keys.seal_json(Purpose.MESSAGES, dict(letter.parts), _about(mail_id)),
        "state": MessageState.DUE,
        "not_before_at": now,
        "tries": 0,
        "created_at": now,
    }


def due(db: Session, now: datetime, waiting_since: datetime, most: int) -> list[int]:
    """E-mails whose time has come and that nobody has claimed since then, the longest overdue first."""
    waiting = Mail.state == MessageState.DUE, Mail.not_before_at <= now, Mail.created_at <= waiting_since
    return list(db.scalars(select(Mail.id).where(*waiting).order_by(Mail.not_before_at).limit(most)))


def claim(db: Session, keys: Keyring, mail_id: int, now: datetime) -> Claimed | None:
    """The e-mail, if it is due and nobody else has claimed it, and its member still has an address."""
    mine = Mail.id == mail_id, Mail.state == MessageState.DUE, Mail.not_before_at <= now
    taken = {"state": MessageState.CLAIMED, "claimed_at": now, "tries": Mail.tries + 1}
    if db.execute(update(Mail).where(*mine).values(**taken).returning(Mail.id)).first() is None:
        return None
    query = select(Mail, Member.email_enc).join(Member, Member.id == Mail.member_id)
    row = db.execute(query.where(Mail.id == mail_id, serving(now)).execution_options(populate_existing=True)).first()
    if row is None or row.email_enc is None or row.Mail.body_enc is None:
        settle(db, mail_id, MessageState.HELD, "nobody to send it to", now)
        return None
    mail = row.Mail
    address = keys.open(Purpose.MEMBERS, row.email_enc, f"member/{mail.member_id}/email").decode()
    letter = keys.open_json(Purpose.MESSAGES, mail.body_enc, _about(mail_id))
    return Claimed(mail_id, address, letter, mail.created_at, mail.tries)


def settle(db: Session, mail_id: int, state: MessageState, reason: str, now: datetime) -> None:
    """Write down how the claimed e-mail ended."""
    sent_at = None if state is MessageState.HELD else now
    mine = Mail.id == mail_id, Mail.state == MessageState.CLAIMED
    db.execute(update(Mail).where(*mine).values(state=state, reason=reason, sent_at=sent_at))


def put_back(db: Session, mail_id: int, not_before: datetime, reason: str) -> None:
    """The server refuses for now; it is due again later."""
    mine = Mail.id == mail_id, Mail.state == MessageState.CLAIMED
    later = {"state": MessageState.DUE, "not_before_at": not_before, "reason": reason, "claimed_at": None}
    db.execute(update(Mail).where(*mine).values(**later))


def give_up_claims(db: Session, claimed_before: datetime) -> None:
    """Whoever claimed these is gone; they may have gone out, so nobody sends them again."""
    stale = Mail.state == MessageState.CLAIMED, Mail.claimed_at < claimed_before
    db.execute(update(Mail).where(*stale).values(state=MessageState.UNKNOWN, reason="worker gone"))
