"""Who gets into the console, how long they may stay, and what a form must bring along."""

import re
from collections.abc import Callable

import pytest
from fixtures_console import PASSWORD, Browser, House
from fixtures_service import ADMIN, COORDINATOR, OFFICER, VILLAGER
from sqlalchemy import select, update
from werkzeug.routing import Rule

from models import roster as rosters
from models.attempt import WINDOW
from models.audit import Audit
from models.member import Member
from service.console.credentials import TRIES, TRIES_FROM_ONE_ADDRESS
from service.console.gate import OPEN
from service.database import reading, transaction


def console_rules(house: House) -> list[Rule]:
    rules = [rule for rule in house.app.url_map.iter_rules() if rule.rule.startswith("/console")]
    assert len(rules) > 5
    return [rule for rule in rules if rule.endpoint not in OPEN | {"console.static"}]


def address(rule: Rule) -> str:
    """The rule's address with something in every place that is to be filled in."""
    return re.sub(r"<int:[^>]*>", "1", re.sub(r"<(?!int)[^>]*>", "123456", rule.rule))


def test_every_route_asks_strangers_to_sign_in(house: House) -> None:
    for rule in console_rules(house):
        browser = house.browser()
        browser.get("/console/sign-in")
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = browser.get(address(rule)) if method == "GET" else browser.send(address(rule))
            assert (rule.rule, answer.status_code) == (rule.rule, 303)
            assert answer.headers["Location"].startswith("/console/sign-in")


def test_every_form_needs_the_token_that_its_page_held(house: House) -> None:
    browser = house.signed_in(ADMIN)
    rules = [rule for rule in console_rules(house) if "POST" in (rule.methods or set())]
    assert rules
    for rule in rules:
        for forged in ("", "0" * 64):
            answer = browser.client.post(address(rule), base_url="https://localhost", data={"form_token": forged})
            assert (rule.rule, answer.status_code) == (rule.rule, 403)


def test_another_browsers_token_opens_nothing(house: House) -> None:
    token = house.signed_in().form_token()
    other = house.browser()
    other.get("/console/sign-in")
    assert other.send("/console/sign-in", {"form_token": token, "phone": COORDINATOR}).status_code == 403


def test_a_form_that_another_site_sends_is_refused(house: House) -> None:
    browser = house.signed_in()
    answer = browser.send("/console/account/end-others", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_somebody_who_knows_all_three_is_let_in(house: House) -> None:
    browser = house.signed_in()
    assert browser.follow("/console/account/").status_code == 200
    assert "Coordination Nioro" in browser.text


@pytest.mark.parametrize("wrong", [{"password": "autre-chose"}, {"code": "000000"}, {"phone": VILLAGER}], ids=str)
def test_whoever_lacks_one_of_the_three_hears_the_same(house: House, wrong: dict[str, str]) -> None:
    house.enrol(COORDINATOR)
    browser = house.browser()
    answer = browser.sign_in(**wrong)
    assert answer.status_code == 403
    assert "numéro, mot de passe ou code" in browser.text
    assert "Set-Cookie" not in answer.headers


def test_a_code_works_once(house: House) -> None:
    house.signed_in()
    assert house.browser().sign_in().status_code == 403
    house.post.watch.move(seconds=30)
    assert house.browser().sign_in().status_code == 303


@pytest.mark.parametrize("phone", [COORDINATOR, VILLAGER], ids=["has an account", "has none"])
def test_after_five_tries_a_phone_waits_whether_it_has_an_account_or_not(house: House, phone: str) -> None:
    house.enrol(COORDINATOR)
    browser = house.browser()
    for _ in range(TRIES):
        assert browser.sign_in(phone, "faux").status_code == 403
        assert "numéro, mot de passe ou code" in browser.text
    browser.sign_in(phone)
    assert "Trop d'essais" in browser.text
    house.post.watch.move(seconds=WINDOW.total_seconds())
    assert browser.sign_in(phone).status_code == (303 if phone == COORDINATOR else 403)
    assert "Trop d'essais" not in browser.text


def test_one_address_cannot_try_phone_after_phone(house: House) -> None:
    browser = house.browser()
    for n in range(TRIES_FROM_ONE_ADDRESS):
        browser.sign_in(f"+223700001{n:02}", "faux")
    house.enrol(COORDINATOR)
    browser.sign_in()
    assert "Trop d'essais" in browser.text


def test_whoever_signs_in_does_not_use_up_the_tries_of_the_others(house: House) -> None:
    house.enrol(COORDINATOR)
    for _ in range(TRIES_FROM_ONE_ADDRESS + 1):
        house.post.watch.move(seconds=30)
        assert house.browser().sign_in().status_code == 303


def test_a_failed_sign_in_is_in_the_audit_without_any_number(house: House) -> None:
    member_id = house.enrol(COORDINATOR)
    house.browser().sign_in(password="faux")
    house.browser().sign_in(VILLAGER)
    with reading(house.post.parts.engine) as db:
        found = db.execute(select(Audit.act, Audit.object_id, Audit.reason).where(Audit.act == "sign_in_failed")).all()
    assert sorted(row.object_id for row in found) == [0, member_id]
    assert {row.reason for row in found} == {"a wrong password or code"}


def test_a_sitting_ends_when_nobody_does_anything(house: House) -> None:
    browser = house.signed_in()
    for _ in range(3):
        house.post.watch.move(minutes=29)
        assert browser.get("/console/account/").status_code == 200
    house.post.watch.move(minutes=30)
    assert browser.get("/console/account/").status_code == 303


def test_a_page_that_renews_itself_keeps_no_sitting_alive(house: House) -> None:
    browser = house.signed_in()
    house.post.watch.move(minutes=20)
    assert browser.get("/console/account/", **{"X-Live": "yes"}).status_code == 200
    house.post.watch.move(minutes=11)
    assert browser.get("/console/account/", **{"X-Live": "yes"}).status_code == 401


def test_a_sitting_ends_after_twelve_hours_in_any_case(house: House) -> None:
    browser = house.signed_in()
    for _ in range(12 * 3 - 1):
        house.post.watch.move(minutes=20)
        assert browser.get("/console/account/").status_code == 200
    house.post.watch.move(minutes=20)
    assert browser.get("/console/account/").status_code == 303


def sign_out(house: House, browser: Browser) -> None:
    browser.send("/console/sign-out")


def suspend(house: House, browser: Browser) -> None:
    parts = house.post.parts
    with transaction(parts.engine) as db:
        rosters.suspend(db, parts.keys, COORDINATOR, parts.now())


def take_off_the_roster(house: House, browser: Browser) -> None:
    with transaction(house.post.parts.engine) as db:
        db.execute(update(Member).values(active_until=house.post.watch()))


def revoke(house: House, browser: Browser) -> None:
    house.runner().invoke(args=["console", "revoke", COORDINATOR])


@pytest.mark.parametrize("end", [sign_out, suspend, take_off_the_roster, revoke])
def test_a_sitting_can_be_ended_and_its_cookie_is_worth_nothing_then(
    house: House, end: Callable[[House, Browser], None]
) -> None:
    browser = house.signed_in()
    kept = browser.client.get_cookie("__Host-karakoro")
    assert kept is not None
    end(house, browser)
    browser.client.set_cookie("__Host-karakoro", kept.value, secure=True)
    assert browser.get("/console/account/").status_code == 303


def test_all_other_sittings_are_ended_from_the_own_page(house: House) -> None:
    other = house.signed_in()
    house.post.watch.move(seconds=30)
    mine = house.browser()
    mine.sign_in()
    mine.get("/console/account/")
    assert mine.send("/console/account/end-others").status_code == 303
    assert other.get("/console/account/").status_code == 303
    assert mine.get("/console/account/").status_code == 200


def test_cookies_are_for_this_server_alone_and_no_script_reads_them(house: House) -> None:
    browser = house.browser()
    house.enrol(COORDINATOR)
    guest = browser.get("/console/sign-in").headers["Set-Cookie"]
    seat = browser.sign_in().headers["Set-Cookie"]
    for cookie in (guest, seat):
        assert cookie.startswith("__Host-karakoro")
        assert all(word in cookie for word in ("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"))


def test_pages_tell_the_browser_to_trust_nothing_but_us(house: House) -> None:
    headers = house.browser().get("/console/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_styles_may_be_kept_for_a_year_because_their_address_changes(house: House) -> None:
    page = house.browser().get("/console/sign-in").text
    found = re.search(r'href="(/console/static/console\.css\?v=\w+)"', page)
    assert found
    answer = house.browser().get(found[1])
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()


@pytest.mark.parametrize(
    "trap",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/hooks/", "javascript:alert(1)"],
)
def test_after_signing_in_one_stays_in_the_console(house: House, trap: str) -> None:
    house.enrol(COORDINATOR)
    browser = house.browser()
    browser.get("/console/sign-in")
    form = {"phone": COORDINATOR, "password": PASSWORD, "code": browser.code(), "next": trap}
    assert browser.send("/console/sign-in", form).headers["Location"] == "/console/"


def test_after_signing_in_one_is_where_one_wanted_to_be(house: House) -> None:
    house.enrol(COORDINATOR)
    browser = house.browser()
    asked = browser.get("/console/account/?lang=en")
    browser.get(asked.headers["Location"])
    found = re.search(r'name="next" value="([^"]+)"', browser.said.text if browser.said else "")
    assert found
    form = {"phone": COORDINATOR, "password": PASSWORD, "code": browser.code(), "next": found[1]}
    assert browser.send("/console/sign-in", form).headers["Location"] == "/console/account/?lang=en"


def test_what_was_typed_is_shown_as_text(house: House) -> None:
    browser = house.browser()
    browser.sign_in(phone='"><script>alert(1)</script>')
    assert browser.said is not None
    assert "<script>alert" not in browser.said.text
    assert "&lt;script&gt;alert" in browser.said.text


@pytest.mark.parametrize(("tag", "said"), [("fr", "Se connecter"), ("ar", "تسجيل الدخول"), ("en", "Sign in")])
def test_pages_speak_the_language_that_was_chosen(house: House, tag: str, said: str) -> None:
    browser = house.browser()
    browser.get(f"/console/sign-in?lang={tag}")
    page = browser.get("/console/sign-in")
    assert said in page.text
    assert f'lang="{tag}" dir="{"rtl" if tag == "ar" else "ltr"}"' in page.text


def test_the_console_speaks_the_members_language_until_another_is_chosen(house: House) -> None:
    browser = house.signed_in("+22370000017")  # whose language is English
    assert 'lang="en"' in browser.get("/console/account/").text


def test_demo_codes_are_shown_in_the_demo_alone(house: House, house_with: Callable[..., House]) -> None:
    assert "gue-du-karakoro" not in house.browser().get("/console/sign-in").text
    assert "gue-du-karakoro" in house_with(demo=True).browser().get("/console/sign-in").text


def test_an_officer_has_no_console(house: House) -> None:
    result = house.runner().invoke(args=["console", "invite", OFFICER])
    assert result.exit_code == 1
    assert "nothing in the console" in result.output
