"""A conversation is one dial, or one SMS exchange; what was typed is never kept, its progress is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.keys import Keyring, Purpose

OPEN_ON_SQLITE = text("ended = 0 AND taken_over_at IS NULL")
OPEN_ON_POSTGRESQL = text("NOT ended AND taken_over_at IS NULL")
HOLDS_A_DRAFT = text("draft_id IS NOT NULL")
FORGOTTEN = text("draft_id IS NOT NULL AND abandoned_at IS NULL")


class Conversation(Base):
    """draft_id: the report that has been begun in it and not finished (no foreign key: reports point here);
    abandoned_at: since when nobody is expected to go on here; taken_over_at: the phone has dialled anew."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("gateway", "session_key"),
        Index("ix_conversation_open", "contact_id", sqlite_where=OPEN_ON_SQLITE, postgresql_where=OPEN_ON_POSTGRESQL),
        Index("ix_conversation_draft", "contact_id", sqlite_where=HOLDS_A_DRAFT, postgresql_where=HOLDS_A_DRAFT),
        Index("ix_conversation_forgotten", "expires_at", sqlite_where=FORGOTTEN, postgresql_where=FORGOTTEN),
    )

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
    draft_id: Mapped[int | None]
    abandoned_at: Mapped[datetime | None]
    taken_over_at: Mapped[datetime | None]
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
    taken_over: bool = False


def mac(keys: Keyring, text: str) -> bytes:
    """What is kept of a hop's text: enough to know it again, not enough to read it."""
    return keys.mac(Purpose.SESSIONS, text.encode())


def find(db: Session, keys: Keyring, gateway: str, session_key: str) -> Dial | None:
    row = db.connection().execute(FIND, {"at": gateway, "key": session_key}).first()
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
        taken_over=row.taken_over_at is not None,
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
    "taken_over_at",
)

# Every hop says these: they are built once. PostgreSQL reads synchronous_commit at the commit, so one statement both
# saves and says that nobody waits for the disk.
TABLE = cast(Table, Conversation.__table__)
FIND = select(*(TABLE.c[name] for name in COLUMNS)).where(
    TABLE.c.gateway == bindparam("at"), TABLE.c.session_key == bindparam("key")
)
SAVE = update(TABLE).where(TABLE.c.id == bindparam("which"))
SAVE_WITHOUT_WAITING = SAVE.returning(func.set_config("synchronous_commit", "off", True))


def begin(db: Session, gateway: str, session_key: str, contact_id: int, channel: str, now: datetime) -> Dial:
    """A conversation that has said nothing yet; the contact is locked, so nobody else begins the same one."""
    opened = Dial(new_id(), "", {}, None, b"", "", False, None, 0, contact_id, now)
    db.connection().execute(
        insert(TABLE),
        {
            "id": opened.id,
            "gateway": gateway,
            "session_key": session_key,
            "contact_id": contact_id,
            "channel": channel,
            "handler": "",
            "ended": False,
            "acts": 0,
            "expires_at": now,
            "created_at": now,
            "updated_at": now,
        },
    )
    return opened


@dataclass(frozen=True, slots=True)
class Said:
    """What a turn leaves behind; handler "" = the conversation is over; history: all the text so far; draft_id: the
    report that is begun and not finished."""

    handler: str
    state: Mapping[str, Any]
    reply: str
    history: str
    opened: int
    durable: bool
    draft_id: int | None = None


def save(db: Session, keys: Keyring, dial: Dial, said: Said, now: datetime, lasts: timedelta) -> None:
    """Nothing that was typed is kept: only its length and HMAC, and the sealed progress and reply."""
    connection = db.connection()
    promised = said.durable or connection.dialect.name == "sqlite"
    about = f"conversation/{dial.id}"
    connection.execute(
        SAVE if promised else SAVE_WITHOUT_WAITING,
        {
            "which": dial.id,
            "handler": said.handler,
            "progress_enc": keys.seal_json(Purpose.SESSIONS, dict(said.state), f"{about}/progress"),
            "reply_enc": keys.seal(Purpose.SESSIONS, said.reply.encode(), f"{about}/reply"),
            "text_len": len(said.history),
            "text_mac": mac(keys, said.history),
            "ended": not said.handler,
            "acts": dial.acts + said.opened,
            "draft_id": said.draft_id,
            "abandoned_at": None,
            "expires_at": now + lasts,
            "updated_at": now,
        },
    )


def prove(db: Session, conversation_id: int, now: datetime) -> None:
    """A member's PIN was typed right: it is asked no more in this conversation."""
    db.execute(update(Conversation).where(Conversation.id == conversation_id).values(proven_at=now))


def is_proven(db: Session, conversation_id: int) -> bool:
    return db.scalar(select(Conversation.proven_at).where(Conversation.id == conversation_id)) is not None
