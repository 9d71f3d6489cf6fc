"""The console in a real browser: every page can be used by everybody, and nothing that it does is refused."""

from collections.abc import Callable

import pytest
import requests
from fixtures_browser import NARROW, Visit, is_narrow_enough
from playwright.sync_api import Page

from models.member import Role
from service.console import PAGES
from service.console.page import Page as Described
from service.demo_data import members

pytestmark = pytest.mark.system
PHONES = {Role(each["role"]): each["phone"] for each in reversed(members())}
TOLD = ["12#1 Gogui", "21#2#40 Nioro", "11#1 Gogui"]
A_COMPLAINT = ["AVIS 87", "1", "2", "un agent m'a frappe"]
WIDTHS = (NARROW, 1280)


def tell(visit: Visit, phone: str, *texts: str) -> None:
    for text in texts:
        form = {"id": f"{phone} {text}", "from": phone, "to": "20384", "text": text, "date": "2026-01-01T00:00:00Z"}
        requests.post(f"{visit.demo.hooks}sms", data=form, timeout=20).raise_for_status()


def who_may(page: Described) -> str:
    return PHONES[Role.COORDINATOR if Role.COORDINATOR in page.roles else Role.ADMIN]


@pytest.fixture
def told(visit: Visit) -> Visit:
    """Something to look at; told again it is the same."""
    for number, text in enumerate(TOLD):
        tell(visit, f"+2237600000{number}", text)
    tell(visit, "+22376000009", *A_COMPLAINT)
    return visit


def wrong(page: Page, faults: Callable[[Page], list[str]]) -> list[str]:
    return [*([] if is_narrow_enough(page) else [f"{page.url} is wider than the screen"]), *faults(page)]


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
@pytest.mark.parametrize("described", PAGES, ids=lambda page: page.name)
def test_a_page_can_be_used_by_everybody_on_any_screen(
    told: Visit, faults: Callable[[Page], list[str]], described: Described, language: str
) -> None:
    path = f"/console/{described.name}/"
    page = told.tab(path, who_may(described), width=NARROW, language=language)
    assert page.url.endswith(path)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += wrong(page, faults)
    assert found == []


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_an_incident_can_be_seen_to_by_everybody_on_any_screen(
    told: Visit, faults: Callable[[Page], list[str]], language: str
) -> None:
    found = []
    for role in (Role.COORDINATOR, Role.COMPLAINTS):
        page = told.tab("/console/incidents/", PHONES[role], width=NARROW, language=language)
        page.locator("[data-row] a").first.click()
        page.locator(".facts").wait_for()
        for details in page.locator("details").all():
            details.click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += wrong(page, faults)
    assert found == []


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_whoever_comes_in_can_do_so_on_any_screen(
    visit: Visit, faults: Callable[[Page], list[str]], language: str
) -> None:
    invited = visit.demo.flask("console", "invite", PHONES[Role.PRIVACY]).stdout.strip()
    assert invited.startswith("/console/enrol/")
    found = []
    for path in ("/console/sign-in", invited):
        page = visit.tab(path, width=NARROW, language=language)
        found += wrong(page, faults)
    assert found == []
