"""What nobody was there to be told of is told to whoever is there later: once, and not all at once."""

from datetime import timedelta

import pytest
from fixtures_service import (
    ADMIN,
    COORDINATOR,
    COORDINATOR_ENGLISH,
    COORDINATOR_LEVEL_2,
    MONDAY,
    NATIONAL,
    Post,
)
from sqlalchemy import func, select, update

from handlers import silence
from handlers.rerouting import reroute
from models import exercise as exercises
from models import hold
from models.alert import Alert
from models.incident import Incident, IncidentState
from models.ladder import Ladder, count_untold
from models.member import Member, Role
from models.report import Report
from models.roster import import_roster, reinstate, suspend
from service.database import reading, transaction
from service.exchange import follow_up
from service.simulator.server import Simulator
from service.stocking import rolls

ALL = (COORDINATOR, COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2, NATIONAL, "+22236000013", "+22236000014", "+22236000016")
NEW = "+22370000077"
ROW = {"name": "N", "phone": NEW, "role": "coordinator", "language": "fr", "area": "ML11", "level": "1"}
GRAVE, SERIOUS, MIDDLING = "12#1 Gogui", "22#1 Gogui", "21#1 Gogui"


def mark(post: Post, phones: tuple[str, ...], *, lost: bool) -> None:
    with transaction(post.parts.engine) as db:
        for phone in phones:
            member_id = (suspend if lost else reinstate)(db, post.parts.keys, phone, post.watch())
            follow_up(post.parts, reroute(post.parts.desk(db), {member_id} if member_id else set()))


def enrol(post: Post, **other: str) -> None:
    with transaction(post.parts.engine) as db:
        account = import_roster(db, rolls(post.parts.desk(db)), [{**ROW, **other}])
    assert not account.problems


def pass_(post: Post, minutes: float = 0) -> None:
    post.watch.move(minutes=minutes)
    for task in ("newcomers", "ladder", "sweep"):
        post.ask(task)
        post.work()


def report(post: Post, *texts: str) -> None:
    for number, text in enumerate(texts):
        post.sms(f"+2237700{number:04}", text)
    post.work()


def heard(simulator: Simulator, phone: str = NEW) -> list[str]:
    return [message.text for message in simulator.network.inbox(phone)]


@pytest.fixture(params=["the administrator aside", "nor an administrator"])
def deserted(post: Post, request: pytest.FixtureRequest) -> Post:
    """Nobody holds the area; there is an administrator to be told instead, or not even that."""
    mark(post, (*ALL, *((ADMIN,) if request.param == "nor an administrator" else ())), lost=True)
    return post


def test_whoever_is_enrolled_later_hears_at_once_of_what_is_grave_and_once(
    deserted: Post, simulator: Simulator
) -> None:
    report(deserted, GRAVE)
    pass_(deserted, 120)
    enrol(deserted)
    pass_(deserted, 1)
    assert len(heard(simulator)) == 1
    assert heard(simulator)[0].startswith("!!S4 Attaque / tirs(12) Gogui ML1101 09:00")
    for _ in range(5):
        pass_(deserted, 1)
    assert len(heard(simulator)) == 1
    with reading(deserted.parts.engine) as db:
        assert count_untold(db) == 0


def test_the_ladder_stands_from_then_on(deserted: Post, simulator: Simulator) -> None:
    report(deserted, GRAVE)
    pass_(deserted, 120)
    enrol(deserted)
    pass_(deserted, 1)
    pass_(deserted, 15.5)
    assert heard(simulator)[1].startswith("ENCORE !!S4 ")
    with reading(deserted.parts.engine) as db:
        assert db.scalars(select(Ladder.level)).one() == 1


def test_a_phone_that_is_back_hears_of_what_was_taken_from_it_and_told_to_nobody_else(
    post: Post, simulator: Simulator
) -> None:
    mark(post, (*ALL[1:], ADMIN), lost=True)
    report(post, GRAVE)
    assert len(heard(simulator, COORDINATOR)) == 1
    mark(post, (COORDINATOR,), lost=True)
    pass_(post, 60)
    mark(post, (COORDINATOR,), lost=False)
    pass_(post, 1)
    assert len(heard(simulator, COORDINATOR)) == 2
    pass_(post, 1)
    assert len(heard(simulator, COORDINATOR)) == 2
    post.sms(COORDINATOR, "ACK")
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Incident.owner_id)).one() is not None


def test_whoever_says_start_again_hears_of_it(post: Post, simulator: Simulator) -> None:
    mark(post, (*ALL[1:], ADMIN), lost=True)
    post.sms(COORDINATOR, "STOP")
    post.work()
    report(post, GRAVE)
    pass_(post, 1)
    before = len(heard(simulator, COORDINATOR))
    with transaction(post.parts.engine) as db:
        silence.restart(post.parts.desk(db), COORDINATOR)
    pass_(post, 1)
    assert [text[:4] for text in heard(simulator, COORDINATOR)[before:]] == ["!!S4"]


def test_all_that_is_grave_comes_one_by_one_and_the_rest_together(deserted: Post, simulator: Simulator) -> None:
    report(deserted, *[GRAVE] * 8, *[SERIOUS] * 3, "71#1 Gogui", "72#1 Gogui", "64#1 Gogui")
    pass_(deserted, 120)
    enrol(deserted)
    pass_(deserted, 1)
    assert [text[:4] for text in heard(simulator)] == ["!!S4"] * 8
    pass_(deserted, 15)
    together = [text for text in heard(simulator) if not text.startswith(("!!S4", "ENCORE"))]
    assert len(together) == 1
    assert len(together[0].splitlines()) <= 6
    with reading(deserted.parts.engine) as db:
        coordinators = select(Member.id).where(Member.role == Role.COORDINATOR)
        mine = db.scalar(select(func.count(Alert.id)).where(Alert.member_id.in_(coordinators)))
        assert mine == db.scalar(select(func.count(Incident.id))) == 12  # three of one kind are one


def test_what_is_not_grave_waits_for_the_morning(deserted: Post, simulator: Simulator) -> None:
    report(deserted, MIDDLING)
    deserted.watch.at = MONDAY.replace(hour=23)
    enrol(deserted)
    pass_(deserted)
    pass_(deserted, 6 * 60)
    assert heard(simulator) == []
    pass_(deserted, 75)
    assert heard(simulator)[0].startswith("!S2 Vol de betail(21) Gogui ML1101 02/03 09:00 ")


@pytest.mark.parametrize(
    "other",
    [{"area": "MR10"}, {"role": "officer"}, {"role": "protection"}, {"role": "relay"}],
    ids=["elsewhere", "officer", "protection", "relay"],
)
def test_whom_no_route_names_hears_nothing(deserted: Post, simulator: Simulator, other: dict[str, str]) -> None:
    report(deserted, GRAVE)
    pass_(deserted, 120)
    enrol(deserted, **other)
    pass_(deserted, 1)
    assert heard(simulator) == []


@pytest.mark.parametrize("state", [state for state in IncidentState if state not in ("received", "to_verify")])
def test_what_somebody_has_moved_is_told_to_no_newcomer(
    deserted: Post, simulator: Simulator, state: IncidentState
) -> None:
    report(deserted, GRAVE)
    with transaction(deserted.parts.engine) as db:
        db.execute(update(Incident).values(state=state))
    enrol(deserted)
    pass_(deserted, 1)
    assert heard(simulator) == []


def test_what_is_older_than_a_month_stays_on_the_board(deserted: Post, simulator: Simulator) -> None:
    report(deserted, GRAVE)
    deserted.watch.move(days=31)
    enrol(deserted)
    pass_(deserted, 1)
    assert heard(simulator) == []


def test_what_members_were_told_of_is_no_newcomer_s_matter(post: Post, simulator: Simulator) -> None:
    report(post, GRAVE)
    enrol(post)
    pass_(post, 1)
    assert heard(simulator) == []


def test_an_exercise_is_told_to_no_newcomer(post: Post, simulator: Simulator) -> None:
    mark(post, ALL, lost=True)
    report(post, GRAVE)
    with transaction(post.parts.engine) as db:
        db.execute(update(Report).values(exercise=True))
        exercise_id = exercises.begin(db, [], post.watch(), post.watch() + timedelta(hours=4))
        db.execute(update(Incident).values(exercise_id=exercise_id))
    enrol(post)
    pass_(post, 1)
    assert heard(simulator) == []


def test_a_restored_service_tells_no_newcomer_before_it_is_let_go(deserted: Post, simulator: Simulator) -> None:
    report(deserted, GRAVE)
    with transaction(deserted.parts.engine) as db:
        hold.begin(db, deserted.watch())
    enrol(deserted)
    pass_(deserted, 1)
    assert heard(simulator) == []
    with transaction(deserted.parts.engine) as db:
        hold.end(db, deserted.watch(), let_go=True)
    pass_(deserted, 1)
    assert len(heard(simulator)) == 1
