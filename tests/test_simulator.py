"""The simulator as Africa's Talking: its answers in the recorded shapes, its knobs, its receipts, its log."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from fixtures_simulator import Listener, Reply

from flows.gsm7 import parts
from service.simulator.answers import NAMES
from service.simulator.line import Line
from service.simulator.loopback import NotLoopback, loopback
from service.simulator.script import Outcome, ReceiptPlan, Unscriptable
from service.simulator.server import Simulator

PHONE, OTHER = "+22370000077", "+22241000001"
HEADERS = {"apiKey": "any"}


def post(simulator: Simulator, headers: dict[str, str] = HEADERS, **fields: str) -> requests.Response:
    form = {"username": "sandbox", "to": PHONE, "message": "bonjour", **fields}
    return requests.post(
        f"{simulator.url}/version1/messaging", form, headers=headers, timeout=10, allow_redirects=False
    )


def script(simulator: Simulator, **said: Any) -> requests.Response:
    return requests.post(f"{simulator.url}/simulator/script", json.dumps(said), timeout=10)


def test_a_send_is_answered_as_it_was_recorded(simulator: Simulator) -> None:
    answer = post(simulator)
    data = answer.json()["SMSMessageData"]
    [recipient] = data["Recipients"]
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json")
    assert data["Message"] == "Sent to 1/1 Total Cost: USD 0.0079 Message parts: 1"
    assert re.fullmatch(r"ATXid_[0-9a-f]{32}", recipient.pop("messageId"))
    assert recipient == {"cost": "USD 0.0079", "number": PHONE, "status": "Success", "statusCode": 102}


def test_who_does_not_want_the_queue_hears_that_it_is_sent(simulator: Simulator) -> None:
    assert post(simulator, enqueue="0").json()["SMSMessageData"]["Recipients"][0]["statusCode"] == 101


@pytest.mark.parametrize("text", ["a" * 160, "a" * 161, "ê" * 70, "ê" * 71, "€" * 81, "سلام" * 40])
def test_parts_are_those_of_the_network(simulator: Simulator, text: str) -> None:
    message = post(simulator, message=text).json()["SMSMessageData"]["Message"]
    assert message.endswith(f"Message parts: {len(parts(text))}")
    assert simulator.network.inbox(PHONE)[0].parts == len(parts(text))


@pytest.mark.parametrize(
    ("headers", "username"),
    [
        pytest.param({}, "sandbox", id="no key"),
        pytest.param({"apiKey": "wrong"}, "sandbox", id="wrong key"),
        pytest.param({"apiKey": "right"}, "somebody", id="wrong user"),
    ],
)
def test_who_is_not_known_reads_the_recorded_refusal(headers: dict[str, str], username: str) -> None:
    with Simulator(username="sandbox", api_key="right") as simulator:
        answer = post(simulator, headers, username=username)
        assert answer.status_code == 401
        assert answer.text == "The supplied authentication is invalid"
        assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="api"'
        assert post(simulator, {"apiKey": "right"}).status_code == 201
        assert len(simulator.network.requests) == 1


def test_what_is_no_number_is_refused_and_the_others_are_not(simulator: Simulator) -> None:
    data = post(simulator, to=f"{PHONE},12,{OTHER}").json()["SMSMessageData"]
    assert [each["statusCode"] for each in data["Recipients"]] == [102, 403, 102]
    assert data["Message"].startswith("Sent to 2/3 ")
    assert simulator.network.numbers() == [OTHER, PHONE]


def test_the_balance_and_the_messages_can_be_asked_for(simulator: Simulator) -> None:
    ask = {"params": {"username": "sandbox"}, "headers": HEADERS, "timeout": 10}
    assert requests.get(f"{simulator.url}/version1/user", **ask).json() == {"UserData": {"balance": "USD 100.0000"}}
    assert requests.get(f"{simulator.url}/version1/messaging", **ask).json() == {"SMSMessageData": {"Messages": []}}
    assert requests.get(f"{simulator.url}/version1/user", timeout=10).status_code == 401


@pytest.mark.parametrize("code", sorted(NAMES))
def test_every_status_code_can_be_scripted(simulator: Simulator, code: int) -> None:
    assert script(simulator, status_code=code).status_code == 200
    [recipient] = post(simulator).json()["SMSMessageData"]["Recipients"]
    taken = code < 400
    assert (recipient["statusCode"], recipient["status"]) == (code, NAMES[code])
    assert (recipient["messageId"] != "None", recipient["cost"] != "0") == (taken, taken)
    assert len(simulator.network.inbox(PHONE)) == taken


@pytest.mark.parametrize(
    ("said", "status", "content_type", "body"),
    [
        pytest.param({"invalid_sender": True}, 201, "application/json",
                     '{"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}', id="unregistered sender"),
        pytest.param({"body": '{"SMS'}, 201, "application/json", '{"SMS', id="half a JSON"),
        pytest.param({"body": "{}", "content_type": "application/json; charset=utf-8"}, 201,
                     "application/json; charset=utf-8", "{}", id="with a charset"),
        pytest.param({"http": 500, "body": "oh"}, 500, "text/plain; charset=UTF-8", "oh", id="500"),
        pytest.param({"http": 302, "location": "http://x/"}, 302, "text/plain; charset=UTF-8", "", id="302"),
        pytest.param({"body": "{}", "drip_seconds": 0.2}, 201, "application/json", "{}", id="drip"),
    ],
)  # fmt: skip
def test_every_other_answer_can_be_scripted(
    simulator: Simulator, said: dict[str, Any], status: int, content_type: str, body: str
) -> None:
    script(simulator, **said)
    answer = post(simulator)
    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (status, content_type, body)
    assert post(simulator).json()["SMSMessageData"]["Recipients"], "a script is used up"


def test_a_throttled_sender_is_told_how_long(simulator: Simulator) -> None:
    script(simulator, http=429, retry_after="7", times=2)
    assert [post(simulator).headers.get("Retry-After") for _ in range(3)] == ["7", "7", None]
    assert len(simulator.network.inbox(PHONE)) == 1


def test_a_dropped_line_hides_that_the_message_was_taken(
    simulator: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    script(simulator, drop=True)
    with pytest.raises(requests.ConnectionError):
        post(simulator)
    assert len(simulator.network.wait_for(PHONE, 1)) == 1
    assert PHONE not in "".join(capfd.readouterr())


def test_one_number_of_a_batch_can_have_an_end_of_its_own(simulator: Simulator) -> None:
    script(simulator, number=OTHER, leave_out=True)
    script(simulator, number=PHONE, message_id="None")
    [recipient] = post(simulator, to=f"{PHONE},{OTHER}").json()["SMSMessageData"]["Recipients"]
    assert (recipient["number"], recipient["messageId"]) == (PHONE, "None")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        pytest.param({"status_cod": 401}, "status_cod", id="a name that there is not"),
        pytest.param({"status_code": "401"}, "status_code", id="text for a number"),
        pytest.param({"drop": 1}, "drop", id="a number for yes"),
        pytest.param({"http": True}, "http", id="yes for a number"),
        pytest.param({"receipts": [{"state": "Sent"}]}, "state", id="a name in a receipt"),
        pytest.param({"receipts": ["Sent"]}, "object", id="a receipt that is none"),
        pytest.param({"receipts": "Sent"}, "receipts", id="receipts that are none"),
        pytest.param([], "object", id="no object"),
    ],
)
def test_what_cannot_be_scripted_is_named(said: Any, named: str) -> None:
    with pytest.raises(Unscriptable, match=named):
        Outcome.read(said)


@pytest.mark.parametrize("body", ['{"status_cod": 1}', '{"times": 0}', '{"times": "2"}', "[]", "no"])
def test_a_wrong_script_is_refused_in_plain_text(simulator: Simulator, body: str) -> None:
    answer = requests.post(f"{simulator.url}/simulator/script", body, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")


def test_everything_is_labelled(simulator: Simulator) -> None:
    for path in ("/version1/user", "/simulator/phones", "/nothing"):
        answer = requests.get(f"{simulator.url}{path}", timeout=10)
        assert answer.headers["X-Simulated"].startswith("SIMULATED")
        assert "html" not in answer.headers["Content-Type"]


def test_a_phone_shows_what_it_has_received_newest_last(simulator: Simulator) -> None:
    post(simulator, message="un", **{"from": "KARAKORO"})
    post(simulator, message="deux")
    messages = requests.get(f"{simulator.url}/simulator/phones/{PHONE}/messages", timeout=10).json()
    assert [(each["sender"], each["text"], each["parts"]) for each in messages] == [
        ("KARAKORO", "un", 1),
        ("AFRICASTKNG", "deux", 1),
    ]
    assert requests.get(f"{simulator.url}/simulator/phones", timeout=10).json() == {PHONE: 2}


def test_the_log_keeps_everything_that_was_taken_even_when_the_phones_are_emptied(tmp_path: Path) -> None:
    log = tmp_path / "taken.jsonl"
    with Simulator(log=log) as simulator:
        simulator.network.script(Outcome(drop=True))
        with pytest.raises(requests.ConnectionError):
            post(simulator, message="reçu")
        post(simulator, to=f"{PHONE},12")
        assert requests.delete(f"{simulator.url}/simulator/log", timeout=10).json() == {"forgotten": True}
        assert simulator.network.numbers() == []
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [(entry["to"], entry["text"]) for entry in entries] == [(PHONE, "reçu"), (PHONE, "bonjour")]


@pytest.mark.parametrize(
    ("plans", "heard"),
    [
        pytest.param([{}], ["Success"], id="delivered"),
        pytest.param([], [], id="none"),
        pytest.param([{"status": "Sent", "after_seconds": 0.0}, {"status": "Success", "after_seconds": 0.3}],
                     ["Sent", "Success"], id="a sequence"),
        pytest.param([{"status": "Success", "after_seconds": 0.0}, {"status": "Sent", "after_seconds": 0.3}],
                     ["Success", "Sent"], id="out of order"),
        pytest.param([{"after_seconds": 0.0}, {"after_seconds": 0.3}], ["Success", "Success"], id="twice"),
    ],
)  # fmt: skip
def test_receipts_come_as_planned(listener: Listener, plans: list[dict[str, Any]], heard: list[str]) -> None:
    with Simulator(hooks=listener.url) as simulator:
        simulator.network.script(Outcome.read({"receipts": plans}))
        [recipient] = post(simulator).json()["SMSMessageData"]["Recipients"]
        assert simulator.network.settle()
    forms = [call.form for call in listener.named("delivery")]
    assert [form["status"] for form in forms] == heard
    assert all(form["id"] == recipient["messageId"] and form["phoneNumber"] == PHONE for form in forms)


def test_an_early_receipt_comes_before_the_answer(listener: Listener) -> None:
    with Simulator(hooks=listener.url) as simulator:
        simulator.network.script(Outcome(receipts=(ReceiptPlan(early=True),)))
        [recipient] = post(simulator).json()["SMSMessageData"]["Recipients"]
        assert [call.form["id"] for call in listener.named("delivery")] == [recipient["messageId"]]


def test_a_receipt_may_be_for_a_message_that_nobody_sent(listener: Listener) -> None:
    with Simulator(hooks=listener.url) as simulator:
        simulator.network.script(Outcome(receipts=(ReceiptPlan(wrong_id=True),)))
        [recipient] = post(simulator).json()["SMSMessageData"]["Recipients"]
        [call] = listener.wait_for("delivery")
    assert call.form["id"].startswith("ATXid_")
    assert call.form["id"] != recipient["messageId"]


def test_what_fails_on_the_way_is_on_no_phone(listener: Listener) -> None:
    with Simulator(hooks=listener.url) as simulator:
        simulator.network.script(Outcome(receipts=(ReceiptPlan("Failed", reason="UserInBlackList"),)))
        post(simulator)
        [call] = listener.wait_for("delivery")
        assert simulator.network.inbox(PHONE) == []
    assert (call.form["status"], call.form["failureReason"]) == ("Failed", "UserInBlackList")


def test_a_receipt_that_nobody_takes_is_given_up() -> None:
    with Simulator(hooks="http://127.0.0.1:9/") as simulator:
        post(simulator)
        assert simulator.network.settle()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hooks/",
        "http://192.168.1.2:8000/",
        "http://0.0.0.0:8000/",
        "http://127.0.0.1:8000@example.org/",
        "http://localhost.example.org/",
        "nothing",
    ],
)
def test_the_simulator_calls_this_machine_only(url: str) -> None:
    with pytest.raises(NotLoopback):
        Line(url)
    with pytest.raises(NotLoopback):
        Simulator(hooks=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost/", "http://[::1]:8000/"])
def test_this_machine_has_several_names(url: str) -> None:
    assert loopback(url) == url


def test_no_redirect_leads_away_from_the_hooks(listener: Listener) -> None:
    with Listener() as elsewhere, Simulator(hooks=listener.url) as simulator:
        listener.answer = lambda call: Reply(status=302, headers={"Location": f"{elsewhere.url}/sms"})
        assert simulator.line.sms(PHONE, "bonjour", wait=False) == 302
        assert elsewhere.calls == []
