"""Whether this process lives, and whether it can do its work; asked by supervisors and load balancers."""

import logging

from flask import Blueprint
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from models import outlet as outlets
from service import redis_server
from service.database import reading
from service.waiting import Busy

logger = logging.getLogger(__name__)


def blueprint(engine: Engine, redis_url: str) -> Blueprint:
    """/healthz asks nothing of anybody; /readyz needs the database, and only reports on Redis and the gateways."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def alive() -> dict[str, str]:
        return {"process": "ok"}

    @health.get("/readyz")
    def ready() -> tuple[dict[str, str], int]:
        database = _database_answers(engine)
        redis = redis_server.answers(redis_url)
        shut = _paused(engine) if database else {}
        return {"database": _word(database), "redis": _word(redis), **shut}, 200 if database else 503

    return health


def _database_answers(engine: Engine) -> bool:
    try:
        with reading(engine) as db:
            db.execute(text("SELECT 1"))
    except (Busy, SQLAlchemyError) as error:
        logger.warning("the database does not answer (%s)", type(error).__name__)
        return False
    return True


def _paused(engine: Engine) -> dict[str, str]:
    """Gateways that let nothing out, and why; phones are answered all the same."""
    try:
        with reading(engine) as db:
            return {f"gateway {outlet.gateway}": f"paused: {outlet.reason}" for outlet in outlets.paused(db)}
    except (Busy, SQLAlchemyError):  # before the first migration there is no such table
        return {}


def _word(answers: bool) -> str:
    return "ok" if answers else "away"
