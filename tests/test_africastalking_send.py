"""Handing an SMS to Africa's Talking, over real HTTP: whatever comes back is one of four verdicts."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fixtures_simulator import Listener, Reply

from service.gateways.africastalking import AfricasTalking
from service.gateways.contract import Account, SendResult, Verdict
from service.simulator.script import Outcome
from service.simulator.server import Simulator

PHONE, OTHER = "+22370000077", "+22241000001"
LONGEST_REASON = 64  # what the message table holds


def gateway(url: str, sender: str = "", timeout_seconds: tuple[float, float] = (2.0, 2.0)) -> AfricasTalking:
    return AfricasTalking("sandbox", "the-key", sender, url, timeout_seconds=timeout_seconds)


def send(url: str) -> SendResult:
    [result] = gateway(url).send("bonjour", [PHONE])
    return result


@pytest.mark.parametrize(
    ("outcome", "verdict", "reason"),
    [
        pytest.param({"status_code": 100}, Verdict.ACCEPTED, "100 Success", id="processed"),
        pytest.param({"status_code": 101}, Verdict.ACCEPTED, "101 Success", id="sent"),
        pytest.param({"status_code": 102}, Verdict.ACCEPTED, "102 Success", id="queued"),
        pytest.param({"status_code": 401}, Verdict.BUSY, "401 RiskHold", id="risk hold"),
        pytest.param({"status_code": 402}, Verdict.BUSY, "402 InvalidSenderId", id="invalid sender"),
        pytest.param({"status_code": 403}, Verdict.REFUSED, "403 InvalidPhoneNumber", id="invalid number"),
        pytest.param({"status_code": 404}, Verdict.REFUSED, "404 UnsupportedNumberType", id="wrong kind of number"),
        pytest.param({"status_code": 405}, Verdict.BUSY, "405 InsufficientBalance", id="no money"),
        pytest.param({"status_code": 406}, Verdict.REFUSED, "406 UserInBlacklist", id="opted out"),
        pytest.param({"status_code": 407}, Verdict.REFUSED, "407 CouldNotRoute", id="no route"),
        pytest.param({"status_code": 409}, Verdict.REFUSED, "409 DoNotDisturbRejection", id="do not disturb"),
        pytest.param({"status_code": 500}, Verdict.BUSY, "500 InternalServerError", id="internal error"),
        pytest.param({"status_code": 501}, Verdict.BUSY, "501 GatewayError", id="gateway error"),
        pytest.param({"status_code": 502}, Verdict.BUSY, "502 RejectedByGateway", id="rejected by gateway"),
        pytest.param({"status_code": 777}, Verdict.UNKNOWN, "777 777", id="a code nobody knows"),
        pytest.param({"invalid_sender": True}, Verdict.BUSY, "InvalidSenderId", id="201 without recipients"),
        pytest.param({"leave_out": True}, Verdict.UNKNOWN, "not in the answer", id="taken, but not in the answer"),
        pytest.param({"http": 400}, Verdict.REFUSED, "HTTP 400", id="HTTP 400"),
        pytest.param({"http": 403}, Verdict.BUSY, "HTTP 403", id="HTTP 403"),
        pytest.param({"http": 404}, Verdict.BUSY, "HTTP 404", id="HTTP 404"),
        pytest.param({"http": 429}, Verdict.BUSY, "HTTP 429", id="HTTP 429"),
        pytest.param({"http": 500}, Verdict.UNKNOWN, "HTTP 500", id="HTTP 500"),
        pytest.param({"http": 503}, Verdict.UNKNOWN, "HTTP 503", id="HTTP 503"),
        pytest.param({"drop": True}, Verdict.UNKNOWN, "ConnectionError", id="taken, then the line dropped"),
        pytest.param({"body": "{"}, Verdict.UNKNOWN, "JSONDecodeError", id="half a JSON"),
        pytest.param({"body": "[]"}, Verdict.UNKNOWN, "unreadable answer", id="another JSON"),
        pytest.param({"body": '{"SMSMessageData": []}'}, Verdict.UNKNOWN, "unreadable answer", id="another shape"),
        pytest.param({"content_type": "application/json; charset=utf-8"}, Verdict.ACCEPTED, "102 Success",
                     id="a content type with a charset"),
        pytest.param({"drip_seconds": 1.0}, Verdict.ACCEPTED, "102 Success", id="an answer that drips"),
    ],
)  # fmt: skip
def test_every_answer_is_one_of_four_verdicts(
    simulator: Simulator, outcome: dict[str, Any], verdict: Verdict, reason: str
) -> None:
    simulator.network.script(Outcome(**outcome))
    result = send(simulator.url)
    assert (result.to, result.verdict, result.reason) == (PHONE, verdict, reason)
    assert len(result.reason) <= LONGEST_REASON


def test_what_was_taken_has_an_id_and_a_cost(simulator: Simulator) -> None:
    result = send(simulator.url)
    [message] = simulator.network.inbox(PHONE)
    assert (result.provider_id, result.cost) == (message.message_id, "USD 0.0079")


def test_the_id_none_is_no_id(simulator: Simulator) -> None:
    simulator.network.script(Outcome(message_id="None"))
    assert send(simulator.url).provider_id is None


def test_a_wrong_key_is_waited_out_with_a_hint() -> None:
    with Simulator(api_key="another") as simulator:
        result = send(simulator.url)
        account = gateway(simulator.url).account()
    assert result.verdict is Verdict.BUSY
    assert result.reason == "HTTP 401: wrong user or key; a new key takes up to 20 min"
    assert account == Account(False, result.reason)
    assert len(result.reason) <= LONGEST_REASON


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param("40", 40, id="seconds"),
        pytest.param("", None, id="nothing"),
        pytest.param("Wed, 21 Oct 2026 07:28:00 GMT", None, id="a date"),
        pytest.param("999999999", 3600, id="years"),
        pytest.param("-5", None, id="less than nothing"),
    ],
)
def test_the_wait_that_is_asked_for_is_kept_up_to_an_hour(simulator: Simulator, said: str, seconds: int | None) -> None:
    simulator.network.script(Outcome(http=429, retry_after=said))
    assert send(simulator.url).retry_after_seconds == seconds


def test_an_answer_that_does_not_come_leaves_the_end_unknown(simulator: Simulator) -> None:
    simulator.network.script(Outcome(hang_seconds=1.0))
    [result] = gateway(simulator.url, timeout_seconds=(0.3, 0.3)).send("bonjour", [PHONE])
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "ReadTimeout")
    assert len(simulator.network.wait_for(PHONE, 1)) == 1


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1:9", id="nobody listens"),
        pytest.param("http://gateway.invalid", id="the name is not known"),
    ],
)
def test_what_never_left_can_be_sent_again(url: str) -> None:
    assert send(url).verdict is Verdict.BUSY


def test_a_proxy_that_is_down_lets_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert send("http://gateway.invalid").verdict is Verdict.BUSY


def test_no_proxy_stands_between_us_and_this_machine(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert send(simulator.url).verdict is Verdict.ACCEPTED


def test_nothing_goes_to_a_host_that_cannot_prove_its_name(tmp_path: Path) -> None:
    with impostor(tmp_path) as url:
        assert send(url).verdict is Verdict.BUSY


@pytest.mark.parametrize("text", [pytest.param("\ud800", id="half a character")])
def test_what_cannot_be_written_never_leaves(simulator: Simulator, text: str) -> None:
    [result] = gateway(simulator.url).send(text, [PHONE])
    assert result.verdict is Verdict.BUSY
    assert not simulator.network.requests


def test_the_key_is_not_carried_to_another_host(simulator: Simulator, listener: Listener) -> None:
    simulator.network.script(Outcome(http=302, location=f"{listener.url}/version1/messaging"))
    assert send(simulator.url).verdict is Verdict.BUSY
    assert listener.calls == []


def test_each_recipient_of_a_batch_has_an_end_of_its_own(simulator: Simulator) -> None:
    simulator.network.script(Outcome(number=OTHER, status_code=406))
    taken, refused, bad = gateway(simulator.url).send("bonjour", [PHONE, OTHER, "22370000077"])
    assert (taken.to, taken.verdict) == (PHONE, Verdict.ACCEPTED)
    assert (refused.to, refused.verdict, refused.provider_id) == (OTHER, Verdict.REFUSED, None)
    assert (bad.to, bad.verdict, bad.reason) == ("22370000077", Verdict.REFUSED, "not an E.164 number")
    assert [request["form"]["to"] for request in simulator.network.requests] == [f"{PHONE},{OTHER}"]


@pytest.mark.parametrize(
    "number", ["", "MTN", "36000", "+1234", f"{PHONE}\n", "+٢٢٣٧٠٠٠٠٠٧٧", f"{PHONE},{OTHER}", "+0022370000077"]
)
def test_what_is_no_number_spoils_no_request(simulator: Simulator, number: str) -> None:
    assert gateway(simulator.url).send("bonjour", [number])[0].verdict is Verdict.REFUSED
    assert not simulator.network.requests


def test_to_nobody_nothing_is_sent(simulator: Simulator) -> None:
    assert gateway(simulator.url).send("bonjour", []) == []
    assert not simulator.network.requests


def test_a_number_given_twice_is_sent_to_once(simulator: Simulator) -> None:
    first, second = gateway(simulator.url).send("bonjour", [PHONE, PHONE])
    assert first == second
    assert len(simulator.network.inbox(PHONE)) == 1


def test_many_recipients_go_out_a_hundred_at_a_time(simulator: Simulator) -> None:
    numbers = [f"+2237000{number:04}" for number in range(250)]
    results = gateway(simulator.url).send("bonjour", numbers)
    assert [result.to for result in results] == numbers
    assert {result.verdict for result in results} == {Verdict.ACCEPTED}
    assert [request["form"]["to"].count("+") for request in simulator.network.requests] == [100, 100, 50]


def test_a_failure_of_one_request_is_not_that_of_the_next(simulator: Simulator) -> None:
    simulator.network.script(Outcome(http=500))
    numbers = [f"+2237000{number:04}" for number in range(101)]
    *unknown, last = gateway(simulator.url).send("bonjour", numbers)
    assert {result.verdict for result in unknown} == {Verdict.UNKNOWN}
    assert last.verdict is Verdict.ACCEPTED


def test_the_sdk_sends_what_the_documentation_asks_for(listener: Listener) -> None:
    """Its private parts are ours to override only in this one version."""
    listener.answer = lambda call: Reply(b"{}", 201, {"Content-Type": "application/json"})
    gateway(f"{listener.url}/", sender="KARAKORO").send("Blessé & 1+1", [PHONE])
    [call] = listener.calls
    assert version("africastalking") == "2.0.3"
    assert call.path == "/version1/messaging"
    assert call.headers["apiKey"] == "the-key"
    assert call.headers["Accept"] == "application/json"
    assert call.headers["User-Agent"].startswith("africastalking-python/")
    assert call.form == {
        "username": "sandbox",
        "to": PHONE,
        "message": "Blessé & 1+1",
        "bulkSMSMode": "1",
        "from": "KARAKORO",
    }


def test_without_a_sender_the_provider_takes_its_own(simulator: Simulator) -> None:
    send(simulator.url)
    assert simulator.network.inbox(PHONE)[0].sender == "AFRICASTKNG"


@pytest.mark.parametrize(
    ("username", "base"),
    [
        pytest.param("sandbox", "https://api.sandbox.africastalking.com/version1", id="sandbox"),
        pytest.param("karakoro", "https://api.africastalking.com/version1", id="production"),
    ],
)
def test_without_an_address_the_user_decides_where_it_goes(username: str, base: str) -> None:
    assert AfricasTalking(username, "key", "")._sms._baseUrl == base


@pytest.mark.parametrize(
    ("answer", "account"),
    [
        pytest.param({"UserData": {"balance": "KES 1785.50"}}, Account(True, "balance KES 1785.50"), id="documented"),
        pytest.param({"userData": {"balance": "KES 1.00"}}, Account(True, "balance KES 1.00"), id="as in the sample"),
        pytest.param({"UserData": {"name": "x"}}, Account(True, "balance not told"), id="no balance"),
        pytest.param([], Account(False, "unreadable answer"), id="another shape"),
        pytest.param({"UserData": "no"}, Account(False, "unreadable answer"), id="no user"),
    ],
)
def test_the_account_tells_its_balance(listener: Listener, answer: object, account: Account) -> None:
    listener.answer = lambda call: Reply(json.dumps(answer).encode())
    assert gateway(listener.url).account() == account
    assert listener.calls[0].path == "/version1/user?username=sandbox"


def test_an_account_that_cannot_be_asked_is_not_well() -> None:
    assert gateway("http://127.0.0.1:9").account() == Account(False, "ConnectionError")


def test_the_words_of_the_provider_are_told_without_the_number_in_them(listener: Listener) -> None:
    refusal = {"SMSMessageData": {"Message": f"No credit for {PHONE}", "Recipients": []}}
    listener.answer = lambda call: Reply(json.dumps(refusal).encode(), 201)
    assert send(listener.url).reason == "No credit for …"


class AnyServer(BaseHTTPRequestHandler):
    """The least that answers as Africa's Talking does."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        recipients = [
            {"cost": "KES 0.8000", "messageId": f"ATXid_{i}", "number": to, "status": "Success", "statusCode": 101}
            for i, to in enumerate(form["to"][0].split(","))
        ]
        body = json.dumps({"SMSMessageData": {"Message": "Sent", "Recipients": recipients[::-1]}}).encode()
        self.send_response(201)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(server: HTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_any_server_that_answers_so_will_do_in_whatever_order() -> None:
    with serving(HTTPServer(("127.0.0.1", 0), AnyServer)) as port:
        results = gateway(f"http://127.0.0.1:{port}").send("bonjour", [PHONE, OTHER])
    assert [(result.to, result.provider_id) for result in results] == [(PHONE, "ATXid_0"), (OTHER, "ATXid_1")]


@contextmanager
def impostor(folder: Path) -> Iterator[str]:
    """A server whose certificate nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(secret + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server = HTTPServer(("127.0.0.1", 0), AnyServer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as port:
        yield f"https://localhost:{port}"
