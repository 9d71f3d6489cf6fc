"""`python -m bench.fanout`: one report of severity 4 to 1,000 coordinators, with web, queue, worker and clock as in
production, against a bare loop of the SDK on the same simulator, round by round."""

import argparse
import csv
import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import requests
from africastalking.SMS import SMSService

from bench.ground import KINDS, ROSTER, Ground, ground, villager
from bench.servers import serving
from service.child import spawn, stop
from service.demo_settings import API_KEY
from service.settings import PREFIX
from service.stocking import load_roster

ROOT = Path(__file__).resolve().parent.parent
MEMBERS, ROUNDS, AT_ONCE = 1_000, 3, 100
PLACES = ("Gogui", "Diéma", "Sandare", "Troungoumbe")  # one for each round, and one to begin with: nothing merges
LONGEST_SECONDS = 180
TEXTS = {
    "fr": "!!S4 Attaque / tirs(12) Gogui ML1101 10:42 Src F. Ref 482170. ACK 482170 / NON 482170",
    "en": "!!S4 Attack / shooting(12) Gogui ML1101 10:42 Src F. Ref 482170. ACK 482170 / NON 482170",
    "ar": "!!S4 هجوم أو إطلاق نار(12) Gogui ML1101 10:42 مصدر F. رقم 482170. ACK 482170 / NON 482170",
}


@dataclass(frozen=True, slots=True)
class Air:
    """The simulator, as a process of its own."""

    url: str

    def inboxes(self) -> dict[str, int]:
        """Phone → how many SMS it has."""
        found: dict[str, int] = requests.get(f"{self.url}/simulator/phones", timeout=30).json()
        return found


def main() -> None:
    asked = _arguments()
    print("| | all handed over | the SDK, one by one | the SDK, 100 at once | ours / one by one | ours / 100 at once |")
    print("|---|---|---|---|---|---|", flush=True)
    for kind in asked.databases:
        with ground(kind, officers=0) as here:
            print(_line(kind, _measure(here, asked.members, asked.rounds)), flush=True)


def _measure(here: Ground, members: int, rounds: int) -> list[tuple[float, float, float]]:
    """(ours, the SDK one by one, the SDK 100 at once) in seconds for each round."""
    phones = _enrol(here, members)
    with ExitStack() as stack:
        air = stack.enter_context(_simulator(here))
        environ = {**here.environ, f"{PREFIX}AFRICASTALKING_URL": air.url, f"{PREFIX}AFRICASTALKING_API_KEY": API_KEY}
        web = stack.enter_context(serving("service.demo_web:app", environ))
        stack.enter_context(_process(environ, "worker.py"))
        stack.enter_context(_process(environ, "worker.py", "clock"))
        hook = f"http://127.0.0.1:{web.port}{here.path.removesuffix('ussd')}sms"
        sdk, taken = _sdk(air.url), []
        _report(hook, air, 0, [phone for phone, _ in phones])  # until all processes have begun: not measured
        for number in range(1, rounds + 1):
            ours = _report(hook, air, number, [phone for phone, _ in phones])
            taken.append((ours, _loop(sdk, phones, 1), _loop(sdk, phones, AT_ONCE)))
    return taken


def _enrol(here: Ground, members: int) -> list[tuple[str, str]]:
    """(phone, language) of coordinators of one region, all on the first level."""
    phones = [(f"+2237{number:07}", list(TEXTS)[number % len(TEXTS)]) for number in range(1, members + 1)]
    path = here.parts.settings.data_dir / "coordinators.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(ROSTER)
        for phone, language in phones:
            rows.writerow([f"C {phone[-4:]}", phone, "coordinator", language, "ML11", "1", "", ""])
    assert not load_roster(here.parts, path).problems
    return phones


@contextmanager
def _simulator(here: Ground) -> Iterator[Air]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    air = Air(f"http://127.0.0.1:{port}")
    with _process(here.environ, "-m", "service.simulator", "--port", str(port)):
        _until(lambda: _answers(air), 30)
        yield air


def _answers(air: Air) -> bool:
    try:
        return air.inboxes() == {}
    except requests.RequestException:
        return False


@contextmanager
def _process(environ: dict[str, str], *words: str) -> Iterator[None]:
    log = os.open(os.devnull, os.O_WRONLY)
    process = spawn([sys.executable, *words], environ={**os.environ, **environ, "PYTHONPATH": str(ROOT)}, log=log)
    os.close(log)
    try:
        yield
    finally:
        stop([process], within_seconds=8)


def _report(hook: str, air: Air, number: int, phones: Sequence[str]) -> float:
    """Seconds from a villager's SMS until every coordinator's phone has one more."""
    before = air.inboxes()
    form = {"id": f"fanout-{number}", "from": villager(number), "to": "21512", "text": f"12#1 {PLACES[number]}"}
    begun = time.monotonic()
    requests.post(hook, data=form, timeout=30).raise_for_status()
    _until(lambda: _all_have_more(phones, before, air.inboxes()), LONGEST_SECONDS)
    return time.monotonic() - begun


def _all_have_more(phones: Sequence[str], before: dict[str, int], now: dict[str, int]) -> bool:
    return all(now.get(phone, 0) > before.get(phone, 0) for phone in phones)


def _until(done: object, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done within {seconds} s")
        time.sleep(0.05)


def _sdk(url: str) -> SMSService:
    service = SMSService("sandbox", API_KEY)
    service._baseUrl = f"{url}/version1"
    return service


def _loop(sdk: SMSService, phones: Sequence[tuple[str, str]], at_once: int) -> float:
    """The least that somebody could write: the SDK, and a loop around it."""
    begun = time.monotonic()
    for language, text in TEXTS.items():
        mine = [phone for phone, spoken in phones if spoken == language]
        for start in range(0, len(mine), at_once):
            answer = sdk.send(text, mine[start : start + at_once])
            assert len(answer["SMSMessageData"]["Recipients"]) == len(mine[start : start + at_once]), json.dumps(answer)
    return time.monotonic() - begun


def _line(kind: str, taken: Sequence[tuple[float, float, float]]) -> str:
    ours, single, many = zip(*taken, strict=True)
    beside = [[mine / theirs for mine, theirs in zip(ours, others, strict=True)] for others in (single, many)]
    cells = [*(f"{_spread(each)} s" for each in (ours, single, many)), *(_spread(each) for each in beside)]
    return f"| {' | '.join([kind, *cells])} |"


def _spread(values: Sequence[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS, choices=range(1, len(PLACES)))
    parser.add_argument("databases", nargs="*", default=KINDS, choices=[*KINDS, KINDS], help="both, if none is named")
    return parser.parse_args()


if __name__ == "__main__":
    main()
