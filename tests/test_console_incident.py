"""An incident's page renews itself, and shows what was written to its reporter, to whoever may read it."""

import re

import pytest
from fixtures_console import Browser, House
from fixtures_service import ADMIN, COMPLAINTS, COORDINATOR, NATIONAL, PROTECTION, VILLAGER, VILLAGER_2
from sqlalchemy import func, select
from test_console_cases import COMPLAINT, ELSEWHERE, page, reply, told

from models.audit import Audit
from models.message import Message
from models.report import Report
from service.database import reading

SECRET = "Les secours arrivent par le gue nord"
LIVE = {"X-Live": "yes"}


def renewed(browser: Browser, reference: str, part: str) -> str:
    """The address from which that part of the page renews itself, as the page itself says it."""
    browser.get(page(reference))
    html = browser.said.text if browser.said else ""
    found = re.search(rf'data-live="([^"]+/live/{part}\?[^"]+)"', html)
    assert found, html
    return found[1].replace("&amp;", "&")


def looks(house: House) -> int:
    with reading(house.post.parts.engine) as db:
        return db.scalar(select(func.count()).where(Audit.act == "read_report")) or 0


def answered(house: House, text: str = SECRET) -> str:
    """The reference of a report whose teller has been written to."""
    reference = told(house.post, "12#1 Gogui")
    assert reply(house.signed_in(), reference, text) == 303
    house.post.work()
    house.post.watch.move(seconds=30)
    return reference


def test_a_page_shows_what_another_has_done_meanwhile(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    mine, theirs = house.signed_in(), house.signed_in(NATIONAL)
    top, side = renewed(mine, reference, "top"), renewed(mine, reference, "side")
    mine.get(top, **LIVE)
    assert "personne ne s'en occupe" in mine.text
    theirs.get(page(reference))
    theirs.send(f"{page(reference)}/move", {"act": "take"})
    mine.get(top, **LIVE)
    assert "chez Coordination Mali" in mine.text
    assert "Il y a du nouveau" in mine.text
    mine.get(side, **LIVE)
    assert "à vérifier Coordination Mali" in mine.text


def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    for part in ("top", "side"):
        address = renewed(browser, reference, part)
        tag = browser.get(address, **LIVE).headers["ETag"]
        house.post.watch.move(seconds=4)
        again = browser.get(address, **{"If-None-Match": tag}, **LIVE)
        assert (again.status_code, again.text) == (304, "")


def test_another_report_is_announced_and_not_opened_unasked(house: House) -> None:
    reference = told(house.post, "21#2#40 Gogui")
    browser = house.signed_in()
    top = renewed(browser, reference, "top")
    assert "Il y a du nouveau" not in browser.get(top, **LIVE).text
    before = looks(house)
    told(house.post, "21#2#40 Gogui", phone=VILLAGER_2)
    assert "Il y a du nouveau" in browser.get(top, **LIVE).text
    assert looks(house) == before
    browser.get(page(reference))
    assert looks(house) == before + 2


def test_what_renews_itself_is_no_new_look_and_holds_nothing_that_somebody_types(house: House) -> None:
    reference = answered(house)
    browser = house.signed_in()
    for part in ("top", "side"):
        address, before = renewed(browser, reference, part), looks(house)
        html = browser.get(address, **LIVE).text
        assert looks(house) == before
        assert not re.search(r"<textarea|<select|<input(?! type=\"hidden\")", html)


@pytest.mark.parametrize("phone", [ELSEWHERE, PROTECTION, COMPLAINTS])
def test_it_renews_itself_for_nobody_else(house: House, phone: str) -> None:
    reference = answered(house)
    address = renewed(house.signed_in(), reference, "side")
    house.post.watch.move(seconds=30)
    assert house.signed_in(phone).get(address, **LIVE).status_code == 404
    assert house.browser().get(address, **LIVE).status_code == 401
    assert house.signed_in(NATIONAL).get(f"{page(reference)}/live/reports", **LIVE).status_code == 404


def test_a_reply_is_shown_again_with_who_wrote_it_and_what_became_of_it(house: House) -> None:
    reference = answered(house)
    for phone in (COORDINATOR, NATIONAL):
        browser = house.signed_in(phone)
        browser.get(page(reference))
        assert f"Réponse ({reference}) · par Coordination Nioro · " in browser.text
        assert browser.text.count(SECRET) == 1
        browser.get(renewed(browser, reference, "side"), **LIVE)
        assert SECRET in browser.text
        house.post.watch.move(seconds=30)


def test_whoever_sees_the_facts_alone_sees_no_reply(house: House) -> None:
    reference = answered(house)
    admin = house.signed_in(ADMIN)
    admin.get(page(reference))
    assert admin.said is not None
    assert admin.said.status_code == 200
    for path in (page(reference), renewed(admin, reference, "side"), f"{page(reference)}/live/side?opened=x"):
        assert SECRET not in admin.get(path).text
        assert "Réponse (" not in admin.text


def test_a_reply_is_read_only_by_who_has_opened_the_page(house: House) -> None:
    """Else somebody could read past the audit."""
    reference = answered(house)
    theirs = renewed(house.signed_in(), reference, "side")
    house.post.watch.move(seconds=30)
    other, before = house.signed_in(NATIONAL), looks(house)
    for address in (f"{page(reference)}/live/side", theirs):
        other.get(address, **LIVE)
        assert f"Réponse ({reference})" in other.text
        assert SECRET not in other.text
    assert looks(house) == before


def test_a_reply_about_a_complaint_is_shown_for_a_reason(house: House) -> None:
    reference = told(house.post, "AVIS 87", "1", "1", "un agent m'a frappe")
    browser = house.signed_in(COMPLAINTS)
    assert reply(browser, reference, "") == 303
    said = "appelez le 80001115 quand vous etes en lieu sur"
    browser.get(page(reference))
    assert f"Réponse ({reference})" in browser.text
    assert said not in browser.text
    browser.send(f"{page(reference)}/open", {"reason": "la personne rappelle"})
    assert said in browser.text


def test_no_copy_of_a_reply_is_made(house: House) -> None:
    answered(house)
    with reading(house.post.parts.engine) as db:
        row = db.scalars(select(Message).where(Message.purpose_key.startswith("said:"))).one()
    assert row.body_enc is not None
    assert SECRET.encode() not in row.body_enc


def test_what_is_forgotten_with_a_phone_is_shown_no_more(house: House) -> None:
    reference = answered(house)
    for said in ("EFFACER", "1"):
        house.post.sms(VILLAGER, said)
    house.post.work()
    browser = house.signed_in(NATIONAL)
    browser.get(page(reference))
    assert SECRET not in browser.text


def test_a_complaint_that_nobody_may_answer_has_no_reply(house: House) -> None:
    reference = told(house.post, *COMPLAINT)
    browser = house.signed_in(COMPLAINTS)
    browser.get(page(reference))
    assert "Réponse (" not in browser.text
    with reading(house.post.parts.engine) as db:
        assert db.scalars(select(Report.contact_id)).one() is None
