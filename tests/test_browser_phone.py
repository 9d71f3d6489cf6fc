"""The phones in a real browser: a newcomer sees a report travel from one to the other within a minute."""

from collections.abc import Callable

import pytest
from fixtures_browser import NARROW, Visit, is_narrow_enough
from playwright.sync_api import Locator, Page, expect

from flows import gsm7

pytestmark = pytest.mark.system
A_MINUTE = 60_000


def phone(page: Page, role: str) -> Locator:
    return page.locator(f".phone[data-role={role}]").first


def keys(phone: Locator, pressed: str) -> None:
    for key in pressed:
        phone.locator(f"[data-key='{key}']").click()


@pytest.mark.parametrize("way", ["sms", "ussd"])
def test_a_newcomer_sees_a_report_travel_within_a_minute(visit: Visit, way: str) -> None:
    page = visit.tab("/phone")
    page.click(f"[data-show={way}]")
    for step in ("filed", "alerted", "answered", "heard"):
        expect(page.locator(f"[data-step={step}].done")).to_be_visible(timeout=A_MINUTE)
    reporter = phone(page, "villager" if way == "sms" else "officer")
    expect(reporter.locator(".view")).to_contain_text("quelqu'un s'en occupe")


def test_a_villager_reports_with_the_keys_alone(visit: Visit) -> None:
    page = visit.tab("/phone")
    villager = phone(page, "villager")
    keys(villager, "*384*1234#")
    villager.locator(".call").click()
    view = villager.locator(".view pre")
    expect(view).to_contain_text("1 Signaler")
    keys(villager, "1")
    villager.locator(".call").click()
    expect(view).to_contain_text("Que se passe-t-il")
    villager.locator(".right").click()  # hangs up
    expect(villager.locator(".view")).to_contain_text("*384*1234#")


def test_the_meter_counts_as_the_network_does(visit: Visit) -> None:
    page = visit.tab("/phone")
    villager = phone(page, "villager")
    villager.locator(".call").click()
    shown = villager.locator(".view pre")
    expect(shown).to_contain_text("1 ")
    text = shown.evaluate("element => element.textContent")
    expect(villager.locator(".measure")).to_have_text(f"GSM-7 {gsm7.septets(text)}/160")
    expect(villager.locator(".left-over")).to_contain_text("2:5")
    villager.locator(".end").click()
    villager.locator(".right").click()  # writes an SMS
    for text, measured in (("prix [10€]", "GSM-7 13/160"), ("مرحبا", "UCS-2 5/70"), ("ça", "UCS-2 2/70")):
        villager.locator(".entry input").fill(text)
        expect(villager.locator(".measure")).to_have_text(measured)


def test_what_a_phone_has_received_has_parts_and_a_price(visit: Visit) -> None:
    page = visit.tab("/phone")
    villager = phone(page, "villager")
    villager.locator(".right").click()
    villager.locator(".entry input").fill("QUI")
    villager.locator(".left").click()
    expect(villager.locator(".sms:not(.mine) small").last).to_contain_text("parties · USD 0.0")


def test_another_phone_can_be_put_beside_them(visit: Visit) -> None:
    page = visit.tab("/phone")
    page.click("#add")
    expect(page.locator("#phones .phone")).to_have_count(4)
    added = page.locator("#phones .phone").last
    added.locator("select").select_option("+22236000002")
    added.locator(".call").click()
    expect(added.locator(".view pre")).to_contain_text("بلاغ")
    expect(added.locator(".measure")).to_contain_text("UCS-2")


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_phones_can_be_used_by_everybody_on_any_screen(
    visit: Visit, faults: Callable[[Page], list[str]], language: str
) -> None:
    page = visit.tab("/phone", width=NARROW, language=language)
    phone(page, "villager").locator(".call").click()
    expect(phone(page, "villager").locator(".view pre")).to_be_visible()
    assert is_narrow_enough(page)
    assert faults(page) == []
