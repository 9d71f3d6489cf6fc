"""`make screenshots`: the pages as somebody sees them who uses them, for the documents.

The phones stand in a demo of their own; behind the console lie two weeks of reports, told and answered by phone.
"""

import logging
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fixtures_browser import FLAGS, be_up
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright
from test_demo import Demo

from flows.form import Channel
from service.stage import LiveStage, theatre

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
COORDINATORS = "+22370000011", "+22370000017"
NATIONAL = "+22370000015"
TOLD = (*COORDINATORS, "+22370000018", NATIONAL)
# What was told in the last two weeks: how many days ago, in which words, and after how many minutes somebody had it.
EARLIER = [
    (13, "21#2#40 Gogui", 40), (12, "11#1 Yelimane", 12), (12, "62#2 Nara", 90), (11, "24#2 Nioro", 30),
    (10, "41#2#60 Gogui", 22), (9, "21#2#15 Kayes", 0), (9, "22#1 Gogui", 9), (8, "71#2 Kayes", 50),
    (7, "12#1 Nara", 4), (6, "42#2#120 Gogui", 11), (5, "11#1 Yelimane", 7), (5, "61#2 Nioro", 0),
    (4, "75#1 Kayes", 35), (3, "23#2 Gogui", 14), (3, "21#2#30 Nara", 0), (2, "13#1 Nioro", 3),
    (1, "64#2 Kayes", 25), (1, "22#1 Nioro", 8),
]  # fmt: skip
ADMINISTRATOR = "+22370000099"
LISTS = ("roster", "places", "forms", "routes", "messages")
PATIENCE_MS, SHOWS = 120_000, 3
NOW = ["14#1 Nioro", "15#1 Gogui", "12#1 Gogui", "11#2 Gogui"]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    logging.disable(logging.INFO)  # the workers tell of every job
    with _chromium() as browser:
        _phones(browser)
        _console(browser)
    print(f"Look at each: {FOLDER}")


@contextmanager
def _chromium() -> Iterator[Browser]:
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if binary is None:
        raise SystemExit("Chromium is not installed: .ci/system-packages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        yield browser
        browser.close()


def _console(browser: Browser) -> None:
    with theatre() as house:
        began = datetime.now(UTC) - timedelta(days=14)
        with house.stage(began) as stage:
            _live_through(stage, began)
            _pages(browser, stage)


def _live_through(stage: LiveStage, began: datetime) -> None:
    for number, (days, text, minutes) in enumerate(EARLIER):
        _wait_until(stage, began + timedelta(days=14 - days, minutes=37 * number % 600))
        reference = _tell(stage, f"+223760100{number:02}", text)
        if minutes:
            stage.skip(timedelta(minutes=minutes))
            _answer(stage, reference)
    _wait_until(stage, datetime.now(UTC) - timedelta(minutes=6))
    found = [_tell(stage, f"+223760200{number:02}", text) for number, text in enumerate(NOW)]
    stage.say(COORDINATORS[0], Channel.SMS, f"ACK {found[1]}")
    _wait_until(stage, datetime.now(UTC))


def _wait_until(stage: LiveStage, moment: datetime) -> None:
    stage.skip(max(moment - stage.parts.now(), timedelta()))


def _tell(stage: LiveStage, phone: str, text: str) -> str:
    said = "\n".join(stage.say(phone, Channel.SMS, text).shown)
    found = re.search(r"\b\d{6}\b", said)
    assert found, said
    return found[0]


def _answer(stage: LiveStage, reference: str) -> None:
    """Whoever was told takes it; all say that it is over, as a grave one asks for."""
    for phone in TOLD:
        stage.say(phone, Channel.SMS, f"ACK {reference}")
    stage.skip(timedelta(minutes=45))
    for phone in TOLD:
        stage.say(phone, Channel.SMS, f"CLOS {reference} 1")


def _pages(browser: Browser, stage: LiveStage) -> None:
    page = _page(browser)
    _sign_in(page, stage, NATIONAL)
    for name in ("map", "charts"):
        page.goto(f"{_address(stage)}/console/{name}/")
        _take(page, name)
    _sign_in(page, stage, ADMINISTRATOR)
    for name in LISTS:
        page.goto(f"{_address(stage)}/console/{name}/")
        _take(page, name, whole=False)
    _sign_in(page, stage, COORDINATORS[0])
    page.goto(f"{_address(stage)}/console/board/")
    _take(page, "board")
    page.locator(".alert .what").first.click()
    _answer_the_reporter(page, stage)
    _take(page, "incident")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{_address(stage)}/console/board/?lang=ar")
    _take(page, "board_ar_narrow")
    page.context.close()


def _answer_the_reporter(page: Page, stage: LiveStage) -> None:
    """And see that it has arrived."""
    page.locator("details summary").click()
    page.fill("textarea", "Restez loin de la route. Une equipe vient.")
    page.locator("form:has(textarea) button").click()
    page.locator(".people blockquote").wait_for()
    stage.wait(COORDINATORS[0], Channel.SMS, timedelta())
    page.reload()


def _page(browser: Browser) -> Page:
    """Of somebody who waits for as long as a busy machine takes."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def _address(stage: LiveStage) -> str:
    return stage.hooks.partition("/hooks/")[0]


def _sign_in(page: Page, stage: LiveStage, phone: str) -> None:
    """In a sitting of their own; whoever sat there before is gone."""
    page.context.clear_cookies()
    page.goto(f"{_address(stage)}/console/sign-in")
    page.fill("#phone", phone)
    page.fill("#password", page.locator(".offered code").first.inner_text())
    page.fill("#code", page.locator(".offered .code").inner_text())
    page.click("button.main")
    page.wait_for_url(lambda url: "sign-in" not in url)


def _phones(browser: Browser) -> None:
    with tempfile.TemporaryDirectory(prefix="karakoro-screenshots-") as folder:
        demo = Demo(Path(folder))
        try:
            be_up(demo)
            page = _page(browser)
            _shown(page, f"http://127.0.0.1:{demo.port}/phone")
            _take(page, "phone")
        finally:
            demo.end(signal.SIGTERM)


def _shown(page: Page, address: str) -> None:
    """The show, as far as the alert; again from the beginning where the network would not wait for a busy machine."""
    for tries_left in reversed(range(SHOWS)):
        page.goto(address)
        page.click("[data-show=ussd]")
        try:
            page.locator("[data-step=alerted].done").wait_for(timeout=PATIENCE_MS)
            return
        except TimeoutError:
            if not tries_left:
                raise


def _take(page: Page, name: str, *, whole: bool = True) -> None:
    """whole: with what lies below the window; a list is a list from its beginning."""
    page.wait_for_timeout(1200)  # until clocks have ticked
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)
    print(f"{name}.png", flush=True)


if __name__ == "__main__":
    main()
