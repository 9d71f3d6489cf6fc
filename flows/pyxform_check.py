"""What the tools that others use would refuse, in their words, put in its place."""

import re

from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from flows.problem import Problems
from flows.sheets import Book

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_PLACE = re.compile(r"On the '(\w+)' sheet(?:, the '([^']+)' value)?")
_NEXT = re.compile(r"\n(?=\[row)")


def check_by_pyxform(book: Book, name: str, problems: Problems) -> None:
    """Adds what pyxform refuses, except where an error of the same row already says so.

    name: what the form is called if it does not say so itself.
    """
    try:
        workbook_to_json(get_xlsform(book.definition()), fallback_form_name=name, warnings=[])
    except (PyXFormError, AttributeError, LookupError, TypeError, ValueError) as error:
        for refusal in _NEXT.split(str(error)):
            _add(refusal.partition("\n")[0], problems)


def _add(refusal: str, problems: Problems) -> None:
    row, place = _ROW.search(refusal), _PLACE.search(refusal)
    number = int(row[1]) if row else 0
    sheet = place[1] if place else "survey" if row else "file"
    known = [problem for problem in problems.errors if not number or (problem.sheet, problem.row) == (sheet, number)]
    if not known:
        problems.error(sheet, number, (place[2] if place else "") or "", _ROW.sub("", refusal))
