"""A random walker: thousands of dials by all kinds of phones, nonsense included, each screen looked at."""

import argparse
import random
import sys
import time
from dataclasses import dataclass

from bench.fingers import ELSEWHERE, press, texted
from bench.ground import KINDS, ground
from bench.steps import Dial, Steps
from flows.language import LANGUAGES
from service import demo_data
from service.parts import Parts

LONGEST_DIAL = 30
NEW_PHONES, KNOWN_VILLAGERS = 0.3, 12
LONG_AGO, SHORTLY = (5, 60, 1200, 7200), 20  # seconds
VILLAGERS = [f"+2237612{n:04}" for n in range(KNOWN_VILLAGERS)]
MEMBERS = [row["phone"].split()[0] for row in demo_data.members()]


@dataclass
class Walker:
    """Walks on these parts; the same seed presses the same keys."""

    parts: Parts
    seed: int

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self.steps = Steps(self.parts)

    def walk(self, sessions: int) -> list[str]:
        """What was found wrong."""
        for _ in range(sessions):
            self._visit()
        return self.steps.found()

    def _visit(self) -> None:
        """A phone dials, presses keys, and hangs up, is cut off, or comes to the end."""
        self.steps.wait(self._chance.choice(LONG_AGO))
        phone = self._phone()
        if self._chance.random() < 0.1:
            self.steps.text(phone, texted(self._chance))
        dial = self._dial(phone)
        while dial.open and dial.text.count("*") < LONGEST_DIAL and self._chance.random() > 0.015:
            dial = self._act(dial)
        told = self._chance.choice(("Incomplete", "Failed")) if dial.open else "Success"
        self.steps.leave(dial, told if self._chance.random() < 0.6 else None)
        self.steps.work()

    def _act(self, dial: Dial) -> Dial:
        self.steps.wait(self._chance.randint(0, SHORTLY))
        luck = self._chance.random()
        if luck < 0.05:
            self.steps.repeat(dial)
        elif luck < 0.07:
            self.steps.diverge(dial, self._chance.randrange(len(dial.text) + 1), self._chance.choice(("", "7*7")))
        elif luck < 0.08:
            return self._take_over(dial)
        else:
            self.steps.type(dial, press(self._chance, dial.screen))
        return dial

    def _dial(self, phone: str) -> Dial:
        tokens = [self._chance.choice(ELSEWHERE) for _ in range(self._chance.randint(1, 5))]
        dial = self.steps.dial(phone, "*".join(tokens) if self._chance.random() < 0.15 else "")
        if self._chance.random() < 0.3:
            self.steps.speak(phone, self._chance.choice(sorted(LANGUAGES)))
        return dial

    def _take_over(self, dial: Dial) -> Dial:
        """The same phone dials anew while its dial is open; what still comes on the old one must not disturb."""
        after = self._dial(dial.phone)
        self.steps.type(dial, press(self._chance, dial.screen))
        return after

    def _phone(self) -> str:
        if self._chance.random() < 0.5:
            return self._chance.choice(MEMBERS)
        if self._chance.random() < NEW_PHONES:
            return f"+22246{self._chance.randrange(10**6):06}"
        return self._chance.choice(VILLAGERS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.walker", description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000, help="in all, shared between the databases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("databases", nargs="*", default=list(KINDS), help=" or ".join(KINDS))
    asked = parser.parse_args()
    found = [fault for kind in asked.databases for fault in _walk(kind, asked)]
    sys.exit(1 if found else 0)


def _walk(kind: str, asked: argparse.Namespace) -> list[str]:
    with ground(kind, officers=0, DIALS_PER_PHONE="0") as here:
        walker, begun = Walker(here.parts, asked.seed), time.monotonic()
        found = walker.walk(asked.sessions // len(asked.databases))
        seconds = time.monotonic() - begun
    verdict = walker.steps.verdict
    print(
        f"{kind}: {asked.sessions // len(asked.databases)} sessions, {walker.steps.hops} hops in {seconds:.0f} s, "
        f"{len(verdict.seen)} different screens, {len(verdict.filed)} reports filed; {len(found)} faults"
    )
    for fault in found:
        print(f"  {fault}")
    sys.stdout.flush()
    return found


if __name__ == "__main__":
    main()
