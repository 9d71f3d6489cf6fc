"""Phones that dial and text without a pause, through the simulator, whatever befalls the service."""

import itertools
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator

import requests

from bench.journeys import OFFICERS, Journey, read

PHONES = 6  # at once
TEXTS = (
    "12#1 Gogui",
    "13#1 Gogui",
    "11#2 Gogui",
    "22#2 Gogui",
    "12#1 Bassiknou",
    "21#3 Gogui",
    "AIDE",
    "une attaque",
)
TEXTING = 0.5  # of all that they do
PATIENCE_SECONDS = 15.0
MOST_A_SECOND = 5.0  # of dials and texts together


class Phones:
    """counts: what they have done. Every phone is used once, so that none is held back as too talkative."""

    def __init__(self, simulator: str, seed: int) -> None:
        self._control = f"{simulator}/simulator"
        self._random = random.Random(seed)
        self._numbers = itertools.count(1)
        self._journeys = [each for each in read() if each.name not in OFFICERS]
        self._lock = threading.Lock()
        self._calling = threading.Event()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(PHONES)]
        self.counts: Counter[str] = Counter()

    def start(self) -> None:
        self._calling.set()
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        self._calling.clear()

    def go_on(self) -> None:
        self._calling.set()

    def end(self) -> None:
        """What has been begun goes on to its end."""
        self._over.set()
        self._calling.set()

    @property
    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._over.is_set():
                self._calling.wait()
                begun = time.monotonic()
                with self._lock:
                    phone, texting = f"+22376{next(self._numbers):06}", self._random.random() < TEXTING
                    text, journey = self._random.choice(TEXTS), self._random.choice(self._journeys)
                if texting:
                    self._text(session, phone, text)
                else:
                    self._dial(session, phone, journey)
                time.sleep(max(0.0, PHONES / MOST_A_SECOND - (time.monotonic() - begun)))

    def _text(self, session: requests.Session, phone: str, text: str) -> None:
        form = {"text": text, "id": secrets.token_hex(12)}
        self._count("SMS brought", self._post(session, f"phones/{phone}/sms", form) is not None)

    def _dial(self, session: requests.Session, phone: str, journey: Journey) -> None:
        """Until it is over, or the network has cut it."""
        self._count("dials", True)
        for act, form in self._keys(journey):
            answer = self._post(session, f"phones/{phone}/{act}", form)
            self._count("hops answered" if answer is not None else "dials cut", True)
            if answer is None or answer.headers.get("X-Session-Ended") == "yes":
                return

    def _keys(self, journey: Journey) -> Iterator[tuple[str, dict[str, str]]]:
        before = ""
        for number, text in enumerate(journey.texts):
            yield ("press", {"text": text[len(before) :].removeprefix("*")}) if number else ("dial", {})
            before = text

    def _post(self, session: requests.Session, path: str, form: dict[str, str]) -> requests.Response | None:
        try:
            answer = session.post(f"{self._control}/{path}", data=form, timeout=PATIENCE_SECONDS)
        except requests.RequestException:
            return None
        return answer if answer.ok else None

    def _count(self, what: str, really: bool) -> None:
        with self._lock:
            self.counts[what] += really
