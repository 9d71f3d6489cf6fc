"""Africa's Talking: what it calls us with, what its words mean in ours, and how an SMS is handed to it.

Sources: its documentation of USSD, SMS sending, inbound messages and delivery reports, and recorded answers.
The SDK builds the requests; how they travel and what becomes of the answer is settled here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import requests
from africastalking.SMS import SMSService

from service.gateways.contract import (
    Account,
    InboundSms,
    OptOut,
    Receipt,
    ReceiptState,
    SendResult,
    SmsGateway,
    Unreadable,
    UssdEnd,
    UssdRequest,
    Verdict,
)
from service.gateways.errand import TIMEOUT_SECONDS, ask, broken
from service.gateways.fields import required as _required
from service.gateways.fields import session_key
from service.gateways.fields import text as _text
from service.gateways.kind import Kind
from service.settings import Settings

NAME = "africastalking"
PRODUCTION = "https://api.africastalking.com"
SANDBOX = "https://api.sandbox.africastalking.com"
MOST_RECIPIENTS = 100
LONGEST_WAIT_SECONDS = 3600  # of what a provider may ask us to wait
LONGEST_ID, LONGEST_WORD, LONGEST_COST = 128, 60, 32  # what is stored of them
E164 = re.compile(r"\+[1-9][0-9]{6,14}")

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
INSUFFICIENT_BALANCE, USER_IN_BLACKLIST = 405, 406
OPTED_OUT = "userinblacklist"  # in receipts; it is spelt UserInBlackList there, and UserInBlacklist elsewhere
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
        session_key=session_key(form, "sessionId"),
        phone=_phone(_required(form, "phoneNumber")),
        service_code=_text(form, "serviceCode"),
        network=_text(form, "networkCode"),
        history=_text(form, "text"),
        latest=None,
    )


def read_ussd_end(form: Mapping[str, str]) -> UssdEnd:
    return UssdEnd(
        session_key=session_key(form, "sessionId"),
        phone=_phone(_text(form, "phoneNumber")),
        completed=_text(form, "status") == "Success",
    )


def read_sms(form: Mapping[str, str]) -> InboundSms:
    """An SMS may be empty, but not without a text at all."""
    if "text" not in form:
        raise Unreadable("text is missing")
    return InboundSms(
        provider_id=_text(form, "id").strip()[:LONGEST_ID] or None,
        sender=_phone(_required(form, "from")),
        to=_text(form, "to"),
        text=_text(form, "text"),
    )


def read_delivery(form: Mapping[str, str]) -> Receipt:
    status = _required(form, "status").strip()
    return Receipt(
        provider_id=_required(form, "id").strip()[:LONGEST_ID],
        state=DELIVERY_STATUSES.get(status, ReceiptState.ON_ITS_WAY),
        raw=status[:LONGEST_WORD],
        reason=(reason := _text(form, "failureReason").strip()[:LONGEST_WORD]),
        phone=_phone(_text(form, "phoneNumber")),
        opted_out=reason.casefold() == OPTED_OUT,
    )


def read_optout(form: Mapping[str, str]) -> OptOut:
    return OptOut(phone=_phone(_required(form, "phoneNumber")), sender=_text(form, "senderId"))


def render_ussd(text: str, end: bool) -> str:
    """The one place where the prefix is written that Africa's Talking asks for."""
    return f"{'END' if end else 'CON'} {text}"


def _phone(number: str) -> str:
    """An unescaped plus arrives as a space; names and short codes stay as they are."""
    lost_plus = re.fullmatch(r" ([0-9]{8,15})", number)
    return f"+{lost_plus[1]}" if lost_plus else number.strip()


class _Declined(Exception):
    """The provider answered, but not with success."""

    HINTS = {401: "wrong user or key; a new key takes up to 20 min"}

    def __init__(self, status: int, retry_after: str) -> None:
        hint = self.HINTS.get(status)
        super().__init__(f"HTTP {status}: {hint}" if hint else f"HTTP {status}")
        self.status = status
        seconds = re.fullmatch(r"[0-9]{1,9}", retry_after)
        self.retry_after_seconds = min(int(seconds[0]), LONGEST_WAIT_SECONDS) if seconds else None

    @property
    def verdict(self) -> Verdict:
        """Of a 5xx nobody knows what had been done already; 400 is for what we sent, the rest can be mended."""
        if self.status >= 500:
            return Verdict.UNKNOWN
        return Verdict.REFUSED if self.status in (400, 413, 414, 422) else Verdict.BUSY


class _Sms(SMSService):
    """The SDK's SMS service at an address of our choice.

    The SDK would follow a redirect with the API key in hand, forget the status of a failure, and read JSON only
    under one exact content type: so the request travels here.
    """

    def __init__(self, username: str, api_key: str, base_url: str, timeout_seconds: tuple[float, float]) -> None:
        self._base = base_url.rstrip("/")
        self._timeout = timeout_seconds
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
        timeout: object = None,
    ) -> Any:
        answer = ask(method, url, self._timeout, headers=headers, data=data, params=params)
        if not 200 <= answer.status_code < 300:
            raise _Declined(answer.status_code, answer.headers.get("Retry-After", ""))
        return json.loads(answer.content)

    def fetch_user(self) -> Any:
        params = {"username": self._username}
        url = self._make_url("/user")  # type: ignore[no-untyped-call]
        return self._make_request(url, "GET", self._headers, None, params)


class AfricasTalking:
    """An account with Africa's Talking; base_url "" = production, or the sandbox for the user `sandbox`."""

    name = NAME

    def __init__(
        self,
        username: str,
        api_key: str,
        sender: str,
        base_url: str = "",
        *,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> None:
        home = SANDBOX if username == "sandbox" else PRODUCTION
        self._sender = sender
        self._sms = _Sms(username, api_key, base_url or home, timeout_seconds)

    def send(self, text: str, recipients: Iterable[str]) -> list[SendResult]:
        """One result for each recipient, in their order; at most a hundred of them in one request. It gives ids of its
        own, and knows nothing of our references.

        What is no E.164 number is refused here: the SDK would let it spoil the whole request.
        """
        recipients = list(recipients)
        results = {to: SendResult(to, Verdict.REFUSED, reason="not an E.164 number") for to in recipients}
        for batch in _batches([to for to in results if E164.fullmatch(to)]):
            results |= {result.to: result for result in self._send(text, batch)}
        return [results[to] for to in recipients]

    def _send(self, text: str, numbers: list[str]) -> list[SendResult]:
        try:
            answer = self._sms.send(text, numbers, self._sender or None)  # type: ignore[no-untyped-call]
        except _Declined as declined:
            reason, wait = str(declined), declined.retry_after_seconds
            return [SendResult(to, declined.verdict, reason=reason, retry_after_seconds=wait) for to in numbers]
        except (requests.RequestException, ValueError) as error:
            return [SendResult(to, broken(error), reason=type(error).__name__) for to in numbers]
        return _results(numbers, answer)

    def account(self) -> Account:
        """The balance, as the provider words it."""
        try:
            answer = self._sms.fetch_user()
        except _Declined as declined:
            return Account(False, str(declined))
        except (requests.RequestException, ValueError) as error:
            return Account(False, type(error).__name__)
        user = _dict(_dict(answer).get("UserData") or _dict(answer).get("userData"))
        return Account(bool(user), f"balance {user.get('balance', 'not told')}" if user else "unreadable answer")


def _batches(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), MOST_RECIPIENTS):
        yield numbers[start : start + MOST_RECIPIENTS]


def _results(numbers: Sequence[str], answer: Any) -> list[SendResult]:
    """Matched by number, since the order of the answer is not promised."""
    data = _dict(_dict(answer).get("SMSMessageData"))
    listed = data.get("Recipients")
    if not isinstance(listed, list):
        return [SendResult(to, Verdict.UNKNOWN, reason="unreadable answer") for to in numbers]
    message = str(data.get("Message"))
    if not listed and not re.match(r"Sent to [1-9]", message):  # HTTP 201, yet nothing was sent: it says why
        return [SendResult(to, Verdict.BUSY, reason=_word(message)) for to in numbers]
    told = {str(_dict(each).get("number")): _dict(each) for each in listed}
    return [_result(to, told.get(to)) for to in numbers]


def _result(to: str, told: Mapping[str, Any] | None) -> SendResult:
    if told is None:
        return SendResult(to, Verdict.UNKNOWN, reason="not in the answer")
    code, message_id = told.get("statusCode"), str(told.get("messageId") or "None")
    return SendResult(
        to=to,
        verdict=STATUS_CODES.get(code, Verdict.UNKNOWN) if isinstance(code, int) else Verdict.UNKNOWN,
        provider_id=message_id[:LONGEST_ID] if message_id != "None" else None,
        reason=_word(f"{code} {told.get('status', '')}"),
        cost=str(told.get("cost", ""))[:LONGEST_COST],
        broke=code == INSUFFICIENT_BALANCE,
        opted_out=code == USER_IN_BLACKLIST,
    )


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(said: object) -> str:
    """What the provider said, for the log: short, and without a number that may be in it."""
    return re.sub(r"\+?\d{5,}", "…", str(said))[:LONGEST_WORD]


def _of(settings: Settings) -> SmsGateway:
    return AfricasTalking(
        username=settings.africastalking_username,
        api_key=settings.africastalking_api_key,
        sender=settings.africastalking_sender,
        base_url=settings.africastalking_url,
    )


KIND = Kind(NAME, needs=(), build=_of)
