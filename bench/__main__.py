"""`make bench`: how many hops a second, beside the least that a hop could cost, and whether each one was right."""

import argparse
import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from bench import large
from bench.ground import KINDS, Dials, Ground, ground, rehearsed
from bench.journeys import read
from bench.load import Load, Run, as_always, as_rehearsed
from bench.servers import Server, serving
from bench.table import Measured, table

OURS = "service.demo_web:app"
APPS = {"a": "bench.bare:app", "b": "bench.upsert:app", "c": OURS}


@dataclass
class Tried:
    """A server, what it stands on, and what came of its rounds; shown: the references that phones saw."""

    server: Server
    here: Ground
    ours: bool
    dials: Dials
    filed_before: set[str]
    shown: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)

    async def round(self, seconds: float) -> None:
        warm, timed = await self._load().measure(seconds)
        self.runs.append(replace(timed, wrong=warm.wrong + timed.wrong))
        self.shown |= warm.references | timed.references

    def _load(self) -> Load:
        if self.ours:
            return Load(self.server.port, self.here.path, self.dials, as_rehearsed)
        return Load(self.server.port, "/hop", Dials(self.dials.journeys), as_always)

    def measured(self) -> Measured:
        astray = (self.here.filed() - self.filed_before) ^ self.shown if self.ours else ()
        return Measured(self.runs, self.server.peak_mb, len(astray))


def main() -> None:
    asked = _arguments()
    wrong = 0
    for kind in asked.databases:
        with _lots(kind, asked.large) as lots:
            measured = asyncio.run(measure(lots, asked.rounds, asked.seconds))
        print(table(kind, measured), flush=True)
        wrong += sum(each.wrong + each.astray for each in measured.values())
    raise SystemExit(1 if wrong else 0)


@contextmanager
def _lots(kind: str, much: bool) -> Iterator[dict[str, tuple[str, Ground]]]:
    """What is measured, by its letter: an application and what it stands on. d is c in a large database."""
    with ExitStack() as stack:
        here = stack.enter_context(ground(kind))
        lots = {name: (app, here) for name, app in APPS.items()}
        if much:
            filled = stack.enter_context(ground(kind))
            large.fill(filled.parts, large.MANY)
            lots["d"] = OURS, filled
        yield lots


async def measure(lots: Mapping[str, tuple[str, Ground]], rounds: int, seconds: float) -> dict[str, Measured]:
    """One after the other, round by round: what the machine does besides befalls all of them."""
    with ExitStack() as stack:
        tried = {name: await _begun(stack, app, here) for name, (app, here) in lots.items()}
        for _ in range(rounds):
            for each in tried.values():
                await each.round(seconds)
        return {name: each.measured() for name, each in tried.items()}


async def _begun(stack: ExitStack, app: str, here: Ground) -> Tried:
    server = stack.enter_context(serving(app, here.environ))
    ours = app == OURS
    journeys = await rehearsed(server.port, here.path) if ours else read()
    return Tried(server, here, ours, Dials(journeys), here.filed())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--large", action="store_true", help="also in a database of a million contacts and reports")
    parser.add_argument("--rounds", type=int, default=5, help="of each server, one after the other")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("databases", nargs="*", default=KINDS, choices=[*KINDS, KINDS], help="both, if none is named")
    return parser.parse_args()


if __name__ == "__main__":
    main()
