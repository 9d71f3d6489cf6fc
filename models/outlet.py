"""An outlet is what all workers must know of one gateway: when its next SMS may leave, and why none may."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert

PROBE_EVERY = timedelta(seconds=60)  # so often one SMS is let through a paused gateway, to see whether it takes it
BURST = timedelta(milliseconds=200)  # so much of a second's SMS may leave at once


class Outlet(Base):
    """free_at: the rate is kept where the next SMS leaves no earlier; paused_at: the account is empty since then;
    retry_at: when one SMS may try again; told_at: when the administrator was told."""

    __tablename__ = "outlet"

    gateway: Mapped[str] = mapped_column(String(24), primary_key=True)
    free_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(64))
    retry_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that could leave; parts: the SMS that it costs."""

    id: int
    gateway: str
    parts: int


@dataclass(slots=True)
class Allotted:
    """now: the messages that may leave; later: those for which there is no room yet, and wait: until when; probed:
    the paused gateways that one of them shall try."""

    now: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    wait: datetime | None = None
    probed: set[str] = field(default_factory=set)


def allot(db: Session, waiting: Iterable[Waiting], rates: Mapping[str, float], now: datetime) -> Allotted:
    """Share out what the gateways may take now, in the order given; it counts as used.

    rates: gateway → SMS a second, 0 = as many as there are. What a paused gateway does not take is in neither list.
    """
    allotted = Allotted()
    by_gateway: dict[str, list[Waiting]] = defaultdict(list)
    for each in waiting:
        by_gateway[each.gateway].append(each)
    paused = set(db.scalars(select(Outlet.gateway).where(Outlet.paused_at.is_not(None))))
    for gateway, messages in sorted(by_gateway.items()):  # sorted: two workers lock in the same order
        if gateway in paused:
            _probe(_lock(db, gateway, now), messages, now, allotted)
        elif rates.get(gateway):
            _pace(_lock(db, gateway, now), messages, rates[gateway], now, allotted)
        else:
            allotted.now += [each.id for each in messages]
    db.flush()
    return allotted


def _probe(outlet: Outlet, messages: list[Waiting], now: datetime, allotted: Allotted) -> None:
    """Only one, and only when it is time; if the pause is just over, too."""
    if outlet.retry_at is None or outlet.retry_at <= now:
        outlet.retry_at = outlet.paused_at and now + PROBE_EVERY
        allotted.now.append(messages[0].id)
        allotted.probed.add(outlet.gateway)


def _pace(outlet: Outlet, messages: list[Waiting], rate: float, now: datetime, allotted: Allotted) -> None:
    """Each part takes its share of a second; a long text may begin before there is room for all of it, and what
    comes next waits the longer."""
    latest = now + max(BURST, timedelta(seconds=1 / rate))
    free = max(outlet.free_at, now)
    for each in messages:
        if free + timedelta(seconds=1 / rate) > latest:
            allotted.later.append(each.id)
        else:
            allotted.now.append(each.id)
            free += timedelta(seconds=each.parts / rate)
    outlet.free_at = free
    if allotted.later:
        soonest = now + max(timedelta(), free + timedelta(seconds=1 / rate) - latest)
        allotted.wait = min(allotted.wait or soonest, soonest)


def _lock(db: Session, gateway: str, now: datetime) -> Outlet:
    _make(db, gateway, now)
    query = select(Outlet).where(Outlet.gateway == gateway).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def _make(db: Session, gateway: str, now: datetime) -> None:
    insert = upsert(db.connection(), Outlet).values({"gateway": gateway, "free_at": now})
    db.execute(insert.on_conflict_do_nothing(index_elements=["gateway"]))


def pause(db: Session, gateway: str, reason: str, now: datetime) -> bool:
    """Let nothing more out; whether it was open until now."""
    _make(db, gateway, now)
    stop = {"paused_at": now, "reason": reason, "retry_at": now + PROBE_EVERY, "told_at": None}
    open_one = update(Outlet).where(Outlet.gateway == gateway, Outlet.paused_at.is_(None))
    return db.execute(open_one.values(**stop).returning(Outlet.gateway)).first() is not None


def resume(db: Session, gateway: str) -> bool:
    """It takes SMS again; whether it was paused until now."""
    paused = update(Outlet).where(Outlet.gateway == gateway, Outlet.paused_at.is_not(None))
    again = paused.values(paused_at=None, reason=None, retry_at=None).returning(Outlet.gateway)
    return db.execute(again).first() is not None


def paused(db: Session) -> list[Outlet]:
    """The gateways that let nothing out, by name."""
    return list(db.scalars(select(Outlet).where(Outlet.paused_at.is_not(None)).order_by(Outlet.gateway)))


def told(db: Session, gateway: str, now: datetime) -> None:
    db.execute(update(Outlet).where(Outlet.gateway == gateway).values(told_at=now))
