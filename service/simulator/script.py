"""How the next sends end, and which receipts follow them: what a test, or somebody with curl, tells the simulator."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

LOST = ("Failed", "Rejected", "Expired")


class Unscriptable(ValueError):
    """A script that says what cannot be scripted; the message names the field."""


@dataclass(frozen=True, slots=True)
class ReceiptPlan:
    """A receipt to come, so long after the message was taken.

    early: before the HTTP answer to the send; wrong_id: for a message that nobody has sent.
    """

    status: str = "Success"
    after_seconds: float = 0.2
    early: bool = False
    wrong_id: bool = False
    reason: str = ""

    @classmethod
    def read(cls, data: object) -> Self:
        return cls(**_known(cls, data))


DELIVERED = (ReceiptPlan(),)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a send ends; the defaults are success. number: only the copy to that number, "" = the whole request.

    status_code: of each recipient, 0 = 102; message_id: instead of a new one; leave_out: the recipient is missing
    in the answer; invalid_sender: 201 without recipients; http: another status than 201, nothing is taken; body,
    content_type, location, retry_after: of the answer; hang_seconds: before anything is done; drip_seconds: the
    answer takes so long; drop: take the message and close the line without an answer.
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
    receipts: tuple[ReceiptPlan, ...] = DELIVERED

    @property
    def arrives(self) -> bool:
        """Whether the message reaches the phone."""
        return not any(plan.status in LOST for plan in self.receipts)

    @classmethod
    def read(cls, data: object) -> Self:
        """From JSON. Raises Unscriptable for a field that there is not, or of another type."""
        given = dict(data) if isinstance(data, Mapping) else data
        if isinstance(given, dict) and isinstance(given.get("receipts"), list):
            given["receipts"] = tuple(ReceiptPlan.read(plan) for plan in given["receipts"])
        return cls(**_known(cls, given))


def _known(cls: type[Outcome] | type[ReceiptPlan], data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise Unscriptable("a script is a JSON object")
    defaults = {each.name: each.default for each in fields(cls)}
    for name, value in data.items():
        if name not in defaults:
            raise Unscriptable(f"there is no {name!r}; there are: {', '.join(defaults)}")
        kind = type(defaults[name])
        if not isinstance(value, (int, float) if kind is float else kind) or (kind is int and value is True):
            raise Unscriptable(f"{name} is to be of the type {kind.__name__}")
    return dict(data)
