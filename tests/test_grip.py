"""Most hops lock nothing: whoever comes in between is noticed, and nobody's step is lost or taken twice."""

import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from fixtures_service import OFFICER, VILLAGER, Post
from sqlalchemy import delete, select, text, update

from models import contact as contacts
from models import conversation as conversations
from models import unfinished
from models.contact import Contact
from models.conversation import Conversation, Said
from models.glance import hold
from models.prepared import bare
from models.report import Report
from models.stamp import bump
from service.database import AtOnce, Unsure, reading, transaction
from service.exchange import answer_hop
from service.gateways.contract import Unreadable, UssdRequest
from service.grip import Changed, Grip
from service.lines import lines

GATEWAY = "africastalking"
MOVES = ("1", "1*1", "1*1*9", "1*1*9*0", "1*1*0", "1*1*0*2")  # of an officer: none of them opens a draft
LASTS = timedelta(minutes=5)


def grip_of(post: Post, phone: str, session: str) -> Grip:
    return Grip(post.parts, GATEWAY, session, phone, firm=False)


def keep(post: Post, grip: Grip, history: str, reply: str = "What was to be shown") -> None:
    assert grip.dial is not None
    said = Said(grip.dial.handler, grip.dial.state, reply, history, 0, False, None)
    grip.keep(grip.dial, said, post.watch(), LASTS)


def stands(post: Post, session: str) -> tuple[int | None, bytes | None]:
    with reading(post.parts.engine) as db:
        row = db.scalars(select(Conversation).where(Conversation.session_key == session)).one()
        return row.text_len, row.progress_enc


def another_hop(post: Post) -> None:
    post.hop(OFFICER, "S1", "1*1")


def another_dial(post: Post) -> None:
    post.hop(OFFICER, "S2", "")


def another_owner(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        db.execute(update(Conversation).where(Conversation.session_key == "S1").values(contact_id=None))


def let_go(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        unfinished.let_go(db, db.scalars(select(Conversation.id).where(Conversation.session_key == "S1")).one())


def its_end(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        db.execute(update(Conversation).where(Conversation.session_key == "S1").values(ended=True))


def a_purge(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        db.execute(delete(Conversation).where(Conversation.session_key == "S1"))


BETWEEN = [another_hop, another_dial, another_owner, let_go, its_end, a_purge]


@pytest.mark.parametrize("between", BETWEEN, ids=lambda act: act.__name__.replace("_", " "))
def test_a_step_is_not_kept_where_something_came_in_between(post: Post, between: Callable[[Post], None]) -> None:
    for said in ("", "1"):
        post.hop(OFFICER, "S1", said)
    with grip_of(post, OFFICER, "S1") as grip:
        between(post)
        with pytest.raises(Changed):
            keep(post, grip, "1*2")
    with reading(post.parts.engine) as db:
        kept = db.scalars(select(Conversation.text_len).where(Conversation.session_key == "S1")).all()
    assert kept == ([] if between is a_purge else [3] if between is another_hop else [1])
    if between is another_hop:
        assert "Quoi exactement" in post.hop(OFFICER, "S1", "1*1")


def a_language(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        contacts.speak(db, contacts.lock(db, post.parts.keys, OFFICER, post.watch()).id, "ar")


def new_places(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        bump(db, "places")


@pytest.mark.parametrize("between", [*BETWEEN, a_language, new_places], ids=lambda act: act.__name__.replace("_", " "))
def test_whoever_asks_for_the_database_finds_what_was_seen_or_begins_anew(
    post: Post, between: Callable[[Post], None]
) -> None:
    for said in ("", "1"):
        post.hop(OFFICER, "S1", said)
    with grip_of(post, OFFICER, "S1") as grip:
        between(post)
        with pytest.raises(Changed):
            grip.reach()


def test_nothing_in_between_and_the_step_is_kept(post: Post) -> None:
    for said in ("", "1"):
        post.hop(OFFICER, "S1", said)
    _, before = stands(post, "S1")
    with grip_of(post, OFFICER, "S1") as grip:
        keep(post, grip, "1*2", "Kept")
    length, after = stands(post, "S1")
    assert (length, after != before) == (3, True)
    assert post.hop(OFFICER, "S1", "1*2") == "CON Kept"


def test_a_hop_that_only_moves_waits_for_no_lock_on_its_phone(post: Post) -> None:
    """Somebody holds the contact's row (on SQLite: reads) all the while."""
    for said in ("", "1"):
        post.hop(OFFICER, "S1", said)
    with post.parts.engine.execution_options(reading=True).connect() as connection:
        connection.execute(select(Contact.id).with_for_update()).all()
        assert "Quoi exactement" in post.hop(OFFICER, "S1", "1*1")
        assert "Quoi exactement" in post.hop(OFFICER, "S1", "1*1")


def test_an_answer_that_arrives_while_the_dial_is_being_kept_as_it_stood_is_kept_too(post: Post) -> None:
    """The network tells the end of a dial while its last hop is still under way."""
    for said in ("", "1", "1*12", "1*12*1"):
        post.hop(OFFICER, "S1", said)
    with ThreadPoolExecutor(1) as pool:
        with transaction(post.parts.engine) as db:
            contacts.lock(db, post.parts.keys, OFFICER, post.watch())
            conversation_id = db.scalars(select(Conversation.id)).one()
            left = unfinished.find(db, post.parts.keys, conversation_id)
            assert left is not None
            with pytest.raises(TimeoutError):
                (hop := pool.submit(post.hop, OFFICER, "S1", "1*12*1*1")).result(0.4)
            unfinished.mark_abandoned(db, conversation_id, post.watch())
        assert "Combien" in hop.result(10)
    with reading(post.parts.engine) as db:
        kept = db.scalars(select(Conversation)).one()
        assert (kept.abandoned_at, kept.text_len) == (None, len("1*12*1*1"))


@pytest.mark.parametrize("times", [2, 10])
def test_a_key_that_comes_many_times_at_once_is_one_step(post: Post, times: int) -> None:
    _ = post.client
    post.hop(OFFICER, "S1", "")
    for history in MOVES:
        start = Barrier(times)

        def come(history: str = history, start: Barrier = start) -> str:
            start.wait()
            return post.hop(OFFICER, "S1", history)

        with ThreadPoolExecutor(times) as pool:
            screens = [future.result() for future in [pool.submit(come) for _ in range(times)]]
        assert len(set(screens)) == 1
        assert post.hop(OFFICER, "S1", history) == screens[0]
    assert screens[0].startswith("CON Quoi exactement")


def test_two_different_keys_at_once_are_one_step_and_a_look_at_it(post: Post) -> None:
    """Whoever comes second is told where the first has led: nothing is answered that nobody was asked."""
    _ = post.client
    post.hop(OFFICER, "S1", "")
    for round_ in range(10):
        session = f"S{round_ + 2}"
        post.hop(OFFICER, session, "")
        start = Barrier(2)

        def come(history: str, session: str = session, start: Barrier = start) -> str:
            start.wait()
            return post.hop(OFFICER, session, history)

        with ThreadPoolExecutor(2) as pool:
            screens = {future.result() for future in [pool.submit(come, key) for key in ("1", "2")]}
        assert len(screens) == 1


def hop_in_a_child(post: Post, start: Path, history: str) -> tuple[int, int]:
    """A process of its own that says this hop when `start` is there; its id, and where it writes what it was shown."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        while not start.exists():
            pass
        os.write(into, post.hop(OFFICER, "S1", history).encode())
        os._exit(0)
    os.close(into)
    return child, out


def test_two_processes_that_hear_the_same_key_at_once_take_one_step(post: Post, tmp_path: Path) -> None:
    _ = post.client
    post.hop(OFFICER, "S1", "")
    for history in (*MOVES[:2], "1*1*1", "1*1*1*1"):
        start = tmp_path / secrets.token_hex(4)
        children = [hop_in_a_child(post, start, history) for _ in range(2)]
        start.touch()
        screens = [os.read(out, 2000) for _, out in children]
        assert [os.waitpid(child, 0)[1] for child, _ in children] == [0, 0]
        assert len(set(screens)) == 1
        assert post.hop(OFFICER, "S1", history).encode() == screens[0]
    with reading(post.parts.engine) as db:
        assert len(db.scalars(select(Report.id)).all()) == 1


def test_a_session_of_another_phone_is_refused_without_a_word_of_it(post: Post) -> None:
    for said in ("", "1"):
        post.hop(OFFICER, "S1", said)
    before = stands(post, "S1")
    for history in ("1", "1*1"):
        request = UssdRequest("S1", VILLAGER, "*384*1234#", "", history=history, latest=None)
        with pytest.raises(Unreadable):
            answer_hop(post.parts, GATEWAY, request)
    assert stands(post, "S1") == before


def test_a_hop_that_may_not_begin_holds_nothing(post: Post) -> None:
    """A phone that is busy for too long is told so, and the next hop of this process finds all as it was."""
    post.hop(OFFICER, "S1", "")
    with transaction(post.parts.engine) as db:
        contacts.lock(db, post.parts.keys, OFFICER, post.watch())
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(post.hop, OFFICER, "S2", "").result(20).startswith("END ")
    assert post.hop(OFFICER, "S2", "").startswith("CON ")


def test_a_connection_that_has_died_costs_no_hop(post: Post) -> None:
    """As when the server was started anew: what was lent before is of no use any more."""
    for history in ("", "1", "1*12"):
        post.hop(OFFICER, "S1", history)
        kept = lines(post.parts.engine)
        kept.give_back(line := kept.take(post.parts.engine))
        line.bare.driver.close()
        assert post.hop(OFFICER, "S1", f"{history}*1" if history else "1").startswith("CON Qu")


def test_a_step_of_which_nobody_knows_whether_it_was_kept_is_looked_up(post: Post) -> None:
    """The driver dies while the answer of the database is on its way: the hop begins anew and finds out."""
    for history in ("", "1"):
        post.hop(OFFICER, "S1", history)
    at_once = AtOnce(post.parts.engine)
    with pytest.raises(Unsure):
        at_once.change(lambda bare: (bare.driver.close(), bare.driver.execute("SELECT 1")))
    at_once.give_back()
    with grip_of(post, OFFICER, "S1") as grip:
        grip.at_once.look(lambda bare: bare.driver.close())
        with pytest.raises(Changed):
            keep(post, grip, "1*1")
    assert "Quoi exactement" in post.hop(OFFICER, "S1", "1*1")


def test_a_server_that_has_forgotten_what_it_was_told_is_told_again(post: Post) -> None:
    """As behind a pooler, or after somebody's DEALLOCATE ALL."""
    for history in ("", "1"):
        post.hop(OFFICER, "S1", history)
    if post.parts.engine.dialect.name == "postgresql":
        at_once = AtOnce(post.parts.engine)
        at_once.look(lambda bare: bare.driver.pgconn.exec_(b"DEALLOCATE ALL"))
        at_once.give_back()
    assert "Quoi exactement" in post.hop(OFFICER, "S1", "1*1")


def test_what_is_taken_back_leaves_what_the_server_was_told(post: Post) -> None:
    """The driver by itself has the server forget all that it was told at each ROLLBACK, to a savepoint too."""
    for history in ("", "1"):
        post.hop(OFFICER, "S1", history)
    with transaction(post.parts.engine) as db:
        for _ in range(7):  # more often than the driver needs to tell the server something of its own
            db.execute(select(Contact.id).where(Contact.pseudonym == b"nobody's"))
        contacts.lock(db, post.parts.keys, OFFICER, post.watch())
        db.begin_nested().rollback()
        assert contacts.lock(db, post.parts.keys, OFFICER, post.watch()).member_id is not None
        db.rollback()
    with transaction(post.parts.engine) as db:
        assert contacts.lock(db, post.parts.keys, OFFICER, post.watch()).member_id is not None


@pytest.mark.parametrize(("durable", "waits"), [(True, "on"), (False, "off")])
def test_postgresql_waits_for_the_disk_where_something_is_promised_whatever_the_server_is_set_to(
    post: Post, durable: bool, waits: str
) -> None:
    if post.parts.engine.dialect.name != "postgresql":
        pytest.skip("SQLite always waits")
    keys, now = post.parts.keys, post.watch()
    for history in ("", "1"):
        post.hop(OFFICER, "S1", history)
    with transaction(post.parts.engine) as db:
        assert db.scalar(text("SHOW synchronous_commit")) == "on"
        seen = hold(db, keys, (GATEWAY, "S1"), OFFICER, now)
        assert seen
        dial = seen[1]
        said = Said(dial.handler, dial.state, "Shown", "1*1", 0, durable, None)
        row = conversations.save(db, keys, dial, said, now, LASTS)
        assert db.scalar(text("SHOW synchronous_commit")) == waits
    with transaction(post.parts.engine) as db:
        db.execute(text("SET LOCAL synchronous_commit = off"))  # as on a line where each statement is kept by itself
        assert conversations.advance(bare(db), keys, conversations.as_dial(keys, row), said, now, LASTS)
        assert db.scalar(text("SHOW synchronous_commit")) == waits
    at_once = AtOnce(post.parts.engine)
    shown = at_once.look(lambda bare: bare.driver.pgconn.exec_(b"SHOW synchronous_commit").get_value(0, 0))
    at_once.give_back()
    assert shown == b"off"
