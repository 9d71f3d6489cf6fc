"""The figures of a digest as a CSV for spreadsheets, with the tags of the Humanitarian Exchange Language."""

import csv
from io import StringIO

from handlers.desk import Desk
from handlers.digest_words import groups, place
from handlers.period import Period
from handlers.spreadsheet import BOM, harmless
from handlers.summary import Summary

TAGS = (
    "#date+start",
    "#date+end",
    "#adm2+code",
    "#adm2+name",
    "#event+type+code",
    "#event+type+name",
    "#indicator+new",
    "#indicator+trend",
    "#indicator+verified",
    "#indicator+open",
)
HEADER = ("since", "until", "area", "area_name", "group", "group_name", "new", "trend", "verified", "open")


def digest_csv(desk: Desk, period: Period, summary: Summary, language: str) -> str:
    """One line for each area and group; every figure hidden as it is in the text."""
    names = groups(desk, language)
    days = [f"{each.astimezone(desk.policy.timezone):%Y-%m-%dT%H:%M}" for each in (period.begins_at, period.ends_at)]
    file = StringIO()
    write = csv.writer(file)
    write.writerows([HEADER, TAGS])
    for row in summary.rows:
        what = row.area, place(desk, row.area, language), row.group, names.get(row.group, row.group)
        counts = row.new.text, row.arrow or "", row.verified.text, row.open.text
        write.writerow(harmless([*days, *what, *counts]))
    return BOM + file.getvalue()
