"""A real Chromium on the demo as `make run` serves it. Whatever the browser complains of fails the test."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from test_demo import Demo

from service.demo import is_ready

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NARROW = 360
WAIT_MS, UP_SECONDS = 20_000, 180  # of a busy machine


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """Tabs on a running demo. signed_in: phone → the cookies of a sitting, since a one-time code works once."""

    chromium: Browser
    demo: Demo
    signed_in: dict[str, object] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.demo.port}"

    def tab(self, path: str, phone: str = "", *, width: int = 1280, language: str = "fr") -> Page:
        """A page of the demo, as somebody who has signed in with that phone or as nobody."""
        state = self.signed_in.get(phone)
        context = self.chromium.new_context(viewport={"width": width, "height": 900}, storage_state=state)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MS)
        context.add_cookies([{"name": "karakoro_language", "value": language, "url": self.address}])
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._complain)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if phone and state is None:
            self._sign_in(page, phone)
            self.signed_in[phone] = context.storage_state()
        page.goto(f"{self.address}{path}")
        return page

    def _sign_in(self, page: Page, phone: str) -> None:
        page.goto(f"{self.address}/console/sign-in")
        page.fill("#phone", phone)
        page.fill("#password", page.locator(".offered code").first.inner_text())
        page.fill("#code", page.locator(".offered .code").inner_text())
        page.click("button.main")
        page.wait_for_url(lambda url: "sign-in" not in url)

    def _complain(self, message: ConsoleMessage) -> None:
        """A violated Content-Security-Policy is an error in the browser's log, and so is whatever fails to load."""
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture(scope="session")
def open_house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    demo = Demo(tmp_path_factory.mktemp("demo"))
    try:
        be_up(demo)
        yield Visit(chromium, demo)
    finally:
        demo.end(signal.SIGTERM)


@pytest.fixture
def visit(open_house: Visit) -> Iterator[Visit]:
    open_house.complaints.clear()
    yield open_house
    open_house.leave()
    assert open_house.complaints == []


@pytest.fixture
def faults() -> Callable[[Page], list[str]]:
    """What axe finds on a page that keeps somebody from using it."""

    def run(page: Page) -> list[str]:
        found = Axe().run(page).response["violations"]
        return [
            f"{each['id']}: {node['html'][:120]}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    return run


def be_up(demo: Demo) -> None:
    """On a busy machine it may come up later than it says that it would."""
    deadline = time.monotonic() + UP_SECONDS
    while not is_ready(demo.port):
        assert time.monotonic() < deadline, "".join(demo.heard)
        time.sleep(0.5)


def is_narrow_enough(page: Page) -> bool:
    """Whether nothing of the page lies beside the screen."""
    width: int = page.evaluate("document.scrollingElement.scrollWidth")
    return width <= page.viewport_size["width"] if page.viewport_size else False
