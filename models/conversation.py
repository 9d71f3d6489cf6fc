"""A conversation is one dial, or one SMS exchange; what was typed is never kept, its progress is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Insert,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Update,
    bindparam,
    func,
    insert,
    not_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.keys import Keyring, Purpose
from models.prepared import Bare, Prepared, bare

OPEN_ON_SQLITE = text("ended = 0 AND taken_over_at IS NULL")
OPEN_ON_POSTGRESQL = text("NOT ended AND taken_over_at IS NULL")
HOLDS_A_DRAFT = text("draft_id IS NOT NULL")
FORGOTTEN = text("draft_id IS NOT NULL AND abandoned_at IS NULL")


class Conversation(Base):
    """Each hop writes its row, and PostgreSQL leaves the indexes alone then, as long as nothing that is in one changes
    and there is room beside it (migration 0011): so nothing that changes with every hop is in any.

    draft_id: the report that has been begun in it and not finished (no foreign key: reports point here);
    abandoned_at: since when nobody is expected to go on here; taken_over_at: the phone has dialled anew."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("gateway", "session_key"),
        Index("ix_conversation_open", "contact_id", sqlite_where=OPEN_ON_SQLITE, postgresql_where=OPEN_ON_POSTGRESQL),
        Index("ix_conversation_draft", "contact_id", sqlite_where=HOLDS_A_DRAFT, postgresql_where=HOLDS_A_DRAFT),
        Index("ix_conversation_forgotten", "contact_id", sqlite_where=FORGOTTEN, postgresql_where=FORGOTTEN),
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


Row = tuple[Any, ...]  # of COLUMNS


@dataclass(frozen=True, slots=True)
class Dial:
    """A conversation as it stood after its last turn, at heard_at; state: the handler's, as JSON; sealed, sealed_reply:
    the state, and what was said, as they lie in the row, never twice the same bytes."""

    id: int
    handler: str
    state: Mapping[str, Any]
    text_length: int | None
    text_mac: bytes
    ended: bool
    expires_at: datetime | None
    acts: int
    contact_id: int | None
    heard_at: datetime
    taken_over: bool = False
    sealed: bytes | None = field(default=None, repr=False)
    sealed_reply: bytes | None = field(default=None, repr=False)


def mac(keys: Keyring, text: str) -> bytes:
    """What is kept of a hop's text: enough to know it again, not enough to read it."""
    return keys.mac(Purpose.SESSIONS, text.encode())


def find(db: Session, keys: Keyring, gateway: str, session_key: str) -> Dial | None:
    """That conversation, its row locked; the contact is locked already."""
    row = FIND.first(bare(db), {"at": gateway, "key": session_key})
    return as_dial(keys, row) if row else None


def length(row: Row) -> int:
    """Of all the text that has been heard in it."""
    return int(row[TEXT_LENGTH] or 0)


def as_dial(keys: Keyring, row: Row) -> Dial:
    kept = dict(zip(COLUMNS, row, strict=True))
    sealed = kept["progress_enc"]
    return Dial(
        id=kept["id"],
        handler=kept["handler"],
        state=keys.open_json(Purpose.SESSIONS, sealed, f"conversation/{kept['id']}/progress") if sealed else {},
        text_length=kept["text_len"],
        text_mac=kept["text_mac"] or b"",
        ended=kept["ended"],
        expires_at=kept["expires_at"],
        acts=kept["acts"],
        contact_id=kept["contact_id"],
        heard_at=kept["updated_at"],
        taken_over=kept["taken_over_at"] is not None,
        sealed=sealed,
        sealed_reply=kept["reply_enc"],
    )


def reply(keys: Keyring, dial: Dial) -> str:
    """What was said there last, for whoever asks again."""
    sealed, about = dial.sealed_reply, f"conversation/{dial.id}/reply"
    return keys.open(Purpose.SESSIONS, sealed, about).decode() if sealed else ""


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

TEXT_LENGTH = COLUMNS.index("text_len")

# Every hop says these: they are built once. PostgreSQL reads synchronous_commit at the commit, so one statement both
# saves and says whether anybody waits for the disk, where that is not what its line does anyway.
TABLE = cast(Table, Conversation.__table__)
CELLS = tuple(TABLE.c[name] for name in COLUMNS)
NAMED = TABLE.c.gateway == bindparam("at"), TABLE.c.session_key == bindparam("key")
FIND = Prepared(select(*CELLS).where(*NAMED).with_for_update())
WAITING, HASTILY = (func.set_config("synchronous_commit", said, True) for said in ("on", "off"))
WRITTEN = (
    *("handler", "progress_enc", "reply_enc", "text_len", "text_mac", "ended", "acts", "draft_id", "abandoned_at"),
    *("expires_at", "updated_at"),
)
NAMES = ("id", "gateway", "session_key", "contact_id", "channel", "created_at")
ADD = insert(TABLE).values({name: bindparam(name) for name in (*NAMES, *WRITTEN)})
SAVE = update(TABLE).where(TABLE.c.id == bindparam("which")).values({name: bindparam(name) for name in WRITTEN})
ADVANCE = SAVE.where(
    TABLE.c.progress_enc == bindparam("seen"),
    TABLE.c.contact_id == bindparam("whose"),
    not_(TABLE.c.ended),
    TABLE.c.taken_over_at.is_(None),
)
AS_EVER = {statement: Prepared(statement) for statement in (ADD, SAVE, ADVANCE)}
OTHERWISE = {
    ADD: Prepared(ADD.returning(HASTILY)),
    SAVE: Prepared(SAVE.returning(HASTILY)),
    ADVANCE: Prepared(ADVANCE.returning(WAITING)),
}


def unsaid(contact_id: int, now: datetime) -> Dial:
    """A conversation that has said nothing yet, and has no row."""
    return Dial(new_id(), "", {}, None, b"", False, None, 0, contact_id, now)


def begin(db: Session, gateway: str, session_key: str, contact_id: int, channel: str, now: datetime) -> Dial:
    """The same with its row; the contact is locked, so nobody else begins the same one."""
    dial = unsaid(contact_id, now)
    blank = {**dict.fromkeys(WRITTEN), "handler": "", "ended": False, "acts": 0, "expires_at": now, "updated_at": now}
    AS_EVER[ADD].change(bare(db), {**_named(dial, gateway, session_key, channel), **blank})
    return dial


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


def add(
    db: Session, keys: Keyring, at: tuple[str, str], dial: Dial, said: Said, now: datetime, lasts: timedelta
) -> Row:
    """The row of a new dial, with what it says first; at: its gateway and session key."""
    here, row = bare(db), _row(keys, dial, said, now, lasts)
    _prepared(ADD, here, said).change(here, {**_named(dial, *at, "ussd"), **row})
    return _standing(dial, row)


def save(db: Session, keys: Keyring, dial: Dial, said: Said, now: datetime, lasts: timedelta) -> Row:
    """In the transaction that holds its row."""
    at, row = bare(db), _row(keys, dial, said, now, lasts)
    _prepared(SAVE, at, said).change(at, {"which": dial.id, **row})
    return _standing(dial, row)


def advance(at: Bare, keys: Keyring, dial: Dial, said: Said, now: datetime, lasts: timedelta) -> Row | None:
    """A step by itself, without any lock before it. None where the conversation no longer stands as it was seen:
    nothing is written then."""
    seen, row = {"which": dial.id, "seen": dial.sealed, "whose": dial.contact_id}, _row(keys, dial, said, now, lasts)
    written = _prepared(ADVANCE, at, said).change(at, {**seen, **row})
    return _standing(dial, row) if written else None


def _standing(dial: Dial, row: Mapping[str, Any]) -> Row:
    whole = {**row, "id": dial.id, "contact_id": dial.contact_id, "taken_over_at": None}
    return tuple([whole[name] for name in COLUMNS])


def _prepared(statement: Insert | Update, at: Bare, said: Said) -> Prepared:
    """A transaction waits for the disk unless it is told otherwise; a step by itself does not."""
    waits = statement is not ADVANCE
    return (AS_EVER if said.durable is waits or at.dialect.name == "sqlite" else OTHERWISE)[statement]


def _named(dial: Dial, gateway: str, session_key: str, channel: str) -> dict[str, Any]:
    return {
        "id": dial.id,
        "gateway": gateway,
        "session_key": session_key,
        "contact_id": dial.contact_id,
        "channel": channel,
        "created_at": dial.heard_at,
    }


def _row(keys: Keyring, dial: Dial, said: Said, now: datetime, lasts: timedelta) -> dict[str, Any]:
    """Nothing that was typed is kept: only its length and HMAC, and the sealed progress and reply."""
    about = f"conversation/{dial.id}"
    return {
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
    }


def prove(db: Session, conversation_id: int, now: datetime) -> None:
    """A member's PIN was typed right: it is asked no more in this conversation."""
    db.execute(update(Conversation).where(Conversation.id == conversation_id).values(proven_at=now))


def is_proven(db: Session, conversation_id: int) -> bool:
    return db.scalar(select(Conversation.proven_at).where(Conversation.id == conversation_id)) is not None
