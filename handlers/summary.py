"""What one member is told in a digest: the figures of the areas that the member holds, as far as they may be told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from handlers.atlas import Atlas
from handlers.figure import FEWEST, Arrow, Figure, single, total, trend
from handlers.period import WEEK, Kind, Period
from models.figures import Cell, Figures, Step
from models.scope import Scope

ROUND = 10  # per cent


@dataclass(frozen=True, slots=True)
class Row:
    """The cases of one group in one area; area: a P-code, "" where nobody knows."""

    area: str
    group: str
    new: Figure
    arrow: Arrow | None
    verified: Figure
    open: Figure


@dataclass(frozen=True, slots=True)
class Summary:
    """open: for more than a day; silent: keys of posts; delays: where enough cases tell; told: per cent of the
    reporters of closed cases, None where there are too few."""

    new: Figure
    arrow: Arrow | None
    verified: Figure
    open: Figure
    rows: Sequence[Row]
    silent: Sequence[str]
    delays: Mapping[Step, timedelta]
    told: int | None

    @property
    def is_calm(self) -> bool:
        """Nothing new, nothing verified, nothing left open."""
        return not (self.new or self.verified or self.open)

    @property
    def top(self) -> Sequence[Row]:
        return [row for row in self.rows if row.new][:3]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everybody's rows, worked out once. lines: each with its cell, and the sum of what it is compared with."""

    figures: Figures
    period: Period
    lines: Sequence[tuple[Cell, Row, Figure]]


def lay_out(figures: Figures, period: Period) -> Sheet:
    cells = {*figures.new, *figures.verified, *figures.standing}
    return Sheet(figures, period, [_line(figures, cell, period) for cell in cells])


def summarise(sheet: Sheet, scope: Scope, atlas: Atlas) -> Summary:
    lines = [line for line in sheet.lines if scope.counts(line[0].compartment, line[0].area)]
    rows = [row for _, row, _ in lines]
    new = total(row.new for row in rows)
    return Summary(
        new=new,
        arrow=trend(new, total(before for _, _, before in lines), _times(sheet.period)),
        verified=total(row.verified for row in rows),
        open=total(row.open for row in rows),
        rows=sorted((row for row in rows if row.new or row.verified or row.open), key=_rank),
        silent=_silent(sheet.figures, scope, atlas),
        delays=_delays(sheet.figures, scope),
        told=_told(sheet.figures, scope),
    )


def _times(period: Period) -> int:
    """A day is compared with the mean of seven, a week with the week before."""
    return WEEK if period.kind is Kind.DAILY else 1


def _line(figures: Figures, cell: Cell, period: Period) -> tuple[Cell, Row, Figure]:
    """A day's count was told, hidden or not, on that day: so what is told of a week must not give it away."""
    days = [single(count) for count in figures.new.get(cell, ())]
    new, before = total(days[WEEK:]), total(days[:WEEK])
    row = Row(
        area=cell.area,
        group=cell.group,
        new=new,
        arrow=trend(new, before, _times(period)),
        verified=total(map(single, figures.verified.get(cell, ()))),
        open=single(figures.standing.get(cell, 0)),
    )
    return cell, row, before


def _rank(row: Row) -> tuple[int, int, str, str]:
    """By what is told, so that the order tells no more."""
    return -row.new.low, -row.open.low, row.area, row.group


def _silent(figures: Figures, scope: Scope, atlas: Atlas) -> list[str]:
    found = (atlas.gazetteer.by_id(place_id) for place_id in figures.silent)
    posts = [row for row in found if row and scope.areas & {row.country, row.region, row.district}]
    return [row.key for row in sorted(posts, key=lambda row: row.key)]


def _delays(figures: Figures, scope: Scope) -> dict[Step, timedelta]:
    """Medians; of fewer than five cases one might be recognised."""
    seconds: dict[Step, list[float]] = defaultdict(list)
    for (compartment, area), steps in figures.delays.items():
        if scope.counts(compartment, area):
            for step, each in steps.items():
                seconds[step] += each
    return {step: timedelta(seconds=median(seconds[step])) for step in Step if len(seconds[step]) >= FEWEST}


def _told(figures: Figures, scope: Scope) -> int | None:
    loops = [loops for where, loops in figures.loops.items() if scope.counts(*where)]
    reports = sum(each.reports for each in loops)
    if reports < FEWEST:
        return None
    return round(100 * sum(each.told for each in loops) / reports / ROUND) * ROUND
