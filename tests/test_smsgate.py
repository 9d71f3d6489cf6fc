"""A phone with a SIM card as a gateway (SMSGate), over real HTTP: signed callbacks, ids that are no ids, receipts."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fixtures_service import TOKEN, Post
from fixtures_simulator import Listener, Reply
from sqlalchemy import select

from handlers.ways import Ways
from models.message import Direction, Message, MessageState
from models.report import Report
from service.database import reading
from service.gateways.contract import Account, SendResult, Verdict
from service.gateways.smsgate import SmsGate

PHONE = "+22370000077"
KEY = "a-signing-key-of-the-app"


def smsgate(url: str, *, sim: int = 0, seconds: float = 2.0) -> SmsGate:
    return SmsGate(url, "sms", "secret", sim, (seconds, seconds))


def one(url: str) -> SendResult:
    [result] = smsgate(url).send("bonjour", {PHONE: "4711"})
    return result


def answers(listener: Listener, status: int, body: object = (), headers: dict[str, str] | None = None) -> None:
    said = {"Content-Type": "application/json", **(headers or {})}
    listener.answer = lambda call: Reply(json.dumps(body).encode(), status, said)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        pytest.param(200, Verdict.ACCEPTED, id="200"),
        pytest.param(201, Verdict.ACCEPTED, id="201"),
        pytest.param(202, Verdict.ACCEPTED, id="202"),
        pytest.param(400, Verdict.REFUSED, id="what cannot be sent"),
        pytest.param(401, Verdict.BUSY, id="a wrong password"),
        pytest.param(404, Verdict.BUSY, id="another address"),
        pytest.param(409, Verdict.ACCEPTED, id="it has this message already"),
        pytest.param(429, Verdict.BUSY, id="too many"),
        pytest.param(500, Verdict.UNKNOWN, id="nobody knows"),
    ],
)
def test_every_answer_is_one_of_four_verdicts(listener: Listener, status: int, verdict: Verdict) -> None:
    answers(listener, status)
    result = one(listener.url)
    assert (result.to, result.verdict, result.provider_id) == (PHONE, verdict, "4711")
    assert result.reason == f"HTTP {status}"


def test_the_request_is_what_the_documentation_asks_for(listener: Listener) -> None:
    answers(listener, 202, {"id": "4711", "state": "Pending"})
    smsgate(listener.url, sim=2).send("Blessé", {PHONE: "4711"})
    [call] = listener.calls
    login = base64.b64encode(b"sms:secret").decode()
    assert (call.path, call.headers["Authorization"]) == ("/messages", f"Basic {login}")
    assert json.loads(call.body) == {
        "id": "4711",
        "textMessage": {"text": "Blessé"},
        "phoneNumbers": [PHONE],
        "withDeliveryReport": True,
        "simNumber": 2,
    }


def test_the_wait_that_is_asked_for_is_kept(listener: Listener) -> None:
    answers(listener, 429, headers={"Retry-After": "40"})
    assert one(listener.url).retry_after_seconds == 40


def test_a_phone_that_is_away_is_tried_again() -> None:
    first, second = smsgate("http://127.0.0.1:9").send("bonjour", {PHONE: "1", "+22241000001": "2"})
    assert {first.verdict, second.verdict} == {Verdict.BUSY}


@pytest.mark.parametrize(
    ("status", "hooks", "account"),
    [
        pytest.param(200, ["sms:received", "sms:sent", "sms:delivered", "sms:failed"], Account(True, "lets us in"),
                     id="all is heard"),
        pytest.param(200, ["sms:received", "sms:sent"],
                     Account(False, "nobody listens to sms:delivered, sms:failed"), id="no receipts"),
        pytest.param(401, [], Account(False, "HTTP 401"), id="a wrong password"),
    ],
)  # fmt: skip
def test_the_doctor_sees_whether_we_are_let_in_and_told(
    listener: Listener, status: int, hooks: list[str], account: Account
) -> None:
    answers(listener, status, [{"id": each, "event": each, "url": "https://example.org"} for each in hooks])
    assert smsgate(listener.url).account() == account
    assert listener.calls[0].path == "/webhooks"


def test_an_account_that_cannot_be_asked_is_not_well(listener: Listener) -> None:
    listener.answer = lambda call: Reply(b"<html>", 200)
    assert smsgate(listener.url).account().well is False
    assert smsgate("http://127.0.0.1:9").account() == Account(False, "ConnectionError")


@pytest.fixture
def phone(open_post: Callable[[str], Post], listener: Listener) -> Post:
    """A post whose SMS all go by a phone; the listener is the phone's send interface."""
    answers(listener, 202)
    post = open_post("http://127.0.0.1:9")
    settings = replace(post.parts.settings, smsgate_url=listener.url, smsgate_signing_key=KEY, smsgate_rate=0.0)
    policy = replace(post.parts.policy, ways=Ways({"": "smsgate"}))
    gateways = {"smsgate": smsgate(listener.url)}
    post.parts = replace(post.parts, settings=settings, policy=policy, gateways=gateways)
    return post


def sms(text: str, message_id: str = "abc123", at: str = "2026-03-02T09:00:00.000+00:00", **more: Any) -> Any:
    payload = {"messageId": message_id, "message": text, "phoneNumber": PHONE, "simNumber": 1, "receivedAt": at}
    return {
        "event": "sms:received",
        "id": "Ey6ECgOk",
        "deviceId": "f",
        "webhookId": "w",
        "payload": {**payload, **more},
    }


def bring(post: Post, event: object, key: str = KEY, token: str = TOKEN) -> int:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    stamp = "1772442000"
    signature = hmac.new(key.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Signature": signature, "X-Timestamp": stamp, "Content-Type": "application/json"}
    return post.client.post(f"/hooks/smsgate/{token}/event", data=body, headers=headers).status_code


def sent(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(call.body) for call in listener.named("messages")]


def reports(post: Post) -> int:
    with reading(post.parts.engine) as db:
        return len(db.scalars(select(Report)).all())


def test_an_sms_becomes_a_report_and_its_reply_an_sms(phone: Post, listener: Listener) -> None:
    assert bring(phone, sms("12#1 Gogui")) == 200
    phone.work()
    assert reports(phone) == 1
    [reply] = [each for each in sent(listener) if each["phoneNumbers"] == [PHONE]]
    assert reply["textMessage"]["text"].startswith("Ref ")


def test_what_is_brought_again_is_heard_once_even_under_another_event(phone: Post, listener: Listener) -> None:
    for _ in range(3):
        assert bring(phone, sms("AIDE")) == 200
    assert bring(phone, {**sms("AIDE"), "id": "another", "webhookId": "a second one"}) == 200
    phone.work()
    assert len(sent(listener)) == 1


def test_the_same_words_at_another_moment_are_another_answer(phone: Post, listener: Listener) -> None:
    """Its id is a hash of the content: two answers `1` to two questions have the same."""
    assert bring(phone, sms("12 Gogui", "first")) == 200
    assert bring(phone, sms("1", "one", "2026-03-02T09:01:00.000+00:00")) == 200
    assert bring(phone, sms("1", "one", "2026-03-02T09:02:00.000+00:00")) == 200
    with reading(phone.parts.engine) as db:
        heard = db.scalars(select(Message).where(Message.direction == Direction.IN)).all()
    assert len(heard) == 3


def test_without_a_moment_it_has_no_id_and_a_second_report_within_minutes_is_none(phone: Post) -> None:
    nameless = sms("12#1 Gogui", at="")
    for _ in range(3):
        assert bring(phone, nameless) == 200
    assert reports(phone) == 1


def test_newer_names_for_sender_and_recipient_are_understood(phone: Post, listener: Listener) -> None:
    event = sms("AIDE", sender=PHONE, recipient="+22370000000")
    del event["payload"]["phoneNumber"]
    assert bring(phone, event) == 200
    phone.work()
    assert len(sent(listener)) == 1


def receipt(name: str, ref: str, **more: str) -> Any:
    return {"event": name, "id": "x", "payload": {"messageId": ref, "phoneNumber": PHONE, **more}}


@pytest.mark.parametrize(
    ("events", "state", "reason"),
    [
        pytest.param(["sms:sent"], MessageState.ACCEPTED, "HTTP 202", id="sent"),
        pytest.param(["sms:sent", "sms:delivered"], MessageState.DELIVERED, "sms:delivered", id="delivered"),
        pytest.param(["sms:delivered", "sms:sent", "sms:failed"], MessageState.DELIVERED, "sms:delivered",
                     id="never taken back"),
        pytest.param(["sms:failed"], MessageState.FAILED, "sms:failed RESULT_ERROR_LIMIT_EXCEEDED", id="failed"),
    ],
)  # fmt: skip
def test_a_receipt_names_our_reference(phone: Post, events: list[str], state: MessageState, reason: str) -> None:
    bring(phone, sms("AIDE"))
    phone.work()
    with reading(phone.parts.engine) as db:
        ref = db.scalars(select(Message.client_ref).where(Message.direction == Direction.OUT)).one()
    for name in events:
        why = {"reason": "RESULT_ERROR_LIMIT_EXCEEDED"} if name == "sms:failed" else {}
        assert bring(phone, receipt(name, ref, **why)) == 200
    with reading(phone.parts.engine) as db:
        message = db.scalars(select(Message).where(Message.direction == Direction.OUT)).one()
    assert (message.state, message.reason) == (state, reason)


def test_what_is_not_signed_with_the_key_is_refused_so_that_it_comes_again(phone: Post, listener: Listener) -> None:
    assert bring(phone, sms("12#1 Gogui"), key="another-key") == 401
    unsigned = phone.client.post(f"/hooks/smsgate/{TOKEN}/event", json=sms("12#1 Gogui"))
    assert unsigned.status_code == 401
    assert reports(phone) == 0
    assert bring(phone, sms("12#1 Gogui")) == 200
    assert reports(phone) == 1


def test_where_no_key_is_set_the_token_alone_counts(phone: Post) -> None:
    phone.parts = replace(phone.parts, settings=replace(phone.parts.settings, smsgate_signing_key=""))
    assert phone.client.post(f"/hooks/smsgate/{TOKEN}/event", json=sms("12#1 Gogui")).status_code == 200
    assert phone.client.post("/hooks/smsgate/wrong/event", json=sms("12#1 Gogui")).status_code == 404
    assert reports(phone) == 1


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(b"{", id="half a JSON"),
        pytest.param([], id="a list"),
        pytest.param({}, id="nothing"),
        pytest.param({"event": "system:ping", "payload": {"health": {"status": "pass"}}}, id="a sign of life"),
        pytest.param({"event": "sms:received", "payload": None}, id="an SMS from nobody"),
        pytest.param({"event": "sms:delivered", "payload": {}}, id="a receipt for nothing"),
        pytest.param({"event": "sms:delivered", "payload": {"messageId": "none"}}, id="a receipt for what is not ours"),
        pytest.param({"event": "call:missed"}, id="a word nobody knows"),
    ],
)
def test_junk_is_taken_so_that_it_does_not_come_again(phone: Post, event: object) -> None:
    assert bring(phone, event) == 200
    assert reports(phone) == 0
