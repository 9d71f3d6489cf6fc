"""A statement that every hop says, put into the driver's own words once: asking SQLAlchemy each time costs more than
asking the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName
from psycopg.pq import TransactionStatus
from sqlalchemy import Dialect, Insert, Select, Update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from models.spoken import Spoken

T = TypeVar("T")
Turn = Callable[[Any], Any] | None
Statement = Select[Any] | Insert | Update

# libpq's own way of naming values
NUMBERED: Dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Bare:
    """A connection of the driver's own; spoken: what PostgreSQL has been told on it."""

    driver: Any
    dialect: Dialect
    spoken: "dict[Prepared, Spoken]" = field(default_factory=dict)


def bare(db: Session) -> Bare:
    """The one that this transaction is on; whatever the session has in mind is written first."""
    db.flush()
    lent: Bare = db.info["bare"]
    if isinstance(lent.driver, psycopg.Connection) and lent.driver.pgconn.transaction_status == TransactionStatus.IDLE:
        raise RuntimeError("this transaction has not begun")  # each statement would be kept by itself
    return lent


@dataclass(frozen=True, slots=True)
class Worded:
    """names: of its values, in their order; there, back: what becomes of each value on its way to the database, and of
    each column on its way back."""

    said: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    there: Mapping[str, Callable[[Any], Any]]
    back: tuple[Turn, ...]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        said = {**self.constants, **given}
        for name, turn in self.there.items():
            said[name] = turn(said[name])
        return [said[name] for name in self.names]


class Prepared:
    """Worded anew for each dialect that it meets; both give the same values for the same row."""

    def __init__(self, statement: Statement | Callable[[Dialect], Statement]) -> None:
        """A function, where the dialects differ."""
        self._statement = statement
        self._worded: dict[str, Worded] = {}

    def first(self, bare: Bare, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, if there is any."""
        return next(iter(self.all(bare, values)), None)

    def all(self, bare: Bare, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        worded = self._for(bare.dialect)
        said = worded.values(values)
        if isinstance(bare.driver, psycopg.Connection):
            rows = self._call(bare, worded, lambda spoken: spoken.rows(said))
        else:
            rows = bare.driver.execute(worded.said, said).fetchall()
        return [_turned(worded.back, row) for row in rows]

    def change(self, bare: Bare, values: Mapping[str, Any]) -> int:
        """How many rows it has changed."""
        worded = self._for(bare.dialect)
        said = worded.values(values)
        if isinstance(bare.driver, psycopg.Connection):
            return self._call(bare, worded, lambda spoken: spoken.count(said))
        return int(bare.driver.execute(worded.said, said).rowcount)

    def _call(self, bare: Bare, worded: Worded, call: Callable[[Spoken], T]) -> T:
        """A server may have forgotten the statement, or have planned it for a table that has changed since: then it is
        told anew, at once where that can be, else the next time."""
        spoken = bare.spoken.get(self)
        if spoken is None:
            spoken = bare.spoken[self] = Spoken(bare.driver, worded.said)
        try:
            return call(spoken)
        except (InvalidSqlStatementName, FeatureNotSupported):
            del bare.spoken[self]
            if bare.driver.pgconn.transaction_status != TransactionStatus.IDLE:
                raise  # and with it whatever else was to be kept
        return self._call(bare, worded, call)

    def _for(self, dialect: Dialect) -> Worded:
        worded = self._worded.get(dialect.name)
        if worded is None:
            statement = self._statement(dialect) if callable(self._statement) else self._statement
            numbered = NUMBERED if dialect.name == "postgresql" else dialect
            worded = self._worded[dialect.name] = _word(statement, numbered)
        return worded


def _turned(back: tuple[Turn, ...], row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([turn(value) if turn else value for turn, value in zip(back, row, strict=True)])


def _word(statement: Statement, dialect: Dialect) -> Worded:
    compiled = statement.compile(dialect=dialect)
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    columns = statement.selected_columns if isinstance(statement, Select) else statement.exported_columns
    return Worded(
        said=compiled.string,
        names=tuple(compiled.positiontup or ()),
        constants={name: bind.value for name, bind in binds.items() if not bind.required} | _defaults(compiled),
        there={name: turn for name, turn in turns.items() if turn},
        back=tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns),
    )


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """Of the columns that an INSERT leaves out. One that is worked out anew each time must be given."""
    constants: dict[str, Any] = {}
    for left_out in compiled.insert_prefetch:
        if not isinstance(left_out.default, ScalarElementColumnDefault):
            raise TypeError(f"an INSERT leaves out {left_out.name}")
        constants[left_out.key] = left_out.default.arg
    return constants
