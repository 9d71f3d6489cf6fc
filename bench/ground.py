"""What the measurements stand on: a database of its own, stocked like the demo's, with enough officers."""

import csv
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import postgresql_server
from sqlalchemy import select

from bench.hop_row import hop_row
from bench.journeys import Journey, read
from bench.load import Dialled, rehearse
from models.report import Report, ReportState
from service import demo_data, demo_settings, redis_server
from service.child import stop
from service.database import reading, transaction
from service.parts import Parts, build
from service.settings import PREFIX, Settings
from service.stocking import load_roster

KINDS = ("sqlite", "postgresql")
OFFICERS = 900
ROSTER = ("name", "phone", "role", "language", "area", "level", "post", "email")


@dataclass(frozen=True, slots=True)
class Ground:
    """environ: the settings that its servers are given."""

    kind: str
    parts: Parts
    environ: dict[str, str]

    @property
    def path(self) -> str:
        return f"/hooks/africastalking/{self.parts.settings.hook_tokens[0]}/ussd"

    def filed(self) -> set[str]:
        """The references of all reports that have been filed by phone since the beginning."""
        query = select(Report.reference).where(
            Report.state == ReportState.FILED, Report.partial.is_(False), Report.channel == "ussd"
        )
        with reading(self.parts.engine) as db:
            return set(db.scalars(query))


@contextmanager
def ground(kind: str, officers: int = OFFICERS, **more: str) -> Iterator[Ground]:
    """officers: how many more than the demo's roster has; more: settings of its own."""
    with TemporaryDirectory(prefix="karakoro-bench-") as name, _database(kind, Path(name)) as url:
        redis = redis_server.start(Path(name))
        said = {"DATA_DIR": name, "DATABASE_URL": url, "REDIS_URL": redis_server.url(Path(name)), "HELP_NUMBER": "113"}
        environ = demo_settings.settle({f"{PREFIX}{key}": value for key, value in {**said, **more}.items()}, 0)
        settings = Settings.from_environment(environ)
        demo_data.prepare(settings)
        parts = build(settings)
        try:
            _enrol(parts, Path(name) / "officers.csv", officers)
            with transaction(parts.engine) as db:
                hop_row.create(db.connection())
            yield Ground(kind, parts, environ)
        finally:
            parts.engine.dispose()
            stop([redis], within_seconds=2)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """PostgreSQL as it comes: what it says is on disk is on disk."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    server = postgresql_server.obtain(settings=())
    try:
        yield server.create(folder.name)
    finally:
        if server.process is None:
            server.drop(folder.name)
        server.stop()


def officer(number: int) -> str:
    return f"+22371{number:06}"


def villager(number: int) -> str:
    return f"+22376{number:06}"


def _enrol(parts: Parts, path: Path, officers: int) -> None:
    """One post, many phones: every officer dials once."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(ROSTER)
        for number in range(officers):
            rows.writerow([f"Agent {number}", officer(number), "officer", "fr", "ML1101", "1", "Gogui", ""])
    load_roster(parts, path)


class Dials:
    """Whoever dials next, and which journey: no phone dials twice, so that each sees what was rehearsed."""

    def __init__(self, journeys: list[Journey]) -> None:
        self.journeys = journeys
        self._next = itertools.cycle(journeys)
        self._officers = iter(range(len(journeys), OFFICERS))
        self._villagers = itertools.count(len(journeys))

    def __iter__(self) -> Iterator[Dialled]:
        return self

    def __next__(self) -> Dialled:
        """Where no officer is left, villagers go on alone."""
        for journey in self._next:
            if not journey.officer:
                return Dialled(villager(next(self._villagers)), journey)
            number = next(self._officers, None)
            if number is not None:
                return Dialled(officer(number), journey)
        raise StopIteration


async def rehearsed(port: int, path: str) -> list[Journey]:
    """The journeys with what they show when nobody else is dialling; the first phones are used up for it."""
    journeys = read()
    phones = [officer(n) if each.officer else villager(n) for n, each in enumerate(journeys)]
    return [
        replace(each, screens=await rehearse(port, path, each, phone))
        for each, phone in zip(journeys, phones, strict=True)
    ]
