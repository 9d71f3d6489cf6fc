"""What supervisors and load balancers are told."""

from pathlib import Path

from fixtures_redis import Server
from flask import Flask
from flask.testing import FlaskClient

from service import health
from service.database import make_engine


def client(database_url: str, redis_url: str) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(health.blueprint(make_engine(database_url), redis_url))
    return app.test_client()


def test_a_process_that_lives_says_so_whatever_else_is_broken(tmp_path: Path) -> None:
    web = client(f"sqlite:///{tmp_path}/no/such/directory/x.db", "unix:///nowhere")
    answer = web.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"process": "ok"})


def test_ready_means_that_the_database_answers(tmp_path: Path, redis_url: str) -> None:
    answer = client(f"sqlite:///{tmp_path}/x.db", redis_url).get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "redis": "ok"})


def test_without_its_database_it_is_not_ready(tmp_path: Path, redis_url: str) -> None:
    answer = client(f"sqlite:///{tmp_path}/no/such/directory/x.db", redis_url).get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"database": "away", "redis": "ok"})


def test_without_redis_it_is_ready_all_the_same_and_says_so(tmp_path: Path, own_redis: Server) -> None:
    web = client(f"sqlite:///{tmp_path}/x.db", own_redis.url)
    own_redis.kill()
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "redis": "away"})
    own_redis.start()
