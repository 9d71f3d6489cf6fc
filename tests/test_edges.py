"""Who may call at all: the right addresses, the right token, and never with a secret that everybody knows."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from fixtures_service import KEYS, TOKEN, VILLAGER, Post

from models.keys import Keyring
from service.callers import Callers
from service.demo_settings import settle
from service.known_secrets import refuse
from service.settings import SettingError, Settings
from service.simulator.server import Simulator
from service.web import create_web

GATEWAY, PROXY, STRANGER = "192.0.2.7", "127.0.0.1", "203.0.113.9"
CALLERS = Callers(
    [ip_network("192.0.2.0/28"), ip_network("2001:db8::/64")], [ip_network(PROXY), ip_network("10.0.0.0/8")]
)


@pytest.mark.parametrize(
    ("peer", "forwarded", "welcome"),
    [
        pytest.param(GATEWAY, "", True, id="the gateway itself"),
        pytest.param("2001:db8::1", "", True, id="the gateway by IPv6"),
        pytest.param(f"::ffff:{GATEWAY}", "", True, id="the gateway by IPv4 in IPv6"),
        pytest.param(STRANGER, "", False, id="a stranger"),
        pytest.param(PROXY, GATEWAY, True, id="the gateway behind our proxy"),
        pytest.param(PROXY, f"{GATEWAY}, 10.1.2.3", True, id="the gateway behind two proxies of ours"),
        pytest.param(PROXY, STRANGER, False, id="a stranger behind our proxy"),
        pytest.param(PROXY, f"{GATEWAY}, {STRANGER}", False, id="a stranger who claims to be the gateway"),
        pytest.param(STRANGER, GATEWAY, False, id="a stranger who claims to be a proxy"),
        pytest.param(PROXY, "", False, id="our proxy says nothing"),
        pytest.param(PROXY, "unknown", False, id="our proxy says nonsense"),
        pytest.param(None, "", False, id="nobody knows whence"),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours_decides(peer: str | None, forwarded: str, welcome: bool) -> None:
    assert CALLERS.may_call(peer, forwarded) is welcome


def test_where_no_addresses_are_given_anybody_may_call() -> None:
    assert Callers().may_call(STRANGER, "")


def test_a_hook_is_not_there_for_other_addresses_whatever_token_they_have(
    open_post: Callable[[str], Post], simulator: Simulator
) -> None:
    post = open_post(simulator.url)
    settings = replace(post.parts.settings, hook_addresses=CALLERS.allowed, trusted_proxies=CALLERS.proxies)
    client = create_web(replace(post.parts, settings=settings)).test_client()
    form = {"sessionId": "S", "phoneNumber": VILLAGER, "text": ""}
    address = f"/hooks/africastalking/{TOKEN}/ussd"
    told = client.post(address, data=form, environ_base={"REMOTE_ADDR": GATEWAY})
    assert (told.status_code, told.headers["Cache-Control"]) == (200, "no-store")
    refused = client.post(address, data=form, environ_base={"REMOTE_ADDR": STRANGER})
    nowhere = client.post(address.replace(TOKEN, "x" * 24), data=form, environ_base={"REMOTE_ADDR": GATEWAY})
    assert (refused.status_code, refused.data) == (404, nowhere.data)
    behind = client.post(address, data=form, environ_base={"REMOTE_ADDR": PROXY}, headers={"X-Forwarded-For": GATEWAY})
    assert behind.status_code == 200


def settings(**values: str) -> Settings:
    said = {"KEYS": KEYS, "HOOK_TOKEN": TOKEN, **values}
    return Settings.from_environment({f"KARAKORO_{name}": value for name, value in said.items()})


def test_the_secrets_of_a_demo_are_refused_anywhere_else(tmp_path: Path) -> None:
    demo = Settings.from_environment(settle({"KARAKORO_DATA_DIR": str(tmp_path)}, 8000))
    refuse(demo)
    for name in ("HOOK_TOKEN", "SECRET_KEY", "METRICS_TOKEN", "KEYS"):
        borrowed = (tmp_path / name.lower()).read_text(encoding="utf-8")
        with pytest.raises(SettingError, match=f"^KARAKORO_{name}: ") as told:
            refuse(settings(**{name: borrowed}))
        assert borrowed.strip() not in str(told.value)
    with pytest.raises(SettingError, match=r"^KARAKORO_AFRICASTALKING_API_KEY: "):
        refuse(settings(AFRICASTALKING_API_KEY=demo.africastalking_api_key))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("SECRET_KEY", "change-me-change-me-change-me", id="an example"),
        pytest.param("SECRET_KEY", "0" * 40, id="one digit over and over"),
        pytest.param("HOOK_TOKEN", f"{TOKEN},{'ab' * 14}", id="a poor second token"),
        pytest.param("KEYS", KEYS.replace(KEYS.split()[2], "A" * 43 + "="), id="a key of zeros"),
        pytest.param("KEYS", KEYS.replace(KEYS.split()[2], KEYS.split()[5]), id="one key for two purposes"),
    ],
)
def test_a_secret_that_anybody_would_try_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^KARAKORO_{name}: "):
        refuse(settings(**{name: value}))


def test_secrets_made_at_random_are_taken() -> None:
    refuse(settings(KEYS=Keyring.generate(), SECRET_KEY="kT4vQ9xW2zL7bN5mR8cJ1s"))
