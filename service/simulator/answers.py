"""What Africa's Talking answers to a send, in the recorded shapes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.gsm7 import parts
from service.simulator.network import Network
from service.simulator.script import Outcome, ReceiptPlan

NAMES = {
    100: "Success",
    101: "Success",
    102: "Success",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
ACCEPTED = (100, 101, 102)
COST = 0.0079
DEFAULT_SENDER = "AFRICASTKNG"
E164 = re.compile(r"\+[0-9]{8,15}")


@dataclass(frozen=True, slots=True)
class Due:
    """The receipts of one message that was taken."""

    message_id: str
    number: str
    plans: tuple[ReceiptPlan, ...]


@dataclass(slots=True)
class Taken:
    """One request: what is answered for each recipient, and the receipts that follow."""

    recipients: list[dict[str, Any]] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)


def hand_over(network: Network, form: Mapping[str, str], outcome: Outcome) -> tuple[dict[str, Any], list[Due]]:
    """The answer to one request as JSON, and the receipts that follow it."""
    if outcome.invalid_sender:
        return {"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}, []
    numbers = [number for number in form.get("to", "").split(",") if number]
    size = len(parts(form.get("message", "")))
    taken = Taken()
    for number in numbers:
        _take(network, form, number, size, network.outcome(number) or outcome, taken)
    cost = f"USD {len(taken.due) * size * COST:.4f}"
    message = f"Sent to {len(taken.due)}/{len(numbers)} Total Cost: {cost} Message parts: {size}"
    return {"SMSMessageData": {"Message": message, "Recipients": taken.recipients}}, taken.due


def _take(network: Network, form: Mapping[str, str], number: str, size: int, outcome: Outcome, taken: Taken) -> None:
    code = outcome.status_code or _code(form, number)
    message_id, cost = "None", "0"
    if code in ACCEPTED:
        sender, text = form.get("from") or DEFAULT_SENDER, form.get("message", "")
        message_id = network.accept(number, sender, text, size, arrives=outcome.arrives)
        cost = f"USD {size * COST:.4f}"
        taken.due.append(Due(message_id, number, outcome.receipts))
    if not outcome.leave_out:
        answered = {"cost": cost, "messageId": outcome.message_id or message_id, "number": number}
        taken.recipients.append({**answered, "status": NAMES.get(code, str(code)), "statusCode": code})


def _code(form: Mapping[str, str], number: str) -> int:
    """Queued, unless the sender asked to wait for the network; a number that is none is refused."""
    if not E164.fullmatch(number):
        return 403
    return 101 if form.get("enqueue") == "0" else 102
