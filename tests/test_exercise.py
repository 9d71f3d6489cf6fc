"""An exercise alerts nobody but those who take part, says so on every message, and counts for nothing."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from fixtures_service import (
    ADMIN,
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    NATIONAL,
    OFFICER,
    OFFICER_2,
    PROTECTION,
    VILLAGER,
    Post,
)
from sqlalchemy import delete, select, update

from flows.form import Form
from handlers import exercising, replying
from models import contact as contacts
from models import member as members
from models.base import new_id
from models.code import Compartment
from models.incident import Incident
from models.place import Place, PlaceAlias
from models.published import PublishedForm
from models.report import Report
from models.stamp import bump
from models.threshold import Threshold
from service.database import reading, transaction
from service.exchange import follow_up
from service.shelf import Shelf
from service.simulator.server import Simulator

ROOT = Path(__file__).parent.parent
OTHERS = (COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2, NATIONAL, ADMIN, PROTECTION)


def got(simulator: Simulator, phone: str) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


def begin(post: Post, *phones: str) -> int:
    with transaction(post.parts.engine) as db:
        found = [members.of_contact(db, contacts.find(db, post.parts.keys, phone), post.watch()) for phone in phones]
        taking = [member.id for member in found if member]
        exercise_id, effects = exercising.start(post.parts.desk(db), taking, timedelta(hours=4))
    follow_up(post.parts, effects)
    post.work()
    return exercise_id


def tick(post: Post, **length: float) -> None:
    post.watch.move(**length)
    for _ in range(2):
        for task in ("sweep", "ladder"):
            post.ask(task)
        post.work()


def tell(post: Post, phone: str, text: str) -> None:
    post.watch.move(seconds=1)
    post.sms(phone, text)
    post.work()


def reports(post: Post) -> list[bool]:
    with reading(post.parts.engine) as db:
        return list(db.scalars(select(Report.exercise).order_by(Report.created_at)))


def test_nobody_hears_of_it_but_who_takes_part_and_every_message_says_what_it_is(
    post: Post, simulator: Simulator
) -> None:
    begin(post, OFFICER, COORDINATOR)
    tell(post, OFFICER, "13#1 Gogui")
    tick(post, minutes=15)
    tell(post, COORDINATOR, "ACK")
    for _ in range(8):
        tick(post, minutes=20)
    assert [got(simulator, phone) for phone in OTHERS] == [[]] * len(OTHERS)
    for phone in (OFFICER, COORDINATOR):
        assert len(got(simulator, phone)) >= 3
        assert all(text.startswith("EXERCICE ") for text in got(simulator, phone))


def test_what_others_report_meanwhile_is_real(post: Post, simulator: Simulator) -> None:
    begin(post, OFFICER, COORDINATOR)
    tell(post, VILLAGER, "13#1 Gogui")
    assert got(simulator, COORDINATOR_ENGLISH)[0].startswith("!!S4")
    assert reports(post) == [False]


def test_what_is_told_in_confidence_alerts_no_real_desk(post: Post, simulator: Simulator) -> None:
    begin(post, OFFICER, COORDINATOR)
    tell(post, OFFICER, "33#1 Gogui")
    for answer in ("1", "2", "1"):
        tell(post, OFFICER, answer)
    assert reports(post) == [True]
    assert got(simulator, PROTECTION) == []


def test_what_is_told_without_a_number_or_in_confidence_is_answered_with_the_word(
    post: Post, simulator: Simulator
) -> None:
    begin(post, OFFICER, COORDINATOR)
    tell(post, OFFICER, "99#13#1 Gogui")
    tell(post, OFFICER, "99 OUI")
    tell(post, COORDINATOR, "ACK")
    assert got(simulator, OFFICER)[-1].startswith("EXERCICE Ref ")
    assert got(simulator, OFFICER)[-1].endswith("quelqu'un s'en occupe.")
    for text in ("33#1 Gogui", "1", "2", "1"):
        tell(post, OFFICER, text)
    with transaction(post.parts.engine) as db:
        guarded = db.scalars(select(Report).where(Report.compartment == Compartment.PROTECTION)).one()
        assert replying.wording(post.parts.desk(db), guarded, "x").startswith("EXERCICE ")


def test_an_exercise_is_never_merged_with_what_is_real_and_adds_up_to_nothing(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        db.add(Threshold(id=new_id(), code="22", reports=2, days=7, severity=3, active=True))
    begin(post, OFFICER, COORDINATOR)
    tell(post, VILLAGER, "22#2 Gogui")
    tell(post, OFFICER, "22#2 Gogui")
    tell(post, OFFICER, "22#2 Nioro")
    with reading(post.parts.engine) as db:
        found = db.scalars(select(Incident.exercise_id).order_by(Incident.created_at)).all()
    assert [each is None for each in found] == [True, False]


@pytest.mark.parametrize("word", ["REEL", "real"])
def test_whoever_sees_something_real_leaves_it_with_one_word(post: Post, simulator: Simulator, word: str) -> None:
    begin(post, OFFICER, COORDINATOR)
    tell(post, OFFICER, word)
    tell(post, OFFICER, "13#1 Gogui")
    assert reports(post) == [False]
    assert got(simulator, COORDINATOR_ENGLISH)[0].startswith("!!S4")


def test_it_ends_by_itself_and_everybody_is_told(post: Post, simulator: Simulator) -> None:
    begin(post, OFFICER, COORDINATOR)
    tick(post, hours=4, seconds=5)
    assert got(simulator, OFFICER)[-1] == "EXERCICE termine. Ce que vous signalez est de nouveau reel."
    tell(post, OFFICER, "13#1 Gogui")
    assert reports(post) == [False]


def test_it_can_be_stopped_and_then_nobody_is_chased_for_it(post: Post, simulator: Simulator) -> None:
    exercise_id = begin(post, OFFICER, COORDINATOR)
    tell(post, OFFICER, "13#1 Gogui")
    with transaction(post.parts.engine) as db:
        effects = exercising.stop(post.parts.desk(db), exercise_id)
    assert effects
    follow_up(post.parts, effects)
    for _ in range(20):
        tick(post, minutes=15)
    assert not any("ENCORE" in text for text in got(simulator, COORDINATOR))
    assert sum("termine" in text for text in got(simulator, COORDINATOR)) == 1


CARD = """
| survey | type | name | label::Français (fr) |
|---|---|---|---|
| | text | full | {label} |

| settings | form_title | form_id | version | default_language |
|---|---|---|---|---|
| | Pleine | card_full | 1 | fr |
"""


def uploaded(post: Post, length: int) -> Form | None:
    """A card of one question, whose label has so many letters."""
    source = CARD.format(label="M" * length).encode()
    digest = hashlib.sha256(source).digest()
    shelf = Shelf(ROOT / "flows" / "forms", post.parts.words, post.parts.policy.limits)
    return shelf.form_of(PublishedForm(name="card_full", suffix=".md", version="1", source=source, digest=digest))


def test_an_uploaded_form_that_fits_only_without_the_word_is_used_all_the_same_and_goes_without_it(post: Post) -> None:
    found = {length: uploaded(post, length) for length in (151, 152, 160, 161)}
    assert {length: form and form.roomy for length, form in found.items()} == {
        151: True,
        152: False,
        160: False,
        161: None,
    }


def test_a_region_whose_name_leaves_no_room_for_the_word_is_shown_without_it(post: Post) -> None:
    """Nothing that is to be told is lost for a word."""
    begin(post, OFFICER_2, COORDINATOR)
    name = "م" * (post.parts.policy.limits.ucs2 - len("1 \n0 رجوع\n9 المزيد"))
    with transaction(post.parts.engine) as db:
        region = Place.level == 1, Place.pcode == "ML11"
        db.execute(delete(PlaceAlias).where(PlaceAlias.place_id.in_(select(Place.id).where(*region))))
        db.execute(update(Place).where(*region).values(name=name))
        bump(db, "places")
    assert name in post.dial(OFFICER_2, "1", "12", "1", "1", "4", "3", "1", "9")
