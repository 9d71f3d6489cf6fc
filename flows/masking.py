"""Numbers that lead to a person, phones and papers, are masked in whatever is written in free words."""

import re

MASK = "***"
_BETWEEN = "[ .\\-\u00a0\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_RUN = re.compile(rf"\+?\(?\d(?:{_BETWEEN}[()]?{_BETWEEN}\d){{7,}}")
_PAPER = re.compile(r"\b[A-Za-z]{1,3}\d{6,}\b")
_DATE = re.compile(r"\d{1,2}[ .-]\d{1,2}[ .-]\d{4}|\d{4}-\d{1,2}-\d{1,2}")
_AMOUNT = re.compile(r"\d{1,3}([ .\u00a0])\d{3}(\1\d{3})*")


def mask(text: str) -> str:
    """Eight digits and more, however they are grouped and in whatever script, and papers such as AB123456; but for
    dates, and for amounts such as 10 000 000."""
    return _PAPER.sub(MASK, _RUN.sub(_masked, text))


def _masked(found: re.Match[str]) -> str:
    run = found[0]
    return run if _DATE.fullmatch(run) or _AMOUNT.fullmatch(run) else MASK
