"""What every gateway offers, in our words; what a provider says is translated by one table per provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """How a send ended. UNKNOWN: the request went out and no answer came back; never retried blindly."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good
    BUSY = "busy"  # for now
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one recipient's copy. provider_id: what its receipts will name, ours where the provider gives
    that back; reason: the provider's own word; retry_after_seconds: if it said so; broke: the account is empty, so
    that nothing else can be sent either; opted_out: the phone wants to hear nothing more."""

    to: str
    verdict: Verdict
    provider_id: str | None = None
    reason: str = ""
    cost: str = ""
    retry_after_seconds: int | None = None
    broke: bool = False
    opted_out: bool = False


class ReceiptState(StrEnum):
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"  # final
    FAILED = "failed"  # final


@dataclass(frozen=True, slots=True)
class UssdRequest:
    """One hop as it arrived. history: everything typed so far where the gateway sends it all, else None;
    latest: the newest input where the gateway sends only that, else None. new: whether it looks like a dial and
    no answer (None = nobody can tell); latest is then what was dialled after the service code."""

    session_key: str
    phone: str
    service_code: str
    network: str
    history: str | None
    latest: str | None
    new: bool | None = None

    @property
    def dialled(self) -> str:
        """What stood after the service code; only of use where this is the first hop."""
        said = self.history if self.history is not None else self.latest if self.new else ""
        return said or ""


@dataclass(frozen=True, slots=True)
class UssdEnd:
    session_key: str
    phone: str
    completed: bool


@dataclass(frozen=True, slots=True)
class InboundSms:
    """One SMS as it arrived. provider_id: by which the same SMS brought again is known, the gateway's own or made of
    what stays the same; None where there is nothing of the kind."""

    provider_id: str | None
    sender: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """provider_id: as in the SendResult; raw: the provider's word for the state, reason: for why it failed; opted_out:
    as in the SendResult."""

    provider_id: str
    state: ReceiptState
    raw: str
    reason: str = ""
    phone: str = ""
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class OptOut:
    phone: str
    sender: str


class Unreadable(ValueError):
    """A callback that lacks what it cannot do without; the message names the field, never its value."""


class Untrusted(ValueError):
    """A callback that cannot prove whose it is: refused, so that it comes again when the keys are right."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whether the provider knows us; said: its own words, such as the balance, or what is wrong."""

    well: bool
    said: str


class SmsGateway(Protocol):
    @property
    def name(self) -> str: ...

    def account(self) -> Account:
        """Ask the provider whether our credentials work, and for the balance; never raises for what it says."""

    def send(self, text: str, recipients: Mapping[str, str]) -> list[SendResult]:
        """Hand one text to all recipients (E.164 → our reference, unique for ever); one result for each, whatever
        happens; never raises for what the network or the provider does."""
