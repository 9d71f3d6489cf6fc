"""Digests when their hour has come: counted once for everybody, then written member by member."""

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy.exc import SQLAlchemyError

from handlers.digesting import TOLD, Written, tell
from handlers.period import Kind, Period, latest
from handlers.summary import Sheet, lay_out
from models import digest_run as runs
from models import figures
from models.digest_run import Subscriber
from models.keys import CannotOpen
from service.database import reading, transaction
from service.parts import Parts
from service.waiting import Busy

logger = logging.getLogger(__name__)

BATCH = 20  # members in one transaction, so that on SQLite nobody waits for it


def digest(parts: Parts) -> None:
    """Write the digests that are due. After an absence that is the latest one of each kind, and no older one; a
    second worker, or one that comes after one that died, writes what is still missing."""
    for kind in Kind:
        period = latest(kind, parts.policy.rhythm, parts.policy.timezone, parts.now())
        if period is not None and _is_wanted(parts, period):
            _write_all(parts, period)


def _is_wanted(parts: Parts, period: Period) -> bool:
    with transaction(parts.engine) as db:
        return runs.is_wanted(db, period.kind, period.day, parts.now())


def _write_all(parts: Parts, period: Period) -> None:
    with reading(parts.engine) as db:
        members = runs.waiting(db, TOLD, period.kind, period.day, parts.now())
    sheet = count(parts, period)
    failed = sum(not _write(parts, sheet, batch) for batch in _batches(members))
    if failed:
        logger.error("%s digest of %s: %d batches are still to be written", period.kind, period.day, failed)
        return
    with transaction(parts.engine) as db:
        runs.finish(db, period.kind, period.day, parts.now())
    logger.info("%s digest of %s: %d members", period.kind, period.day, len(members))


def count(parts: Parts, period: Period) -> Sheet:
    """Everybody's figures, in a transaction that only looks."""
    with reading(parts.engine) as db:
        return lay_out(figures.gather(db, period.edges, period.begins_at), period)


def _write(parts: Parts, sheet: Sheet, members: Sequence[Subscriber]) -> bool:
    """Whether it went well: a batch that fails keeps no other waiting, and is tried again by the next job."""
    try:
        with transaction(parts.engine) as db:
            written = tell(parts.desk(db), sheet, members)
    except (SQLAlchemyError, Busy, CannotOpen):
        logger.exception("a batch of digests failed")
        return False
    send(parts, written)
    return True


def send(parts: Parts, written: Written) -> None:
    """After the commit, and only then."""
    if written.messages:
        parts.enqueue("deliver", *written.messages)
    if written.mails:
        parts.enqueue("mail", *written.mails)


def _batches(members: Sequence[Subscriber]) -> Iterator[Sequence[Subscriber]]:
    for start in range(0, len(members), BATCH):
        yield members[start : start + BATCH]
