"""Delivery receipts on their way to the service: early, late, twice, out of order or for the wrong message."""

import secrets
import threading
from collections.abc import Iterable, Sequence

import requests

from service.simulator.loopback import loopback
from service.simulator.network import Network, ReceiptPlan

Planned = tuple[str, str, Sequence[ReceiptPlan]]


class Receipts:
    """hooks: where the service listens, "" = nowhere; at_once: no waiting, for plays without a real clock."""

    def __init__(self, network: Network, hooks: str, *, at_once: bool = False) -> None:
        self._network = network
        self._url = loopback(f"{hooks.rstrip('/')}/delivery") if hooks else ""
        self._at_once = at_once

    def plan(self, planned: Iterable[Planned]) -> None:
        """Send the early ones now, and the others when their time has come."""
        for message_id, number, plans in planned if self._url else ():
            for plan in plans:
                self._network.expect_receipts(1)
                if plan.early:
                    self._send(message_id, number, plan)
                else:
                    wait = 0.05 if self._at_once else plan.after_seconds
                    timer = threading.Timer(wait, self._send, (message_id, number, plan))
                    timer.daemon = True
                    timer.start()

    def _send(self, message_id: str, number: str, plan: ReceiptPlan) -> None:
        form = {
            "id": f"ATXid_{secrets.token_hex(16)}" if plan.wrong_id else message_id,
            "status": plan.status,
            "phoneNumber": number,
            "networkCode": "99999",
            **({"failureReason": plan.reason} if plan.reason else {}),
        }
        try:
            requests.post(self._url, data=form, timeout=10)
        except requests.RequestException:
            pass  # the provider's policy for a service that does not answer is not known: it gives up
        finally:
            self._network.receipt_done()
