"""A conversation as a text file: what a phone says, what it shows, and what the service keeps of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flows.form import Channel
from service.settings import RULES

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
ENDED = "END"  # what the last screen of a dial begins with
SETTINGS = (
    "direct_dial",
    "resume_minutes",
    "session_seconds",
    "digest_daily",
    "digest_weekly",
    "timezone",
)  # those that a conversation may need otherwise
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Mark(StrEnum):
    """What a line begins with; a header is `name: value`, and a blank line has no mark."""

    SAYS = ">"
    SHOWS = "<"
    KEEPS = "="
    WAITS = "@"
    BEFALLS = "!"
    ORDERS = "%"
    NOTE = "#"
    HEADER = ":"
    BLANK = ""


MANY_LINES = (Mark.SAYS, Mark.SHOWS, Mark.KEEPS)
EXPECTED = (Mark.SHOWS, Mark.KEEPS)
ACTIONS = (Mark.SAYS, Mark.WAITS, Mark.BEFALLS, Mark.ORDERS)


class Fate(StrEnum):
    """What befalls an open dial."""

    HANGS_UP = "hangs up"  # and the network tells
    BREAKS_OFF = "breaks off"  # and nobody is told
    GOES_ON = "goes on"  # the one that broke off: its next key arrives after all


@dataclass(frozen=True, slots=True)
class Drill:
    """An exercise that somebody at the service begins, for so long; without members: the one that runs is stopped."""

    members: tuple[str, ...] = ()
    length: timedelta = timedelta()


class BadTranscript(ValueError):
    """A file that is not a transcript; the message begins with its name and the line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line with the indented lines that belong to it; name: of a header; line: its number, 1 = first."""

    mark: Mark
    text: str = ""
    name: str = ""
    line: int = 0

    def __str__(self) -> str:
        if self.mark is Mark.HEADER:
            return f"{self.name}: {self.text}"
        first, *more = self.text.split("\n")
        lines = [f"{self.mark} {first}" if first else self.mark, *(f"  {each}".rstrip() for each in more)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Step:
    """What one phone does, and what must come of it."""

    phone: str
    channel: Channel
    action: Entry
    expected: tuple[Entry, ...]

    def expects(self, mark: Mark) -> list[Entry]:
        return [entry for entry in self.expected if entry.mark is mark]


@dataclass(frozen=True, slots=True)
class Transcript:
    """name: of its file; entries: all of its lines, notes and blank lines too."""

    name: str
    entries: tuple[Entry, ...]

    def header(self, name: str) -> str:
        """The first header of that name, "" where there is none."""
        found = (e.text for e in self.entries if e.mark is Mark.HEADER and e.name == name)
        return next(found, "")

    @property
    def settings(self) -> dict[str, str]:
        """The settings that it needs, named as in the environment, without the prefix."""
        named = (e.text.split(maxsplit=1) for e in self.entries if e.mark is Mark.HEADER and e.name == "setting")
        return {name.upper(): value for name, value in named}

    @property
    def begins(self) -> datetime:
        return moment(self.header("now")) if self.header("now") else BEGINNING

    @property
    def steps(self) -> list[Step]:
        phone, channel = "", Channel.USSD
        steps: list[Step] = []
        for entry in self.entries:
            if entry.mark is Mark.HEADER and entry.name == "phone":
                phone = entry.text
            elif entry.mark is Mark.HEADER and entry.name == "channel":
                channel = Channel(entry.text)
            elif entry.mark in ACTIONS:
                steps.append(Step(phone, channel, entry, ()))
            elif entry.mark in EXPECTED:
                steps[-1] = replace(steps[-1], expected=(*steps[-1].expected, entry))
        return steps


def parse(source: str, name: str) -> Transcript:
    """Read a transcript. Raises BadTranscript for the first line that cannot be understood."""
    reader = _Reader(name)
    for number, line in enumerate(source.removesuffix("\n").split("\n"), start=1):
        reader.read(line.rstrip(), number)
    return Transcript(name, tuple(reader.entries))


def written(entries: Sequence[Entry]) -> str:
    """The text of a file with these entries."""
    return "".join(f"{entry}\n" for entry in entries)


def screen(text: str, ended: bool) -> str:
    """How a screen is written after `<`."""
    return f"{ENDED} {text}" if ended else text


def moment(text: str) -> datetime:
    """`2026-03-02T09:00Z`. Raises ValueError for anything else, and for a moment without its zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found.astimezone(UTC)


def setting(text: str) -> object:
    """`direct_dial yes`. Raises ValueError for anything else."""
    name, _, value = text.partition(" ")
    if name not in SETTINGS:
        raise ValueError("no setting of a conversation")
    return RULES[name.upper()].read(value.strip())


def pause(text: str) -> timedelta:
    """`+30s`, `+5m`, `+2h`, `+1d`. Raises ValueError for anything else."""
    found = re.fullmatch(r"\+([0-9]{1,5})([smhd])", text)
    if found is None:
        raise ValueError("no pause")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def drill(text: str) -> Drill:
    """`exercise +4h +22370000001 +22370000011`, or `exercise stops`. Raises ValueError for anything else."""
    if text == "exercise stops":
        return Drill()
    what, length, *phones = text.split()
    if what != "exercise" or not phones or not all(map(is_phone, phones)):
        raise ValueError("no exercise")
    return Drill(tuple(phones), pause(length))


def is_phone(text: str) -> bool:
    return bool(re.fullmatch(r"\+[1-9][0-9]{7,14}", text))


def is_dial(text: str) -> bool:
    """Whether this opens a dial instead of answering one."""
    return bool(re.fullmatch(r"\*[0-9*]+#", text))


class _Reader:
    """Reads line after line, and knows which headers it has seen."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.entries: list[Entry] = []

    def read(self, line: str, number: int) -> None:
        if line.startswith("  ") and line.strip():
            self._go_on(line[2:], number)
            return
        entry = self._entry(line, number)
        problem = self._problem(entry)
        if problem:
            raise self._bad(number, problem)
        self.entries.append(entry)

    def _entry(self, line: str, number: int) -> Entry:
        header = re.fullmatch(r"([A-Za-z_]+):\s*(.*)", line)
        if header:
            return Entry(Mark.HEADER, header[2], header[1], number)
        if not line or line[0] in "><=@!%#":
            return Entry(Mark(line[:1]), line[1:].removeprefix(" "), line=number)
        raise self._bad(number, f"expected a header or one of > < = @ ! % #, not {line[:1]!r}")

    def _go_on(self, text: str, number: int) -> None:
        """An indented line belongs to the entry above it, and so do the blank lines between them."""
        blanks = 0
        while self.entries and self.entries[-1].mark is Mark.BLANK:
            self.entries.pop()
            blanks += 1
        if not self.entries or self.entries[-1].mark not in MANY_LINES:
            raise self._bad(number, "an indented line goes on with >, < or =, and there is none above it")
        above = self.entries[-1]
        self.entries[-1] = replace(above, text=above.text + "\n" * (blanks + 1) + text)

    def _problem(self, entry: Entry) -> str:
        if entry.mark is Mark.HEADER:
            return self._problem_of_header(entry)
        if entry.mark is Mark.WAITS and not _reads(pause, entry.text):
            return "expected a pause such as +30s, +5m, +2h or +1d"
        if entry.mark is Mark.BEFALLS and entry.text not in tuple(Fate):
            return f"expected one of: {', '.join(Fate)}"
        if entry.mark is Mark.ORDERS and not _reads(drill, entry.text):
            return "expected exercise, how long, and its members' phones, or: exercise stops"
        if entry.mark in ACTIONS and not {"phone", "channel"} <= self._headers():
            return "phone: and channel: must be named before anybody speaks"
        if entry.mark in EXPECTED and not self._begun():
            return "nobody has said anything yet"
        return ""

    def _problem_of_header(self, entry: Entry) -> str:
        match entry.name:
            case "setting" if self._begun():
                return "setting: stands before anybody speaks"
            case "setting":
                return "" if _reads(setting, entry.text) else f"expected one of {', '.join(SETTINGS)} and its value"
            case "title" | "now" if self._begun() or entry.name in self._headers():
                return f"{entry.name}: stands once, before anybody speaks"
            case "title":
                return "" if entry.text else "title: is empty"
            case "now":
                return "" if _reads(moment, entry.text) else "expected a time such as 2026-03-02T09:00Z"
            case "phone":
                return "" if is_phone(entry.text) else "expected a number such as +22370000011"
            case "channel":
                return "" if entry.text in tuple(Channel) else "expected ussd or sms"
        return f"there is no header {entry.name}: (title, phone, channel, now, setting)"

    def _headers(self) -> set[str]:
        return {entry.name for entry in self.entries if entry.mark is Mark.HEADER}

    def _begun(self) -> bool:
        return any(entry.mark in ACTIONS for entry in self.entries)

    def _bad(self, number: int, problem: str) -> BadTranscript:
        return BadTranscript(f"{self.name}:{number}: {problem}")


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
