"""When something is told: at once, at the end of its window, or when the night is over, in the service's time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.quiet import after_the_night, due, window_end
from models.bound import Bounds
from models.route import Pace

BAMAKO, PARIS = ZoneInfo("Africa/Bamako"), ZoneInfo("Europe/Paris")
NIGHT = Bounds()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("bounds", "zone", "moment", "told"),
    [
        pytest.param(NIGHT, BAMAKO, "2026-03-02T20:59", "2026-03-02T20:59", id="a minute before the night"),
        pytest.param(NIGHT, BAMAKO, "2026-03-02T21:00", "2026-03-03T06:00", id="as the night begins"),
        pytest.param(NIGHT, BAMAKO, "2026-03-03T00:30", "2026-03-03T06:00", id="after midnight"),
        pytest.param(NIGHT, BAMAKO, "2026-03-03T06:00", "2026-03-03T06:00", id="as it ends"),
        pytest.param(NIGHT, PARIS, "2026-03-02T20:30", "2026-03-03T05:00", id="an hour earlier further east"),
        pytest.param(NIGHT, PARIS, "2026-03-28T21:00", "2026-03-29T04:00", id="the night that loses an hour"),
        pytest.param(NIGHT, PARIS, "2026-10-24T21:00", "2026-10-25T05:00", id="the night that gains one"),
        pytest.param(Bounds(quiet_from=780, quiet_to=840), BAMAKO, "2026-03-02T13:10", "2026-03-02T14:00", id="noon"),
        pytest.param(Bounds(quiet_from=60, quiet_to=60), BAMAKO, "2026-03-02T01:00", "2026-03-02T01:00", id="never"),
    ],
)
def test_what_comes_at_night_waits_for_the_morning(bounds: Bounds, zone: ZoneInfo, moment: str, told: str) -> None:
    assert after_the_night(bounds, zone, at(moment)) == at(told)


def test_a_window_ends_at_the_same_moment_for_everybody() -> None:
    assert {window_end(at(f"2026-03-02T09:{minute:02}"), 900) for minute in range(15)} == {at("2026-03-02T09:15")}
    assert window_end(at("2026-03-02T09:15"), 900) == at("2026-03-02T09:30")


@pytest.mark.parametrize(
    ("batch", "holds", "told"),
    [
        pytest.param(0, False, "2026-03-02T20:50", id="at once, night or not"),
        pytest.param(900, False, "2026-03-02T21:00", id="at the end of its window"),
        pytest.param(900, True, "2026-03-03T06:00", id="in the morning where its window ends at night"),
    ],
)
def test_a_severity_has_its_pace(batch: int, holds: bool, told: str) -> None:
    pace = Pace(severity=2, ack_within_seconds=0, repeats=0, batch_seconds=batch, holds_in_quiet_hours=holds)
    assert due(pace, NIGHT, BAMAKO, at("2026-03-02T20:50")) == at(told)


def test_what_comes_out_is_utc() -> None:
    assert after_the_night(NIGHT, PARIS, at("2026-03-02T23:00")).tzinfo is UTC
