"""A statement as one connection of PostgreSQL's knows it: told once, then called by its name through libpq itself.

The driver's cursors do much that such a statement does not need, and take three times as long for it."""

import itertools
from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

NUMBERS = itertools.count(1)
WELL = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class Spoken:
    """What goes there and back is binary, of the types that the server has settled. Raises psycopg.Error."""

    def __init__(self, driver: Connection[Any], said: str) -> None:
        """said: with $1, $2 and so on for its values."""
        self._server = driver.pgconn
        self._name = f"k{next(NUMBERS)}".encode()
        _well(self._server.prepare(self._name, said.encode()))
        told = _well(self._server.describe_prepared(self._name))
        self._turns = Transformer()
        self._turns.set_dumper_types([told.param_type(n) for n in range(told.nparams)], Format.BINARY)
        self._turns.set_loader_types([told.ftype(n) for n in range(told.nfields)], Format.BINARY)

    def rows(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows that come back; values: in the order of their numbers."""
        result = self._ask(values)
        self._turns.set_pgresult(result, set_loaders=False)
        return self._turns.load_rows(0, result.ntuples, tuple)

    def count(self, values: Sequence[Any]) -> int:
        """How many rows it has changed."""
        return self._ask(values).command_tuples or 0

    def _ask(self, values: Sequence[Any]) -> PGresult:
        turned: Any = self._turns.dump_sequence(values, ())
        return _well(self._server.exec_prepared(self._name, turned, self._turns.formats, Format.BINARY))


def _well(result: PGresult) -> PGresult:
    if result.status not in WELL:
        raise error_from_result(result)
    return result
