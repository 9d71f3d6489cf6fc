"""A form is tried on a phone of the page before it is published: exact screens, and nothing of it is ever kept."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest
from fixtures_console import Browser, House
from fixtures_service import ADMIN, COORDINATOR, OFFICER, OFFICER_2, VILLAGER, Post
from sqlalchemy import func, select
from test_console_forms import CARD, SHIPPED, upload

from models.audit import Audit
from models.base import Base
from service.database import reading
from service.trial import LASTS

SIMULATED = "http://127.0.0.1:9"
INCIDENT = (SHIPPED / "incident.md").read_text(encoding="utf-8")


@pytest.fixture
def house(house_with: Callable[..., House]) -> House:
    return house_with(simulator_url=SIMULATED, africastalking_url=SIMULATED, demo=True)


@pytest.fixture
def admin(house: House) -> Browser:
    return house.signed_in(ADMIN)


def newer(form: str) -> str:
    """The shipped form under a number of its own."""
    row = re.search(r"^\| +\| (?:incident|card_\w+|feedback|zero_report) +\|.*$", form, re.M)
    assert row
    return form.replace(row[0], re.sub(r"\| \d+ ", "| 99 ", row[0], count=1))


def act(browser: Browser, name: str) -> str:
    page = browser.said.text if browser.said else ""
    found = re.search(rf'action="(/console/forms/\d+/{name})"', page)
    assert found, page
    return found[1]


def begun(browser: Browser, content: str) -> str:
    """The ticket of a trial of that form."""
    assert upload(browser, content) == 200, browser.text
    location = browser.send(act(browser, "try")).headers["Location"]
    assert location.startswith("/phone?trial=")
    assert browser.get(location).status_code == 200
    return location.partition("=")[2]


def keyed(browser: Browser, ticket: str, *said: str, number: str = OFFICER, language: str = "fr") -> tuple[str, bool]:
    form = {"trial": ticket, "number": number, "language": language, "said": list(said)}
    answer = browser.send("/phone/trial", form).get_json()
    return answer["text"], answer["ended"]


def everything(post: Post) -> dict[str, int]:
    """How many rows each table has; what the administrator does is in the audit, and the sitting is noted."""
    with reading(post.parts.engine) as db:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in ("audit", "sitting", "form")]
        return {table.name: db.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_form_is_tried_before_it_is_published_and_nobody_else_sees_it(house: House, admin: Browser) -> None:
    ticket = begun(admin, CARD.format(version="1"))
    assert "À l'essai : card_photo, version 1" in admin.text
    assert keyed(admin, ticket) == ("Verifiez la photo\n0 Retour 9 Suite", False)
    assert "Verifiez la date" in keyed(admin, ticket, "9")[0]
    assert "Photo" not in house.post.dial(OFFICER, "2")
    admin.get("/console/forms/")
    admin.send(act(admin, "publish"))
    assert "Photo" in house.post.dial(OFFICER, "2")


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_screens_are_those_of_a_real_dial_with_all_their_pages(house: House, admin: Browser, language: str) -> None:
    """Menus of several pages, a code keyed at once, a wrong key, a place by its name, and the last look."""
    ticket = begun(admin, newer(INCIDENT))
    house.post.sms(VILLAGER, f"LANG {language}")
    session, text = secrets.token_hex(8), "1"
    house.post.hop(VILLAGER, session, "")
    said: list[str] = []
    screens = [house.post.hop(VILLAGER, session, text)]
    for key in ("9", "0", "7", "77", "2", "9", "0", "1", "9", "3", "1", "1", "Gogui", "1"):
        text, said = f"{text}*{key}", [*said, key]
        screens.append(house.post.hop(VILLAGER, session, text))
    for n, screen in enumerate(screens):
        if screen.startswith("END "):
            break
        assert keyed(admin, ticket, *said[:n], number=VILLAGER, language=language) == (screen[4:], False)
    assert n > 8


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        pytest.param("12 1 1 4 1 1", OFFICER, id="sent"),
        pytest.param("12 1 1 4 1 2", OFFICER, id="not sent"),
        pytest.param("0", OFFICER, id="left at once"),
        pytest.param("12 1 1 5 4 1 1 1 1", VILLAGER, id="a villager, and keys pressed afterwards"),
        pytest.param("33 1 1 3 Gogui 1 1 1 1 1", VILLAGER, id="what is guarded"),
        pytest.param("9 8 1 1 1 1 1 1 1 1", VILLAGER, id="on in another form"),
    ],
)
def test_what_is_tried_to_its_end_is_kept_nowhere(house: House, admin: Browser, keys: str, number: str) -> None:
    ticket, before = begun(admin, newer(INCIDENT)), everything(house.post)
    over = "Fin de l'essai. Rien n'a ete garde, personne n'est alerte.", True
    assert keyed(admin, ticket, *keys.split(), number=number) == over
    assert everything(house.post) == before
    assert house.post.asked == []


def test_a_phone_that_nobody_knows_is_not_made_known(house: House, admin: Browser) -> None:
    ticket, before = begun(admin, newer(INCIDENT)), everything(house.post)
    assert keyed(admin, ticket, "12", number="+22379999999")[1] is False
    assert everything(house.post) == before


@pytest.mark.parametrize("ends", ["published", "discarded", "sent anew", "an hour"])
def test_a_trial_ends(house: House, admin: Browser, ends: str) -> None:
    ticket = begun(admin, CARD.format(version="1"))
    admin.get("/console/forms/")
    if ends == "published":
        admin.send(act(admin, "publish"))
    elif ends == "discarded":
        admin.send(act(admin, "discard"))
    elif ends == "sent anew":
        upload(admin, CARD.format(version="1").replace("la date", "le jour"))
    else:
        with_sitting = timedelta(minutes=20)
        for _ in range(LASTS // with_sitting):
            house.post.watch.move(seconds=with_sitting.total_seconds())
            admin.get("/console/forms/")
    said, ended = keyed(admin, ticket)
    assert (said.startswith("Cet essai est fini"), ended) == (True, True)
    assert "Cet essai est fini" in admin.get(f"/phone?trial={ticket}").text
    assert "data-trial" not in (admin.said.text if admin.said else "")


def test_what_was_discarded_is_gone_and_what_was_published_cannot_be(house: House, admin: Browser) -> None:
    upload(admin, CARD.format(version="1"))
    admin.get("/console/forms/")
    address = act(admin, "discard")
    admin.send(address.replace("discard", "publish"))
    assert admin.send(address).status_code == 404
    assert "Photo" in house.post.dial(OFFICER, "2")
    upload(admin, CARD.format(version="2"))
    admin.get("/console/forms/")
    assert admin.send(act(admin, "discard")).status_code == 303
    assert "card_photo</code> 2" not in admin.get("/console/forms/").text
    with reading(house.post.parts.engine) as db:
        assert db.scalar(select(func.count()).where(Audit.act == "form_discarded")) == 1


def test_what_is_in_use_is_not_tried(house: House, admin: Browser) -> None:
    upload(admin, CARD.format(version="1"))
    admin.get("/console/forms/")
    address = act(admin, "try")
    admin.send(address.replace("/try", "/publish"))
    assert admin.send(address).status_code == 404


def test_trying_is_for_whoever_may_upload_and_for_who_began_it(house: House, admin: Browser) -> None:
    ticket = begun(admin, CARD.format(version="1"))
    coordinator, nobody = house.signed_in(COORDINATOR), house.browser()
    for other in (coordinator, nobody):
        assert other.get("/phone").status_code == 200
        assert other.send("/phone/trial", {"trial": ticket, "number": OFFICER, "language": "fr"}).status_code == 403
        assert other.get(f"/phone?trial={ticket}").status_code == 403
    assert coordinator.send("/console/forms/1/try").status_code == 403
    forged = ticket[:-1] + ("0" if ticket[-1] != "0" else "1")
    for wrong in (forged, "", "1.2.3", "9" * 19 + "." + "9" * 11 + "." + "0" * 64):
        admin.get("/phone")
        assert keyed(admin, wrong)[0].startswith("Cet essai est fini")


def test_the_ticket_of_another_administrator_opens_nothing(house: House, admin: Browser) -> None:
    ticket = begun(admin, CARD.format(version="1"))
    admin.get("/console/roster/")
    row = {"name": "Deux", "phone": OFFICER_2, "role": "admin", "language": "fr", "area": "ML", "level": "1"}
    assert admin.send("/console/roster/save", row).status_code == 303
    other = house.signed_in(OFFICER_2)
    other.get(f"/phone?trial={ticket}")
    assert keyed(other, ticket)[0].startswith("Cet essai est fini")


def test_where_phones_are_real_nothing_is_tried_and_it_is_said_why(house_with: Callable[..., House]) -> None:
    admin = house_with().signed_in(ADMIN)
    assert upload(admin, CARD.format(version="1")) == 200
    assert "On ne peut pas l'essayer ici" in admin.text
    assert "/try" not in (admin.said.text if admin.said else "")
    assert admin.send(act(admin, "publish").replace("publish", "try")).status_code == 404


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"said": ["1"] * 501}])
def test_what_no_page_of_ours_would_send_is_refused(house: House, admin: Browser, wrong: dict[str, object]) -> None:
    ticket = begun(admin, CARD.format(version="1"))
    form = {"trial": ticket, "number": OFFICER, "language": "fr", "said": ["1"], **wrong}
    assert admin.send("/phone/trial", form).status_code == 400
