"""Files sent from a real browser: a roster with a wrong row, a form with a fault, and what comes of both."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_browser import NARROW, Visit, is_narrow_enough
from playwright.sync_api import Page, expect
from test_browser_phone import keys
from test_console_forms import CARD

from service.demo_data import members

pytestmark = pytest.mark.system
ADMIN = next(each["phone"] for each in members() if each["role"] == "admin")
SECONDS = 1000
ROSTER = (
    "name,phone,role,language,area,level,post,email\n"
    "Poste d'essai,+22371234567,officer,fr,ML1101,1,Gogui,\n"
    "Sans role,+22371234568,king,fr,ML1101,1,,\n"
)


def test_a_roster_is_checked_row_by_row_and_the_right_rows_are_taken(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    page = visit.tab("/console/roster/", ADMIN)
    page.set_input_files("#file", path)
    page.click("form:has(#file) button.main")
    expect(page.locator("[data-sum=wrong]")).to_contain_text("1", timeout=30 * SECONDS)
    expect(page.locator("[data-sum=added]")).to_contain_text("1")
    expect(page.get_by_text("rôle inconnu : king")).to_be_visible()
    page.click("form[action$=apply] button.main")
    expect(page.locator(".done-note")).to_contain_text("C'est fait", timeout=30 * SECONDS)
    page.goto(f"{visit.address}/console/roster/")
    expect(page.locator("tbody")).to_contain_text("Poste d'essai")
    expect(page.locator("tbody")).not_to_contain_text("Sans role")


def test_a_form_with_a_fault_is_refused_and_mended_it_is_tried_and_then_on_a_phone(
    visit: Visit, tmp_path: Path, faults: Callable[[Page], list[str]]
) -> None:
    wrong, right = tmp_path / "wrong.md", tmp_path / "right.md"
    right.write_text(CARD.format(version="1"), encoding="utf-8")
    wrong.write_text(CARD.format(version="1").replace("| note | second", "| nope | second"), encoding="utf-8")
    page = visit.tab("/console/forms/", ADMIN)
    page.set_input_files("#file", wrong)
    page.click("form:has(#file) button.main")
    expect(page.locator("#checked .problem")).to_be_visible()
    expect(page.locator("#checked table")).to_contain_text("nope")
    visit.complaints.clear()  # the browser notes that a form was answered 400
    page.set_input_files("#file", right)
    page.click("form:has(#file) button.main")
    _try_out(page, faults)
    page.locator("li", has_text="card_photo").locator("form[action$='/publish'] button").click()
    expect(page.locator("section.card").first).to_contain_text("card_photo")
    phones = visit.tab("/phone")
    officer = phones.locator(".phone[data-role=officer]").first
    for pressed, shown in (("*384*1234#", "Signaler"), ("2", "Photo")):
        keys(officer, pressed)
        officer.locator(".call").click()
        expect(officer.locator(".view")).to_contain_text(shown, timeout=20 * SECONDS)
    page.click("form[action$='/card_photo/back'] button")
    expect(page.locator("section.card").first).not_to_contain_text("card_photo")


def _try_out(page: Page, faults: Callable[[Page], list[str]]) -> None:
    """In each of its languages, to its end, while the phone beside it has nothing of it; and back to the forms."""
    page.click("#checked form[action$='/try'] button")
    expect(page.locator("h1")).to_contain_text("card_photo")
    tried, beside = page.locator(".phone[data-trial]"), page.locator(".phone[data-role=officer]:not([data-trial])")
    for tongue, first in (("ar", "تحقق من الصورة"), ("en", "Check the photo"), ("fr", "Verifiez la photo")):
        page.select_option("#tongue", tongue)
        tried.locator(".call").click()
        expect(tried.locator(".view")).to_contain_text(first)
        expect(tried.locator(".measure")).to_contain_text("UCS-2" if tongue == "ar" else "GSM-7")
        tried.locator(".right").click()
    for pressed, shown in (("", "Verifiez la photo"), ("9", "Verifiez la date"), ("9", "Rien n'a ete garde")):
        keys(tried, pressed)
        tried.locator(".call").click()
        expect(tried.locator(".view")).to_contain_text(shown)
    for pressed, shown in (("*384*1234#", "Signaler"), ("2", "Fiche : document")):
        keys(beside, pressed)
        beside.locator(".call").click()
        expect(beside.locator(".view")).to_contain_text(shown, timeout=20 * SECONDS)
    expect(beside.locator(".view")).not_to_contain_text("Photo")
    page.set_viewport_size({"width": NARROW, "height": 900})
    assert is_narrow_enough(page)
    assert faults(page) == []
    page.click(".on-trial a.button")
