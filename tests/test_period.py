"""When digests are due, wherever the service is, and across the change to and from summer time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.period import NO_DIGESTS, Kind, Period, Rhythm, latest

SEVEN = Rhythm(daily=time(7), weekly=time(7))
BAMAKO, PARIS, KABUL = ZoneInfo("Africa/Bamako"), ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Kabul")
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(kind: Kind, zone: ZoneInfo, now: str, rhythm: Rhythm = SEVEN) -> Period:
    found = latest(kind, rhythm, zone, at(now))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "zone", "now", "day", "ends"),
    [
        pytest.param(Kind.DAILY, BAMAKO, "2026-03-03T07:00", "2026-03-03", "2026-03-03T07:00", id="on the hour"),
        pytest.param(Kind.DAILY, BAMAKO, "2026-03-03T06:59", "2026-03-02", "2026-03-02T07:00", id="a minute before"),
        pytest.param(Kind.DAILY, PARIS, "2026-01-03T06:00", "2026-01-03", "2026-01-03T06:00", id="winter in Paris"),
        pytest.param(Kind.DAILY, PARIS, "2026-07-03T05:00", "2026-07-03", "2026-07-03T05:00", id="summer in Paris"),
        pytest.param(Kind.DAILY, PARIS, "2026-03-29T05:00", "2026-03-29", "2026-03-29T05:00", id="the change itself"),
        pytest.param(Kind.DAILY, PARIS, "2026-03-29T04:59", "2026-03-28", "2026-03-28T06:00", id="a minute before it"),
        pytest.param(Kind.DAILY, KABUL, "2026-03-03T02:30", "2026-03-03", "2026-03-03T02:30", id="half an hour off"),
        pytest.param(Kind.WEEKLY, BAMAKO, "2026-03-02T07:00", "2026-03-02", "2026-03-02T07:00", id="Monday at seven"),
        pytest.param(Kind.WEEKLY, BAMAKO, "2026-03-02T06:59", "2026-02-23", "2026-02-23T07:00", id="Monday before"),
        pytest.param(Kind.WEEKLY, BAMAKO, "2026-03-08T23:00", "2026-03-02", "2026-03-02T07:00", id="Sunday night"),
        pytest.param(Kind.WEEKLY, PARIS, "2026-03-30T05:00", "2026-03-30", "2026-03-30T05:00", id="after the change"),
    ],
)
def test_the_last_one_due(kind: Kind, zone: ZoneInfo, now: str, day: str, ends: str) -> None:
    found = due(kind, zone, now)
    assert (found.day, found.ends_at) == (date.fromisoformat(day), at(ends))


def test_a_day_in_which_the_clock_changes_has_another_length_and_leaves_no_gap() -> None:
    spring, autumn = due(Kind.DAILY, PARIS, "2026-03-29T12:00"), due(Kind.DAILY, PARIS, "2026-10-25T12:00")
    assert (spring.ends_at - spring.begins_at, autumn.ends_at - autumn.begins_at) == (23 * HOUR, 25 * HOUR)
    after = due(Kind.DAILY, PARIS, "2026-03-30T12:00")
    assert after.begins_at == spring.ends_at


def test_every_day_of_a_year_has_one_digest_in_paris_at_any_hour() -> None:
    """At half past two too, which one day does not have and another has twice."""
    for hour in (time(2, 30), time(7), time(23, 59)):
        now, days, ends = at("2026-01-01T00:00"), list[date](), list[datetime]()
        while now < at("2027-01-02T00:00"):
            found = latest(Kind.DAILY, Rhythm(daily=hour), PARIS, now)
            assert found is not None
            if found.day not in days:
                days.append(found.day)
                ends.append(found.ends_at)
            now += 15 * timedelta(minutes=1)
        assert days == [days[0] + n * timedelta(days=1) for n in range(len(days))]
        assert ends == sorted(set(ends))


def test_a_day_looks_at_the_week_before_it_and_a_week_at_the_week_before() -> None:
    day, week = due(Kind.DAILY, BAMAKO, "2026-03-03T08:00"), due(Kind.WEEKLY, BAMAKO, "2026-03-03T08:00")
    assert (day.own, len(day.edges)) == (1, 9)
    assert (week.own, len(week.edges)) == (7, 15)
    assert (week.begins_at, week.ends_at) == (at("2026-02-23T07:00"), at("2026-03-02T07:00"))
    assert (day.edges[0], week.edges[0]) == (at("2026-02-23T07:00"), at("2026-02-16T07:00"))


def test_another_weekday_and_no_digest_at_all() -> None:
    friday = due(Kind.WEEKLY, BAMAKO, "2026-03-03T08:00", Rhythm(weekly=time(18), weekday=4))
    assert friday.ends_at == at("2026-02-27T18:00")
    assert latest(Kind.DAILY, NO_DIGESTS, BAMAKO, at("2026-03-03T08:00")) is None


def test_two_hours_after_its_time_a_digest_is_late() -> None:
    found = due(Kind.DAILY, BAMAKO, "2026-03-03T07:00")
    assert not found.is_late(at("2026-03-03T09:00"))
    assert found.is_late(at("2026-03-03T09:01"))
