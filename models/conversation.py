"""A conversation is one dial, or one SMS exchange; what was typed is never kept, its progress is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.keys import Keyring, Purpose


class Conversation(Base):
    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("gateway", "session_key"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    gateway: Mapped[str] = mapped_column(String(24))
    session_key: Mapped[str] = mapped_column(String(128))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str] = mapped_column(String(8))
    handler: Mapped[str] = mapped_column(String(24))
    progress_enc: Mapped[bytes | None]
    text_len: Mapped[int | None]
    text_mac: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    reply_enc: Mapped[bytes | None]
    ended: Mapped[bool]
    acts: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]  # when a PIN was typed right in it
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Dial:
    """A conversation as it stood after its last turn, at heard_at; state: the handler's, as JSON; reply: what it
    said."""

    id: int
    handler: str
    state: Mapping[str, Any]
    text_length: int | None
    text_mac: bytes
    reply: str
    ended: bool
    expires_at: datetime | None
    acts: int
    contact_id: int | None
    heard_at: datetime


def mac(keys: Keyring, text: str) -> bytes:
    """What is kept of a hop's text: enough to know it again, not enough to read it."""
    return keys.mac(Purpose.SESSIONS, text.encode())


def find(db: Session, keys: Keyring, gateway: str, session_key: str) -> Dial | None:
    table = Conversation.__table__
    columns = [table.c[name] for name in COLUMNS]
    query = select(*columns).where(table.c.gateway == gateway, table.c.session_key == session_key)
    row = db.connection().execute(query).first()
    if row is None:
        return None
    about = f"conversation/{row.id}"
    state = keys.open_json(Purpose.SESSIONS, row.progress_enc, f"{about}/progress") if row.progress_enc else {}
    reply = keys.open(Purpose.SESSIONS, row.reply_enc, f"{about}/reply").decode() if row.reply_enc else ""
    return Dial(
        id=row.id,
        handler=row.handler,
        state=state,
        text_length=row.text_len,
        text_mac=row.text_mac or b"",
        reply=reply,
        ended=row.ended,
        expires_at=row.expires_at,
        acts=row.acts,
        contact_id=row.contact_id,
        heard_at=row.updated_at,
    )


COLUMNS = (
    "id",
    "handler",
    "progress_enc",
    "reply_enc",
    "text_len",
    "text_mac",
    "ended",
    "expires_at",
    "acts",
    "contact_id",
    "updated_at",
)


def begin(db: Session, gateway: str, session_key: str, contact_id: int, channel: str, now: datetime) -> Dial:
    """A conversation that has said nothing yet; the contact is locked, so nobody else begins the same one."""
    opened = Dial(new_id(), "", {}, None, b"", "", False, None, 0, contact_id, now)
    db.connection().execute(
        insert(Conversation).values(
            id=opened.id,
            gateway=gateway,
            session_key=session_key,
            contact_id=contact_id,
            channel=channel,
            handler="",
            ended=False,
            acts=0,
            expires_at=now,
            created_at=now,
            updated_at=now,
        )
    )
    return opened


@dataclass(frozen=True, slots=True)
class Said:
    """What a turn leaves behind; handler "" = the conversation is over; history: all the text so far."""

    handler: str
    state: Mapping[str, Any]
    reply: str
    history: str
    opened: int
    durable: bool


def save(db: Session, keys: Keyring, dial: Dial, said: Said, now: datetime, lasts: timedelta) -> None:
    """Nothing that was typed is kept: only its length and HMAC, and the sealed progress and reply."""
    connection = db.connection()
    if connection.dialect.name == "postgresql" and not said.durable:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    about = f"conversation/{dial.id}"
    connection.execute(
        update(Conversation)
        .where(Conversation.id == dial.id)
        .values(
            handler=said.handler,
            progress_enc=keys.seal_json(Purpose.SESSIONS, dict(said.state), f"{about}/progress"),
            reply_enc=keys.seal(Purpose.SESSIONS, said.reply.encode(), f"{about}/reply"),
            text_len=len(said.history),
            text_mac=mac(keys, said.history),
            ended=not said.handler,
            acts=dial.acts + said.opened,
            expires_at=now + lasts,
            updated_at=now,
        )
    )


def prove(db: Session, conversation_id: int, now: datetime) -> None:
    """A member's PIN was typed right: it is asked no more in this conversation."""
    db.execute(update(Conversation).where(Conversation.id == conversation_id).values(proven_at=now))


def is_proven(db: Session, conversation_id: int) -> bool:
    return db.scalar(select(Conversation.proven_at).where(Conversation.id == conversation_id)) is not None
