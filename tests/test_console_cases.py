"""What a coordinator does at the console: sees what is theirs, moves it, hands it on, and answers its reporter."""

import re
from datetime import timedelta

import pytest
from fixtures_console import Browser, House
from fixtures_service import (
    ADMIN,
    COMPLAINTS,
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    NATIONAL,
    OFFICER,
    PROTECTION,
    VILLAGER,
    VILLAGER_2,
    Post,
)
from sqlalchemy import select

from handlers import exercising
from handlers.caselist import PAGE
from models.audit import Audit
from models.incident import Incident, IncidentState
from models.report import Report
from models.roster import import_roster, suspend
from service.database import reading, transaction
from service.simulator.server import Simulator
from service.stocking import rolls

ELSEWHERE = "+22236000013"  # coordinates Guidimagha
ELSEWHERE_TOO, KAYES, NATIONAL_MAURITANIA = "+22236000014", "+22370000018", "+22236000016"
NEWCOMER = "+22370000055"
UNTOLD = "Personne n'a pu être prévenu"
LOUD = "Tous les niveaux sont prévenus, personne ne répond"
COMPLAINT = ["AVIS 87", "1", "2", "un agent m'a frappe"]


def told(post: Post, *texts: str, phone: str = VILLAGER) -> str:
    """The reference of what that phone has told by SMS, and that everybody has heard of."""
    post.watch.move(seconds=1)
    for text in texts:
        post.sms(phone, text)
    post.work()
    with reading(post.parts.engine) as db:
        return db.scalars(select(Report.reference).order_by(Report.created_at.desc(), Report.id).limit(1)).one()


def incident(post: Post) -> Incident:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Incident)).one()


def page(reference: str) -> str:
    return f"/console/incidents/{reference}"


def last_sms(simulator: Simulator, phone: str) -> str:
    inbox = simulator.network.inbox(phone)
    return inbox[-1].text if inbox else ""


def buttons(browser: Browser) -> list[str]:
    """The acts that the page offers."""
    return re.findall(r'name="act" value="(\w+)"', browser.said.text if browser.said else "")


def test_a_coordinator_sees_what_lies_in_their_area(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    for path in ("/console/board/", "/console/incidents/", page(reference)):
        assert browser.get(path).status_code == 200
        assert reference in browser.text
        assert "Attaque ou tirs" in browser.text
        assert "Gogui" in browser.text


@pytest.mark.parametrize("phone", [ELSEWHERE, PROTECTION, COMPLAINTS])
def test_nobody_else_sees_it_by_any_address(house: House, phone: str) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in(phone)
    for path in (
        "/console/board/",
        "/console/board/live",
        "/console/incidents/?state=all",
        f"/console/incidents/?q={reference}",
    ):
        assert browser.get(path).status_code == 200
        assert "Attaque" not in browser.text
    browser.get("/console/board/")
    assert browser.get(page(reference)).status_code == 404
    for act in ("open", "move", "assign", "reply"):
        form: dict[str, object] = {"act": "verify", "member": "1", "report": "1", "text": "x", "reason": "x"}
        assert browser.send(f"{page(reference)}/{act}", form).status_code == 404
    assert incident(house.post).state is IncidentState.RECEIVED


def test_a_complaint_is_not_there_for_coordinators(house: House) -> None:
    reference = told(house.post, *COMPLAINT)
    for phone in (COORDINATOR, NATIONAL, ADMIN):
        browser = house.signed_in(phone)
        house.post.watch.move(seconds=30)
        assert browser.get(page(reference)).status_code == 404
        browser.get("/console/incidents/?state=all")
        assert reference not in browser.text


def test_a_complaint_is_opened_for_a_reason_that_is_kept(house: House) -> None:
    reference = told(house.post, *COMPLAINT)
    browser = house.signed_in(COMPLAINTS)
    browser.get(page(reference))
    assert "frappe" not in browser.text
    assert browser.send(f"{page(reference)}/open", {"reason": ""}).status_code == 200
    assert "frappe" not in browser.text
    browser.send(f"{page(reference)}/open", {"reason": "la personne rappelle"})
    assert "un agent m'a frappe" in browser.text
    with reading(house.post.parts.engine) as db:
        looks = list(db.scalars(select(Audit.reason).where(Audit.act == "read_report")))
    assert looks == ["la personne rappelle"]


def test_every_look_at_contents_is_written_down(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    browser.get(page(reference))
    with reading(house.post.parts.engine) as db:
        assert list(db.scalars(select(Audit.reason).where(Audit.act == "read_report"))) == [f"console: {reference}"]


def test_an_administrator_sees_the_facts_of_operations_and_no_village(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in(ADMIN)
    assert browser.get(page(reference)).status_code == 200
    assert "Attaque ou tirs" in browser.text
    assert "Gogui" not in browser.text
    assert buttons(browser) == []
    assert browser.send(f"{page(reference)}/move", {"act": "verify"}).status_code == 403


def test_from_received_to_closed_and_the_reporter_hears(house: House, simulator: Simulator) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    for act, state in (("take", "to_verify"), ("verify", "verified"), ("start", "in_progress")):
        browser.get(page(reference))
        assert act in buttons(browser)
        assert browser.send(f"{page(reference)}/move", {"act": act}).status_code == 303
        assert incident(house.post).state == state
    house.post.work()
    assert last_sms(simulator, VILLAGER) == f"Ref {reference} : quelqu'un s'en occupe."
    assert last_sms(simulator, COORDINATOR_ENGLISH) == f"Ref {reference}: Coordination Nioro has it."
    browser.send(f"{page(reference)}/move", {"act": "close", "outcome": "response"})
    house.post.work()
    assert incident(house.post).outcome == "response"
    assert last_sms(simulator, VILLAGER) == f"Ref {reference} : traitee. Merci."
    browser.get(page(reference))
    assert buttons(browser) == []
    assert browser.text.count("clos (Réponse faite)") == 2  # how it stands, and in the history
    browser.get("/console/incidents/?state=all")
    assert "clos (Réponse faite)" in browser.text


def test_what_a_first_member_said_came_of_a_grave_case_is_read_before_a_second_agrees(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    house.post.sms(COORDINATOR_ENGLISH, f"ACK {reference}")
    house.post.sms(COORDINATOR_ENGLISH, f"CLOSE {reference} transfer")
    browser = house.signed_in()
    browser.get(page(reference))
    assert browser.text.count("clos (Transféré)") == 1
    assert "à vérifier (" not in browser.text


def test_what_somebody_else_has_done_meanwhile_is_said(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    browser.get(page(reference))
    assert browser.send(f"{page(reference)}/move", {"act": "start"}).status_code == 409
    assert "quelqu'un l'a peut-être déjà fait" in browser.text
    assert incident(house.post).state is IncidentState.RECEIVED


@pytest.mark.parametrize("act", ["", "explode", "close; drop"])
def test_an_act_that_there_is_not_is_refused(house: House, act: str) -> None:
    reference = told(house.post, "12#1 Gogui")
    assert house.signed_in().send(f"{page(reference)}/move", {"act": act}).status_code == 400


def test_nothing_is_closed_without_what_came_of_it(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    browser.send(f"{page(reference)}/move", {"act": "take"})
    for form in ({"act": "close"}, {"act": "close", "outcome": ""}, {"act": "close", "outcome": "vanished"}):
        assert browser.send(f"{page(reference)}/move", form).status_code == 400
    assert incident(house.post).state is IncidentState.TO_VERIFY


def test_it_is_given_to_somebody_else_who_hears_of_it(house: House, simulator: Simulator) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    browser.get(page(reference))
    found = re.search(r'<option value="(\d+)">Nioro coordination</option>', browser.said.text if browser.said else "")
    assert found
    assert browser.send(f"{page(reference)}/assign", {"member": found[1]}).status_code == 303
    house.post.work()
    assert incident(house.post).owner_id == int(found[1])
    assert last_sms(simulator, COORDINATOR_ENGLISH) == f"Ref {reference}: Coordination Nioro gives it to you."


def test_what_is_an_exercise_is_given_to_its_own_members_alone_and_they_read_that_it_is_one(
    house: House, simulator: Simulator
) -> None:
    taking = {phone: house.enrol(phone) for phone in (OFFICER, COORDINATOR, COORDINATOR_LEVEL_2)}
    outside = house.enrol(COORDINATOR_ENGLISH)
    with transaction(house.post.parts.engine) as db:
        exercising.start(house.post.parts.desk(db), taking.values(), timedelta(hours=4))
    reference = told(house.post, "12#1 Gogui", phone=OFFICER)
    browser = house.signed_in()
    browser.get(page(reference))
    assert "Nioro coordination" not in browser.text
    assert browser.send(f"{page(reference)}/assign", {"member": str(outside)}).status_code == 403
    assert browser.send(f"{page(reference)}/assign", {"member": str(taking[COORDINATOR_LEVEL_2])}).status_code == 303
    house.post.work()
    assert simulator.network.inbox(COORDINATOR_ENGLISH) == []
    given = f"EXERCICE Ref {reference} : Coordination Nioro vous la confie."
    assert last_sms(simulator, COORDINATOR_LEVEL_2) == given


def test_it_is_given_to_nobody_who_may_not_read_it(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    elsewhere, officer = house.enrol(ELSEWHERE), house.enrol(OFFICER)
    browser = house.signed_in()
    browser.get(page(reference))
    assert "Guidimagha" not in browser.text
    for member_id in (elsewhere, officer):
        assert browser.send(f"{page(reference)}/assign", {"member": str(member_id)}).status_code == 403
    assert incident(house.post).owner_id is None


def reply(browser: Browser, reference: str, text: str) -> int:
    """The form as the page gives it."""
    browser.get(page(reference))
    html = browser.said.text if browser.said else ""
    found = re.search(r'name="report" value="(\d+)"><input type="hidden" name="once" value="(\w+)"', html)
    if not found:
        return 0
    form: dict[str, object] = {"report": found[1], "once": found[2], "text": text}
    browser.send(f"{page(reference)}/reply", form)
    return browser.send(f"{page(reference)}/reply", form).status_code  # the same form twice


def test_a_reply_reaches_the_reporter_once(house: House, simulator: Simulator) -> None:
    reference = told(house.post, "12#1 Gogui")
    before = len(simulator.network.inbox(VILLAGER))
    assert reply(house.signed_in(), reference, "Les secours\narrivent.") == 303
    house.post.work()
    assert [sms.text for sms in simulator.network.inbox(VILLAGER)[before:]] == [
        f"Ref {reference} : Les secours arrivent."
    ]


def test_a_reply_is_two_parts_at_most(house: House, simulator: Simulator) -> None:
    reference = told(house.post, "12#1 Gogui")
    before = len(simulator.network.inbox(VILLAGER))
    browser = house.signed_in()
    assert reply(browser, reference, "mot " * 90) == 409
    assert "deux SMS au plus" in browser.text
    house.post.work()
    assert len(simulator.network.inbox(VILLAGER)) == before


def test_a_phone_that_dialled_is_not_written_to(house: House) -> None:
    post = house.post
    post.dial(VILLAGER_2, "1", "12", "1", "1", "4", "3", "1")
    post.work()
    with reading(post.parts.engine) as db:
        reference = db.scalars(select(Report.reference)).one()
    browser = house.signed_in(NATIONAL)
    assert reply(browser, reference, "bonjour") == 0


def test_a_phone_that_said_stop_is_not_written_to(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    house.post.sms(VILLAGER, "STOP")
    assert reply(house.signed_in(), reference, "bonjour") == 0


@pytest.mark.parametrize(("may_write", "heard"), [("1", True), ("2", False)])
def test_whoever_complains_is_asked_to_call_and_told_nothing_else(
    house: House, simulator: Simulator, may_write: str, heard: bool
) -> None:
    reference = told(house.post, "AVIS 87", "1", may_write, "un agent m'a frappe")
    status = reply(house.signed_in(COMPLAINTS), reference, "votre plainte contre l'agent")
    house.post.work()
    assert status == (303 if heard else 0)
    texts = [sms.text for sms in simulator.network.inbox(VILLAGER)]
    assert ("Karakoro : appelez le 80001115 quand vous etes en lieu sur." in texts) is heard
    assert not any("plainte contre" in text for text in texts)


def test_what_somebody_wrote_is_never_a_part_of_the_page(house: House) -> None:
    reference = told(house.post, "12#1 <img src=x onerror=alert(1)>", "2", "<script>alert(2)</script>")
    browser = house.signed_in(NATIONAL)
    house.post.watch.move(seconds=30)
    for path in (page(reference), "/console/board/", "/console/incidents/"):
        html = browser.get(path).text
        assert "<img src=x" not in html
        assert "<script>alert" not in html


def test_filters_narrow_the_list(house: House) -> None:
    attack, herd = told(house.post, "12#1 Gogui"), told(house.post, "21#2#40 Nioro", phone=VILLAGER_2)
    browser = house.signed_in()
    for query, shown in (
        ("", {attack, herd}),
        ("severity=4", {attack}),
        ("group=2", {herd}),
        ("state=closed", set()),
        ("state=received", {attack, herd}),
        ("who=me", set()),
        ("who=nobody", {attack, herd}),
        ("area=ML11", {attack, herd}),
        ("area=ML01", set()),
        ("before=2020-01-01T00:00:00%2B00:00", set()),
        ("severity=x&group=99&before=never&state=odd", {attack, herd}),
    ):
        browser.get(f"/console/incidents/?{query}")
        assert {reference for reference in (attack, herd) if reference in browser.text} == shown, query


def test_a_reference_leads_to_its_incident_in_whatever_digits(house: House) -> None:
    reference = told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    arabic = reference.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (reference, arabic, f" {reference} "):
        assert browser.get(f"/console/incidents/?q={typed}").headers["Location"] == page(reference)
    browser.get("/console/incidents/?q=999999")
    assert "inconnue, ou pas pour vous" in browser.text


def test_the_board_says_where_nobody_is_left_to_tell_until_somebody_has_it(house: House) -> None:
    told(house.post, "13#1 Gogui")
    for _ in range(6):
        house.post.watch.move(minutes=15)
        house.post.ask("ladder")
        house.post.work()
    browser = house.signed_in()
    browser.get("/console/board/live")
    assert browser.text.count(LOUD) == 1
    house.post.sms(COORDINATOR, "ACK")
    browser.get("/console/board/live")
    assert LOUD not in browser.text


def test_the_board_says_what_nobody_could_be_told_of_until_somebody_has_it(house: House) -> None:
    everybody = (COORDINATOR, COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2, NATIONAL, NATIONAL_MAURITANIA, ADMIN)
    with transaction(house.post.parts.engine) as db:
        for phone in (*everybody, ELSEWHERE, ELSEWHERE_TOO, KAYES):
            suspend(db, house.post.parts.keys, phone, house.post.watch())
    reference = told(house.post, "12#1 Gogui")
    assert "note incidents: 1 that nobody could be told of" in house.runner().invoke(args=["doctor"]).output
    with transaction(house.post.parts.engine) as db:
        newcomer = {"name": "N", "phone": NEWCOMER, "role": "coordinator", "language": "fr", "area": "ML11"}
        assert not import_roster(db, rolls(house.post.parts.desk(db)), [newcomer]).problems
    browser = house.signed_in(NEWCOMER)
    browser.get("/console/board/live")
    assert browser.text.count(UNTOLD) == 1
    assert LOUD not in browser.text
    assert "data-until" not in (browser.said.text if browser.said else "")
    browser.send(f"{page(reference)}/move", {"act": "take"})
    browser.get("/console/board/live")
    assert reference in browser.text
    assert UNTOLD not in browser.text


def test_a_board_that_has_not_changed_is_not_sent_again(house: House) -> None:
    told(house.post, "12#1 Gogui")
    browser = house.signed_in()
    first = browser.get("/console/board/live")
    tag = first.headers["ETag"]
    house.post.watch.move(seconds=5)
    again = browser.get("/console/board/live", **{"If-None-Match": tag, "X-Live": "yes"})
    assert (again.status_code, again.text) == (304, "")
    told(house.post, "12#1 Nioro", phone=VILLAGER_2)
    assert browser.get("/console/board/live", **{"If-None-Match": tag, "X-Live": "yes"}).status_code == 200


def test_pages_are_small_enough_for_a_bad_line(house: House) -> None:
    for n in range(60):
        house.post.sms(f"+2237612{n:04}", f"1{1 + n % 4}#1#{n} Gogui")
    house.post.work()
    browser = house.signed_in()
    for path in ("/console/board/", "/console/incidents/", page(told(house.post, "12#1 Gogui"))):
        assert len(browser.get(path).data) < 100_000


def test_reports_that_nobody_finished_and_zero_reports_have_lists_of_their_own(house: House) -> None:
    post = house.post
    attack = told(post, "12#1 Gogui")
    post.sms(OFFICER, "RAS")
    post.watch.move(seconds=1)
    post.dial(VILLAGER_2, "1", "12", "1")
    post.watch.move(minutes=10)
    post.ask("sweep")
    post.work()
    with reading(post.parts.engine) as db:
        kept = {row.code or "": row.reference for row in db.scalars(select(Report)) if row.reference != attack}
        partial = db.scalars(select(Report.reference).where(Report.partial)).one()
    browser = house.signed_in(NATIONAL)
    for kind, shown in (("filed", {attack}), ("zero", {kept["RAS"]}), ("partial", {partial})):
        browser.get(f"/console/reports/?kind={kind}")
        assert {each for each in (attack, *kept.values()) if each in browser.text} == shown, kind


def two(post: Post, first: str, second: str) -> tuple[str, str]:
    """The references of what two phones have told, a minute apart."""
    one = told(post, first)
    post.watch.move(minutes=1)
    return one, told(post, second, phone=VILLAGER_2)


def joined(post: Post) -> int:
    with reading(post.parts.engine) as db:
        return len(list(db.scalars(select(Incident.id).where(Incident.into_id.is_not(None)))))


def test_two_attacks_may_be_one_and_a_coordinator_says_so(house: House) -> None:
    one, other = two(house.post, "12#1 Gogui", "12#1 Gogui")
    browser = house.signed_in()
    browser.get(page(other))
    assert f"Peut-être le même que {one}" in browser.text
    assert browser.send(f"{page(other)}/merge", {"other": one}).status_code == 303
    assert joined(house.post) == 1
    browser.get(page(one))
    assert other in browser.text
    browser.get(page(other))
    assert f"C'est un double de {one}" in browser.text
    assert browser.send(f"{page(one)}/separate", {"part": other}).status_code == 303
    assert joined(house.post) == 0


def test_what_was_declined_is_not_proposed_again_but_can_be_said(house: House) -> None:
    one, other = two(house.post, "12#1 Gogui", "12#1 Gogui")
    browser = house.signed_in()
    browser.get(page(other))
    browser.send(f"{page(other)}/decline")
    browser.get(page(other))
    assert "Peut-être le même" not in browser.text
    assert browser.send(f"{page(other)}/merge", {"other": one}).status_code == 303
    assert joined(house.post) == 1


def test_incidents_that_nothing_proposed_are_merged_by_reference(house: House) -> None:
    one, other = two(house.post, "12#1 Gogui", "11#1 Nioro")
    browser = house.signed_in()
    browser.get(page(other))
    assert browser.send(f"{page(other)}/merge", {"other": one}).status_code == 303
    assert joined(house.post) == 1


def test_a_report_that_joined_by_itself_is_taken_apart(house: House) -> None:
    one, other = two(house.post, "21#2#30 Gogui", "21#2#30 Gogui")
    browser = house.signed_in()
    browser.get(page(one))
    assert "2 signalements" in browser.text
    assert browser.send(f"{page(one)}/separate", {"part": other}).status_code == 303
    house.post.work()
    browser.get(page(one))
    assert "1 signalement" in browser.text
    assert other not in browser.text
    assert browser.get(page(other)).status_code == 200


@pytest.mark.parametrize("other", ["", "999999", "itself", "a complaint", "elsewhere"])
def test_nothing_is_merged_with_what_is_not_there_for_this_coordinator(house: House, other: str) -> None:
    complaint = told(house.post, *COMPLAINT, phone=VILLAGER_2)
    elsewhere = told(house.post, "12#1 Gouraye", phone="+22246123457")
    mine = told(house.post, "12#1 Gogui")
    named = {"itself": mine, "a complaint": complaint, "elsewhere": elsewhere}.get(other, other)
    browser = house.signed_in()
    browser.get(page(mine))
    assert browser.send(f"{page(mine)}/merge", {"other": named}).status_code == 409
    assert joined(house.post) == 0


def test_what_is_older_stands_on_the_next_page_whatever_else_the_address_says(house: House) -> None:
    for n in range(PAGE + 3):
        house.post.sms(f"+2237613{n:04}", f"1{1 + n % 4}#1#{n} {'Gogui' if n % 2 else 'Nioro'}")
        house.post.watch.move(minutes=130)
        house.post.work()
    browser = house.signed_in()
    for path in ("/console/incidents/", "/console/reports/"):
        html = browser.get(f"{path}?state=all&endpoint=x&_scheme=ftp").text
        found = re.search(r'href="([^"]+)" rel="next"', html)
        assert found, path
        browser.get(path + found[1].replace("&amp;", "&"))
        assert browser.said is not None
        assert browser.said.text.count("data-row") == 3
