"""The service as the tests use it: stocked with codes, places and the demo's roster, its clock in our hands."""

import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from postgresql_server import Server

from models.keys import Keyring
from service.jobs import JOBS
from service.parts import Parts, build
from service.settings import Settings
from service.shelf import Shelf
from service.simulator.server import Simulator
from service.stocking import load_roster, stock_up
from service.web import create_web

TOKEN = "a-token-of-the-tests-0000"
KEYS = Keyring.generate()
OFFICER, OFFICER_2 = "+22370000001", "+22236000002"
RELAY = "+22370000004"
COORDINATOR, COORDINATOR_LEVEL_2, COORDINATOR_ENGLISH = "+22370000011", "+22370000012", "+22370000017"
NATIONAL, ADMIN = "+22370000015", "+22370000099"
PROTECTION, COMPLAINTS, PSEA = "+22370000021", "+22370000022", "+22370000023"
VILLAGER, VILLAGER_2 = "+22376123456", "+22246123456"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Watch:
    """A clock that stands still until it is moved."""

    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def move(self, **length: float) -> None:
        self.at += timedelta(**length)


@dataclass
class Post:
    """The service with a client for its hooks; jobs wait in `asked` until `work` runs them in this process."""

    parts: Parts
    watch: Watch
    asked: list[tuple[str, tuple[int | str, ...]]] = field(default_factory=list)

    @cached_property
    def client(self) -> FlaskClient:
        return create_web(self.parts).test_client()

    def ask(self, name: str, *ids: int | str) -> bool:
        self.asked.append((name, ids))
        return True

    def work(self) -> None:
        while self.asked:
            name, ids = self.asked.pop(0)
            JOBS[name](self.parts, *ids)

    def hook(self, name: str, form: dict[str, str] | bytes, token: str = TOKEN) -> tuple[int, str]:
        """What a hook answers to this form, or to these bytes as its body."""
        kind = "application/x-www-form-urlencoded"
        answer = self.client.post(f"/hooks/africastalking/{token}/{name}", data=form, content_type=kind)
        return answer.status_code, answer.text

    def hop(self, phone: str, session: str, text: str) -> str:
        form = {"sessionId": session, "serviceCode": "*384*1234#", "phoneNumber": phone, "networkCode": "99999"}
        status, body = self.hook("ussd", {**form, "text": text})
        assert status == 200
        return body

    def dial(self, phone: str, *pressed: str) -> str:
        """The last screen of a dial in which these keys were pressed one after the other."""
        session, text = secrets.token_hex(8), ""
        screen = self.hop(phone, session, "")
        for key in pressed:
            text = f"{text}*{key}" if text else key
            screen = self.hop(phone, session, text)
        return screen

    def sms(self, sender: str, text: str, provider_id: str = "") -> int:
        form = {"id": provider_id or secrets.token_hex(8), "from": sender, "to": "21512", "text": text}
        return self.hook("sms", form)[0]


def settings_for(database_url: str, gateway_url: str, redis_url: str = "redis://127.0.0.1:1/0") -> Settings:
    """The default Redis is one that is not there."""
    return Settings.from_environment(
        {
            "KARAKORO_DATABASE_URL": database_url,
            "KARAKORO_REDIS_URL": redis_url,
            "KARAKORO_KEYS": KEYS,
            "KARAKORO_HOOK_TOKEN": TOKEN,
            "KARAKORO_AFRICASTALKING_API_KEY": "a-key-of-the-tests",
            "KARAKORO_AFRICASTALKING_URL": gateway_url,
            "KARAKORO_HELP_NUMBER": "80001115",
        }
    )


def stock(url: str) -> None:
    parts = build(settings_for(url, "http://127.0.0.1:1"))
    stock_up(parts)
    account = load_roster(parts)
    assert not account.problems
    parts.engine.dispose()


@pytest.fixture(scope="session")
def stocked_sqlite(sqlite_template: Path) -> Path:
    path = sqlite_template.with_name("stocked.db")
    shutil.copy(sqlite_template, path)
    stock(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def stocked_postgresql(postgresql_server: Server, postgresql_template: str) -> Iterator[str]:
    name = f"karakoro_stocked_{uuid.uuid4().hex}"
    stock(postgresql_server.create(name, postgresql_template))
    yield name
    postgresql_server.drop(name)


@pytest.fixture
def stocked(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[], AbstractContextManager[str]]:
    """Makes as many as are wanted: the address of a database with codes, places and the demo's roster."""
    if database_kind == "sqlite":
        return partial(_copied, request.getfixturevalue("stocked_sqlite"), tmp_path)
    return partial(
        _created, request.getfixturevalue("postgresql_server"), request.getfixturevalue("stocked_postgresql")
    )


@contextmanager
def _copied(template: Path, folder: Path) -> Iterator[str]:
    path = folder / f"stocked_{uuid.uuid4().hex}.db"
    shutil.copy(template, path)
    yield f"sqlite:///{path}"


@contextmanager
def _created(server: Server, template: str) -> Iterator[str]:
    name = f"karakoro_test_{uuid.uuid4().hex}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture
def stocked_url(stocked: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with stocked() as url:
        yield url


@pytest.fixture(scope="session")
def shelves() -> dict[str, Shelf]:
    """The forms, read once for each kind of database: copies of one template hold the same places."""
    return {}


@pytest.fixture
def open_post(stocked_url: str, database_kind: str, shelves: dict[str, Shelf]) -> Iterator[Callable[[str], Post]]:
    """Opens a post whose gateway is at the given address."""
    opened: list[Post] = []

    def opener(gateway_url: str) -> Post:
        watch = Watch()
        built = build(settings_for(stocked_url, gateway_url), now=watch, shelf=shelves.get(database_kind))
        shelves[database_kind] = built.shelf
        post = Post(built, watch)
        post.parts = replace(built, enqueue=post.ask)
        opened.append(post)
        return post

    yield opener
    for post in opened:
        post.parts.engine.dispose()


@pytest.fixture
def post(open_post: Callable[[str], Post], simulator: Simulator) -> Post:
    """A post whose gateway is the simulator."""
    return open_post(simulator.url)
