"""A CSV that somebody sends from a page: read, looked at, and made into an errand that is checked first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from models import errand as errands
from models.errand import ErrandKind, ErrandState, Order
from models.place_import import Problem
from service.console.visitor import visitor
from service.csv_rows import rows_of
from service.database import transaction
from service.parts import Parts

MOST_ROWS = 20_000


class Unusable(ValueError):
    """key: of the sentence that says what is wrong with the file; columns: those that are missing."""

    def __init__(self, key: str, columns: Sequence[str] = ()) -> None:
        super().__init__(key)
        self.key, self.columns = key, tuple(columns)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was sent to a page and not taken. wrong: with a file; problem: with the row that was typed, which is shown
    again to be mended."""

    wrong: Unusable | None = None
    problem: Problem | None = None
    row: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return 400 if self.wrong or self.problem else 200


NOTHING_REFUSED = Refusal()


def take_file(
    parts: Parts, kind: ErrandKind, needed: Sequence[str], known: Sequence[str], refuse: Callable[[Refusal], Answer]
) -> Answer:
    """The page of the errand that checks the file sent along, as check_file does; or the page that says why not."""
    try:
        errand_id = check_file(parts, kind, needed, known)
    except Unusable as wrong:
        return refuse(Refusal(wrong))
    return redirect(url_for("console.errands.one", errand_id=errand_id), 303)


def typed_row(columns: Sequence[str]) -> dict[str, str]:
    """The one row that was typed into the page, as a CSV would have it."""
    return {name: request.form.get(name, "").strip() for name in columns}


def check_file(parts: Parts, kind: ErrandKind, needed: Sequence[str], known: Sequence[str]) -> int:
    """The id of the errand that checks the file sent along. Raises Unusable.

    needed: columns without which no row can be taken; known: all that are read.
    """
    sent = request.files.get("file")
    rows = rows_of(sent.read()) if sent is not None else []
    if not rows:
        raise Unusable("upload.empty")
    if len(rows) > MOST_ROWS:
        raise Unusable("upload.too_many")
    header = {name.strip().lower() for name in rows[0] if name}
    missing = [name for name in needed if name not in header]
    if missing:
        raise Unusable("upload.columns", missing)
    plain = [{(name or "").strip().lower(): value for name, value in row.items()} for row in rows]
    return order(parts, kind, [{name: row.get(name) or "" for name in known} for row in plain])


def order(parts: Parts, kind: ErrandKind, rows: Sequence[object], *, checked_first: bool = True) -> int:
    """The id of an errand with these rows, which the workers have been asked to see to."""
    state = ErrandState.CHECKING if checked_first else ErrandState.APPLYING
    wanted = Order(visitor().member_id, kind, rows, replace=request.form.get("replace") == "yes")
    with transaction(parts.engine) as db:
        errand_id = errands.begin(db, parts.keys, wanted, state, parts.now())
    parts.enqueue("errand", errand_id)
    return errand_id
