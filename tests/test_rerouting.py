"""When the roster changes, open alerts go to whoever holds them now."""

import pytest
from fixtures_service import COORDINATOR, COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2, VILLAGER, Post
from sqlalchemy import select

from handlers.rerouting import reroute
from models.alert import Alert
from models.incident import Incident
from models.report import Report
from models.roster import import_roster, suspend
from service.database import reading, transaction
from service.exchange import follow_up
from service.simulator.server import Simulator
from service.stocking import rolls


def alert_somebody(post: Post) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()


def lose(post: Post, *phones: str) -> None:
    with transaction(post.parts.engine) as db:
        moved = {suspend(db, post.parts.keys, phone, post.watch()) for phone in phones}
        effects = reroute(post.parts.desk(db), {member_id for member_id in moved if member_id})
    follow_up(post.parts, effects)
    post.work()


def owner(post: Post) -> int | None:
    with reading(post.parts.engine) as db:
        return db.scalars(select(Incident.owner_id)).one()


def import_row(post: Post, row: dict[str, str]) -> None:
    with transaction(post.parts.engine) as db:
        desk = post.parts.desk(db)
        account = import_roster(db, rolls(desk), [row])
        effects = reroute(desk, account.moved)
    assert not account.problems
    follow_up(post.parts, effects)
    post.work()


def test_the_alert_of_a_seized_phone_goes_to_the_next_level(post: Post, simulator: Simulator) -> None:
    alert_somebody(post)
    lose(post, COORDINATOR, COORDINATOR_ENGLISH)
    assert len(simulator.network.inbox(COORDINATOR_LEVEL_2)) == 1
    assert simulator.network.inbox(COORDINATOR_LEVEL_2)[0].text.startswith("!!S4 ")


def test_a_seized_phone_cannot_take_its_alert_any_more(post: Post) -> None:
    alert_somebody(post)
    lose(post, COORDINATOR)
    post.sms(COORDINATOR, "ACK")
    post.work()
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Alert.acked_at)).all() == [None, None]
        assert "rerouted" in db.scalars(select(Alert.ended_as)).all()


def test_a_member_who_moves_away_leaves_the_alert_to_the_others(post: Post, simulator: Simulator) -> None:
    alert_somebody(post)
    elsewhere = {"name": "A", "phone": COORDINATOR, "role": "coordinator", "language": "fr", "area": "MR10"}
    import_row(post, elsewhere)
    assert len(simulator.network.inbox(COORDINATOR_ENGLISH)) == 1
    with reading(post.parts.engine) as db:
        assert sorted(str(ended) for ended in db.scalars(select(Alert.ended_as))) == ["None", "rerouted"]


def test_whoever_has_taken_it_keeps_it(post: Post, simulator: Simulator) -> None:
    alert_somebody(post)
    post.sms(COORDINATOR, "ACK")
    post.work()
    lose(post, COORDINATOR)
    assert simulator.network.inbox(COORDINATOR_LEVEL_2) == []


@pytest.mark.parametrize(("text", "minutes"), [("22#1 Gogui", 60), ("12#1 Gogui", 15)])
def test_whoever_is_left_of_a_level_has_as_long_to_answer_as_before(
    post: Post, simulator: Simulator, text: str, minutes: int
) -> None:
    post.sms(VILLAGER, text)
    post.work()
    lose(post, COORDINATOR)
    same = {"name": "A", "phone": COORDINATOR_ENGLISH, "role": "coordinator", "language": "fr", "area": "ML11"}
    import_row(post, same)
    heard = []
    for length in (minutes - 1, 1):
        post.watch.move(minutes=length)
        post.ask("ladder")
        post.work()
        heard.append(sum(len(simulator.network.inbox(each)) for each in (COORDINATOR_ENGLISH, COORDINATOR_LEVEL_2)))
    assert heard == [1, 2]


@pytest.mark.parametrize(("text", "verdict"), [("21#1 Gogui", ""), ("12#1 Gogui", ""), ("21#1 Gogui", "NON")])
def test_what_the_member_of_a_seized_phone_has_is_taken_over_at_once(post: Post, text: str, verdict: str) -> None:
    """Of what is not grave no clock would ever give it free."""
    post.sms(VILLAGER, text)
    post.work()
    post.watch.move(minutes=15)
    post.ask("ladder")
    post.work()
    with reading(post.parts.engine) as db:
        reference = db.scalars(select(Report.reference)).one()
    post.sms(COORDINATOR, f"ACK {reference}")
    if verdict:
        post.sms(COORDINATOR, f"{verdict} {reference}")
    first = owner(post)
    post.sms(COORDINATOR_ENGLISH, f"ACK {reference}")
    assert owner(post) == first
    lose(post, COORDINATOR)
    post.sms(COORDINATOR_ENGLISH, f"ACK {reference}")
    assert owner(post) not in (None, first)


def test_a_change_of_language_alerts_nobody_again(post: Post, simulator: Simulator) -> None:
    alert_somebody(post)
    same = {"name": "A", "phone": COORDINATOR, "role": "coordinator", "language": "ar", "area": "ML11", "level": "1"}
    import_row(post, same)
    assert len(simulator.network.inbox(COORDINATOR)) == 1
