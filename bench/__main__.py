"""`make bench`: how many hops a second, beside the least that a hop could cost, and whether each one was right."""

import argparse
import asyncio
from contextlib import ExitStack
from dataclasses import replace

from bench import large
from bench.ground import KINDS, Dials, Ground, ground, rehearsed
from bench.load import Load, Run, as_always, as_rehearsed
from bench.servers import Server, serving
from bench.table import Measured, table

APPS = {"a": "bench.bare:app", "b": "bench.upsert:app", "c": "service.demo_web:app"}


def main() -> None:
    asked = _arguments()
    wrong = 0
    for kind in asked.databases:
        with ground(kind) as here:
            if asked.large:
                large.fill(here.parts, large.MANY)
            measured, astray = asyncio.run(measure(here, asked.rounds, asked.seconds))
        title = f"{kind}, with a million contacts and a million reports" if asked.large else kind
        print(table(title, measured, astray), flush=True)
        wrong += astray + sum(each.wrong for each in measured.values())
    raise SystemExit(1 if wrong else 0)


async def measure(here: Ground, rounds: int, seconds: float) -> tuple[dict[str, Measured], int]:
    """a, b and c round by round; and how many references were shown but not filed, or filed but not shown."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(app, here.environ)) for name, app in APPS.items()}
        dials = Dials(await rehearsed(servers["c"].port, here.path))
        before, shown = here.filed(), set[str]()
        runs: dict[str, list[Run]] = {name: [] for name in APPS}
        for _ in range(rounds):
            for name, server in servers.items():
                warm, timed = await _load(here, name, server, dials).measure(seconds)
                runs[name].append(replace(timed, wrong=warm.wrong + timed.wrong))
                shown |= warm.references | timed.references
        measured = {name: Measured(runs[name], server.peak_mb) for name, server in servers.items()}
    return measured, len((here.filed() - before) ^ shown)


def _load(here: Ground, name: str, server: Server, dials: Dials) -> Load:
    if name == "c":
        return Load(server.port, here.path, dials, as_rehearsed)
    return Load(server.port, "/hop", Dials(dials.journeys), as_always)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--large", action="store_true", help="in a database of a million contacts and reports")
    parser.add_argument("--rounds", type=int, default=5, help="of each server, one after the other")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("databases", nargs="*", default=KINDS, choices=[*KINDS, KINDS], help="both, if none is named")
    return parser.parse_args()


if __name__ == "__main__":
    main()
