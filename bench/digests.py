"""`python -m bench.digests`: the digests of 500 members over a million reports, in a process of its own: how long,
how many questions to the database, how much memory."""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, func, select

from bench import cases
from bench.ground import KINDS, ROSTER, Ground, ground
from handlers.period import Kind, latest
from models import digest_run as runs
from models.mail import Mail
from models.message import Message
from service.database import reading, transaction
from service.digests import count
from service.jobs import JOBS
from service.parts import Parts, build
from service.settings import Settings
from service.stocking import load_roster

ROOT = Path(__file__).resolve().parent.parent
MEMBERS, MANY, DISTRICT = 500, 1_000_000, 2
SEVEN = datetime(2026, 3, 2, 7, tzinfo=UTC)  # a Monday: both digests are due
MAIL = {"KARAKORO_SMTP_URL": "smtp+plain://127.0.0.1:9", "KARAKORO_SMTP_SENDER": "digest@karakoro.example"}


@dataclass(frozen=True, slots=True)
class Took:
    """counting: everybody's figures of one day, and of one week; all_of_it: both digests of all members, written;
    memory: of the process, before and at its peak; messages, mails: how many wait then."""

    counting_day: float
    counting_week: float
    all_of_it: float
    questions_counting: int
    questions: int
    memory_before_mb: float
    memory_peak_mb: float
    messages: int
    mails: int


def main() -> None:
    asked = _arguments()
    if asked.measure:
        print(json.dumps(asdict(_measure())))
        return
    print("|            | a day counted | a week counted | both written, all members | questions (to count) | "
          "memory before | at its peak | SMS | e-mails |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in asked.databases:
        with ground(kind, officers=0) as here:
            _enrol(here, asked.members)
            cases.fill(here.parts.settings.database_url, asked.many, SEVEN)
            took = _in_a_process(here)
        print(_line(kind, took), flush=True)


def _enrol(here: Ground, members: int) -> None:
    """Most hold one district, some a region, and a few a country; every second one has an address."""
    places = here.parts
    with reading(places.engine) as db:
        gazetteer = places.desk(db).atlas.gazetteer
    districts = [row.key for row in gazetteer.lists["districts.csv"] if row.level == DISTRICT]
    path = places.settings.data_dir / "coordinators.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(ROSTER)
        for number in range(members):
            district = districts[number % len(districts)]
            area = district[:2] if number % 50 == 0 else district[:4] if number % 10 == 0 else district
            address = f"c{number}@example.org" if number % 2 else ""
            language = ("fr", "ar", "en")[number % 3]
            rows.writerow([f"C {number}", f"+22370{number:06}", "coordinator", language, area, "1", "", address])
    assert not load_roster(places, path).problems


def _in_a_process(here: Ground) -> Took:
    command = [sys.executable, "-m", "bench.digests", "--measure"]
    environ = {**os.environ, **here.environ, **MAIL}
    done = subprocess.run(command, env=environ, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return Took(**json.loads(done.stdout))


def _measure() -> Took:
    parts = replace(build(Settings.from_environment(os.environ), now=lambda: SEVEN), enqueue=lambda _name, *_ids: True)
    with transaction(parts.engine) as db:
        parts.desk(db)
        for kind in Kind:
            runs.finish(db, kind, (SEVEN - timedelta(days=7)).date(), SEVEN)
    before, asked = _peak_mb(), list[str]()
    event.listen(parts.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    day, week = (_timed(lambda kind=kind: _count(parts, kind)) for kind in Kind)  # type: ignore[misc]
    counting = len(asked) // 2
    asked.clear()
    whole = _timed(lambda: JOBS["digest"](parts))
    with reading(parts.engine) as db:
        messages, mails = (db.scalar(select(func.count()).select_from(table)) or 0 for table in (Message, Mail))
    return Took(day, week, whole, counting, len(asked), before, _peak_mb(), messages, mails)


def _count(parts: Parts, kind: Kind) -> None:
    period = latest(kind, parts.policy.rhythm, parts.policy.timezone, SEVEN)
    assert period is not None
    count(parts, period)


def _timed(act: object) -> float:
    begun = time.monotonic()
    act()  # type: ignore[operator]
    return time.monotonic() - begun


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _line(kind: str, took: Took) -> str:
    cells: Iterator[str] = iter((
        kind, f"{took.counting_day:.2f} s", f"{took.counting_week:.2f} s", f"{took.all_of_it:.1f} s",
        f"{took.questions} ({took.questions_counting})", f"{took.memory_before_mb:.0f} MB",
        f"{took.memory_peak_mb:.0f} MB", str(took.messages), str(took.mails),
    ))  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.digests", description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--many", type=int, default=MANY, help="reports")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("databases", nargs="*", default=KINDS, choices=[*KINDS, KINDS], help="both, if none is named")
    return parser.parse_args()


if __name__ == "__main__":
    main()
