"""Imports and exports at the console: looked at first, done by the workers in small pieces, and never by halves."""

import csv
import io
import re
from datetime import timedelta

import pytest
from fixtures_console import Browser, House
from fixtures_service import ADMIN, COORDINATOR, OFFICER, VILLAGER
from sqlalchemy import func, select

from models import errand as errands
from models.audit import Audit
from models.member import Member, MemberPhone
from models.place import Place
from service import errands as going
from service.database import reading
from service.jobs import JOBS

HEADER = "name,phone,role,language,area,level,post,email\n"
GOOD = "Poste neuf,+22371234567,officer,fr,ML1101,1,Gogui,\n"
WRONG = "Sans role,+22371234568,king,fr,ML1101,1,,\n"
CHANGED = f"Poste de Gogui,{OFFICER},officer,fr,ML1101,2,Gogui,\n"


def send(browser: Browser, path: str, content: str, **more: object) -> str:
    """The page to which a file leads."""
    browser.get(path)
    form = {"file": (io.BytesIO(content.encode()), "file.csv"), **more}
    answer = browser.send(f"{path}import", form)
    return answer.headers.get("Location", "")


def sums(browser: Browser) -> dict[str, int]:
    page = browser.said.text if browser.said else ""
    return {name: int(count) for name, count in re.findall(r'data-sum="(\w+)"><b>(\d+)</b>', page)}


def members(house: House) -> int:
    with reading(house.post.parts.engine) as db:
        active = Member.active_until.is_(None) | (Member.active_until > house.post.watch())
        return db.scalar(select(func.count()).select_from(Member).where(active)) or 0


def test_an_import_is_looked_at_row_by_row_before_anything_changes(house: House) -> None:
    browser, before = house.signed_in(ADMIN), members(house)
    page = send(browser, "/console/roster/", HEADER + GOOD + WRONG + CHANGED)
    browser.get(page)
    assert "0 sur 3" in browser.get(f"{page}?lang=fr").text
    house.post.work()
    browser.get(page)
    assert sums(browser) == {"added": 1, "changed": 1, "unchanged": 0, "deactivated": 0, "wrong": 1}
    assert "3 role rôle inconnu : king" in browser.text
    assert "4 officer +223…01 changés: level" in browser.text
    assert OFFICER not in browser.text
    assert members(house) == before
    browser.send(f"{page}/apply")
    house.post.work()
    browser.get(page)
    assert sums(browser)["added"] == 1
    assert members(house) == before + 1


def test_whoever_is_not_in_the_file_goes_only_where_that_was_asked_for_and_all_rows_are_right(house: House) -> None:
    browser, before = house.signed_in(ADMIN), members(house)
    everybody = HEADER + f"Chef,{ADMIN},admin,fr,ML MR,1,,\n" + GOOD
    for content, gone in ((everybody + WRONG, 0), (everybody, before - 1)):
        page = send(browser, "/console/roster/", content, replace="yes")
        house.post.work()
        browser.get(page)
        assert sums(browser)["deactivated"] == gone
    assert members(house) == before
    browser.send(f"{page}/apply")
    house.post.work()
    assert members(house) == 2


def test_a_phone_that_is_there_twice_is_named_however_far_apart(house: House) -> None:
    browser = house.signed_in(ADMIN)
    many = [f"Poste {n},+2237300{n:04},officer,fr,ML1101,1,,\n" for n in range(going.AT_ONCE + 5)]
    page = send(browser, "/console/roster/", HEADER + "".join(many) + many[0])
    house.post.work()
    browser.get(page)
    assert f"{len(many) + 2} phone le même téléphone qu'à la ligne 2" in browser.text


def test_a_worker_that_dies_in_the_middle_is_followed_by_one_that_goes_on(house: House) -> None:
    browser, before = house.signed_in(ADMIN), members(house)
    many = "".join(f"Poste {n},+2237300{n:04},officer,fr,ML1101,1,,\n" for n in range(3 * going.AT_ONCE))
    page = send(browser, "/console/roster/", HEADER + many)
    house.post.work()
    browser.get(page)
    browser.send(f"{page}/apply")
    errand_id = int(page.rpartition("/")[2])
    house.post.asked.clear()  # the job is gone with its worker
    going._some_more(house.post.parts, errand_id)
    assert members(house) == before + going.AT_ONCE
    browser.get(f"{page}/progress")
    assert f"{going.AT_ONCE} sur {3 * going.AT_ONCE}" in browser.text
    house.post.watch.move(minutes=2)
    JOBS["sweep"](house.post.parts)
    house.post.work()
    assert members(house) == before + 3 * going.AT_ONCE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "Ce fichier est vide", id="nothing"),
        pytest.param("name,phones\nA,B\n", "Il manque ces colonnes : phone, role", id="other columns"),
        pytest.param(HEADER, "Ce fichier est vide", id="only a header"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_it_lacks(house: House, content: str, said: str) -> None:
    browser = house.signed_in(ADMIN)
    assert send(browser, "/console/roster/", content) == ""
    assert browser.said is not None
    assert browser.said.status_code == 400
    assert said in browser.text


def test_an_excel_file_with_semicolons_in_the_old_encoding_is_read(house: House) -> None:
    browser = house.signed_in(ADMIN)
    browser.get("/console/places/")
    content = "name;pcode;pcode_version;country;lat;lon;aliases\nDiéma Kafo;ML1102;v03;ML;14,5;-9,2;Kafo|كافو\n"
    raw = content.replace("كافو", "Kaffo").encode("cp1252")
    answer = browser.send("/console/places/import", {"file": (io.BytesIO(raw), "f.csv")})
    house.post.work()
    browser.get(answer.headers["Location"])
    assert sums(browser)["added"] == 1
    browser.send(f"{answer.headers['Location']}/apply")
    house.post.work()
    browser.get("/console/places/?q=kaffo")
    assert "Diéma Kafo" in browser.text


def test_one_member_and_one_place_can_be_saved_by_hand(house: House) -> None:
    browser, before = house.signed_in(ADMIN), members(house)
    browser.get("/console/roster/")
    row = {"name": "Awa", "phone": "71 23 45 67", "role": "relay", "language": "fr", "area": "ML11", "level": "1"}
    assert browser.send("/console/roster/save", row).status_code == 303
    assert members(house) == before + 1
    assert browser.send("/console/roster/save", {**row, "area": "XX99"}).status_code == 400
    assert "area : P-code inconnu : XX99" in browser.text.replace("area:", "area :")
    browser.get("/console/places/")
    place = {"name": "Aéré", "pcode": "ML1101", "pcode_version": "v03", "aliases": "Aere|Aire"}
    assert browser.send("/console/places/save", place).status_code == 303
    with reading(house.post.parts.engine) as db:
        assert db.scalar(select(Place.name).where(Place.folded == "aere")) == "Aéré"
    browser.get("/console/places/")
    assert browser.send("/console/places/save", {**place, "lat": "91"}).status_code == 400
    assert "lon" in browser.text


def test_a_phone_that_was_seized_is_suspended_with_one_button(house: House) -> None:
    browser = house.signed_in(ADMIN)
    page = browser.get("/console/roster/").text
    address = re.search(r"/console/roster/(\d+)/suspend", page)
    assert address
    browser.send(address[0])
    with reading(house.post.parts.engine) as db:
        lost = db.scalar(select(MemberPhone.lost_at).where(MemberPhone.contact_id == int(address[1])))
    assert lost == house.post.watch()
    assert "perdu ou saisi" in browser.follow("/console/roster/").text


def test_reports_are_fetched_by_whoever_may_see_them_and_no_formula_runs(house: House) -> None:
    house.post.sms(VILLAGER, "12#1 Gogui")
    for said in ("87", "1", "1", "=cmd()"):
        house.post.sms("+22376999999", said)
    house.post.work()
    browser = house.signed_in(COORDINATOR)
    browser.get("/console/errands/")
    page = browser.send("/console/errands/reports").headers["Location"]
    house.post.work()
    browser.get(page)
    assert "1 rapport dans le fichier" in browser.text
    content = browser.get(f"{page}/reports.csv").get_data(as_text=True)
    assert [row["code"] for row in csv.DictReader(io.StringIO(content.lstrip("\ufeff")))] == ["12"]
    with reading(house.post.parts.engine) as db:
        assert db.scalar(select(Audit.act).where(Audit.act == "downloaded")) == "downloaded"
    other = house.signed_in(ADMIN)
    assert other.get(page).status_code == 404
    assert other.get(f"{page}/reports.csv").status_code == 404


def test_what_was_sent_in_is_forgotten_after_a_day(house: House) -> None:
    browser = house.signed_in(ADMIN)
    page = send(browser, "/console/roster/", HEADER + GOOD)
    house.post.work()
    house.post.watch.move(seconds=timedelta(days=1, minutes=1).total_seconds())
    JOBS["sweep"](house.post.parts)
    with reading(house.post.parts.engine) as db:
        assert db.scalar(select(func.count()).select_from(errands.Errand)) == 0
        assert db.scalar(select(func.count()).select_from(errands.ErrandPiece)) == 0
    assert page


@pytest.mark.parametrize("path", ["/console/roster/", "/console/places/"])
def test_the_roster_and_the_places_are_the_administrators(house: House, path: str) -> None:
    assert house.signed_in(COORDINATOR).get(path).status_code == 403
