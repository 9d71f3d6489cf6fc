"""The bare route with one SQLAlchemy Core upsert, as durable as a hop on which nothing is promised."""

import os
from datetime import UTC, datetime

from flask import Flask, Response, request
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

import service.tied  # noqa: F401
from bench.bare import FIELDS
from bench.hop_row import hop_row
from models.base import upsert
from service.database import make_engine

THREADS = 4
PROGRESS = os.urandom(400)  # what a sealed position takes


def engine_of(url: str) -> Engine:
    """Of SQLite as ours is set up; of PostgreSQL as SQLAlchemy and its driver come."""
    if make_url(url).get_backend_name() == "sqlite":
        return make_engine(url, pool_size=THREADS)
    engine = create_engine(url, pool_size=THREADS, max_overflow=0)
    event.listen(engine, "begin", _promise_nothing)
    return engine


def _promise_nothing(connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


engine = engine_of(os.environ["KARAKORO_DATABASE_URL"])
app = Flask(__name__)


@app.post("/hop")
def hop() -> Response:
    said = {field: request.form[field] for field in FIELDS}
    row = {"phone": said["phoneNumber"], "progress": PROGRESS, "text_len": len(said["text"])}
    row["updated_at"] = datetime.now(UTC)
    with engine.begin() as connection:
        insert = upsert(connection, hop_row).values(session_key=said["sessionId"], **row)
        connection.execute(insert.on_conflict_do_update(index_elements=["session_key"], set_=row))
    return Response("CON Karakoro", mimetype="text/plain")
