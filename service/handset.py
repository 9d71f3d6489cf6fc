"""The phones at a simulator that is running: they dial, press keys, text, and have inboxes."""

import re

import requests

from service.transcript import screen

SECONDS = 15  # a hop has ten


class NoSimulator(Exception):
    """Nobody answers at its address."""


class Refused(Exception):
    """The simulated network does not do that: no dial is open, or the service gave no screen."""


def phones_at(simulator_url: str) -> str:
    return f"{simulator_url.rstrip('/')}/simulator/phones"


class Handsets:
    """All phones of one simulator. Every method raises NoSimulator and Refused."""

    def __init__(self, simulator_url: str) -> None:
        self._base = phones_at(simulator_url)
        self._read = self._counts()

    def dial(self, number: str, code: str) -> str:
        """The first screen, as a transcript writes it."""
        return self._screen(self._ask("POST", f"{number}/dial", code=code))

    def press(self, number: str, text: str) -> str:
        return self._screen(self._ask("POST", f"{number}/press", text=text))

    def sms(self, number: str, text: str) -> None:
        self._ask("POST", f"{number}/sms", text=text)

    def news(self) -> dict[str, list[str]]:
        """Number → the texts that have come in since the last look."""
        counts = self._counts()
        grown = [number for number, count in counts.items() if count > self._read.get(number, 0)]
        new = {number: self._inbox(number)[self._read.get(number, 0) :] for number in grown}
        self._read = counts | {number: self._read.get(number, 0) + len(texts) for number, texts in new.items()}
        return new

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = self._ask("GET", "").json()
        return counts

    def _inbox(self, number: str) -> list[str]:
        return [message["text"] for message in self._ask("GET", f"{number}/messages").json()]

    def _screen(self, answer: requests.Response) -> str:
        ended = answer.headers.get("X-Session-Ended") == "yes"
        return screen(answer.text.removesuffix("\n"), ended)

    def _ask(self, method: str, path: str, **form: str) -> requests.Response:
        return ask(self._base, method, path, **form)


def ask(base: str, method: str, path: str, **form: str) -> requests.Response:
    """What the simulator says of its phones; base: `…/simulator/phones`. Raises NoSimulator and Refused."""
    try:
        answer = requests.request(method, f"{base}/{path}".rstrip("/"), data=form, timeout=SECONDS)
    except requests.RequestException as error:
        raise NoSimulator(f"no simulator at {base} ({type(error).__name__})") from None
    if answer.status_code != 200:
        raise Refused(_reason(answer))
    return answer


def _reason(answer: requests.Response) -> str:
    """The words of the answer, without the page around them."""
    return re.sub(r"<[^>]*>|\s+", " ", answer.text).strip() or f"HTTP {answer.status_code}"
