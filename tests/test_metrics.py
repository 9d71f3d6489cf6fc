"""What a monitoring system is told, and that nobody else is."""

from datetime import UTC, datetime, timedelta

import pytest
from fixtures_redis import Server
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from models.alert import Alert
from models.base import new_id
from models.code import Compartment
from models.exercise import Exercise
from models.incident import History, Incident, IncidentState
from models.member import Member, Role
from models.message import Direction, Message, MessageState
from models.report import Report, ReportState
from service import metrics
from service.database import transaction
from service.queue import Dispatcher, quick_connection

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
TOKEN = "monitoring-monitoring-1"


def client(engine: Engine, redis_url: str, token: str = TOKEN) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(metrics.blueprint(engine, redis_url, token, lambda: NOW))
    return app.test_client()


def figures(web: FlaskClient) -> dict[str, float]:
    """Every figure by its name and the values of its labels."""
    answer = web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    samples = [each for family in text_string_to_metric_families(answer.text) for each in family.samples]
    return {" ".join([each.name, *each.labels.values()]): each.value for each in samples}


def report(reference: str, minutes_ago: int, *, routed: bool = False, partial: bool = False) -> Report:
    filed = NOW - timedelta(minutes=minutes_ago)
    return Report(
        reference=reference,
        compartment=Compartment.OPERATIONS,
        severity=3,
        act_no=1,
        form_name="incident",
        form_version="1",
        channel="ussd",
        state=ReportState.DRAFT if partial else ReportState.FILED,
        partial=partial,
        exercise=False,
        created_at=filed,
        filed_at=None if partial else filed,
        routed_at=NOW if routed else None,
    )


def message(direction: Direction, state: MessageState) -> Message:
    number = new_id()
    return Message(
        id=number,
        direction=direction,
        gateway="africastalking",
        parts=1,
        state=state,
        not_before_at=NOW,
        tries=0,
        client_ref=str(number),
        created_at=NOW,
    )


def incident(state: IncidentState, *, nobody: bool) -> list[Incident | History]:
    number = new_id()
    via = "nobody_to_tell" if nobody else "routing"
    row = Incident(id=number, compartment=Compartment.OPERATIONS, severity=3, state=state, version=1, created_at=NOW)
    return [row, History(incident_id=number, seq=1, via=via, to_state=state, at=NOW)]


@pytest.mark.parametrize(
    ("configured", "sent"),
    [(TOKEN, ""), (TOKEN, "Bearer wrong"), (TOKEN, "Bearer "), ("", ""), ("", "Bearer "), (TOKEN, "Bearer é")],
    ids=["nothing sent", "a wrong token", "an empty token", "none set", "none set, empty sent", "not even ASCII"],
)
def test_without_the_token_there_is_no_such_page(engine: Engine, redis_url: str, configured: str, sent: str) -> None:
    web = client(engine, redis_url, configured)
    assert web.get("/metrics", headers={"Authorization": sent}).status_code == 404


def test_the_token_does_not_belong_in_an_address(engine: Engine, redis_url: str) -> None:
    assert client(engine, redis_url).get(f"/metrics?token={TOKEN}").status_code == 404


def test_nothing_waits_in_an_empty_service(engine: Engine, redis_url: str) -> None:
    assert figures(client(engine, redis_url)) == {
        "karakoro_reports_waiting_for_routing": 0,
        "karakoro_oldest_report_waiting_seconds": 0,
        "karakoro_alerts_open": 0,
        "karakoro_alerts_lost": 0,
        "karakoro_incidents_nobody_to_tell": 0,
        "karakoro_incidents_nobody_left": 0,
        "karakoro_redis_up": 1,
        "karakoro_dials_refused": 0,
        "karakoro_jobs waiting": 0,
        "karakoro_jobs running": 0,
        "karakoro_jobs failed": 0,
    }


def test_reports_wait_until_they_are_routed_and_drafts_do_not_wait(engine: Engine, redis_url: str) -> None:
    with transaction(engine) as db:
        db.add_all([report("100008", 3), report("100016", 7), report("100024", 90, routed=True)])
        db.add(report("100032", 60, partial=True))
    found = figures(client(engine, redis_url))
    assert found["karakoro_reports_waiting_for_routing"] == 2
    assert found["karakoro_oldest_report_waiting_seconds"] == 7 * 60


def test_messages_are_counted_by_direction_and_state(engine: Engine, redis_url: str) -> None:
    with transaction(engine) as db:
        db.add_all([message(Direction.OUT, MessageState.DUE) for _ in range(2)])
        db.add(message(Direction.IN, MessageState.RECEIVED))
    found = figures(client(engine, redis_url))
    assert found["karakoro_messages out due"] == 2
    assert found["karakoro_messages in received"] == 1


def test_an_incident_that_nobody_could_be_told_of_is_counted_until_it_is_over(engine: Engine, redis_url: str) -> None:
    with transaction(engine) as db:
        for state, nobody in [
            (IncidentState.RECEIVED, True),
            (IncidentState.CLOSED, True),
            (IncidentState.RECEIVED, False),
        ]:
            for row in incident(state, nobody=nobody):
                db.add(row)
                db.flush()
        drill = Exercise(id=new_id(), begins_at=NOW, ends_at=NOW)
        case, past = incident(IncidentState.RECEIVED, nobody=True)
        case.exercise_id = drill.id
        for row in (drill, case, past):
            db.add(row)
            db.flush()
    assert figures(client(engine, redis_url))["karakoro_incidents_nobody_to_tell"] == 1


def test_an_alert_is_open_until_it_is_answered_or_ended(engine: Engine, redis_url: str) -> None:
    with transaction(engine) as db:
        case = incident(IncidentState.RECEIVED, nobody=False)[0]
        member = Member(id=new_id(), name_enc=b"", role=Role.COORDINATOR, level=1, language="fr")
        db.add_all([case, member])
        db.flush()
        for level, ends in enumerate([{}, {"acked_at": NOW}, {"ended_as": "recalled"}], start=1):
            db.add(Alert(incident_id=case.id, member_id=member.id, level=level, due_at=NOW, tries=0, **ends))
    assert figures(client(engine, redis_url))["karakoro_alerts_open"] == 1


def test_an_incident_that_every_level_was_told_of_is_counted_until_somebody_moves_it(
    engine: Engine, redis_url: str
) -> None:
    with transaction(engine) as db:
        for state, via in (("received", "nobody_left"), ("verified", "nobody_left"), ("received", "told_again")):
            row, past = incident(IncidentState(state), nobody=False)
            db.add(row)
            db.flush()
            past.via = via
            db.add(past)
    assert figures(client(engine, redis_url))["karakoro_incidents_nobody_left"] == 1


def test_the_queue_is_counted_and_an_absent_redis_is_a_figure_too(engine: Engine, own_redis: Server) -> None:
    Dispatcher(quick_connection(own_redis.url)).enqueue("route", 1)
    web = client(engine, own_redis.url)
    assert figures(web)["karakoro_jobs waiting"] == 1
    own_redis.kill()
    found = figures(web)
    assert found["karakoro_redis_up"] == 0
    assert "karakoro_jobs waiting" not in found
    own_redis.start()
