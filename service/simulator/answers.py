"""What Africa's Talking answers to a send, in the recorded shapes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flows.gsm7 import parts
from service.simulator.network import Network, Outcome, ReceiptPlan

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
E164 = re.compile(r"\+\d{8,15}", re.ASCII)


def hand_over(
    network: Network, form: Mapping[str, str], outcome: Outcome
) -> tuple[dict[str, Any], list[tuple[str, str, Sequence[ReceiptPlan]]]]:
    """The answer to one request, and the receipts that follow: (message id, number, plans) each."""
    numbers = [number for number in form.get("to", "").split(",") if number]
    text, sender = form.get("message", ""), form.get("from") or "AFRICASTKNG"
    size = len(parts(text))
    if outcome.invalid_sender:
        return {"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}, []
    recipients: list[dict[str, Any]] = []
    receipts: list[tuple[str, str, Sequence[ReceiptPlan]]] = []
    taken = 0
    for number in numbers:
        fate = network.outcome(number)
        fate = outcome if fate.number == "" else fate
        code = fate.status_code or _code(form, number)
        accepted = code in ACCEPTED
        message_id = network.accept(number, sender, text, size) if accepted else "None"
        taken += accepted
        if accepted:
            receipts.append((message_id, number, fate.receipts))
        if not fate.leave_out:
            recipients.append(_recipient(number, code, fate.message_id or message_id, size if accepted else 0))
    message = f"Sent to {taken}/{len(numbers)} Total Cost: USD {taken * size * COST:.4f} Message parts: {size}"
    return {"SMSMessageData": {"Message": message, "Recipients": recipients}}, receipts


def _code(form: Mapping[str, str], number: str) -> int:
    """Queued, unless the sender asked to wait for the network; a number that is none is refused."""
    if not E164.fullmatch(number):
        return 403
    return 101 if form.get("enqueue") == "0" else 102


def _recipient(number: str, code: int, message_id: str, size: int) -> dict[str, Any]:
    cost = f"USD {size * COST:.4f}" if size else "0"
    status = NAMES.get(code, str(code))
    return {"cost": cost, "messageId": message_id, "number": number, "status": status, "statusCode": code}
