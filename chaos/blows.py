"""What befalls the service: which part, when, drawn by chance from a seed."""

import json
import random
import time
from collections import Counter
from contextlib import suppress

import requests

from chaos.house import House
from chaos.phones import Phones

ROUND_SECONDS = 6.0
IDLE_SECONDS = 3.0  # until nothing is left to do for a worker
IDLE_ROUND = 4  # every so manieth is one
LOOK_SECONDS = 0.1
HEALING_SECONDS = 60.0
FAULTS = (
    {"drop": True},
    {"http": 500},
    {"http": 429, "retry_after": "2"},
    {"status_code": 500},
    {"drop": True, "receipts": []},
    {"receipts": [{"status": "AbsentSubscriber", "after_seconds": 0.2}, {"status": "Success", "after_seconds": 2}]},
)


class Blows:
    """counts: how often each part was hit."""

    def __init__(self, house: House, phones: Phones, seed: int) -> None:
        self._house, self._phones, self._random = house, phones, random.Random(seed)
        self.counts: Counter[str] = Counter()

    def round(self, number: int) -> None:
        """A few seconds of load with one to three blows in it; every fourth one hits a service that is at rest."""
        self._heal()
        idle = number % IDLE_ROUND == 0
        if idle:
            self._phones.rest()
            self._wait(IDLE_SECONDS)
        moments = sorted(self._random.uniform(0, ROUND_SECONDS - 1) for _ in range(self._random.randint(1, 3)))
        begun = time.monotonic()
        for moment in moments:
            self._wait(moment - (time.monotonic() - begun))
            self._strike("worker" if idle and moment == moments[0] else "")
        self._phones.go_on()
        self._wait(ROUND_SECONDS - (time.monotonic() - begun))

    def _heal(self) -> None:
        """A service that is down already cannot be hurt: each round begins with a whole one, if that does not take for
        ever."""
        until = time.monotonic() + HEALING_SECONDS
        while not self._house.is_whole and time.monotonic() < until:
            self._wait(LOOK_SECONDS)

    def _strike(self, victim: str) -> None:
        acts = [*self._house.victims, "redis emptied", "a job", "a web process", "the gateway"]
        name = victim or self._random.choice(acts)
        if name == "redis emptied":
            self._empty()
        elif name == "a job":
            self._house.kill_children("worker")
        elif name == "a web process":
            self._house.kill_children("web")
        elif name == "the gateway":
            self._misbehave()
        else:
            self._house.kill(name)
        self.counts[name] += 1

    def _empty(self) -> None:
        try:
            self._house.empty_redis()
        except OSError:
            self._house.tend()  # it is down already

    def _misbehave(self) -> None:
        """The next few sends end otherwise than they should."""
        script = {**self._random.choice(FAULTS), "times": self._random.randint(1, 4)}
        with requests.Session() as session, suppress(requests.RequestException):
            session.trust_env = False
            session.post(f"{self._house.simulator}/simulator/script", data=json.dumps(script), timeout=5)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._house.tend()
            time.sleep(LOOK_SECONDS)
