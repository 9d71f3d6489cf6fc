"""The phones in the browser are there where nothing is real, and nowhere else."""

from collections.abc import Callable, Iterator

import pytest
from fixtures_console import Browser, House
from fixtures_service import COORDINATOR, OFFICER, TOKEN, VILLAGER, Post

from service.local_web import LocalWeb
from service.simulator.server import Simulator

SIMULATED = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("phones_of", "gateway", "there"),
    [
        (SIMULATED, SIMULATED, True),
        ("", "", False),
        (SIMULATED, "", False),  # a real gateway beside it
        (SIMULATED, "http://127.0.0.1:10", False),
        ("http://198.51.100.7", "http://198.51.100.7", False),
    ],
    ids=["on", "off", "beside the real gateway", "beside another one", "on another machine"],
)
def test_phones_are_there_where_the_simulator_is_the_gateway(
    house_with: Callable[..., House], phones_of: str, gateway: str, there: bool
) -> None:
    house = house_with(simulator_url=phones_of, africastalking_url=gateway, demo=True)
    assert house.browser().get("/phone").status_code == (200 if there else 404)
    assert ('href="/phone"' in house.browser().get("/console/sign-in").text) is there


def test_outside_the_demo_whoever_uses_the_phones_has_signed_in(house_with: Callable[..., House]) -> None:
    house = house_with(simulator_url=SIMULATED, africastalking_url=SIMULATED)
    assert house.browser().get("/phone").status_code == 303
    assert house.browser().get("/phone/inbox").status_code == 303
    assert house.signed_in().get("/phone").status_code == 200


@pytest.fixture
def phones(post: Post, house_with: Callable[..., House]) -> Iterator[Browser]:
    """A browser on phones whose network is a simulator that reaches this service."""
    with LocalWeb() as web, Simulator(hooks=f"{web.url}/hooks/africastalking/{TOKEN}/", at_once=True) as simulator:
        house = house_with(simulator_url=simulator.url, africastalking_url=simulator.url, demo=True)
        with web.serving(post.client.application):
            browser = house.browser()
            browser.get("/phone")
            yield browser


def test_a_phone_dials_presses_and_hangs_up(phones: Browser) -> None:
    token = phones.form_token()
    form: dict[str, object] = {"form_token": token, "number": OFFICER}
    first = phones.send("/phone/dial", {**form, "text": "*384*1234#"}).get_json()
    assert first["ended"] is False
    assert first["text"].startswith("Karakoro Gogui\n1 Signaler")
    assert "Que se passe-t-il" in phones.send("/phone/press", {**form, "text": "1"}).get_json()["text"]
    assert phones.send("/phone/hang-up", form).get_json() == {"ended": True}
    refused = phones.send("/phone/press", {**form, "text": "1"})
    assert (refused.status_code, "over" in refused.get_json()["refused"]) == (502, True)


def test_a_phone_texts_and_reads_what_comes_with_parts_and_price(phones: Browser, post: Post) -> None:
    form: dict[str, object] = {"form_token": phones.form_token(), "number": VILLAGER, "text": "12#1 Gogui"}
    assert phones.send("/phone/sms", form).get_json() == {"status": 200}
    assert phones.get(f"/phone/inbox?number={VILLAGER.replace('+', '%2B')}").get_json() == {VILLAGER: []}
    assert [name for name, _ in post.asked] == ["route", "deliver"]


@pytest.mark.parametrize("act", ["dial", "press", "hang-up", "sms"])
def test_no_other_page_presses_the_keys(phones: Browser, act: str) -> None:
    form: dict[str, object] = {"form_token": "0" * 64, "number": COORDINATOR, "text": "1"}
    assert phones.send(f"/phone/{act}", form).status_code == 403
    form["form_token"] = phones.form_token()
    assert phones.send(f"/phone/{act}", form, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("number", ["", "../script", "+223", "70000001/sms?x="])
def test_what_is_no_number_reaches_no_phone(phones: Browser, number: str) -> None:
    form: dict[str, object] = {"form_token": phones.form_token(), "number": number, "text": "1"}
    assert phones.send("/phone/sms", form).status_code == 400


def test_a_simulator_that_is_gone_is_said(house_with: Callable[..., House]) -> None:
    browser = house_with(simulator_url=SIMULATED, africastalking_url=SIMULATED, demo=True).browser()
    browser.get("/phone")
    answer = browser.send("/phone/sms", {"form_token": browser.form_token(), "number": VILLAGER, "text": "x"})
    assert answer.status_code == 502
    assert "no simulator" in answer.get_json()["refused"]
