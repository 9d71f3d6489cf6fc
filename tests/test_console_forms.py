"""A form is uploaded, refused with its cells or published, filled on a phone, and taken back."""

import io
from pathlib import Path

import pytest
from fixtures_console import Browser, House
from fixtures_service import ADMIN, COORDINATOR, OFFICER
from sqlalchemy import select

from models.audit import Audit
from service.database import reading

SHIPPED = Path(__file__).parent.parent / "flows" / "forms"
ZERO = (SHIPPED / "zero_report.md").read_text(encoding="utf-8")
CARD = """| survey | | | | |
| | type | name | label::Français (fr) | label::العربية (ar) | label::English (en) |
| | note | first | Verifiez la photo | تحقق من الصورة | Check the photo |
| | note | second | Verifiez la date | تحقق من التاريخ | Check the date |
| settings | | |
| | form_id | form_title | form_title_ar | form_title_en | version | default_language |
| | card_photo | Photo | الصورة | Photo | {version} | fr |
"""


def upload(browser: Browser, content: str, name: str = "form.md") -> int:
    browser.get("/console/forms/?lang=fr")
    return browser.send("/console/forms/upload", {"file": (io.BytesIO(content.encode()), name)}).status_code


def published(browser: Browser, content: str) -> None:
    assert upload(browser, content) == 200, browser.text
    page = browser.said.text if browser.said else ""
    browser.send(page.partition('action="')[2].split('"')[0] if "publish" not in page else _address(page))


def _address(page: str) -> str:
    return next(part.split('"')[0] for part in page.split('action="')[1:] if "/publish" in part.split('"')[0])


def cards(house: House) -> str:
    return house.post.dial(OFFICER, "2")


def test_a_form_of_ones_own_is_published_used_on_a_phone_and_taken_back(house: House) -> None:
    browser = house.signed_in(ADMIN)
    assert "Photo" not in cards(house)
    published(browser, CARD.format(version="1"))
    assert "Photo" in cards(house)
    assert "card_photo" in browser.follow("/console/forms/").text
    published(browser, CARD.format(version="2").replace("Verifiez la photo", "Regardez la photo"))
    browser.follow("/console/forms/")
    browser.send("/console/forms/card_photo/back")
    assert "Photo" in cards(house)
    browser.send("/console/forms/card_photo/back")
    assert "Photo" not in cards(house)
    with reading(house.post.parts.engine) as db:
        acts = list(db.scalars(select(Audit.act)))
    assert acts.count("form_published") == 2
    assert acts.count("form_taken_back") == 2


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        pytest.param(
            CARD.replace("card_photo", "my_form"), "f.md", "personne n'arrive à my_form", id="nobody comes to it"
        ),
        pytest.param(CARD.replace("| note | second", "| nope | second"), "f.md", "nope", id="an unknown type"),
        pytest.param("", "f.md", "Ce formulaire ne peut pas servir", id="nothing"),
        pytest.param("junk", "f.xlsx", "Ce formulaire ne peut pas servir", id="no spreadsheet"),
        pytest.param("junk", "f.exe", "il faut .xlsx", id="another kind of file"),
        pytest.param(
            "\n".join(line for line in ZERO.splitlines() if "code" not in line),
            "zero_report.md",
            "Ce formulaire ne peut pas servir",
            id="what the service relies on is missing",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_its_place_and_nothing_changes(
    house: House, content: str, name: str, said: str
) -> None:
    browser = house.signed_in(ADMIN)
    assert upload(browser, content.replace("{version}", "1"), name) == 400
    assert said in browser.text
    assert "Rien n'est changé" in browser.text


def test_a_published_version_is_never_changed_under_its_number(house: House) -> None:
    browser = house.signed_in(ADMIN)
    published(browser, CARD.format(version="1"))
    assert upload(browser, CARD.format(version="1").replace("la date", "le jour")) == 400
    assert "La version 1 est déjà publiée" in browser.text


def test_an_answer_that_was_begun_goes_on_in_the_new_version(house: House) -> None:
    """Whoever is in the middle of a dial loses nothing when a form is published."""
    house.post.hop(OFFICER, "one-dial", "")
    screen = house.post.hop(OFFICER, "one-dial", "1")
    shipped = (SHIPPED / "incident.md").read_text(encoding="utf-8")
    version = next(line for line in shipped.splitlines() if "| incident" in line)
    browser = house.signed_in(ADMIN)
    published(browser, shipped.replace(version, version.replace("| 1", "| 99", 1)))
    assert house.post.hop(OFFICER, "one-dial", "1") == screen
    assert house.post.hop(OFFICER, "one-dial", "1*12").startswith("CON ")


def test_forms_are_the_administrators(house: House) -> None:
    assert house.signed_in(COORDINATOR).get("/console/forms/").status_code == 403
