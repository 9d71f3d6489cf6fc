"""The console in a real browser: every page can be used by everybody, and nothing that it does is refused."""

from collections.abc import Callable

import pytest
from fixtures_browser import NARROW, Visit, is_narrow_enough
from playwright.sync_api import Page

from service.demo_data import members

pytestmark = pytest.mark.system
COORDINATOR = next(each["phone"] for each in members() if each["role"] == "coordinator")
OPEN_PAGES = ("/console/sign-in",)
PAGES = ("/console/account/", "/console/map/", "/console/charts/")


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
@pytest.mark.parametrize("path", [*OPEN_PAGES, *PAGES])
def test_a_page_can_be_used_by_everybody_on_any_screen(
    visit: Visit, faults: Callable[[Page], list[str]], path: str, language: str
) -> None:
    phone = "" if path in OPEN_PAGES else COORDINATOR
    for width in (NARROW, 1280):
        page = visit.tab(path, phone, width=width, language=language)
        assert page.url.endswith(path)
        assert is_narrow_enough(page)
        assert faults(page) == []
