"""The log: one line for each thing that happened, with ids and counts, and nobody's number in it."""

import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

# Eight digits in a row, and what begins with + or 00, are somebody's phone; our ids are longer or shorter.
PHONE = re.compile(r"(?<![\w-])(?:\+|%2B|00)\d[\d .-]{5,16}\d|(?<![\w.-])(?:22\d)?\d{8}(?![\w-])", re.IGNORECASE)
PAIRS = re.compile(r"(?<!\w)\d\d(?:[ .-]\d\d){3}(?!\w)")
HOOK = re.compile(r"(/hooks/[^/\s]+/)[^/\s\"'?]+")
CHATTY = {  # these say addresses, or what is in a job, when they are let
    "rq.worker": logging.WARNING,
    "rq.job": logging.WARNING,
    "werkzeug": logging.WARNING,
    "urllib3": logging.WARNING,
    "granian.access": logging.CRITICAL,
    "alembic": logging.WARNING,
}


def configure(level: str, secrets: Iterable[str] = ()) -> None:
    """Send every logger of this process to stderr in our form; secrets: texts that must never appear."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskedLines(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name, least in CHATTY.items():
        logging.getLogger(name).setLevel(least)


def mask(text: str) -> str:
    """The text without phone numbers and without the tokens of hook addresses."""
    return PAIRS.sub("[number]", PHONE.sub("[number]", HOOK.sub(r"\1[token]", text)))


class MaskedLines(logging.Formatter):
    """`2026-01-31T08:00:00Z INFO service.queue Redis is back`: UTC, one line, stack included, masked."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            said = f"{said}\n{self.formatException(record.exc_info)}"
        for secret in self._secrets:
            said = said.replace(secret, "[secret]")
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{at} {record.levelname} {record.name} {mask(said)}".replace("\n", " ⏎ ")
