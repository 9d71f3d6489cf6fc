"""The simulated phone network: what came to which phone, how the next sends end, and a log of all it took."""

import json
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.simulator.machine import Machine
from service.simulator.script import Outcome

SUCCESS = Outcome()
REMEMBERED = 1000  # requests


@dataclass(frozen=True, slots=True)
class Delivered:
    """An SMS on a phone. parts: as the network counts them."""

    message_id: str
    sender: str
    text: str
    parts: int
    at: str


@dataclass(slots=True)
class Network:
    """Shared by all threads of the simulator.

    username, api_key: the one account, "" = any; log: a JSON-lines file of every message taken, screen shown and
    SMS brought, which is only ever added to; machines: the phones that answer every SMS by themselves; requests: the
    last sends as they arrived, {"path": …, "form": {…}}.
    """

    username: str = ""
    api_key: str = ""
    log: Path | None = None
    phones: dict[str, list[Delivered]] = field(default_factory=lambda: defaultdict(list))
    machines: dict[str, Machine] = field(default_factory=dict)
    requests: deque[Mapping[str, Any]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _next: list[Outcome] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _receipts_due: int = 0

    def knows(self, username: str, api_key: str) -> bool:
        """Whether that is the account; a key there must be."""
        return bool(api_key) and api_key == (self.api_key or api_key) and username == (self.username or username)

    def script(self, outcome: Outcome, times: int = 1) -> None:
        """The next `times` requests (or, with a number, copies to that number) end so."""
        with self._changed:
            self._next += [outcome] * times

    def outcome(self, number: str = "") -> Outcome | None:
        """What is scripted for this recipient's copy, or for this request; it is used up by asking."""
        with self._changed:
            for index, outcome in enumerate(self._next):
                if outcome.number == number:
                    return self._next.pop(index)
        return None

    def accept(self, number: str, sender: str, text: str, parts: int, *, arrives: bool = True) -> str:
        """The message is the network's now; returns its id."""
        message_id = f"ATXid_{secrets.token_hex(16)}"
        message = Delivered(message_id, sender, text, parts, datetime.now(UTC).isoformat())
        self.tell({"to": number, **asdict(message)})
        with self._changed:
            if arrives:
                self.phones[number].append(message)
                self._changed.notify_all()
        if arrives and number in self.machines:
            self.machines[number].answer()
        return message_id

    def tell(self, what: Mapping[str, Any]) -> None:
        """A line of the log file, where there is one."""
        with self._changed:
            if self.log is not None:
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(dict(what), ensure_ascii=False) + "\n")

    def note(self, path: str, form: Mapping[str, str]) -> None:
        """Remember a request, whatever becomes of it."""
        with self._changed:
            self.requests.append({"path": path, "form": dict(form)})

    def inbox(self, number: str) -> list[Delivered]:
        """What that phone has received, newest last."""
        with self._changed:
            return list(self.phones[number])

    def numbers(self) -> list[str]:
        """The phones that have received anything."""
        with self._changed:
            return sorted(number for number, inbox in self.phones.items() if inbox)

    def forget(self) -> None:
        """Empty all phones and the script; the log file stays as it is."""
        with self._changed:
            self.phones.clear()
            self.requests.clear()
            self._next.clear()
            self.machines.clear()

    def expect_receipt(self) -> None:
        with self._changed:
            self._receipts_due += 1

    def receipt_done(self) -> None:
        with self._changed:
            self._receipts_due -= 1
            self._changed.notify_all()

    def settle(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until no receipt is on its way any more; False when the time is over first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._receipts_due == 0, timeout_seconds)

    def wait_for(self, number: str, count: int, timeout_seconds: float = 10.0) -> list[Delivered]:
        """The phone's messages once there are that many, or when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.phones[number]) >= count, timeout_seconds)
            return list(self.phones[number])
