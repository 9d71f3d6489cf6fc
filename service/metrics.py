"""What a monitoring system may know: how much waits, for how long, and whom nobody could be told of."""

import hmac
from collections.abc import Callable, Iterator
from datetime import datetime

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis import Redis, RedisError
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models import ladder as ladders
from models import outlet as outlets
from models import reach, restraint
from models.alert import Alert
from models.mail import Mail
from models.message import Message
from models.report import Report
from service.brake import refused_dials
from service.database import reading
from service.queue import lengths, quick_connection


def blueprint(engine: Engine, redis_url: str, token: str, now: Callable[[], datetime]) -> Blueprint:
    """/metrics, for whoever sends `Authorization: Bearer TOKEN`; to everybody else there is no such page."""
    metrics = Blueprint("metrics", __name__)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(engine, quick_connection(redis_url), now))

    @metrics.get("/metrics")
    def show() -> Response:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            abort(404)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return metrics


class Figures(Collector):
    """Everything is counted when it is asked for, so every process gives the same answer."""

    def __init__(self, engine: Engine, redis: Redis, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._redis = redis
        self._now = now

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: to describe them would be to count them."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with reading(self._engine) as db:
            yield from _routing(db, self._now())
            yield from _messages(db)
            yield _mails(db)
            yield from _held(db)
            yield from _alerts(db)
            yield from _outlets(db)
        yield from _queue(self._redis)


def _routing(db: Session, now: datetime) -> Iterator[GaugeMetricFamily]:
    waiting = Report.routed_at.is_(None), Report.partial.is_(False), Report.filed_at.is_not(None)
    count, oldest = db.execute(select(func.count(), func.min(Report.filed_at)).where(*waiting)).one()
    yield _gauge("reports_waiting_for_routing", "Filed reports that nobody has been told of yet", count)
    age = (now - oldest).total_seconds() if oldest else 0.0
    yield _gauge("oldest_report_waiting_seconds", "How long the oldest of them has waited", age)


def _messages(db: Session) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily("karakoro_messages", "SMS by direction and state", labels=("direction", "state"))
    grouped = select(Message.direction, Message.state, func.count()).group_by(Message.direction, Message.state)
    for direction, state, count in db.execute(grouped):
        family.add_metric([direction.value, state.value], count)
    yield family


def _held(db: Session) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily("karakoro_messages_held", "SMS that were not sent, by reason", labels=("reason",))
    for reason, count in restraint.counted(db).items():
        family.add_metric([reason], count)
    yield family


def _mails(db: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily("karakoro_mails", "E-mails by state", labels=("state",))
    for state, count in db.execute(select(Mail.state, func.count()).group_by(Mail.state)):
        family.add_metric([state.value], count)
    return family


def _alerts(db: Session) -> Iterator[GaugeMetricFamily]:
    unanswered = select(func.count()).where(Alert.acked_at.is_(None), Alert.ended_as.is_(None))
    yield _gauge("alerts_open", "Alerts that their members have not answered", db.scalar(unanswered) or 0)
    yield _gauge("alerts_lost", "Open alerts none of whose SMS can be expected to arrive", reach.count_lost(db))
    without = "Open incidents without anybody to alert"
    yield _gauge("incidents_nobody_to_tell", without, ladders.count_untold(db))
    told_all = "Incidents whose whole ladder was told, and that nobody has moved"
    yield _gauge("incidents_nobody_left", told_all, ladders.count_nobody_left(db))


def _outlets(db: Session) -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily("karakoro_gateway_paused", "Gateways whose account is empty", labels=("gateway",))
    for outlet in outlets.paused(db):
        family.add_metric([outlet.gateway], 1)
    yield family


def _queue(redis: Redis) -> Iterator[GaugeMetricFamily]:
    try:
        found, refused = lengths(redis), refused_dials(redis)
    except RedisError:
        found, refused = {}, 0
    yield _gauge("redis_up", "Whether Redis answers", float(bool(found)))
    yield _gauge("dials_refused", "Dials that came too often, since Redis was last emptied", refused)
    family = GaugeMetricFamily("karakoro_jobs", "Jobs on the queue by state", labels=("state",))
    for state, count in found.items():
        family.add_metric([state], count)
    yield family


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"karakoro_{name}", meaning, value=value)
