"""A ticket: what an anonymous report hangs on until everything that leads to its teller is wiped, and the code by
which its teller may ask after it."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, and_, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.conversation import Conversation
from models.keys import Keyring, Purpose

TRIES = 5
PAUSE = timedelta(minutes=10)  # from its end until nothing leads to its teller: a repeated request may still come
AT_LAST = timedelta(days=1)  # then, even if the answer with the code could not be sent
VAULT = timedelta(hours=72)
UNWIPED = text("wiped_at IS NULL")
IN_THE_VAULT = text("vault_until IS NOT NULL")


class Ticket(Base):
    """begun_at: when anonymity was chosen; ended_at: when the report was filed; contact_id, conversation_id: null once
    it is wiped; code_mac: null as long as it is not filed; vault: the contact, sealed, for an answer asked for."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_unwiped", "begun_at", sqlite_where=UNWIPED, postgresql_where=UNWIPED),
        Index("ix_ticket_vault", "vault_until", sqlite_where=IN_THE_VAULT, postgresql_where=IN_THE_VAULT),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    wiped_at: Mapped[datetime | None]
    code_mac: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    tries: Mapped[int] = mapped_column(BigInteger, default=0)
    vault_enc: Mapped[bytes | None]
    vault_until: Mapped[datetime | None]


class Answer(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def open_ticket(db: Session, report_id: int, contact_id: int, conversation_id: int, begun: datetime) -> None:
    db.add(Ticket(report_id=report_id, contact_id=contact_id, conversation_id=conversation_id, begun_at=begun, tries=0))
    db.flush()


def finish(db: Session, keys: Keyring, report_id: int, now: datetime) -> str:
    """The report is filed; the code, which is kept nowhere: four digits, the first of them not 0."""
    code = str(1000 + secrets.randbelow(9000))
    mine = update(Ticket).where(Ticket.report_id == report_id)
    db.execute(mine.values(code_mac=_mac(keys, report_id, code), ended_at=now))
    return code


def _mac(keys: Keyring, report_id: int, code: str) -> bytes:
    """With the key that never changes; a phone, which begins with +, can never be taken for this."""
    return keys.mac(Purpose.PSEUDONYM, f"ticket/{report_id}/{code}".encode())


def ask(db: Session, keys: Keyring, report_id: int, code: str) -> Answer:
    """Whether that is the code. Wrong ones count, whoever tries and on whatever phone; after five none is right."""
    ticket = lock(db, report_id)
    if ticket is None or ticket.code_mac is None:
        return Answer.WRONG
    if ticket.tries >= TRIES:
        return Answer.LOCKED
    if hmac.compare_digest(ticket.code_mac, _mac(keys, report_id, code)):
        ticket.tries = 0
        return Answer.RIGHT
    ticket.tries += 1
    db.flush()
    return Answer.WRONG


def lock(db: Session, report_id: int) -> Ticket | None:
    query = select(Ticket).where(Ticket.report_id == report_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).first()


def find(db: Session, report_id: int) -> Ticket | None:
    return db.scalars(select(Ticket).where(Ticket.report_id == report_id)).first()


def latest_of(db: Session, contact_id: int, since: datetime) -> int | None:
    """The newest report that this phone has filed without its number since then, as long as that is known."""
    mine = Ticket.contact_id == contact_id, Ticket.ended_at >= since, Ticket.wiped_at.is_(None)
    return db.scalar(select(Ticket.report_id).where(*mine).order_by(Ticket.ended_at.desc()).limit(1))


def keep_in_vault(db: Session, keys: Keyring, report_id: int, contact_id: int, now: datetime) -> None:
    """Its teller has asked to be answered: for 72 hours it is known, sealed, whom to write to."""
    sealed = keys.seal(Purpose.NUMBERS, str(contact_id).encode(), _about(report_id))
    mine = update(Ticket).where(Ticket.report_id == report_id)
    db.execute(mine.values(vault_enc=sealed, vault_until=now + VAULT))


def _about(report_id: int) -> str:
    return f"ticket/{report_id}/vault"


def sealed_contact(db: Session, keys: Keyring, report_id: int) -> int | None:
    """Whose number lies in the vault, whether or not its time is over."""
    sealed = db.scalar(select(Ticket.vault_enc).where(Ticket.report_id == report_id))
    return int(keys.open(Purpose.NUMBERS, sealed, _about(report_id))) if sealed else None


def answerable(db: Session, keys: Keyring, report_id: int, now: datetime) -> int | None:
    """The contact to answer, where its teller has asked for that and it is not too late."""
    open_now = db.scalar(select(Ticket.report_id).where(Ticket.report_id == report_id, Ticket.vault_until > now))
    return sealed_contact(db, keys, report_id) if open_now else None


@dataclass(frozen=True, slots=True)
class Due:
    """Reports whose tellers are to be forgotten now, and those whose vault is to be emptied."""

    wipe: list[int]
    empty: list[int]


def due(db: Session, now: datetime, most: int) -> Due:
    """Ten minutes after the report was filed; one that was not, ten minutes after its conversation is over and its
    draft has been seen to."""
    over = and_(Ticket.ended_at.is_(None), Conversation.expires_at <= now - PAUSE, Conversation.draft_id.is_(None))
    ended = or_(Ticket.ended_at <= now - PAUSE, over, Ticket.begun_at <= now - 2 * AT_LAST)
    wipe = (
        select(Ticket.report_id)
        .outerjoin(Conversation, Conversation.id == Ticket.conversation_id)
        .where(Ticket.wiped_at.is_(None), ended)
    )
    empty = select(Ticket.report_id).where(Ticket.vault_until <= now)
    return Due(
        list(db.scalars(wipe.order_by(Ticket.begun_at).limit(most))),
        list(db.scalars(empty.order_by(Ticket.vault_until).limit(most))),
    )


def is_late(ticket: Ticket, now: datetime) -> bool:
    """Whether nobody waits any longer for what is still to be sent."""
    return ticket.begun_at <= now - AT_LAST
