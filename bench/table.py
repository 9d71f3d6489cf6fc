"""What was measured, as a table: the median of the rounds, and between which values they lay."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.load import Run

WHAT = {"a": "bare Flask route", "b": "one Core upsert", "c": "our full hop", "d": "among a million"}
BESIDE = ("c/a", "c/b", "d/b", "d/c")


@dataclass(frozen=True, slots=True)
class Measured:
    """One server's runs, the most memory that it took in all of them, and how many references were shown but not
    filed, or filed but not shown."""

    runs: Sequence[Run]
    peak_mb: float
    astray: int

    @property
    def wrong(self) -> int:
        return sum(run.wrong for run in self.runs)


def table(title: str, measured: Mapping[str, Measured]) -> str:
    lines = [
        f"## {title}",
        "",
        "|   |                  | hops/s             | p50 ms             | p99 ms             | memory MB | wrong |",
        "|---|------------------|--------------------|--------------------|--------------------|-----------|-------|",
    ]
    for name, each in measured.items():
        numbers = [_spread(each.runs, what) for what in (_rate, _middle, _slowest)]
        cells = " | ".join(f"{number:18}" for number in numbers)
        lines.append(f"| {name} | {WHAT[name]:16} | {cells} | {each.peak_mb:9.0f} | {each.wrong:5} |")
    ratios = [f"{pair} {_ratio(measured, *pair.split('/'))}" for pair in BESIDE if pair[0] in measured]
    return "\n".join([*lines, "", *ratios, *(_filed(name, measured[name]) for name in "cd" if name in measured), ""])


def _filed(name: str, ours: Measured) -> str:
    hops = sum(len(run.waits) for run in ours.runs)
    references = len(set().union(*(run.references for run in ours.runs)))
    return f"{name}: {hops} hops, {references} references; shown but not filed, or filed but not shown: {ours.astray}"


def _rate(run: Run) -> float:
    return run.rate


def _middle(run: Run) -> float:
    return run.wait(0.5)


def _slowest(run: Run) -> float:
    return run.wait(0.99)


def _spread(runs: Sequence[Run], what: Callable[[Run], float]) -> str:
    values = [what(run) for run in runs]
    digits = 0 if max(values) >= 100 else 1
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def _ratio(measured: Mapping[str, Measured], one: str, other: str) -> str:
    """Within each round, since the machine changes between rounds."""
    rounds = zip(measured[one].runs, measured[other].runs, strict=True)
    ratios = [ours.rate / theirs.rate for ours, theirs in rounds]
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
