"""Sealing everything anew with the keys that seal now: looked for without a lock, written in small portions."""

from collections.abc import Iterator

from models import sealed
from models.sealed import SEALED, Resealed
from service.database import reading, transaction
from service.parts import Parts

PORTION = 100  # values in one transaction: well under 50 ms on SQLite


def reseal_all(parts: Parts, portion: int = PORTION) -> Iterator[Resealed]:
    """What became of each portion, column by column. What another process seals with an old key meanwhile is found by
    the next run."""
    for column in SEALED:
        after = None
        while True:
            with reading(parts.engine) as db:
                rows = sealed.old(db, parts.keys, column, after, portion)
            if not rows:
                break
            with transaction(parts.engine) as db:
                done = sealed.reseal(db, parts.keys, column, rows)
            after = rows[-1].key
            yield done
