"""When digests are due, and what time each one tells of: days that begin at its hour, in the service's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = 7
LATE = timedelta(hours=2)


class Kind(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The hours of the digests, local; None = there is none of that kind. weekday: 0 = Monday."""

    daily: time | None = None
    weekly: time | None = None
    weekday: int = 0

    def hour(self, kind: Kind) -> time | None:
        return self.daily if kind is Kind.DAILY else self.weekly


NO_DIGESTS = Rhythm()


@dataclass(frozen=True, slots=True)
class Period:
    """day: the local date on which it is due, which names it; edges: the beginnings (UTC) of the days that it looks
    at, the oldest first, and the end of the last one: a week to compare with, then its own days."""

    kind: Kind
    day: date
    edges: tuple[datetime, ...]

    @property
    def own(self) -> int:
        """How many of the days are its own."""
        return len(self.edges) - 1 - WEEK

    @property
    def begins_at(self) -> datetime:
        return self.edges[WEEK]

    @property
    def ends_at(self) -> datetime:
        return self.edges[-1]

    def is_late(self, now: datetime) -> bool:
        return now - self.ends_at > LATE


def latest(kind: Kind, rhythm: Rhythm, zone: ZoneInfo, now: datetime) -> Period | None:
    """The last one that was due by now."""
    hour = rhythm.hour(kind)
    if hour is None:
        return None
    day = now.astimezone(zone).date()
    if kind is Kind.WEEKLY:
        day -= (day.weekday() - rhythm.weekday) % WEEK * DAY
    if _moment(day, hour, zone) > now:
        day -= DAY if kind is Kind.DAILY else WEEK * DAY
    return of_day(kind, day, hour, zone)


def of_day(kind: Kind, day: date, hour: time, zone: ZoneInfo) -> Period:
    """The one that ends on that day at that hour."""
    back = WEEK + (1 if kind is Kind.DAILY else WEEK)
    return Period(kind, day, tuple(_moment(day - n * DAY, hour, zone) for n in range(back, -1, -1)))


def _moment(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """An hour that the change to summer time leaves out is as long after midnight as it would have been."""
    return datetime.combine(day, hour, zone).astimezone(UTC)
