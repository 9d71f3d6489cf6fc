"""The simulated phone network: what was sent to whom, how the next sends shall end, and a log of all of it."""

import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivered:
    """An SMS on a phone. parts: as the network counts them."""

    message_id: str
    sender: str
    text: str
    parts: int
    at: str


@dataclass(frozen=True, slots=True)
class ReceiptPlan:
    """A receipt to come. after_seconds: 0 with early = before the HTTP answer; wrong_id: for a message that is
    not there."""

    status: str
    after_seconds: float = 0.2
    early: bool = False
    wrong_id: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a send ends; the defaults are success. number: only for that recipient, "" = for the whole request.

    status_code: for each recipient; http: another status than 201; drop: take the message and close the line
    without an answer; leave_out: the recipient is missing in the answer.
    """

    number: str = ""
    status_code: int = 0
    message_id: str = ""
    leave_out: bool = False
    invalid_sender: bool = False
    http: int = 201
    retry_after: str = ""
    location: str = ""
    body: str = ""
    content_type: str = "application/json"
    hang_seconds: float = 0.0
    drip_seconds: float = 0.0
    drop: bool = False
    receipts: tuple[ReceiptPlan, ...] = (ReceiptPlan("Success"),)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Outcome":
        """From JSON; TypeError for a field that there is not."""
        receipts = tuple(ReceiptPlan(**plan) for plan in data.get("receipts", [{"status": "Success"}]))
        return cls(**{**data, "receipts": receipts})


SUCCESS = Outcome()


@dataclass(slots=True)
class Network:
    """Shared by all threads of the simulator; log: a JSON-lines file of everything taken, or None."""

    username: str = ""
    api_key: str = ""
    log: Path | None = None
    phones: dict[str, list[Delivered]] = field(default_factory=lambda: defaultdict(list))
    requests: list[dict[str, Any]] = field(default_factory=list)
    _next: list[Outcome] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _pending: int = 0

    def script(self, outcome: Outcome, times: int = 1) -> None:
        """The next `times` requests (or, with a number, copies to that number) end so."""
        with self._changed:
            self._next += [outcome] * times

    def outcome(self, number: str = "") -> Outcome:
        """How this request (or this recipient's copy) ends; taken from the script."""
        with self._changed:
            for index, outcome in enumerate(self._next):
                if outcome.number == number:
                    return self._next.pop(index)
        return SUCCESS

    def accept(self, number: str, sender: str, text: str, parts: int) -> str:
        """The message is the network's now; returns its id."""
        message_id = f"ATXid_{secrets.token_hex(16)}"
        message = Delivered(message_id, sender, text, parts, datetime.now(UTC).isoformat())
        with self._changed:
            self.phones[number].append(message)
            self._write({"to": number, **asdict(message)})
            self._changed.notify_all()
        return message_id

    def note(self, request: Mapping[str, Any]) -> None:
        """Remember a request as it arrived."""
        with self._changed:
            self.requests.append(dict(request))

    def inbox(self, number: str) -> list[Delivered]:
        with self._changed:
            return list(self.phones[number])

    def numbers(self) -> list[str]:
        with self._changed:
            return sorted(number for number, inbox in self.phones.items() if inbox)

    def forget(self) -> None:
        """Empty all phones and the script."""
        with self._changed:
            self.phones.clear()
            self.requests.clear()
            self._next.clear()

    def expect_receipts(self, count: int) -> None:
        with self._changed:
            self._pending += count

    def receipt_done(self) -> None:
        with self._changed:
            self._pending -= 1
            self._changed.notify_all()

    def settle(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until no receipt is on its way any more; False when the time is over first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._pending == 0, timeout_seconds)

    def wait_for(self, number: str, count: int, timeout_seconds: float = 10.0) -> list[Delivered]:
        """The phone's messages once there are that many, or when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.phones[number]) >= count, timeout_seconds)
            return list(self.phones[number])

    def _write(self, entry: Mapping[str, Any]) -> None:
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
