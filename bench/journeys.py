"""The dials that the load is made of: what is pressed, read from the transcripts, and what must be shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.transcript import is_dial, parse

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "transcripts"
VILLAGERS = ("villager_ussd_places", "villager_ussd_en", "feedback_ussd", "who_reads_ussd")
OFFICERS = ("officer_ussd_fr", "protection_ussd", "zero_report_officer", "back_and_more")
REFERENCE = re.compile(r"(?<!\d)\d{6,8}(?!\d)")


@dataclass(frozen=True, slots=True)
class Journey:
    """texts: the whole text that the gateway sends at each hop; screens: the answers, references masked."""

    name: str
    officer: bool
    texts: tuple[str, ...]
    screens: tuple[str, ...] = ()


def read() -> list[Journey]:
    return [Journey(name, name in OFFICERS, tuple(_texts(name))) for name in (*VILLAGERS, *OFFICERS)]


def _texts(name: str) -> Iterator[str]:
    """The first dial of that transcript."""
    path = FOLDER / f"{name}.txt"
    text = ""
    for number, step in enumerate(parse(path.read_text(encoding="utf-8"), path.name).steps):
        said = step.action.text
        if number == 0:
            yield ""
            continue
        if is_dial(said) or "{" in said or said.startswith("+"):
            return
        text = f"{text}*{said}" if text else said
        yield text


def masked(screen: str) -> str:
    return REFERENCE.sub("{ref}", screen)
