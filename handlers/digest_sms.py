"""A digest as one SMS of one or two parts: the sums first, then as much of the rest as there is room for."""

from collections.abc import Sequence

from flows.gsm7 import fit, parts
from handlers.desk import Desk
from handlers.digest_words import groups, length, place, title, with_arrow
from handlers.period import Kind, Period
from handlers.summary import Row, Summary
from models.figures import Step

MOST_PARTS = 2
MOST_NAMES = 3


def digest_sms(desk: Desk, period: Period, summary: Summary, language: str, *, late: bool) -> str:
    """ "" where there is nothing to say: a calm day is left out, a calm week is told."""
    head = title(desk, period, language, late=late)
    silent = _silent(desk, summary, language) if period.kind is Kind.WEEKLY else []
    if summary.is_calm:
        return _fitting([head, desk.say("digest.calm", language), *silent]) if period.kind is Kind.WEEKLY else ""
    tops = [_top(desk, row, language) for row in summary.top]
    more = _how_well(desk, summary, language) if period.kind is Kind.WEEKLY else []
    return _fitting([head, _counts(desk, summary, language), *tops, *silent, *more])


def _fitting(lines: Sequence[str]) -> str:
    """Without the last lines that do not fit; the first two always do."""
    texts = ["\n".join(lines[:many]) for many in range(len(lines), 2, -1)]
    return next((text for text in texts if len(parts(fit(text))) <= MOST_PARTS), "\n".join(lines[:2]))


def _counts(desk: Desk, summary: Summary, language: str) -> str:
    new = with_arrow(desk, summary.new, summary.arrow, language)
    verified, open_ones = summary.verified.text, summary.open.text
    return desk.say("digest.counts", language, new=new, verified=verified, open=open_ones)


def _top(desk: Desk, row: Row, language: str) -> str:
    group = groups(desk, language).get(row.group, row.group)
    return f"{place(desk, row.area, language)}: {group} {row.new.text}"


def _silent(desk: Desk, summary: Summary, language: str) -> list[str]:
    """Posts by name, and how many more."""
    if not summary.silent:
        return []
    names = [place(desk, key, language) for key in summary.silent[:MOST_NAMES]]
    others = len(summary.silent) - len(names)
    listed = ", ".join([*names, *([f"+{others}"] if others else [])])
    return [desk.say("digest.silent", language, names=listed)]


def _how_well(desk: Desk, summary: Summary, language: str) -> list[str]:
    steps = [
        desk.say(f"digest.{step}", language, time=length(desk, summary.delays[step], language))
        for step in Step
        if step in summary.delays
    ]
    lines = [desk.say("digest.delays", language, steps=", ".join(steps))] if steps else []
    told = [] if summary.told is None else [desk.say("digest.told", language, share=summary.told)]
    return lines + told
