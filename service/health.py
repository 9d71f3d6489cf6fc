"""Whether this process lives, and whether it can do its work; asked by supervisors and load balancers."""

import logging

from flask import Blueprint
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service import redis_server
from service.database import Busy, reading

logger = logging.getLogger(__name__)


def blueprint(engine: Engine, redis_url: str) -> Blueprint:
    """/healthz asks nothing of anybody; /readyz needs the database, and only reports on Redis."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def alive() -> dict[str, str]:
        return {"process": "ok"}

    @health.get("/readyz")
    def ready() -> tuple[dict[str, str], int]:
        database = _database_answers(engine)
        redis = redis_server.answers(redis_url)
        return {"database": _word(database), "redis": _word(redis)}, 200 if database else 503

    return health


def _database_answers(engine: Engine) -> bool:
    try:
        with reading(engine) as db:
            db.execute(text("SELECT 1"))
    except (Busy, SQLAlchemyError) as error:
        logger.warning("the database does not answer (%s)", type(error).__name__)
        return False
    return True


def _word(answers: bool) -> str:
    return "ok" if answers else "away"
