"""SMSGate (SMS Gateway for Android, by capcom6): a phone with a SIM card, which sends what we post to it and posts what
it receives.

We give each message its id, and its receipts name it. What it brings has an id that is only a hash of the content, so
the same text a year later has the same: with the moment of receipt it is unique, and stays the same when brought again.
It signs its callbacks (HMAC-SHA256 of body and time stamp); the phone's clock may be wrong, so an old stamp is no
reason to lose an SMS, and what is brought twice counts once.
Sources: its documentation of webhooks, signing and sending, and its code.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from flask import Request

from service.gateways.contract import (
    Account,
    InboundSms,
    Receipt,
    ReceiptState,
    SendResult,
    SmsGateway,
    Unreadable,
    Untrusted,
    Verdict,
)
from service.gateways.errand import TIMEOUT_SECONDS, ask, one_by_one, unanswered
from service.gateways.fields import required, text
from service.gateways.kind import Fields, Kind, Told
from service.settings import Settings

NAME = "smsgate"
RECEIVED = "sms:received"
LONGEST_WORD = 60
STATUSES = {
    200: Verdict.ACCEPTED,
    201: Verdict.ACCEPTED,
    202: Verdict.ACCEPTED,
    400: Verdict.REFUSED,  # what we sent cannot be sent
    401: Verdict.BUSY,  # user or password
    403: Verdict.BUSY,
    404: Verdict.BUSY,  # not its address
    409: Verdict.ACCEPTED,  # it has a message of that id already: ours
    429: Verdict.BUSY,
}
RECEIPTS = {
    "sms:sent": ReceiptState.ON_ITS_WAY,
    "sms:delivered": ReceiptState.DELIVERED,
    "sms:failed": ReceiptState.FAILED,
}
EVENTS = (RECEIVED, *RECEIPTS)


def said(request: Request, settings: Settings) -> Fields:
    """The fields of the event and of its payload. Raises Untrusted where the signature is not the key's, and
    Unreadable."""
    body = request.get_data()
    if settings.smsgate_signing_key:
        stamp, given = request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")
        key = settings.smsgate_signing_key.encode()
        ours = hmac.new(key, body + stamp.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(ours.encode(), given.lower().encode()):
            raise Untrusted("the signature is not that of KARAKORO_SMSGATE_SIGNING_KEY")
    try:
        event = json.loads(body)
    except ValueError:
        raise Unreadable("the body is no JSON") from None
    return {**_flat(event), **_flat(event.get("payload"))} if isinstance(event, dict) else {}


def _flat(found: Any) -> dict[str, str]:
    kept = found.items() if isinstance(found, dict) else ()
    return {str(name): str(value) for name, value in kept if isinstance(value, str | int) and value != ""}


def read_event(event: Fields) -> Told:
    """An SMS, a receipt, or None for what else it tells of itself."""
    name = required(event, "event")
    if name == RECEIVED:
        return _sms(event)
    if name not in RECEIPTS:
        return None
    return Receipt(
        provider_id=required(event, "messageId").strip()[:128],
        state=RECEIPTS[name],
        raw=name[:LONGEST_WORD],
        reason=_word(text(event, "reason")),
        phone=text(event, "recipient") or text(event, "phoneNumber"),
    )


def _sms(event: Fields) -> InboundSms:
    """An SMS may be empty, but not from nobody."""
    content, moment = text(event, "messageId").strip(), text(event, "receivedAt").strip()
    return InboundSms(
        provider_id=f"{content[:80]} {moment[:40]}" if content and moment else None,
        sender=text(event, "sender") or required(event, "phoneNumber"),
        to=text(event, "recipient"),
        text=text(event, "message"),
    )


@dataclass(frozen=True, slots=True)
class SmsGate:
    """url: of the phone itself or of the server between (`https://api.sms-gate.app/3rdparty/v1`); sim: which of its SIM
    cards sends, from 1 on, 0 = as the phone decides."""

    url: str
    username: str
    password: str
    sim: int = 0
    timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS
    name: str = NAME

    def account(self) -> Account:
        """It tells no balance, but to which events somebody listens."""
        try:
            answer = self._ask("GET", "webhooks")
            hooks = json.loads(answer.content) if answer.ok else []
        except (requests.RequestException, ValueError) as error:
            return Account(False, type(error).__name__)
        if not answer.ok or not isinstance(hooks, list):
            return Account(False, f"HTTP {answer.status_code}")
        heard = {hook.get("event") for hook in hooks if isinstance(hook, dict)}
        missing = [event for event in EVENTS if event not in heard]
        return Account(not missing, f"nobody listens to {', '.join(missing)}" if missing else "lets us in")

    def send(self, text: str, recipients: Mapping[str, str]) -> list[SendResult]:
        """A message for each, since each needs an id of its own."""
        return one_by_one(recipients, lambda to, ref: self._send(text, to, ref))

    def _send(self, text: str, to: str, ref: str) -> SendResult:
        message: dict[str, Any] = {"id": ref, "textMessage": {"text": text}, "phoneNumbers": [to]}
        message |= {"withDeliveryReport": True, **({"simNumber": self.sim} if self.sim else {})}
        try:
            answer = self._ask("POST", "messages", json=message)
        except (requests.RequestException, ValueError) as error:
            return unanswered(to, ref, error)
        verdict = STATUSES.get(answer.status_code, Verdict.UNKNOWN)
        wait = re.fullmatch(r"[0-9]{1,4}", answer.headers.get("Retry-After", ""))
        return SendResult(
            to, verdict, ref, f"HTTP {answer.status_code}", retry_after_seconds=int(wait[0]) if wait else None
        )

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        login = (self.username, self.password)
        return ask(method, f"{self.url}/{path}", self.timeout_seconds, auth=login, **more)


def _word(reason: str) -> str:
    """Why it failed, for the table: short, and without a number that may be in it."""
    return re.sub(r"\+?\d{5,}", "…", reason)[:LONGEST_WORD]


def _of(settings: Settings) -> SmsGateway:
    return SmsGate(
        url=settings.smsgate_url,
        username=settings.smsgate_username,
        password=settings.smsgate_password,
        sim=settings.smsgate_sim,
    )


KIND = Kind(
    NAME,
    needs=("SMSGATE_URL", "SMSGATE_USERNAME", "SMSGATE_PASSWORD"),
    build=_of,
    hears={"event": read_event},
    said=said,
)
