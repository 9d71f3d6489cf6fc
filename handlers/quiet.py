"""When somebody may be told: at once, at the end of the window that is told of together, or when the night is over."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.bound import Bounds
from models.route import Pace

HOUR = 60  # minutes


def due(pace: Pace, bounds: Bounds, zone: ZoneInfo, since: datetime) -> datetime:
    """The moment (UTC) at which what happened then is told, at this severity's pace."""
    told_at = window_end(since, pace.batch_seconds) if pace.batch_seconds else since
    return after_the_night(bounds, zone, told_at) if pace.holds_in_quiet_hours else told_at


def window_end(at: datetime, seconds: int) -> datetime:
    """Windows are the same for everybody, so that what waits for one is told of together."""
    return at + timedelta(seconds=seconds - at.timestamp() % seconds)


def after_the_night(bounds: Bounds, zone: ZoneInfo, at: datetime) -> datetime:
    """That moment, or the end of the quiet hours that it lies in."""
    local = at.astimezone(zone)
    minute = local.hour * HOUR + local.minute
    if not _is_quiet(bounds, minute):
        return at
    hour, rest = divmod(bounds.quiet_to, HOUR)
    tomorrow = minute >= bounds.quiet_to
    wall = local.replace(tzinfo=None, hour=hour, minute=rest, second=0, microsecond=0) + timedelta(days=tomorrow)
    return wall.replace(tzinfo=zone).astimezone(at.tzinfo)


def _is_quiet(bounds: Bounds, minute: int) -> bool:
    begin, end = bounds.quiet_from, bounds.quiet_to
    if begin <= end:
        return begin <= minute < end
    return minute >= begin or minute < end
