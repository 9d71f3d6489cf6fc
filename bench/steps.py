"""What may befall a dial, step by step: each screen is looked at, and so is what became of it all."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bench.fingers import offered_by
from bench.journeys import masked
from bench.verdict import Faults, Verdict
from models import contact as contacts
from service import edge
from service.database import transaction
from service.jobs import JOBS
from service.parts import Parts
from service.web import create_web

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Dial:
    phone: str
    session: str
    text: str = ""
    screen: str = ""

    @property
    def open(self) -> bool:
        return self.screen.startswith("CON")


@dataclass
class Steps:
    """On these parts, with a clock and a queue of its own."""

    given: Parts
    hops: int = 0
    asked: list[tuple[str, tuple[int | str, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._clock = BEGINNING
        self.parts = replace(self.given, now=lambda: self._clock, enqueue=self._ask)
        self.verdict = Verdict(self.parts)
        self._client = create_web(self.parts).test_client()
        self._hooks = f"/hooks/africastalking/{self.parts.settings.hook_tokens[0]}"
        self._heard = Faults()
        edge.logger.addHandler(self._heard)

    def found(self) -> list[str]:
        """What was found wrong, after the last step."""
        edge.logger.removeHandler(self._heard)
        return [*self._heard.found.values(), *self._told()]

    def _told(self) -> Iterator[str]:
        yield from self.verdict.faults
        yield from (f"a dead end: {screen!r}" for screen in self.verdict.dead_ends())
        phantoms, unseen = self.verdict.astray()
        if phantoms:
            yield f"shown and not filed: {sorted(phantoms)}"
        if unseen:
            yield f"filed and not shown: {sorted(unseen)}"

    def wait(self, seconds: int) -> None:
        self._clock += timedelta(seconds=seconds)

    def dial(self, phone: str, dialled: str = "") -> Dial:
        """dialled: what follows the service code."""
        dial = Dial(phone, secrets.token_hex(8), dialled)
        dial.screen = self._hop(dial)
        return dial

    def type(self, dial: Dial, said: str) -> None:
        before, dial.text = dial.screen, f"{dial.text}*{said}" if dial.text else said
        dial.screen = self._hop(dial)
        self.verdict.moved(before, dial.screen)

    def repeat(self, dial: Dial) -> None:
        """The network brings the last hop once more."""
        again = self._hop(dial)
        if again != dial.screen:
            self.verdict.faults[f"answered a repeated hop otherwise: {dial.screen!r}, {again!r}"] += 1

    def diverge(self, dial: Dial, kept: int, instead: str) -> None:
        """The network sends so many characters of before, and then something else."""
        dial.text = dial.text[:kept] + instead
        dial.screen = self._hop(dial)

    def leave(self, dial: Dial, status: str | None) -> None:
        """From the last screen a key must lead on, if none has been seen to; then the network may say that it is
        over."""
        if dial.open and masked(dial.screen) not in self.verdict.left:
            self._escape(dial)
        if status is not None:
            self._post("ussd-end", {"sessionId": dial.session, "phoneNumber": dial.phone, "status": status})

    def text(self, phone: str, said: str) -> None:
        form = {"id": secrets.token_hex(8), "from": phone, "to": "20384", "text": said}
        status, _ = self._post("sms", form)
        if status != 200:
            self.verdict.faults[f"an SMS was answered {status}"] += 1

    def speak(self, phone: str, language: str) -> None:
        """Whoever holds it speaks another language from the next screen on."""
        with transaction(self.parts.engine) as db:
            contact = contacts.lock(db, self.parts.keys, phone, self._clock)
            contacts.speak(db, contact.id, language)

    def work(self) -> None:
        """Whoever must know is told, so that members find alerts; nothing is handed to a gateway."""
        while self.asked:
            name, ids = self.asked.pop(0)
            if name != "deliver":
                JOBS[name](self.parts, *ids)

    def _escape(self, dial: Dial) -> None:
        stuck = dial.screen
        for key in (*offered_by(stuck), "1", "Gogui", "0", "1234", "0203"):
            if dial.open and dial.screen == stuck:
                self.type(dial, key)
        if dial.screen == stuck:
            self.verdict.stuck.add(masked(stuck))

    def _hop(self, dial: Dial) -> str:
        self.hops += 1
        form = {"sessionId": dial.session, "serviceCode": "*384*1234#", "phoneNumber": dial.phone}
        status, body = self._post("ussd", {**form, "networkCode": "99999", "text": dial.text})
        self.verdict.look(status, body, dial.session)
        return body

    def _post(self, hook: str, form: dict[str, str]) -> tuple[int, str]:
        answer = self._client.post(f"{self._hooks}/{hook}", data=form)
        return answer.status_code, answer.text

    def _ask(self, name: str, *ids: int | str) -> bool:
        self.asked.append((name, ids))
        return True
