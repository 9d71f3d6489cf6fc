"""A CSV as spreadsheets write it."""

import csv
import io


def rows_of(raw: bytes) -> list[dict[str, str]]:
    """Its rows by column: commas or semicolons; UTF-8, or the older Windows encoding."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
