"""The questions of a form, row by row from its survey sheet."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.cells import Cells, Mention
from flows.expressions import compile
from flows.form import Channel, Expression, Kind, Question
from flows.problem import Problems
from flows.sheets import Row, Sheet
from flows.spelling import near
from flows.tokens import ExpressionError

PLAIN: Mapping[str, Kind] = {
    "integer": Kind.INTEGER,
    "int": Kind.INTEGER,
    "text": Kind.TEXT,
    "string": Kind.TEXT,
    "date": Kind.DATE,
    "note": Kind.NOTE,
    "calculate": Kind.CALCULATE,
    "hidden": Kind.HIDDEN,
}
SELECT: Mapping[str, Kind] = {"one": Kind.SELECT_ONE, "multiple": Kind.SELECT_MULTIPLE}
IGNORED = ("start", "today", "end")
PII = ("none", "contact", "free")
WIDEST = 160

_SELECT = re.compile(r"select[ _](one|multiple)([ _]from[ _]file)?(?: (\S+))?( .*)?")
_GROUP = re.compile(r"(begin|end)[ _](\w+)")


@dataclass(frozen=True, slots=True)
class _Group:
    row: int
    relevant: Expression | None


@dataclass(slots=True)
class SurveyReader:
    """Reads one survey sheet; language: of the columns that name none; mentions: every ${name} in it."""

    sheet: Sheet
    language: str
    problems: Problems
    questions: list[Question] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    _rows: dict[str, int] = field(default_factory=dict)
    _groups: list[_Group] = field(default_factory=list)

    def read(self) -> Sequence[Question]:
        for row in self.sheet.rows:
            self._read_row(self._cells(row))
        for group in self._groups:
            self.problems.error(self.sheet.name, group.row, "type", "this group is not ended")
        return self.questions

    def _cells(self, row: Row) -> Cells:
        return Cells(self.sheet.name, row, self.language, self.problems, self.mentions)

    def _read_row(self, cells: Cells) -> None:
        written = " ".join(cells.text("type").split())
        group = _GROUP.fullmatch(written)
        if group and group[1] == "begin":
            self._begin(cells, group[2])
        elif group:
            self._end(cells)
        elif written and written not in IGNORED:
            self._read_question(cells, written)
        elif not written and cells.text("name"):
            cells.error("type", "the type is missing")

    def _begin(self, cells: Cells, kind: str) -> None:
        if kind != "group":
            cells.error("type", f"the type {cells.text('type')} is not supported; each thing is asked once")
        self._name(cells)
        self._groups.append(_Group(cells.row.number, cells.expression("relevant")))

    def _end(self, cells: Cells) -> None:
        if self._groups:
            self._groups.pop()
        else:
            cells.error("type", "no group is open here")

    def _read_question(self, cells: Cells, written: str) -> None:
        kind, choices = _kind(cells, written)
        self.questions.append(
            Question(
                name=self._name(cells),
                kind=kind,
                row=cells.row.number,
                labels=cells.labels("label"),
                short=cells.short(),
                hints=cells.labels("hint"),
                choices=choices,
                choice_filter=cells.expression("choice_filter", of_choices=True),
                relevant=self._relevant(cells),
                constraint=cells.expression("constraint"),
                constraint_message=cells.labels("constraint_message"),
                required=cells.yes("required"),
                required_message=cells.labels("required_message"),
                default=cells.text("default"),
                calculation=cells.expression("calculation"),
                channel=_channel(cells),
                sms_field=cells.whole("sms_field", 0, most=99),
                width=cells.whole("ussd_width", 20, most=WIDEST),
                pii=cells.one_of("pii", PII) or "none",
            )
        )

    def _name(self, cells: Cells) -> str:
        name, number = cells.name(), cells.row.number
        if name and self._rows.setdefault(name, number) != number:
            cells.error("name", f"{name} is already used in row {self._rows[name]}")
        return name

    def _relevant(self, cells: Cells) -> Expression | None:
        """The row's own relevance, and that of every group around it."""
        own = cells.expression("relevant")
        parts = [part for part in [*(group.relevant for group in self._groups), own] if part]
        if len(parts) < 2:
            return parts[0] if parts else None
        try:
            return compile(" and ".join(f"({part.source})" for part in parts))
        except ExpressionError as error:
            cells.error("relevant", f"{error}, together with the groups around it")
            return None


def _kind(cells: Cells, written: str) -> tuple[Kind, str]:
    """The kind, and the list that is chosen from; where there is no such kind, that of a text."""
    select = _SELECT.fullmatch(written)
    if select:
        return SELECT[select[1]], _list(cells, *select.groups())
    if written not in PLAIN:
        likely = near(written, [*PLAIN, *IGNORED, "select_one", "select_multiple", "begin_group", "end_group"])
        meant = f"; did you mean {likely}?" if likely else ""
        cells.error("type", f"the type {written} is not supported{meant}")
    return PLAIN.get(written, Kind.TEXT), ""


def _list(cells: Cells, many: str, from_file: str | None, choices: str | None, more: str | None) -> str:
    if more:
        cells.error("type", f"{more.strip()} is not supported; a text question of its own may ask for it")
    if many == "multiple" and from_file:
        cells.error("type", "the type select_multiple_from_file is not supported")
    if not choices:
        cells.error("type", "the name of a list is expected behind the type")
    elif bool(from_file) != choices.endswith(".csv"):
        cells.error("type", "a list in a file is written select_one_from_file NAME.csv")
    return choices or ""


def _channel(cells: Cells) -> Channel | None:
    value = cells.one_of("channel", [*Channel, "both"])
    return Channel(value) if value in list(Channel) else None
