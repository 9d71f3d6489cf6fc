"""Delivery receipts on their way to the service: early, late, twice, out of order or for the wrong message."""

import secrets
import threading
from collections.abc import Iterable

import requests

from service.simulator.answers import Due
from service.simulator.line import Line
from service.simulator.network import Network
from service.simulator.script import ReceiptPlan

A_MOMENT = 0.05


class Receipts:
    """line: None = nobody wants them; at_once: no waiting, for plays without a real clock."""

    def __init__(self, network: Network, line: Line | None, *, at_once: bool = False) -> None:
        self._network = network
        self._line = line
        self._at_once = at_once

    def plan(self, due: Iterable[Due]) -> None:
        """Send the early ones now, and the others when their time has come."""
        if self._line is None:
            return
        for message in due:
            for plan in message.plans:
                self._bring(self._line, message, plan)

    def _bring(self, line: Line, due: Due, plan: ReceiptPlan) -> None:
        self._network.expect_receipt()
        if plan.early:
            self._send(line, due, plan)
            return
        wait = A_MOMENT if self._at_once else plan.after_seconds
        timer = threading.Timer(wait, self._send, (line, due, plan))
        timer.daemon = True
        timer.start()

    def _send(self, line: Line, due: Due, plan: ReceiptPlan) -> None:
        form = {
            "id": f"ATXid_{secrets.token_hex(16)}" if plan.wrong_id else due.message_id,
            "status": plan.status,
            "phoneNumber": due.number,
            "networkCode": line.network,
            **({"failureReason": plan.reason} if plan.reason else {}),
        }
        try:
            line.post("delivery", form)
        except requests.RequestException:
            pass  # what the provider does about a service that does not answer is not known: it gives up
        finally:
            self._network.receipt_done()
