"""Going on with an errand: a few rows in each transaction, so that no phone waits for it, until it is done."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from flows.folding import fold
from handlers.clear_columns import as_cells
from handlers.desk import Desk
from handlers.rerouting import reroute
from handlers.spreadsheet import csv_of
from handlers.turn import Effect
from models import audit, export
from models import errand as errands
from models.errand import Errand, ErrandKind, ErrandState
from models.place_import import FIRST_ROW, PlaceAccount, import_places
from models.roster import RosterAccount, deactivate_absent, import_roster
from service.database import transaction
from service.exchange import follow_up
from service.parts import Parts
from service.stocking import rolls

A = TypeVar("A")
AT_ONCE = 20  # rows: on SQLite nobody waits for more than some 50 ms
SECONDS = 20.0  # then another job goes on with it


@dataclass(frozen=True, slots=True)
class Piece:
    """result: what came of a few rows, as JSON; effects: what must follow after the commit."""

    result: object
    effects: tuple[Effect, ...] = ()


def go_on(parts: Parts, errand_id: int) -> None:
    """A second job finds the errand locked, waits, and goes on where the first one is."""
    begun = time.monotonic()
    while _some_more(parts, errand_id):
        if time.monotonic() - begun > SECONDS:
            parts.enqueue("errand", errand_id)
            return


def _some_more(parts: Parts, errand_id: int) -> bool:
    """Whether there is more to do after this portion."""
    with transaction(parts.engine) as db:
        errand = errands.lock(db, errand_id)
        if errand is None or errand.state not in (ErrandState.CHECKING, ErrandState.APPLYING):
            return False
        desk, rows = parts.desk(db), errands.rows(parts.keys, errand)
        portion = rows[errand.done : errand.done + AT_ONCE]
        piece = DOES[errand.kind](desk, errand, rows, portion)
        errands.advance(db, parts.keys, errand, len(portion), piece.result, desk.now)
        over = errand.done >= errand.total
        if over:
            _finish(desk, errand)
    follow_up(parts, piece.effects)
    return not over


def _finish(desk: Desk, errand: Errand) -> None:
    checked = errand.state is ErrandState.CHECKING
    errand.state = ErrandState.CHECKED if checked else ErrandState.DONE
    if not checked:
        audit.record(desk.db, errand.member_id, f"errand_{errand.kind}", errand.id, f"{errand.total} rows", desk.now)


def _roster(desk: Desk, errand: Errand, rows: Sequence[Any], portion: Sequence[Any]) -> Piece:
    def take() -> RosterAccount:
        account = import_roster(desk.db, rolls(desk), portion, before=rows[: errand.done])
        last = errand.done + len(portion) >= errand.total
        if errand.replace and last and not account.problems and not _had_problems(desk, errand):
            gone = deactivate_absent(desk.db, rolls(desk), rows)
            account.deactivated, account.moved = gone.deactivated, account.moved | gone.moved
        return account

    account = _tried(desk, errand, take)
    effects = reroute(desk, account.moved) if errand.state is ErrandState.APPLYING else ()
    return Piece({**_told(account), "deactivated": account.deactivated}, effects)


def _had_problems(desk: Desk, errand: Errand) -> bool:
    return any(piece["problems"] for piece in errands.results(desk.db, desk.keys, errand.id))


def _places(desk: Desk, errand: Errand, rows: Sequence[Any], portion: Sequence[Any]) -> Piece:
    account = _tried(
        desk, errand, lambda: import_places(desk.db, portion, fold=fold, first_row=FIRST_ROW + errand.done)
    )
    return Piece(_told(account))


def _tried(desk: Desk, errand: Errand, take: Callable[[], A]) -> A:
    """What is only checked is undone at once."""
    if errand.state is ErrandState.APPLYING:
        return take()
    point = desk.db.begin_nested()
    try:
        return take()
    finally:
        point.rollback()


def _told(account: RosterAccount | PlaceAccount) -> dict[str, Any]:
    return {
        "rows": [asdict(row) for row in account.rows],
        "problems": [asdict(problem) for problem in account.problems],
    }


def _reports(desk: Desk, errand: Errand, rows: Sequence[Any], portion: Sequence[Any]) -> Piece:
    """Clear columns, of the reports whose ids were within the asker's reach when it was asked for."""
    return Piece(csv_of([as_cells(desk, report) for report in export.these(desk.db, portion)]))


DOES: Mapping[ErrandKind, Callable[[Desk, Errand, Sequence[Any], Sequence[Any]], Piece]] = {
    ErrandKind.ROSTER: _roster,
    ErrandKind.PLACES: _places,
    ErrandKind.REPORTS: _reports,
}
