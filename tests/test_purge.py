"""What has been kept for long enough goes, by rules that are rows; counts stay, and so does what is still needed."""

from datetime import timedelta

import pytest
from click.testing import Result
from fixtures_service import ADMIN, COMPLAINTS, COORDINATOR, OFFICER, VILLAGER, VILLAGER_2, Post
from sqlalchemy import event, func, select, update

from models import audit, retention
from models import contact as contacts
from models.audit import Audit
from models.base import Base
from models.code import Compartment
from models.contact import Contact, Suppression
from models.conversation import Conversation
from models.incident import Hand, Incident, IncidentState
from models.incident import move as move_incident
from models.message import Message
from models.report import Report
from models.report_body import ReportBody
from models.retention import Kept, Purged, Retention
from models.ticket import Ticket
from service import purge as purging
from service.app import create_app
from service.clock import TASKS
from service.database import reading, transaction


def run(post: Post, *words: str) -> Result:
    return create_app(post.parts).test_cli_runner().invoke(args=list(words))


def count(post: Post, table: type[Base]) -> int:
    with reading(post.parts.engine) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def tell(post: Post, *texts: str, phone: str = VILLAGER) -> None:
    for text in texts:
        post.sms(phone, text)
        post.work()


def close_all(post: Post, to: IncidentState = IncidentState.CLOSED) -> None:
    with transaction(post.parts.engine) as db:
        for incident in db.scalars(select(Incident)).all():
            move_incident(db, incident, to, Hand(None, "test"), post.watch())


def purge(post: Post) -> dict[tuple[str, str], int]:
    return {(rule.kept.value, rule.compartment): gone for rule, gone in purging.purge(post.parts)}


def bodies(post: Post) -> set[Compartment]:
    with reading(post.parts.engine) as db:
        query = select(Report.compartment).join(ReportBody, ReportBody.report_id == Report.id)
        return set(db.scalars(query))


def test_the_rules_are_rows_with_the_days_that_were_found_right(post: Post) -> None:
    with reading(post.parts.engine) as db:
        days = {(rule.kept, rule.compartment): rule.days for rule in retention.rules(db)}
    assert days[Kept.LINK, "operations"] == days[Kept.BODY, "feedback"] == 90
    assert {days[Kept.BODY, each] for each in ("protection", "complaints", "psea")} == {30}
    assert days[Kept.SESSION, ""] == 7
    assert days[Kept.AUDIT, ""] == 730


def test_what_is_closed_for_90_days_loses_its_words_and_its_phone_and_still_counts(post: Post) -> None:
    tell(post, "41#1#60 Gogui")
    post.watch.move(days=60)
    close_all(post)
    post.watch.move(days=89)
    purge(post)
    assert bodies(post) == {Compartment.OPERATIONS}
    post.watch.move(days=2)
    gone = purge(post)
    assert gone["body", "operations"] == gone["link", "operations"] == 1
    with reading(post.parts.engine) as db:
        report = db.scalars(select(Report)).one()
        assert (report.contact_id, report.conversation_id) == (None, None)
        assert (report.code, report.area, report.severity) == ("41", "ML1101", 3)
        assert db.scalars(select(Incident)).one().state is IncidentState.CLOSED


def test_what_is_not_closed_stays_for_a_year(post: Post) -> None:
    tell(post, "41#1#60 Gogui")
    post.watch.move(days=364)
    purge(post)
    assert bodies(post) == {Compartment.OPERATIONS}
    post.watch.move(days=2)
    assert purge(post)["open_body", ""] == 1
    assert bodies(post) == set()


@pytest.mark.parametrize("state", [IncidentState.IN_PROGRESS, IncidentState.CLOSED])
def test_a_complaint_goes_30_days_after_it_was_handed_over(post: Post, state: IncidentState) -> None:
    tell(post, "AVIS 86", "1", "1", "de l'argent")
    tell(post, "41#1#60 Gogui", phone=VILLAGER_2)
    close_all(post, state)
    post.watch.move(days=29)
    purge(post)
    assert bodies(post) == {Compartment.COMPLAINTS, Compartment.OPERATIONS}
    post.watch.move(days=2)
    assert purge(post)["body", "complaints"] == 1
    assert bodies(post) == {Compartment.OPERATIONS}


def test_what_was_reopened_counts_from_its_last_end(post: Post) -> None:
    tell(post, "41#1#60 Gogui")
    close_all(post)
    post.watch.move(days=80)
    close_all(post, IncidentState.VERIFIED)
    post.watch.move(days=20)
    close_all(post)
    post.watch.move(days=80)
    purge(post)
    assert bodies(post) == {Compartment.OPERATIONS}


def test_texts_and_sessions_go_by_their_own_days_and_a_number_when_nothing_leads_to_it(post: Post) -> None:
    tell(post, "41#1#60 Gogui", "STOP")
    post.dial(VILLAGER, "4")
    close_all(post)
    before = count(post, Contact)
    post.watch.move(days=8)
    purge(post)
    assert count(post, Conversation) == 0
    post.watch.move(days=23)
    purge(post)
    with reading(post.parts.engine) as db:
        kept = Message.body_enc.is_not(None) | Message.contact_id.is_not(None) | Message.provider_id.is_not(None)
        assert db.scalars(select(Message.id).where(kept)).first() is None
        assert db.scalar(select(func.count()).select_from(Message)) > 0
    assert count(post, Contact) == before
    post.watch.move(days=65)
    purge(post)
    with reading(post.parts.engine) as db:
        assert contacts.find(db, post.parts.keys, VILLAGER) is None
        assert contacts.find(db, post.parts.keys, OFFICER) is not None, "members stay"
    assert count(post, Suppression) == 1


def test_a_draft_that_nobody_finished_goes_after_30_days(post: Post) -> None:
    post.dial(VILLAGER, "1", "12", "1")
    post.watch.move(minutes=10)
    post.ask("sweep")
    post.work()
    assert bodies(post) == {Compartment.OPERATIONS}
    post.watch.move(days=31)
    assert purge(post)["draft", ""] == 1
    assert bodies(post) == set()
    post.watch.move(days=1)
    purge(post)
    assert count(post, Conversation) == 0


def test_an_anonymous_report_is_followed_until_its_words_go(post: Post) -> None:
    tell(post, "99#41#1#60 Gogui")
    post.watch.move(minutes=11)
    post.ask("forget")
    post.work()
    close_all(post)
    post.watch.move(days=89)
    purge(post)
    assert count(post, Ticket) == 1
    post.watch.move(days=2)
    purge(post)
    assert count(post, Ticket) == 0


def test_the_audit_goes_after_two_years_by_whole_seals(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        audit.record(db, 1, "read_report", 2, "a reason", post.watch())
        db.flush()
        audit.seal(db, post.parts.keys, post.watch(), 100)
    post.watch.move(days=729)
    purge(post)
    assert count(post, Audit) == 1
    post.watch.move(days=2)
    assert purge(post)["audit", ""] == 1
    assert count(post, Audit) == 0


def test_a_rule_that_an_administrator_changed_is_the_rule(post: Post) -> None:
    tell(post, "41#1#60 Gogui")
    close_all(post)
    with transaction(post.parts.engine) as db:
        db.execute(update(Retention).where(Retention.kept == Kept.BODY).values(days=5))
        retention.fill_up(db)
    post.watch.move(days=6)
    assert purge(post) == {("body", "operations"): 1}


def test_a_dry_run_counts_and_takes_nothing(post: Post) -> None:
    tell(post, "41#1#60 Gogui")
    close_all(post)
    post.watch.move(days=91)
    told = run(post, "purge", "--dry-run").output
    assert "body of operations, over 90 days: 1\n" in told
    assert bodies(post) == {Compartment.OPERATIONS}
    assert count(post, Purged) == 0
    went = run(post, "purge").output
    assert "body of operations, over 90 days: 1\n" in went
    assert went.endswith(" gone.\n")
    assert run(post, "purge").output == "0 gone.\n"


def test_the_log_holds_counts_and_the_clock_asks_once_a_day(post: Post) -> None:
    tell(post, "41#1#60 Gogui")
    close_all(post)
    post.watch.move(days=91)
    post.ask("purge")
    post.work()
    with reading(post.parts.engine) as db:
        lines = {(line.kept.value, line.compartment): line.gone for line in retention.log(db, post.watch())}
    assert lines["body", "operations"] == 1
    assert {task.every_seconds for task in TASKS if task.name == "purge"} == {24 * 3600}


def test_it_goes_in_small_portions(post: Post) -> None:
    for number in range(5):
        tell(post, f"41#1#{number + 60} Gogui", phone=f"+2237612340{number}")
    close_all(post)
    post.watch.move(days=91)
    sizes: list[int] = []

    def hear(_connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE FROM report_body"):
            sizes.append(getattr(cursor, "rowcount", 0))

    event.listen(post.parts.engine, "after_cursor_execute", hear)
    gone = {(rule.kept, rule.compartment): count for rule, count in purging.purge(post.parts, portion=2)}
    assert gone[Kept.BODY, "operations"] == 5
    assert sizes == [2, 2, 1]


def test_nobody_on_the_roster_is_forgotten(post: Post) -> None:
    post.watch.move(days=1000)
    purge(post)
    with reading(post.parts.engine) as db:
        for phone in (ADMIN, COMPLAINTS, COORDINATOR, OFFICER):
            assert contacts.find(db, post.parts.keys, phone) is not None


def test_two_runs_at_once_take_nothing_twice(post: Post) -> None:
    tell(post, "41#1#60 Gogui")
    close_all(post)
    post.watch.move(days=91)
    first, second = purging.purge(post.parts), purging.purge(post.parts)
    gone = [next(first)[1], *(count for _, count in second), *(count for _, count in first)]
    assert sum(gone) == sum(line for line in _logged(post))


def _logged(post: Post) -> list[int]:
    with reading(post.parts.engine) as db:
        return [line.gone for line in retention.log(db, post.watch() - timedelta(days=1))]
