"""A form written out as a spreadsheet, for those who edit it there."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from flows.sheets import Table, read_book


def write_xlsx(source: Path, target: Path) -> None:
    """The form as a spreadsheet with the same sheets, rows and columns; Unreadable where it cannot be read."""
    book = read_book(source)
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, table in book.tables.items():
        _write_sheet(workbook, name, table)
    workbook.save(target)


def _write_sheet(workbook: Workbook, name: str, table: Table) -> None:
    sheet = workbook.create_sheet(name)
    sheet.freeze_panes = "A2"
    for row_number, row in enumerate(table, start=1):
        for column_number, value in enumerate(row, start=1):
            if value:
                cell = sheet.cell(row_number, column_number, value)
                cell.data_type = "s"  # a text, even where it begins with =
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                cell.font = Font(bold=row_number == 1)
    for number, width in enumerate(_widths(table), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _widths(table: Table) -> list[int]:
    longest = [max(len(row[place]) if place < len(row) else 0 for row in table) for place in range(len(table[0]))]
    return [min(max(length + 2, 8), 50) for length in longest]
