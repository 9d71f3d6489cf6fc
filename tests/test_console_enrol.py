"""An invitation to the console works once, for a day, and ties a password to a device."""

import re

import pyotp
import pytest
from fixtures_console import PASSWORD, Browser, House
from fixtures_service import COORDINATOR, VILLAGER

from models.invitation import VALID


def invite(house: House, phone: str = COORDINATOR) -> str:
    result = house.runner().invoke(args=["console", "invite", phone])
    assert result.exit_code == 0
    return str(result.stdout).strip()


def open_(house: House, address: str) -> tuple[Browser, str]:
    """The page of an invitation, and the secret that it shows."""
    browser = house.browser()
    page = browser.get(address)
    assert page.status_code == 200
    found = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', page.text)
    assert found
    return browser, found[1].replace(" ", "")


def fill(house: House, secret: str, **other: str) -> dict[str, object]:
    code = pyotp.TOTP(secret).at(house.post.watch())
    return {"password": PASSWORD, "again": PASSWORD, "code": code, **other}


def test_a_member_comes_in_by_an_invitation(house: House) -> None:
    browser, secret = open_(house, address := invite(house))
    assert "<svg" in (browser.said.text if browser.said else "")
    assert browser.send(address, fill(house, secret)).headers["Location"] == "/console/sign-in"
    house.post.watch.move(seconds=30)
    code = pyotp.TOTP(secret).at(house.post.watch())
    assert browser.sign_in(code=code).status_code == 303


def test_an_invitation_works_once(house: House) -> None:
    browser, secret = open_(house, address := invite(house))
    browser.send(address, fill(house, secret))
    assert house.browser().get(address).status_code == 404


def test_an_invitation_is_over_after_a_day(house: House) -> None:
    address = invite(house)
    house.post.watch.move(seconds=VALID.total_seconds())
    assert house.browser().get(address).status_code == 404


def test_a_newer_invitation_ends_the_older_one(house: House) -> None:
    older, newer = invite(house), invite(house)
    assert house.browser().get(older).status_code == 404
    assert house.browser().get(newer).status_code == 200


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"password": "court", "again": "court"}, "trop court"),
        ({"password": "a" * 20, "again": "a" * 20}, "trop simple"),
        ({"again": "autre chose ici"}, "ne sont pas les mêmes"),
        ({"code": "000000"}, "pas juste"),
    ],
    ids=["short", "one letter", "different", "wrong code"],
)
def test_what_is_wrong_is_said_and_the_invitation_goes_on(house: House, other: dict[str, str], said: str) -> None:
    browser, secret = open_(house, address := invite(house))
    assert browser.send(address, fill(house, secret, **other)).status_code == 400
    assert said in browser.text
    assert browser.send(address, fill(house, secret)).status_code == 303


def test_a_new_account_ends_the_sittings_of_the_old_one(house: House) -> None:
    old = house.signed_in()
    browser, secret = open_(house, address := invite(house))
    browser.send(address, fill(house, secret))
    assert old.get("/console/account/").status_code == 303
    house.post.watch.move(seconds=30)
    assert house.browser().sign_in().status_code == 403


def test_nobody_but_members_is_invited(house: House) -> None:
    result = house.runner().invoke(args=["console", "invite", VILLAGER])
    assert result.exit_code == 1
    assert "no member has this phone" in result.output


def test_revoking_ends_sittings_and_invitations(house: House) -> None:
    browser, address = house.signed_in(), invite(house)
    result = house.runner().invoke(args=["console", "revoke", COORDINATOR])
    assert result.output.strip() == "1 ended"
    assert browser.get("/console/account/").status_code == 303
    assert house.browser().get(address).status_code == 404
