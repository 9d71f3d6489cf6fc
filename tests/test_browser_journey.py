"""A report's whole way in a real browser: from a villager's phone over the board to the villager's phone again."""

import re

import pytest
from fixtures_browser import Visit
from playwright.sync_api import Locator, Page, expect

from service.demo_data import members

pytestmark = pytest.mark.system
COORDINATOR = "+22370000011"
LEVEL_2 = "+22370000012"
ELSEWHERE = "+22236000013"  # coordinates Guidimagha
SECONDS = 1000
REFERENCE = re.compile(r"\b\d{6,8}\b")


def phone(page: Page, role: str) -> Locator:
    return page.locator(f".phone[data-role={role}]").first


def text(phone: Locator, said: str) -> None:
    if phone.get_attribute("data-mode") != "inbox":
        phone.locator(".right").click()
    phone.locator(".entry input").fill(said)
    phone.locator(".left").click()


def report(phones: Page, said: str) -> str:
    """A villager texts that; the reference that comes back."""
    villager = phone(phones, "villager")
    text(villager, said)
    answer = villager.locator(".sms.mine ~ .sms:not(.mine)").first  # what came before is older than this page
    expect(answer).to_contain_text("Bien recu", timeout=20 * SECONDS)
    found = REFERENCE.search(answer.inner_text())
    assert found
    return found[0]


def test_a_report_goes_its_whole_way_and_its_reporter_hears_of_it(visit: Visit) -> None:
    board = visit.tab("/console/board/", COORDINATOR)
    phones = visit.tab("/phone")
    reference = report(phones, "13#1 Gogui")
    expect(phone(phones, "coordinator").locator(".view")).to_contain_text(f"ACK {reference}", timeout=20 * SECONDS)

    card = board.locator(".alert", has_text=reference)
    expect(card).to_be_visible(timeout=10 * SECONDS)  # nobody has loaded the page again
    expect(card).to_contain_text("Enlèvement")
    card.locator("button").click()
    board.wait_for_url(f"**/console/incidents/{reference}")
    expect(board.locator(".facts")).to_contain_text("chez Coordination Nioro")
    expect(phone(phones, "villager").locator(".view")).to_contain_text(
        f"Ref {reference} : quelqu'un s'en occupe", timeout=20 * SECONDS
    )

    board.click("button[value=verify]")
    expect(board.locator(".facts")).to_contain_text("confirmé")
    board.select_option("#outcome", "response")
    board.locator("form:has(#outcome) button").click()
    expect(board.locator(".facts")).to_contain_text("clos")
    expect(phone(phones, "villager").locator(".view")).to_contain_text(
        f"Ref {reference} : traitee", timeout=20 * SECONDS
    )


def test_whoever_answers_on_the_phone_has_it_on_the_board(visit: Visit) -> None:
    board = visit.tab("/console/board/", COORDINATOR)
    phones = visit.tab("/phone")
    reference = report(phones, "14#1 Gogui")
    chip = phone(phones, "coordinator").locator(".chip", has_text=f"ACK {reference}")
    chip.click(timeout=20 * SECONDS)
    expect(board.locator(".alert.held", has_text=reference)).to_contain_text("Coordination Nioro", timeout=20 * SECONDS)


def test_a_coordinator_of_another_area_finds_nothing_by_address_either(visit: Visit) -> None:
    reference = report(visit.tab("/phone"), "12#1 Gogui")
    here = visit.tab(f"/console/incidents/{reference}", COORDINATOR)
    expect(here.locator("h1")).to_contain_text("Attaque ou tirs")
    elsewhere = visit.tab("/console/board/", ELSEWHERE)
    expect(elsewhere.locator("h1")).to_be_visible()
    assert reference not in elsewhere.content()
    answer = elsewhere.request.get(f"{visit.address}/console/incidents/{reference}")
    assert answer.status == 404
    assert "Attaque" not in answer.text()


def test_a_complaint_is_found_by_no_coordinator(visit: Visit) -> None:
    phones = visit.tab("/phone")
    villager = phone(phones, "villager")
    text(villager, "AVIS 87")
    for answer in ("1", "2", "un agent m'a frappe"):
        phones.wait_for_timeout(1500)
        text(villager, answer)
    expect(villager.locator(".sms:not(.mine)").last).to_contain_text("Ref", timeout=20 * SECONDS)
    found = REFERENCE.search(villager.locator(".sms:not(.mine)").last.inner_text())
    assert found
    board = visit.tab("/console/board/", COORDINATOR)
    assert board.request.get(f"{visit.address}/console/incidents/{found[0]}").status == 404


def test_the_list_is_gone_through_with_the_keys(visit: Visit) -> None:
    report(visit.tab("/phone"), "11#1 Nioro")
    page = visit.tab("/console/incidents/", COORDINATOR)
    page.keyboard.press("j")
    first = page.locator("[data-row] a").first
    expect(first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").blur()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1 .severity")).to_be_visible()


def test_a_board_without_a_line_says_that_it_is_old(visit: Visit) -> None:
    page = visit.tab("/console/board/", COORDINATOR)
    page.context.set_offline(True)
    expect(page.locator("#stale")).to_be_visible(timeout=15 * SECONDS)
    page.context.set_offline(False)
    expect(page.locator("#stale")).to_be_hidden(timeout=15 * SECONDS)
    visit.complaints.clear()  # the browser says that it had no line


def test_the_coordinator_of_the_tests_is_on_the_demos_roster() -> None:
    assert {COORDINATOR, ELSEWHERE} <= {each["phone"] for each in members()}


def test_an_incident_renews_itself_while_somebody_types(visit: Visit) -> None:
    phones = visit.tab("/phone")
    reference = report(phones, "15#1 Nioro")
    page = visit.tab(f"/console/incidents/{reference}", COORDINATOR)
    expect(page.locator(".facts")).to_contain_text("personne")
    page.locator("details summary").click()
    box = page.locator("textarea")
    box.fill("Restez chez vous")
    other = visit.tab(f"/console/incidents/{reference}", LEVEL_2)
    other.click("#act-take")
    expect(page.locator(".facts")).to_contain_text("chez Coordination Nioro niveau 2", timeout=15 * SECONDS)
    expect(page.locator(".note")).to_be_visible()
    expect(page.locator(".history")).to_contain_text("Coordination Nioro niveau 2")
    expect(box).to_have_value("Restez chez vous")
    expect(box).to_be_focused()
    page.locator("form:has(textarea) button").click()
    sent = page.locator(".people li", has_text="Restez chez vous")
    expect(sent).to_contain_text(f"Réponse ({reference}) · par ")
    expect(sent).to_contain_text("arrivé", timeout=20 * SECONDS)
    expect(phone(phones, "villager").locator(".view")).to_contain_text("Restez chez vous")
