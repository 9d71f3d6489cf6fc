"""A hold: after a restore nothing that was due goes out, until an administrator lets it go or drops it."""

from datetime import datetime

from sqlalchemy import String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import parked
from models.base import Base
from models.mail import Mail
from models.message import Direction, Message, MessageState

RESTORED = "restored"


class Hold(Base):
    """since_at: what was due before then is held; ended_at: somebody has decided."""

    __tablename__ = "hold"

    since_at: Mapped[datetime] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(16))


UNSENT = (MessageState.DUE, MessageState.CLAIMED)


def begin(db: Session, now: datetime) -> int:
    """Hold every message and e-mail that has not gone out, and stop every clock; how many messages there are."""
    db.add(Hold(since_at=now))
    parked.park(db, now)
    waiting = Message.direction == Direction.OUT, Message.state.in_(UNSENT)
    hold = {"state": MessageState.HELD, "reason": RESTORED}
    messages = db.execute(update(Message).where(*waiting).values(hold).returning(Message.id)).all()
    mails = db.execute(update(Mail).where(Mail.state.in_(UNSENT)).values(hold).returning(Mail.id)).all()
    return len(messages) + len(mails)


def since(db: Session) -> datetime | None:
    """Since when there is a hold that nobody has ended."""
    return db.scalar(select(func.max(Hold.since_at)).where(Hold.ended_at.is_(None)))


def held(db: Session) -> int:
    """How many messages and e-mails wait for a decision."""
    counts = (
        select(func.count()).where(table.state == MessageState.HELD, table.reason == RESTORED)
        for table in (Message, Mail)
    )
    return sum(db.scalar(count) or 0 for count in counts)


def end(db: Session, now: datetime, *, let_go: bool) -> int:
    """Let what is held go, or drop it for good; how many messages that are."""
    after = {"state": MessageState.DUE, "reason": None} if let_go else {"reason": "dropped"}
    moved = [
        each
        for table in (Message, Mail)
        for each in db.execute(
            update(table)
            .where(table.state == MessageState.HELD, table.reason == RESTORED)
            .values(after)
            .returning(table.id)
        )
    ]
    parked.release(db, let_go=let_go)
    word = "let go" if let_go else "dropped"
    db.execute(update(Hold).where(Hold.ended_at.is_(None)).values(ended_at=now, ended_as=word))
    return len(moved)
