"""`make chaos ROUNDS=n`: what is lost when parts of the service die at random. Exit 1 for anything at all."""

import argparse
import secrets
import sys
import time

from chaos.account import Account, Log, pending, reconcile
from chaos.blows import Blows
from chaos.house import LOG, House, house
from chaos.phones import Phones

KINDS = ("sqlite", "postgresql")
QUIET_SECONDS = 240.0  # a dead worker's claims are taken up after 75 s, and what is in doubt is waited for
LOOK_SECONDS = 2.0
CALM = 4  # looks in a row without anything to do: receipts and the next sweep may bring more


def main() -> None:
    asked = _arguments()
    lost = 0
    for kind in asked.databases:
        account = run(kind, asked.rounds, asked.seed)
        lost += len(account.losses)
    raise SystemExit(1 if lost else 0)


def run(kind: str, rounds: int, seed: int, quiet_seconds: float = QUIET_SECONDS) -> Account:
    """So many rounds on that database, and what came of them, printed. quiet_seconds: less than it takes to be sure of
    everything, and what is still in doubt then is no loss."""
    begun = time.monotonic()
    with house(kind) as here:
        phones = Phones(here.simulator, seed)
        blows = Blows(here, phones, seed)
        phones.start()
        for number in range(1, rounds + 1):
            blows.round(number)
        phones.end()
        settle(here, phones, quiet_seconds)
        account = reconcile(here.parts, Log.read(here.folder / LOG), patient=quiet_seconds >= QUIET_SECONDS)
    _tell(kind, rounds, seed, time.monotonic() - begun, phones, blows, account)
    return account


def settle(here: House, phones: Phones, seconds: float) -> None:
    """Until everything has come to rest with all parts running again, or nothing has moved for so long."""
    deadline = time.monotonic() + seconds
    calm, least = 0, sys.maxsize
    while calm < CALM and time.monotonic() < deadline:
        until = time.monotonic() + LOOK_SECONDS
        while time.monotonic() < until:
            here.tend()
            time.sleep(0.1)
        left = pending(here.parts)
        calm = calm + 1 if here.is_whole and not phones.busy and not left else 0
        if left < least:
            least, deadline = left, time.monotonic() + seconds


def _tell(kind: str, rounds: int, seed: int, seconds: float, phones: Phones, blows: Blows, account: Account) -> None:
    print(f"{kind}: {rounds} rounds, seed {seed}, {seconds:.0f} s")
    for title, counts in (("done", phones.counts), ("struck", blows.counts), ("found", account.figures)):
        print(f"  {title}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    print(f"  lost: {len(account.losses)}", flush=True)
    for loss in account.losses[:20]:
        print(f"    {loss}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="the same blows again")
    parser.add_argument("databases", nargs="*", default=KINDS, choices=[*KINDS, KINDS], help="both, if none is named")
    return parser.parse_args()


if __name__ == "__main__":
    main()
