"""What a walk has seen, and what of it should not have been."""

import logging
import re
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from bench.fingers import choices_of
from bench.journeys import REFERENCE, masked
from flows.language import COMPLETE
from flows.screen import fits
from models.message import Direction, Message, open_text
from models.report import Report, ReportState
from service.database import reading
from service.parts import Parts

FILED = ("report", "report_changed", "guarded", "feedback", "anonymous", "answerable")
FAILED = ("error.failed", "error.busy", "error.unreadable")
MOST_CHOICES = 5


class Faults(logging.Handler):
    """Keeps what the service logs as an error, each kind once: a phone sees a kind sentence all the same."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            kind = type(record.exc_info[1]).__name__
            self.found.setdefault(kind, logging.Formatter().format(record))


@dataclass
class Verdict:
    """Screens with references masked: how often they were seen, from which a key led on (left), and which could not be
    left when somebody tried (stuck). filed: reference → the session that was told so."""

    parts: Parts
    faults: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    left: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    filed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        say = self.parts.words.say
        told = [say(f"filed.{key}", (tag,), reference="REF", digits="CODE") for key in FILED for tag in COMPLETE]
        patterns = [re.escape(text).replace("REF", r"(\d{6,8})", 1) for text in told]
        self._filed = re.compile("|".join(each.replace("REF", r"\d{6,8}").replace("CODE", r"\d+") for each in patterns))
        self._sorry = tuple(say(key, (tag,)) for key in FAILED for tag in COMPLETE)

    def look(self, status: int, body: str, session: str) -> None:
        """Judge one answer."""
        kind, text = body[:4], body[4:]
        if status != 200 or kind not in ("CON ", "END ") or not text.strip():
            self.faults[f"answered {status}: {body!r}"] += 1
            return
        self.seen[masked(body)] += 1
        if not fits(text, self.parts.policy.limits):
            self.faults[f"wider than a screen: {body!r}"] += 1
        if len(choices_of(text)) > MOST_CHOICES:
            self.faults[f"more than five choices: {body!r}"] += 1
        if text.startswith(self._sorry):
            self.faults[f"sorry: {body!r}"] += 1
        told = self._filed.match(text) if kind == "END " else None
        if told:
            self._promised(next(filter(None, told.groups())), session)

    def moved(self, before: str, after: str) -> None:
        if before != after:
            self.left.add(masked(before))

    def _promised(self, reference: str, session: str) -> None:
        if self.filed.setdefault(reference, session) != session:
            self.faults[f"the same reference in two dials: {reference}"] += 1

    def dead_ends(self) -> list[str]:
        return sorted(self.stuck - self.left)

    def astray(self) -> tuple[set[str], set[str]]:
        """References that were shown and not filed, and that were filed from a dial and not shown.

        What was begun by SMS may be finished in a dial, and the other way round.
        """
        query = select(Report.reference, Report.channel).where(
            Report.state != ReportState.DRAFT, Report.filed_at.is_not(None)
        )
        with reading(self.parts.engine) as db:
            there = {row.reference: row.channel for row in db.execute(query)}
        dialled = {reference for reference, channel in there.items() if channel == "ussd"}
        return self.filed.keys() - there.keys(), dialled - self.filed.keys() - self._texted()

    def _texted(self) -> set[str]:
        """References that an SMS told."""
        query = select(Message.id, Message.body_enc).where(
            Message.direction == Direction.OUT, Message.body_enc.is_not(None)
        )
        with reading(self.parts.engine) as db:
            texts = [open_text(self.parts.keys, row.id, row.body_enc) for row in db.execute(query)]
        return {reference for text in texts if self._filed.match(text) for reference in REFERENCE.findall(text)}
