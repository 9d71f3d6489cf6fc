"""Africa's Talking: what it calls us with, what its words mean in ours, and how an SMS is handed to it.

Sources: its documentation of USSD, SMS sending, inbound messages and delivery reports, and recorded answers.
The SDK builds the requests; how they travel and what becomes of the answer is settled here.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests
from africastalking.Service import Service
from africastalking.SMS import SMSService

from service.gateways.contract import (
    Account,
    InboundSms,
    OptOut,
    Receipt,
    ReceiptState,
    SendResult,
    Unreadable,
    UssdEnd,
    UssdRequest,
    Verdict,
)

NAME = "africastalking"
PRODUCTION = "https://api.africastalking.com"
SANDBOX = "https://api.sandbox.africastalking.com"
TIMEOUT_SECONDS = (3.05, 9.05)  # to connect, to wait for each piece of the answer
MOST_RECIPIENTS = 100

# 402, 405 and 401 are for the operator to mend: the message waits, nothing is lost.
STATUS_CODES = {
    100: Verdict.ACCEPTED,  # processed
    101: Verdict.ACCEPTED,  # sent
    102: Verdict.ACCEPTED,  # queued
    401: Verdict.BUSY,  # risk hold
    402: Verdict.BUSY,  # invalid sender id
    403: Verdict.REFUSED,  # invalid phone number
    404: Verdict.REFUSED,  # unsupported number type
    405: Verdict.BUSY,  # insufficient balance
    406: Verdict.REFUSED,  # user in blacklist
    407: Verdict.REFUSED,  # could not route
    409: Verdict.REFUSED,  # do not disturb
    500: Verdict.BUSY,  # internal server error
    501: Verdict.BUSY,  # gateway error
    502: Verdict.BUSY,  # rejected by gateway
}
DELIVERY_STATUSES = {
    "Sent": ReceiptState.ON_ITS_WAY,
    "Submitted": ReceiptState.ON_ITS_WAY,
    "Buffered": ReceiptState.ON_ITS_WAY,
    "AbsentSubscriber": ReceiptState.ON_ITS_WAY,  # not final: the phone may yet be switched on
    "Success": ReceiptState.DELIVERED,
    "Rejected": ReceiptState.FAILED,
    "Failed": ReceiptState.FAILED,
    "Expired": ReceiptState.FAILED,
}


def read_ussd(form: Mapping[str, str]) -> UssdRequest:
    return UssdRequest(
        session_key=_required(form, "sessionId"),
        phone=_phone(_required(form, "phoneNumber")),
        service_code=_text(form, "serviceCode"),
        network=_text(form, "networkCode"),
        history=_text(form, "text"),
        latest=None,
    )


def read_ussd_end(form: Mapping[str, str]) -> UssdEnd:
    return UssdEnd(
        session_key=_required(form, "sessionId"),
        phone=_phone(_text(form, "phoneNumber")),
        completed=_text(form, "status") == "Success",
    )


def read_sms(form: Mapping[str, str]) -> InboundSms:
    return InboundSms(
        provider_id=_text(form, "id").strip() or None,
        sender=_phone(_required(form, "from")),
        to=_text(form, "to"),
        text=_text(form, "text"),
    )


def read_delivery(form: Mapping[str, str]) -> Receipt:
    status = _required(form, "status").strip()
    return Receipt(
        provider_id=_required(form, "id").strip(),
        state=DELIVERY_STATUSES.get(status, ReceiptState.ON_ITS_WAY),
        raw=status[:40],
        reason=_text(form, "failureReason")[:40],
        phone=_phone(_text(form, "phoneNumber")),
    )


def read_optout(form: Mapping[str, str]) -> OptOut:
    return OptOut(phone=_phone(_required(form, "phoneNumber")), sender=_text(form, "senderId"))


def render_ussd(text: str, end: bool) -> str:
    """The one place where the prefix is written that Africa's Talking asks for."""
    return f"{'END' if end else 'CON'} {text}"


def _text(form: Mapping[str, str], field: str) -> str:
    """Without NUL, which no database takes; what was not UTF-8 on the wire is read as Latin-1."""
    value = form.get(field, "").replace("\0", "")
    return re.sub(r"%([89A-Fa-f][0-9A-Fa-f])", lambda found: chr(int(found[1], 16)), value)


def _required(form: Mapping[str, str], field: str) -> str:
    value = _text(form, field)
    if not value.strip():
        raise Unreadable(f"{field} is missing")
    return value


def _phone(number: str) -> str:
    """An unescaped plus arrives as a space; names and short codes stay as they are."""
    lost_plus = re.fullmatch(r" (\d{8,15})", number)
    return f"+{lost_plus[1]}" if lost_plus else number.strip()


class _Answered(Exception):
    """The provider answered, but not with success."""

    def __init__(self, status: int, retry_after: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after_seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else None


class _Travel(Service):
    """How requests travel: to our base address, never on to another host, and with the status kept."""

    def __init__(self, username: str, api_key: str, base: str) -> None:
        self._base = base
        super().__init__(username, api_key)  # type: ignore[no-untyped-call]

    def _init_service(self) -> None:
        self._baseUrl = self._contentUrl = f"{self._base}/version1"

    def _make_request(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        data: Any,
        params: Any,
        callback: object = None,
        timeout: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> Any:
        answer = requests.request(
            method, url, headers=headers, data=data, params=params, timeout=timeout, allow_redirects=False
        )
        if not 200 <= answer.status_code < 300:
            raise _Answered(answer.status_code, answer.headers.get("Retry-After", ""))
        return json.loads(answer.content)


class _Sms(_Travel, SMSService):
    """The SDK's SMS service on that road."""


class AfricasTalking:
    """An account with Africa's Talking; base_url "" = production, or the sandbox for the user `sandbox`."""

    name = NAME
    batch_max = MOST_RECIPIENTS

    def __init__(self, username: str, api_key: str, sender: str, base_url: str = "") -> None:
        base = base_url or (SANDBOX if username == "sandbox" else PRODUCTION)
        self._username = username
        self._sender = sender
        self._sms = _Sms(username, api_key, base.rstrip("/"))

    def send(self, text: str, recipients: Sequence[str]) -> list[SendResult]:
        """One result for each recipient, in their order; at most `batch_max` of them in one request."""
        numbers = list(dict.fromkeys(recipients))
        return [result for batch in _batches(numbers) for result in self._send(text, batch)]

    def _send(self, text: str, numbers: list[str]) -> list[SendResult]:
        try:
            answer = self._sms.send(text, numbers, self._sender or None)  # type: ignore[no-untyped-call]
        except _Answered as refusal:
            return [_refused(number, refusal) for number in numbers]
        except (requests.ConnectTimeout, requests.ConnectionError) as error:
            verdict = Verdict.BUSY if _never_left(error) else Verdict.UNKNOWN
            return [SendResult(number, verdict, reason=type(error).__name__) for number in numbers]
        except (requests.RequestException, ValueError) as error:
            return [SendResult(number, Verdict.UNKNOWN, reason=type(error).__name__) for number in numbers]
        return _results(numbers, answer)

    def account(self) -> Account:
        """The balance, as the provider words it."""
        url = f"{self._sms._base}/version1/user"
        try:
            answer = self._sms._make_request(url, "GET", self._sms._headers, None, {"username": self._username})
        except _Answered as refusal:
            hint = "; a new key takes up to 20 minutes to work" if refusal.status == 401 else ""
            return Account(False, f"{refusal}{hint}")
        except (requests.RequestException, ValueError) as error:
            return Account(False, type(error).__name__)
        user = answer.get("UserData") or answer.get("userData") or {}
        return Account(True, f"balance {user.get('balance', 'not told')}")


def _batches(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), MOST_RECIPIENTS):
        yield numbers[start : start + MOST_RECIPIENTS]


def _refused(number: str, refusal: _Answered) -> SendResult:
    """401 and 429 come before anything is sent; of a 5xx nobody knows what had been done already."""
    if refusal.status >= 500 or 300 <= refusal.status < 400:
        verdict = Verdict.UNKNOWN if refusal.status >= 500 else Verdict.BUSY
    else:
        verdict = Verdict.BUSY if refusal.status in (401, 403, 404, 408, 429) else Verdict.REFUSED
    return SendResult(number, verdict, reason=str(refusal), retry_after_seconds=refusal.retry_after_seconds)


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection was made, so that nothing can have been sent."""
    return isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)


def _results(numbers: Sequence[str], answer: Any) -> list[SendResult]:
    """Matched by number, since the order of the answer is not promised."""
    data = answer.get("SMSMessageData") if isinstance(answer, dict) else None
    listed = data.get("Recipients") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(listed, list):
        return [SendResult(number, Verdict.UNKNOWN, reason="unreadable answer") for number in numbers]
    if not listed:  # HTTP 201 all the same: nothing was sent, the message says why
        reason = str(data.get("Message", ""))[:60]
        return [SendResult(number, Verdict.BUSY, reason=reason) for number in numbers]
    by_number = {str(each.get("number")): each for each in listed if isinstance(each, dict)}
    return [_result(number, by_number.get(number)) for number in numbers]


def _result(number: str, told: Mapping[str, Any] | None) -> SendResult:
    if told is None:
        return SendResult(number, Verdict.UNKNOWN, reason="not in the answer")
    code, message_id = told.get("statusCode"), str(told.get("messageId") or "")
    return SendResult(
        to=number,
        verdict=STATUS_CODES.get(code, Verdict.UNKNOWN) if isinstance(code, int) else Verdict.UNKNOWN,
        provider_id=message_id if message_id not in ("", "None") else None,
        reason=f"{code} {told.get('status', '')}"[:60],
        cost=str(told.get("cost", "")),
    )
