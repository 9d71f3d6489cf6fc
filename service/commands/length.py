"""Lengths of time and hours of the day as people type them: `15m`, `1h`, `06:00`."""

import re

import click

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}


class Length(click.ParamType[int]):
    """`90s`, `15m`, `1h`, `2d`, or 0; in seconds."""

    name = "length"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([0-9]{1,5})([smhd])", str(value))
        if str(value) == "0" or isinstance(value, int):
            return int(value) if isinstance(value, int) else 0
        if found is None:
            self.fail(f"expected a length such as 90s, 15m, 1h or 2d, not {value}", param, ctx)
        return int(found[1]) * SECONDS[found[2]]


class Minute(click.ParamType[int]):
    """`21:00`; in minutes after midnight."""

    name = "HH:MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", str(value))
        if found is None:
            self.fail(f"expected an hour such as 21:00, not {value}", param, ctx)
        return int(found[1]) * 60 + int(found[2])


def length(seconds: int) -> str:
    """As Length reads it, in the largest unit that is exact."""
    unit = next((unit for unit in "dhm" if seconds and seconds % SECONDS[unit] == 0), "s")
    return f"{seconds // SECONDS[unit]}{unit}" if seconds else "0"


def clock_face(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
