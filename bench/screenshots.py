"""`make screenshots`: the pages as somebody sees them who uses them, on a demo of its own, for the documents."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
from fixtures_browser import FLAGS, UP_SECONDS, Visit
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import update
from test_demo import Demo

from models.incident import History, Incident
from models.report import Report
from service import demo_env
from service.database import transaction
from service.parts import build
from service.settings import Settings

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
COORDINATOR = "+22370000011"
NATIONAL = "+22370000015"
# What was told in the last two weeks: how many days ago, and in which words.
EARLIER = [
    (13, "21#2#40 Gogui"), (12, "11#1 Nioro"), (12, "62#2 Gogui"), (11, "24#2 Nioro"), (10, "41#2#60 Gogui"),
    (9, "21#2#15 Nioro"), (9, "22#1 Gogui"), (8, "71#2 Nioro"), (7, "12#1 Nioro"), (6, "42#2#120 Gogui"),
    (5, "11#1 Gogui"), (5, "61#2 Nioro"), (4, "75#1 Nioro"), (4, "23#2 Gogui"), (3, "21#2#30 Gogui"),
    (2, "13#1 Nioro"), (2, "64#2 Gogui"), (1, "22#1 Nioro"), (1, "41#2#90 Nioro"),
]  # fmt: skip
NOW = ["14#1 Nioro", "35#1 Gogui", "12#1 Gogui", "22#2 Gogui"]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with _visit() as visit:
        _live_through(visit)
        _phones(visit)
        _console(visit)
    print(f"Look at each: {FOLDER}")


@contextmanager
def _visit() -> Iterator[Visit]:
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if binary is None:
        raise SystemExit("Chromium is not installed: .ci/system-packages")
    with tempfile.TemporaryDirectory(prefix="karakoro-screenshots-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        demo = Demo(Path(folder))
        try:
            demo.hear("Ctrl-C stops everything", within_seconds=UP_SECONDS)
            yield Visit(browser, demo)
        finally:
            browser.close()
            demo.end(signal.SIGTERM)


def _live_through(visit: Visit) -> None:
    """Two weeks of reports, some of them closed, and a busy moment now."""
    for number, (_, text) in enumerate(EARLIER):
        _text(visit, f"+223760100{number:02}", text)
    time.sleep(8)
    _close_all(visit)
    _age(visit)
    for number, text in enumerate(NOW):
        _text(visit, f"+223760200{number:02}", text)
    time.sleep(8)


def _text(visit: Visit, phone: str, text: str) -> None:
    form = {"id": phone, "from": phone, "to": "20384", "text": text, "date": "2026-01-01T00:00:00Z"}
    requests.post(f"{visit.demo.hooks}sms", data=form, timeout=20).raise_for_status()


def _close_all(visit: Visit) -> None:
    """Two of three are seen to, and are over."""
    page = visit.tab("/console/incidents/", COORDINATOR)
    found = [each.get_attribute("href") or "" for each in page.locator("[data-row] a").all()]
    for address in (address for n, address in enumerate(found) if n % 3):
        page.goto(f"{visit.address}{address}")
        page.locator("button[value=take]").click()
        page.locator("button[value=verify]").click()
        page.select_option("#outcome", "response")
        page.locator("form:has(#outcome) button").click()


def _age(visit: Visit) -> None:
    """Everything so far happened as long ago as EARLIER says."""
    settings = Settings.from_environment(demo_env.beneath(visit.demo.environ))
    parts = build(settings)
    with transaction(parts.engine) as db:
        reports = db.query(Report).order_by(Report.created_at).all()
        for report, (days, _) in zip(reports, EARLIER, strict=False):
            back = timedelta(days=days)
            report.created_at, report.filed_at = report.created_at - back, (report.filed_at or report.created_at) - back
            db.execute(update(Incident).where(Incident.id == report.incident_id).values(created_at=report.created_at))
            for step in db.query(History).filter(History.incident_id == report.incident_id):
                step.at = step.at - back
    parts.engine.dispose()


def _phones(visit: Visit) -> None:
    page = visit.tab("/phone")
    page.click("[data-show=ussd]")
    page.locator("[data-step=alerted].done").wait_for(timeout=90_000)
    page.wait_for_timeout(800)
    _take(page, "phone")


def _console(visit: Visit) -> None:
    page = visit.tab("/console/board/", COORDINATOR)
    page.locator("button[value=take], .alert form button").last.click()
    page.goto(f"{visit.address}/console/board/")
    _take(page, "board")
    page.locator(".alert .what").first.click()
    _take(page, "incident")
    for name in ("map", "charts"):
        page.goto(f"{visit.address}/console/{name}/")
        _take(page, name)
    narrow = visit.tab("/console/board/", COORDINATOR, width=360, language="ar")
    _take(narrow, "board_ar_narrow")


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(500)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


if __name__ == "__main__":
    main()
