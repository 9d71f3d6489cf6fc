"""What the running service is made of: one frozen value, built once from the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from flows.language import Words
from flows.world import Limits
from handlers.desk import Desk, Policy
from handlers.period import Rhythm
from handlers.ways import Ways
from models import (
    schema,  # noqa: F401  every process must know every table: rows refer to each other
    stamp,
)
from models.keys import Keyring
from models.phone import parse_phone
from service import brake
from service.brake import Brake
from service.database import make_engine
from service.gateways.contract import SmsGateway
from service.gateways.kinds import gateways
from service.later import Later
from service.postman import Postman
from service.queue import Dispatcher, quick_connection
from service.recent import Recent
from service.settings import Settings
from service.shelf import Shelf

ROOT = Path(__file__).resolve().parent.parent
THREADS = 16  # of one web process, at most; each may hold a connection


class Enqueue(Protocol):
    def __call__(self, name: str, *ids: int | str) -> bool:
        """Ask for a job; False where the queue could not take it, which the sweep makes up for."""


@dataclass(frozen=True, slots=True)
class Parts:
    """now: UTC; gateways: name → gateway; enqueue: hands a job's name and ids to the queue, after the commit;
    postman: who hands e-mail to its server, None where there is none; recent: dials that this process has just left."""

    settings: Settings
    engine: Engine
    keys: Keyring
    words: Words
    shelf: Shelf
    policy: Policy
    gateways: Mapping[str, SmsGateway]
    enqueue: Enqueue
    now: Callable[[], datetime]
    brake: Brake
    recent: Recent
    postman: Postman | None = None

    def desk(self, db: Session, edition: int | None = None) -> Desk:
        """What a handler works with, inside this transaction; edition: of places and codes, where it is known."""
        return self.desk_of(lambda: db, stamp.edition(db) if edition is None else edition)

    def desk_of(self, reach: Callable[[], Session], edition: int) -> Desk:
        """The same, where the transaction begins when it is first reached for."""
        stock = self.shelf.stock(reach, edition)
        return Desk(
            reach=reach,
            keys=self.keys,
            forms=stock.forms,
            words=self.words,
            atlas=stock.atlas,
            codes=stock.codes,
            policy=self.policy,
            now=self.now(),
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


def build(
    settings: Settings, *, now: Callable[[], datetime] = utc_now, web: bool = False, shelf: Shelf | None = None
) -> Parts:
    """Everything but the sockets that others open. web: nobody who waits for an answer may wait for Redis;
    shelf: one that has read the forms already."""
    settings.require("KEYS", "HOOK_TOKEN")
    words = Words.load(ROOT / "locale")
    policy = policy_of(settings)
    dispatcher = Dispatcher(quick_connection(settings.redis_url))
    return Parts(
        settings=settings,
        engine=make_engine(settings.database_url, pool_size=THREADS),
        keys=Keyring.parse(settings.keys),
        words=words,
        shelf=shelf or Shelf(ROOT / "flows" / "forms", words, policy.limits),
        policy=policy,
        gateways=gateways(settings),
        enqueue=Later(dispatcher.enqueue_all) if web else dispatcher.enqueue,
        now=now,
        brake=Brake(quick_connection(settings.redis_url), _brakes(settings), now),
        recent=Recent(),
        postman=_postman(settings),
    )


def policy_of(settings: Settings) -> Policy:
    return Policy(
        timezone=settings.timezone,
        limits=Limits(septets=settings.ussd_septets, ucs2=settings.ussd_ucs2),
        service_code=settings.service_code,
        organisation=settings.organisation,
        help_number=settings.help_number,
        ways=Ways(dict(settings.sms_routes)),
        direct_dial=settings.direct_dial,
        own_numbers=frozenset(filter(None, map(parse_phone, (*settings.own_numbers, settings.africastalking_sender)))),
        same_reply_most=settings.same_reply_most,
        parts_a_day=settings.parts_a_day,
        session=timedelta(seconds=settings.session_seconds),
        resume=timedelta(minutes=settings.resume_minutes),
        resume_member=timedelta(days=settings.resume_days),
        rhythm=_rhythm(settings),
        writes_mail=bool(settings.smtp_url),
    )


def _brakes(settings: Settings) -> brake.Limits:
    return brake.Limits(settings.replies_per_phone, settings.replies_in_all, settings.dials_per_phone)


def _rhythm(settings: Settings) -> Rhythm:
    weekday, weekly = settings.digest_weekly or (0, None)
    return Rhythm(daily=settings.digest_daily, weekly=weekly, weekday=weekday)


def _postman(settings: Settings) -> Postman | None:
    if not settings.smtp_url:
        return None
    settings.require("SMTP_SENDER")
    return Postman(settings.smtp_url, settings.smtp_sender, settings.organisation)
