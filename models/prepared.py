"""A statement that every hop says, put into the driver's own words once: asking SQLAlchemy each time costs more than
asking the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Insert, Select, Update
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Turn = Callable[[Any], Any] | None
Statement = Select[Any] | Insert | Update


@dataclass(frozen=True, slots=True)
class Bare:
    """A connection of the driver's own."""

    driver: Any
    dialect: Dialect


def bare(db: Session) -> Bare:
    """The one that this transaction is on; whatever the session has in mind is written first."""
    db.flush()
    connection = db.connection()
    return Bare(connection.connection.driver_connection, connection.dialect)


@dataclass(frozen=True, slots=True)
class Worded:
    """names: in the order of the driver's question marks, None where it takes them by name; there, back: what becomes
    of each value on its way to the database, and of each column on its way back."""

    said: str
    names: tuple[str, ...] | None
    constants: Mapping[str, Any]
    there: Mapping[str, Callable[[Any], Any]]
    back: tuple[Turn, ...]


class Prepared:
    """Worded anew for each dialect that it meets; both give the same values for the same row."""

    def __init__(self, statement: Statement | Callable[[Dialect], Statement]) -> None:
        """A function, where the dialects differ."""
        self._statement = statement
        self._worded: dict[str, Worded] = {}

    def first(self, bare: Bare, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, if there is any."""
        worded = self._for(bare.dialect)
        row = self._say(bare, worded, values).fetchone()
        return None if row is None else _turned(worded.back, row)

    def all(self, bare: Bare, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        worded = self._for(bare.dialect)
        return [_turned(worded.back, row) for row in self._say(bare, worded, values).fetchall()]

    def change(self, bare: Bare, values: Mapping[str, Any]) -> int:
        """How many rows it has changed."""
        return int(self._say(bare, self._for(bare.dialect), values).rowcount)

    def _say(self, bare: Bare, worded: Worded, values: Mapping[str, Any]) -> Any:
        said = {**worded.constants, **values}
        for name, turn in worded.there.items():
            said[name] = turn(said[name])
        return bare.driver.execute(worded.said, said if worded.names is None else [said[n] for n in worded.names])

    def _for(self, dialect: Dialect) -> Worded:
        worded = self._worded.get(dialect.name)
        if worded is None:
            statement = self._statement(dialect) if callable(self._statement) else self._statement
            worded = self._worded[dialect.name] = _word(statement, dialect)
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
        names=tuple(compiled.positiontup) if compiled.positiontup is not None else None,
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
