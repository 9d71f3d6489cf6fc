"""Kannel: an operator's line (SMPP, or a modem) behind its smsbox, which takes SMS by GET and brings them by GET.

It gives no id for what it takes: the receipt comes to an address that holds our own reference. What it brings has an
id (`%I`), and whatever we answer would go to the phone as an SMS, so we answer nothing. Other scripts than Latin it
brings as UTF-16 (`%C` says so) in an address that is otherwise UTF-8.
Source: its user guide (sendsms, sms-service, delivery reports), and Debian's package, tried.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import requests
from flask import Request

from flows.gsm7 import apart, encoding
from service.gateways.contract import (
    Account,
    InboundSms,
    Receipt,
    ReceiptState,
    SendResult,
    SmsGateway,
    Unreadable,
    Verdict,
)
from service.gateways.errand import TIMEOUT_SECONDS, ask, one_by_one, unanswered
from service.gateways.fields import required, text
from service.gateways.kind import Fields, Kind
from service.gateways.posted import fields
from service.settings import Settings

NAME = "kannel"
ALL_RECEIPTS = 31  # 1 on the phone, 2 not, 4 buffered, 8 with the SMSC, 16 refused by the SMSC
UCS2 = 2
UTF16 = ("UTF-16BE", "UCS-2", "UTF-16")
LONGEST_WORD = 60
INTERNATIONAL = re.compile(r"[1-9][0-9]{10,14}")  # some lines leave the plus away
STATUSES = {
    202: Verdict.ACCEPTED,  # 0: accepted, 3: queued until the line is there again
    400: Verdict.REFUSED,  # what we sent cannot be sent
    403: Verdict.BUSY,  # user, password or address; but see NOT_ROUTABLE
    404: Verdict.BUSY,  # not an smsbox
    503: Verdict.BUSY,  # "Temporal failure, try again later": it has not taken it
}
NOT_ROUTABLE = "Not routable"  # a 403 that is for good: no line leads there
RECEIPTS = {
    "1": ReceiptState.DELIVERED,
    "2": ReceiptState.FAILED,
    "4": ReceiptState.ON_ITS_WAY,  # buffered
    "8": ReceiptState.ON_ITS_WAY,  # the SMSC has it
    "16": ReceiptState.FAILED,  # the SMSC refuses it
    "34": ReceiptState.FAILED,  # expired
    "66": ReceiptState.FAILED,  # the SMSC does not know
}


def read_sms(query: Fields) -> InboundSms:
    """An SMS may be empty, but not without a text at all."""
    if "text" not in query:
        raise Unreadable("text is missing")
    return InboundSms(
        provider_id=text(query, "id").strip()[:128] or None,
        sender=_phone(required(query, "from")),
        to=text(query, "to"),
        text=text(query, "text"),
    )


def read_delivery(query: Fields) -> Receipt:
    status = required(query, "status").strip()
    return Receipt(
        provider_id=required(query, "ref").strip()[:128],
        state=RECEIPTS.get(status, ReceiptState.ON_ITS_WAY),
        raw=status[:LONGEST_WORD],
    )


def _phone(number: str) -> str:
    bare = number.strip()
    return f"+{bare}" if INTERNATIONAL.fullmatch(bare) else bare


@dataclass(frozen=True, slots=True)
class Kannel:
    """url: of the smsbox; hooks: `https://…/hooks/kannel/TOKEN/`, where its receipts go; joins: whether the line
    carries the header by which a phone joins the parts of a long SMS."""

    url: str
    username: str
    password: str
    sender: str
    hooks: str
    joins: bool = True
    timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS
    name: str = NAME

    def account(self) -> Account:
        """It tells no balance; a request without a recipient shows whether we are let in."""
        try:
            answer = self._ask({})
        except (requests.RequestException, ValueError) as error:
            return Account(False, type(error).__name__)
        well = answer.status_code == requests.codes.bad_request
        return Account(well, "lets us in" if well else f"HTTP {answer.status_code} {_word(answer.text)}".strip())

    def send(self, text: str, recipients: Mapping[str, str]) -> list[SendResult]:
        """A request for each, since each receipt has an address of its own."""
        return one_by_one(recipients, lambda to, ref: self._send(text, to, ref))

    def _send(self, text: str, to: str, ref: str) -> SendResult:
        """Texts that nobody joins go one by one. The last one's receipt counts; where one fails after another was
        taken, nobody can say that the message was not sent."""
        texts = (text,) if self.joins else apart(text)
        for number, each in enumerate(texts):
            result = self._hand_over(each, to, ref, receipt=number == len(texts) - 1)
            if result.verdict is not Verdict.ACCEPTED:
                return result if number == 0 else SendResult(to, Verdict.UNKNOWN, ref, result.reason)
        return result

    def _hand_over(self, text: str, to: str, ref: str, *, receipt: bool) -> SendResult:
        query = {"to": to, "from": self.sender, "text": text, "charset": "UTF-8"}
        query |= {"coding": str(UCS2)} if encoding(text) == "UCS-2" else {}
        if receipt:
            wanted = urlencode({"ref": ref})
            query |= {"dlr-mask": str(ALL_RECEIPTS), "dlr-url": f"{self.hooks}delivery?{wanted}&status=%d"}
        try:
            answer = self._ask(query)
        except (requests.RequestException, ValueError) as error:
            return unanswered(to, ref, error)
        status, said = answer.status_code, _word(answer.text)
        verdict = STATUSES.get(status, Verdict.UNKNOWN)
        if status == requests.codes.forbidden and said.startswith(NOT_ROUTABLE):
            verdict = Verdict.REFUSED
        return SendResult(to, verdict, ref, f"{status} {said}".strip()[:LONGEST_WORD])

    def _ask(self, query: Mapping[str, str]) -> requests.Response:
        params = {"username": self.username, "password": self.password, **query}
        return ask("GET", f"{self.url}/cgi-bin/sendsms", self.timeout_seconds, params=params)


def _word(said: str) -> str:
    """What it said, for the log: short, and without a number that may be in it."""
    return re.sub(r"\+?\d{5,}", "…", " ".join(said.split()))[:LONGEST_WORD]


def _query(request: Request, settings: Settings) -> Fields:
    """The fields; a text in UTF-16 is read anew, from the bytes that stand in the address."""
    query = fields(request.query_string)
    if query.get("charset", "").upper() not in UTF16:
        return query
    raw = dict(parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))
    return {**query, "text": raw.get("text", "").encode("latin-1").decode("utf-16-be", "replace")}


def _of(settings: Settings) -> SmsGateway:
    return Kannel(
        url=settings.kannel_url,
        username=settings.kannel_username,
        password=settings.kannel_password,
        sender=settings.kannel_sender,
        hooks=f"{settings.public_url}/hooks/{NAME}/{settings.hook_tokens[0]}/",
        joins=settings.kannel_joins,
    )


KIND = Kind(
    NAME,
    needs=("KANNEL_URL", "KANNEL_USERNAME", "KANNEL_PASSWORD", "PUBLIC_URL"),
    build=_of,
    hears={"sms": read_sms, "delivery": read_delivery},
    method="GET",
    said=_query,
)
