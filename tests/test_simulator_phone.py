"""The simulator's phones: they dial, press and text through the network to whoever listens at the hooks."""

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from fixtures_simulator import Call, Listener, Reply

from service.simulator.line import Line
from service.simulator.phone import Dial, Refused
from service.simulator.server import Simulator
from service.simulator.texted import Texted

PHONE = "+22370000077"
CODE = "*384*1234#"


def says(text: str, status: int = 200, **headers: str) -> Reply:
    return Reply(text.encode(), status, {"Content-Type": "text/plain", **headers})


def dial(listener: Listener, **habits: object) -> Dial:
    return Dial(Line(listener.url, **habits), PHONE, CODE)  # type: ignore[arg-type]


def texts(listener: Listener) -> list[str]:
    return [call.form["text"] for call in listener.named("ussd")]


def test_every_hop_brings_everything_typed_so_far(listener: Listener) -> None:
    listener.answer = lambda call: says("CON Où ?")
    session = dial(listener)
    assert session.start().text == "Où ?"
    for typed in ("1", "0", "Gogui*2", ""):
        session.press(typed)
    assert texts(listener) == ["", "1", "1*0", "1*0*Gogui*2", "1*0*Gogui*2*"]
    forms = [call.form for call in listener.named("ussd")]
    assert {form["sessionId"] for form in forms} == {session.session}
    assert forms[0] == {
        "sessionId": session.session,
        "serviceCode": CODE,
        "phoneNumber": PHONE,
        "networkCode": "99999",
        "text": "",
    }
    assert b"%2B22370000077" in listener.calls[0].body


def test_what_comes_with_the_code_may_be_passed_on(listener: Listener) -> None:
    listener.answer = lambda call: says("CON .")
    Dial(Line(listener.url), PHONE, CODE, typed=["1", "12"]).start()
    assert texts(listener) == ["1*12"]


def test_after_the_end_nothing_can_be_pressed(listener: Listener) -> None:
    listener.answer = lambda call: says("END Merci")
    session = dial(listener)
    screen = session.start()
    assert (screen.text, screen.ended) == ("Merci", True)
    with pytest.raises(Refused, match="dial again"):
        session.press("1")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(says(""), id="nothing"),
        pytest.param(says("Bonjour"), id="no prefix"),
        pytest.param(says(" CON Bonjour"), id="a space in front"),
        pytest.param(says("\ufeffCON Bonjour"), id="a byte order mark"),
        pytest.param(says("con Bonjour"), id="small letters"),
        pytest.param(says('"CON Bonjour"'), id="quotes"),
        pytest.param(says("<html>CON Bonjour"), id="a page"),
        pytest.param(says("CON Bonjour", 404), id="404"),
        pytest.param(says("CON Bonjour", 500), id="500"),
        pytest.param(says("CON Bonjour", 302, Location="/"), id="302"),
    ],
)
def test_what_is_no_screen_ends_the_session(listener: Listener, reply: Reply) -> None:
    listener.answer = lambda call: reply
    session = dial(listener)
    with pytest.raises(Refused, match="Response should start with a CON or an END"):
        session.start()
    assert session.ended


def test_who_takes_too_long_loses_the_session(listener: Listener) -> None:
    def late(call: Call) -> Reply:
        time.sleep(0.6)
        return says("CON .")

    listener.answer = late
    with pytest.raises(Refused, match=r"no answer within 0\.2 s"):
        dial(listener, hop_seconds=0.2).start()


def test_nobody_at_the_hooks_ends_the_session() -> None:
    with pytest.raises(Refused, match="no answer within 10 s"):
        Dial(Line("http://127.0.0.1:9/"), PHONE, CODE).start()


def test_a_network_repeats_itself_and_sends_several_hops_at_once(listener: Listener) -> None:
    listener.answer = lambda call: says("CON .")
    session = dial(listener)
    session.start()
    session.press("1")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(session.hop, ["1", "1", "1*2", ""]))
    assert sorted(texts(listener)) == sorted(["", "1", "1", "1", "1*2", ""])


def test_the_label_of_a_hop_comes_back_with_the_next(listener: Listener) -> None:
    listener.answer = lambda call: says("CON .", **{"at-ussd-hop-metadata": "menu"})
    session = dial(listener)
    session.start()
    session.press("1")
    assert [call.headers.get("at-ussd-hop-metadata") for call in listener.calls] == [None, "menu"]


@pytest.mark.parametrize(
    ("after", "count"),
    [pytest.param((), 0, id="never"), pytest.param((0.0,), 1, id="once"), pytest.param((0.0, 0.1), 2, id="twice"),
     pytest.param((0.3,), 1, id="late")],
)  # fmt: skip
def test_the_end_is_told_as_often_as_the_network_likes(
    listener: Listener, after: tuple[float, ...], count: int
) -> None:
    listener.answer = lambda call: says("END Merci")
    session = dial(listener, end_events_after=after)
    session.start()
    if count:
        listener.wait_for("ussd-end", count)
    else:
        time.sleep(0.2)
    events = [call.form for call in listener.named("ussd-end")]
    assert len(events) == count
    for event in events:
        assert event["sessionId"] == session.session
        assert (event["status"], event["hopsCount"], event["lastAppResponse"]) == ("Success", "1", "END Merci")


def test_a_failed_session_says_why(listener: Listener) -> None:
    listener.answer = lambda call: says("oh")
    with pytest.raises(Refused):
        dial(listener, end_events_after=(0.0,)).start()
    [event] = listener.wait_for("ussd-end")
    assert event.form["status"] == "Failed"
    assert event.form["errorMessage"].startswith("Response should start")


def test_who_hangs_up_has_not_come_to_the_end(listener: Listener) -> None:
    listener.answer = lambda call: says("CON .")
    session = dial(listener)
    session.start()
    session.press("12")
    session.hang_up()
    [event] = listener.named("ussd-end")
    assert (event.form["status"], event.form["input"], event.form["hopsCount"]) == ("Incomplete", "12", "2")
    assert session.ended


def test_an_sms_arrives_as_documented(listener: Listener) -> None:
    assert Line(listener.url).sms(PHONE, "12#1 Gogui & +1", provider_id="one") == 200
    [call] = listener.named("sms")
    form = call.form
    assert (form["id"], form["from"], form["to"], form["text"]) == ("one", PHONE, "21512", "12#1 Gogui & +1")
    assert time.strptime(form["date"], "%Y-%m-%dT%H:%M:%SZ")
    assert set(form) == {"id", "from", "to", "text", "date", "linkId", "cost", "networkCode"}


@pytest.mark.parametrize(
    ("texted", "wire"),
    [
        pytest.param(Texted(PHONE, "a", bare_plus=True), b"from=+22370000077&", id="a bare plus"),
        pytest.param(Texted(PHONE, "été"), b"text=%C3%A9t%C3%A9", id="accents"),
        pytest.param(Texted(PHONE, b"\xe9t\xe9"), b"text=%E9t%E9", id="no UTF-8"),
        pytest.param(Texted(PHONE, "a\0b"), b"text=a%00b", id="NUL"),
        pytest.param(Texted("MTN", "a"), b"from=MTN&", id="a name"),
    ],
)
def test_an_sms_comes_in_every_shape(listener: Listener, texted: Texted, wire: bytes) -> None:
    assert Line(listener.url).bring(texted) == 200
    assert wire in listener.calls[0].body


def test_dates_have_two_shapes_and_fields_may_be_missing(listener: Listener) -> None:
    optional = frozenset({"linkId", "cost", "networkCode", "id"})
    Line(listener.url).bring(Texted(PHONE, "a", spaced_date=True, without=optional))
    form = listener.calls[0].form
    assert set(form) == {"from", "to", "text", "date"}
    assert time.strptime(form["date"], "%Y-%m-%d %H:%M:%S")


def test_an_sms_is_brought_until_it_is_taken_and_stays_the_same(listener: Listener) -> None:
    listener.answer = lambda call: says("", 200 if len(listener.calls) >= 3 else 503)
    assert Line(listener.url, retry_seconds=0.01).sms(PHONE, "a") == 200
    assert len({call.body for call in listener.calls}) == 1
    assert len(listener.calls) == 3


@pytest.mark.parametrize("status", [201, 204, 302, 400, 404, 500, 503])
def test_only_200_means_taken_and_the_tries_have_an_end(listener: Listener, status: int) -> None:
    listener.answer = lambda call: says("", status)
    assert Line(listener.url, retry_seconds=0.01, tries=3).sms(PHONE, "a") == status
    assert len(listener.calls) == 3


def test_who_does_not_wait_hears_of_the_first_try_only(listener: Listener) -> None:
    listener.answer = lambda call: says("", 200 if len(listener.calls) >= 3 else 503)
    assert Line(listener.url, retry_seconds=0.01).sms(PHONE, "a", wait=False) == 503
    assert len(listener.wait_for("sms", 3)) == 3


def test_no_proxy_gets_to_see_a_call(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert Line(listener.url).sms(PHONE, "a") == 200


def knob(simulator: Simulator, act: str, **form: str) -> requests.Response:
    return requests.post(f"{simulator.url}/simulator/phones/{PHONE}/{act}", form, timeout=10)


def test_a_session_can_be_had_with_curl(listener: Listener) -> None:
    listener.answer = lambda call: says("END Merci" if call.form.get("text") == "1" else "CON Où ?\n1 Ici")
    with Simulator(hooks=listener.url) as simulator:
        first = knob(simulator, "dial", code=CODE)
        assert (first.text, first.headers["X-Session-Ended"]) == ("Où ?\n1 Ici\n", "no")
        last = knob(simulator, "press", text="1")
        assert (last.text, last.headers["X-Session-Ended"]) == ("Merci\n", "yes")
        assert knob(simulator, "repeat").text == last.text
        assert knob(simulator, "press", text="1").status_code == 502
    assert texts(listener) == ["", "1", "1"]


def test_the_knobs_dial_a_code_of_their_own_and_hang_up(listener: Listener) -> None:
    listener.answer = lambda call: says("CON .")
    with Simulator(hooks=listener.url) as simulator:
        knob(simulator, "dial", text="1*12")
        assert knob(simulator, "hang-up", status="Failed").json() == {"ended": True}
    assert (texts(listener), listener.calls[0].form["serviceCode"]) == (["1*12"], CODE)
    assert listener.named("ussd-end")[0].form["status"] == "Failed"


def test_an_sms_and_an_opt_out_can_be_had_with_curl(listener: Listener) -> None:
    with Simulator(hooks=listener.url) as simulator:
        assert knob(simulator, "sms", text="AIDE", id="one").json() == {"status": 200}
        assert knob(simulator, "optout", sender="KARAKORO").json() == {"status": 200}
    assert listener.named("sms")[0].form["id"] == "one"
    assert listener.named("optout")[0].form == {"senderId": "KARAKORO", "phoneNumber": PHONE}


@pytest.mark.parametrize("act", ["press", "repeat", "hang-up"])
def test_without_a_dial_there_is_nothing_to_press(listener: Listener, act: str) -> None:
    with Simulator(hooks=listener.url) as simulator:
        answer = knob(simulator, act)
    assert (answer.status_code, answer.text) == (409, "dial first\n")


def test_a_phone_can_answer_every_sms_by_itself(listener: Listener) -> None:
    with Simulator(hooks=listener.url) as simulator:
        assert knob(simulator, "machine", text="Absent. No {n}").json() == {"answers": True}
        for _ in range(2):
            simulator.network.accept(PHONE, "KARAKORO", "Bonjour", 1)
        assert knob(simulator, "machine").json() == {"answers": False}
        simulator.network.accept(PHONE, "KARAKORO", "Bonjour", 1)
    assert [(call.form["from"], call.form["text"]) for call in listener.named("sms")] == [
        (PHONE, "Absent. No 1"),
        (PHONE, "Absent. No 2"),
    ]


@pytest.mark.parametrize("act", ["dial", "sms", "optout"])
def test_without_hooks_a_phone_can_only_receive(simulator: Simulator, act: str) -> None:
    assert knob(simulator, act).status_code == 409


def test_a_service_that_is_not_there_is_said_so() -> None:
    with Simulator(hooks="http://127.0.0.1:9/") as simulator:
        assert knob(simulator, "dial").status_code == 502
        assert knob(simulator, "optout").text == "the service does not answer (ConnectionError)\n"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def simulate(*options: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "service.simulator", *options],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_runs_as_a_process_of_its_own(listener: Listener, free_port: int) -> None:
    with simulate("--port", str(free_port), SIMULATOR_HOOKS=listener.url) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{free_port}: SIMULATED" in process.stdout.readline()
        url = f"http://127.0.0.1:{free_port}/simulator/phones/{PHONE}/sms"
        assert requests.post(url, {"text": "AIDE"}, timeout=10).json() == {"status": 200}
        process.terminate()
        assert PHONE not in process.stdout.read()


def test_the_process_refuses_hooks_elsewhere() -> None:
    with simulate("--hooks", "http://example.org/") as process:
        assert process.stdout is not None
        assert "this machine only" in process.stdout.read()
        assert process.wait(10) == 2
