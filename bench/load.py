"""Many phones dialling at once: each takes a journey, presses its keys, and looks at every screen."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.journeys import REFERENCE, Journey, masked
from bench.line import Answer, Line

PHONES = 32
REPEATED = 0.05  # of all hops: half of them at the same moment, half right after
WARM_SECONDS = 0.7
MOST_HOPS = 50_000


@dataclass(frozen=True, slots=True)
class Dialled:
    phone: str
    journey: Journey


@dataclass
class Run:
    """What came of one measurement; waits: seconds for each answer."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    wrong: int = 0
    references: set[str] = field(default_factory=set)

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    def wait(self, share: float) -> float:
        """The wait in milliseconds that this share of the hops stayed below."""
        return sorted(self.waits)[int(len(self.waits) * share)] * 1000


Right = Callable[[Journey, int, Answer], bool]


def as_rehearsed(journey: Journey, number: int, answer: Answer) -> bool:
    return answer.status == 200 and masked(answer.text) == journey.screens[number]


def as_always(journey: Journey, number: int, answer: Answer) -> bool:
    """What the two routes say that answer everything alike."""
    return answer.status == 200 and answer.text == "CON Karakoro"


class Load:
    """Phones at one server; dials: who dials what, without an end."""

    def __init__(self, port: int, path: str, dials: Iterator[Dialled], right: Right) -> None:
        self._port, self._path, self._dials, self._right = port, path, dials, right
        self._random = random.Random(1)
        self._until = 0.0
        self._run = Run()
        self._lines: list[Line] = []

    async def measure(self, seconds: float) -> list[Run]:
        """A run to get warm, which is not timed but whose answers count, and then the one that is."""
        self._lines = [await Line.open(self._port) for _ in range(2 * PHONES)]
        runs = [await self._for(WARM_SECONDS), await self._for(seconds)]
        for line in self._lines:
            line.close()
        return runs

    async def _for(self, seconds: float) -> Run:
        self._run, begun = Run(), time.perf_counter()
        self._until = begun + seconds
        await asyncio.gather(*(self._phone() for _ in range(PHONES)))
        self._run.seconds = time.perf_counter() - begun
        return self._run

    async def _phone(self) -> None:
        while not self._over():
            dialled, session = next(self._dials), secrets.token_hex(10)
            for number, text in enumerate(dialled.journey.texts):
                if self._over():
                    return
                body = hop(dialled.phone, session, text)
                for answer in await self._hop(body):
                    self._look(dialled.journey, number, answer)

    async def _hop(self, body: bytes) -> list[Answer]:
        chance = self._random.random()
        if chance < REPEATED / 2:
            return list(await asyncio.gather(self._timed(body), self._timed(body)))
        again = REPEATED / 2 <= chance < REPEATED
        return [await self._timed(body) for _ in range(2 if again else 1)]

    async def _timed(self, body: bytes) -> Answer:
        """On any line: a gateway's hops of one dial reach whichever process is there."""
        line = self._lines.pop(self._random.randrange(len(self._lines)))
        begun = time.perf_counter()
        answer = await line.post(self._path, body)
        self._run.waits.append(time.perf_counter() - begun)
        self._lines.append(line)
        return answer

    def _look(self, journey: Journey, number: int, answer: Answer) -> None:
        if not self._right(journey, number, answer):
            self._run.wrong += 1
        if answer.text.startswith("END"):
            self._run.references.update(REFERENCE.findall(answer.text))

    def _over(self) -> bool:
        return time.perf_counter() > self._until or len(self._run.waits) > MOST_HOPS


def hop(phone: str, session: str, text: str) -> bytes:
    """The form that Africa's Talking posts."""
    form = {"sessionId": session, "serviceCode": "*384*1234#", "phoneNumber": phone, "networkCode": "99999"}
    return urlencode({**form, "text": text}).encode()


async def rehearse(port: int, path: str, journey: Journey, phone: str) -> tuple[str, ...]:
    """The screens of that journey when nobody else is dialling."""
    line, session = await Line.open(port), secrets.token_hex(10)
    screens = [masked((await line.post(path, hop(phone, session, text))).text) for text in journey.texts]
    line.close()
    return tuple(screens)
