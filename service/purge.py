"""Taking away what has been kept for long enough: looked for without a lock, taken in small portions, and counted."""

from collections.abc import Iterator

from sqlalchemy import func, select

from models import audit, purging, retention
from models.retention import Kept, Retention
from service.database import reading, transaction
from service.parts import Parts

PORTION = 100  # rows in one transaction: well under 50 ms on SQLite
MOST_PORTIONS = 200  # of one kind in one run; the rest goes tomorrow


def purge(parts: Parts, portion: int = PORTION) -> Iterator[tuple[Retention, int]]:
    """What went, by rule; each count is in the log by the time it is told. portion: rows in one transaction."""
    with reading(parts.engine) as db:
        rules = retention.rules(db)
    for rule in sorted(rules, key=lambda each: list(Kept).index(each.kept)):  # contacts last but one: links go first
        gone = _seals(parts, rule) if rule.kept is Kept.AUDIT else _rows(parts, rule, portion)
        if gone:
            with transaction(parts.engine) as db:
                retention.note(db, rule, gone, parts.now())
            yield rule, gone


def would_go(parts: Parts) -> Iterator[tuple[Retention, int]]:
    """The same, and everything stays. What goes only once something else is gone is not foreseen."""
    now = parts.now()
    with reading(parts.engine) as db:
        for rule in retention.rules(db):
            if rule.kept is not Kept.AUDIT:
                due = purging.due(rule.kept, rule.compartment, retention.before(rule, now)).subquery()
                count = db.scalar(select(func.count()).select_from(due)) or 0
            else:
                count = audit.count_sealed(db, retention.before(rule, now))
            if count:
                yield rule, count


def _rows(parts: Parts, rule: Retention, portion: int) -> int:
    gone = 0
    due = purging.due(rule.kept, rule.compartment, retention.before(rule, parts.now())).limit(portion)
    for _ in range(MOST_PORTIONS):
        with reading(parts.engine) as db:
            ids = list(db.scalars(due))
        if not ids:
            break
        with transaction(parts.engine) as db:
            purging.take_away(db, rule.kept, ids)
        gone += len(ids)
    return gone


def _seals(parts: Parts, rule: Retention) -> int:
    now = parts.now()
    with transaction(parts.engine) as db:
        return audit.purge(db, retention.before(rule, now), now)
