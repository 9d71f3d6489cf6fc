"""The console as a browser without scripts sees it: pages, forms, cookies; and how somebody signs in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import unescape

import pyotp
import pytest
from fixtures_service import COORDINATOR, Post
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from werkzeug.test import TestResponse

from models import account as accounts
from models import contact as contacts
from models import member as members
from models import pin as pins
from models.account import Secrets
from service.app import create_app
from service.console.page import READERS
from service.database import reading, transaction
from service.web import create_web

PASSWORD = "un-long-mot-de-passe"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HASHED = pins.hash_of(PASSWORD)
HTTPS = "https://localhost"


@dataclass
class Browser:
    """One browser with its cookies. said: the last page."""

    post: Post
    client: FlaskClient
    said: TestResponse | None = field(default=None)

    def get(self, path: str, **headers: str) -> TestResponse:
        self.said = self.client.get(path, base_url=HTTPS, headers=headers)
        return self.said

    def follow(self, path: str) -> TestResponse:
        self.said = self.client.get(path, base_url=HTTPS, follow_redirects=True)
        return self.said

    def send(self, path: str, form: dict[str, object] | None = None, **headers: str) -> TestResponse:
        """Post a form with the token that the last page held."""
        body = {"form_token": self.form_token(), **(form or {})}
        self.said = self.client.post(path, base_url=HTTPS, data=body, headers=headers)
        return self.said

    def form_token(self) -> str:
        """The token of any page, which holds for every form of this browser."""
        page = self.said.text if self.said else ""
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
        if not found:
            found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.follow("/console/").text)
        assert found
        return found[1]

    def sign_in(self, phone: str = COORDINATOR, password: str = PASSWORD, code: str = "") -> TestResponse:
        self.get("/console/sign-in")
        return self.send("/console/sign-in", {"phone": phone, "password": password, "code": code or self.code()})

    def code(self) -> str:
        return pyotp.TOTP(TOTP).at(self.post.watch())

    @property
    def text(self) -> str:
        """What the last page says, without its tags."""
        assert self.said is not None
        return " ".join(unescape(re.sub(r"<script.*?</script>|<[^>]*>", " ", self.said.text, flags=re.S)).split())


@dataclass
class House:
    """The service with its console."""

    post: Post
    app: Flask

    def browser(self) -> Browser:
        return Browser(self.post, self.app.test_client())

    def enrol(self, phone: str) -> int:
        """Give that member the account of the tests; the member's id."""
        parts = self.post.parts
        with transaction(parts.engine) as db:
            member = members.of_contact(db, contacts.find(db, parts.keys, phone), parts.now())
            assert member is not None
            accounts.write(db, parts.keys, member.id, Secrets(HASHED, TOTP), parts.now())
            return member.id

    def may_sign_in(self, phone: str) -> bool:
        """Whether there is anything in the console for that member's role."""
        with reading(self.post.parts.engine) as db:
            member = members.of_contact(db, contacts.find(db, self.post.parts.keys, phone), self.post.watch())
        return member is not None and member.role in READERS

    def runner(self) -> FlaskCliRunner:
        return create_app(self.post.parts).test_cli_runner()

    def signed_in(self, phone: str = COORDINATOR) -> Browser:
        self.enrol(phone)
        browser = self.browser()
        assert browser.sign_in(phone).status_code == 303
        return browser


@pytest.fixture
def house(post: Post) -> House:
    return House(post, create_web(post.parts))


@pytest.fixture
def house_with(post: Post) -> Callable[..., House]:
    """A house with other settings, by their names in the class."""

    def build(**settings: object) -> House:
        parts = replace(post.parts, settings=replace(post.parts.settings, **settings))  # type: ignore[arg-type]
        return House(post, create_web(parts))

    return build
