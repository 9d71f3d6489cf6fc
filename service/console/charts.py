"""Charts: what came in, how fast it was answered, whether reporters heard of it, and which posts are silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint
from werkzeug.wrappers import Response as Answer

from handlers.digest_words import groups
from models import figures
from models.figures import Figures, Loops, Slots, Step
from models.scope import Scope
from service.console.page import Page, render, tongue
from service.console.reach import scope_of_visitor
from service.console.span import READERS_OF_CASES, SPANS, span
from service.console.visitor import visitor
from service.database import reading
from service.parts import Parts

WIDTH, HEIGHT = 720, 220  # units of a drawing, without its labels
LEDGES = (  # of the time until somebody has taken a case, in minutes
    ("15", 15.0),
    ("60", 60.0),
    ("240", 240.0),
    ("1440", 1440.0),
    ("more", float("inf")),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a bar. group: the first digit of a code."""

    group: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """days: with the middle of each bar; most: what the highest bar stands for; counts: group → day → count."""

    days: Sequence[tuple[date, float]]
    blocks: Sequence[Block]
    most: int
    counts: Mapping[str, Sequence[int]]

    @property
    def total(self) -> int:
        return sum(map(sum, self.counts.values()))


@dataclass(frozen=True, slots=True)
class Shelf:
    """How many cases were taken within a time; share: of the longest one, in per cent."""

    name: str
    count: int
    share: int


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("charts", __name__, url_prefix="/charts")

    @page.get("/")
    def show() -> Answer:
        days = span()
        edges = _edges(parts.now(), days, parts.settings.timezone)
        with reading(parts.engine) as db:
            desk = parts.desk(db)
            scope = scope_of_visitor(desk, visitor())
            found = figures.gather(db, edges, edges[0])
            atlas = desk.atlas
            named = groups(desk, tongue(parts).tag)
        silent = [row for row in map(atlas.gazetteer.by_id, found.silent) if row is not None]
        mine = [row for row in silent if scope.areas & {row.country, row.region, row.district}]
        return render(
            parts,
            "charts.html",
            bars=_bars(_counts(found.new, scope, days), edges, parts.settings.timezone),
            shelves=_shelves(found, scope),
            loops=_loops(found, scope),
            silent=sorted(atlas.name(row.key, tongue(parts).tag) for row in mine),
            groups=named,
            days=days,
            spans=SPANS,
            width=WIDTH,
            height=HEIGHT,
        )

    return page


def _edges(now: datetime, days: int, zone: ZoneInfo) -> list[datetime]:
    """The beginnings of so many days, today being the last, and the beginning of tomorrow."""
    today = now.astimezone(zone).date()
    dates = [today + timedelta(days=n) for n in range(1 - days, 2)]
    return [datetime.combine(each, time(), zone).astimezone(now.tzinfo) for each in dates]


def _counts(slots: Slots, scope: Scope, days: int) -> dict[str, list[int]]:
    counts: dict[str, list[int]] = {}
    for cell, by_day in slots.items():
        if scope.counts(cell.compartment, cell.area):
            mine = counts.setdefault(cell.group, [0] * days)
            counts[cell.group] = [before + more for before, more in zip(mine, by_day, strict=True)]
    return dict(sorted(counts.items()))


def _bars(counts: Mapping[str, Sequence[int]], edges: Sequence[datetime], zone: ZoneInfo) -> Bars:
    """One bar a day, one block a group, the first group at the bottom."""
    days = [edge.astimezone(zone).date() for edge in edges[:-1]]
    step = WIDTH / len(days)
    heights = [sum(by_day[n] for by_day in counts.values()) for n in range(len(days))]
    most = max([*heights, 1])
    blocks = []
    for n in range(len(days)):
        top = float(HEIGHT)
        for group, by_day in counts.items():
            height = by_day[n] / most * HEIGHT
            top -= height
            if by_day[n]:
                left = round(n * step + step * 0.1, 1)
                blocks.append(Block(group, by_day[n], left, round(top, 1), round(step * 0.8, 1), round(height, 1)))
    return Bars([(day, round((n + 0.5) * step, 1)) for n, day in enumerate(days)], blocks, most, counts)


def _shelves(found: Figures, scope: Scope) -> list[Shelf]:
    minutes = [
        seconds / 60
        for where, steps in found.delays.items()
        if scope.counts(*where)
        for seconds in steps.get(Step.TAKEN, ())
    ]
    least, counts = 0.0, []
    for name, most in LEDGES:
        counts.append((name, sum(least <= each < most for each in minutes)))
        least = most
    longest = max([count for _, count in counts] + [1])
    return [Shelf(name, count, round(100 * count / longest)) for name, count in counts]


def _loops(found: Figures, scope: Scope) -> Loops:
    mine = [loops for where, loops in found.loops.items() if scope.counts(*where)]
    return Loops(sum(each.reports for each in mine), sum(each.told for each in mine))


PAGE = Page("charts", READERS_OF_CASES, blueprint)
