"""A real Redis-compatible server for the tests: one for the whole run, and one that a test may kill."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from service import redis_server


class Server:
    """A server with its data in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.url = redis_server.url(directory)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = redis_server.start(self.directory)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = Server(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.kill()


@pytest.fixture
def redis_url(shared_redis: str) -> str:
    """The address of an empty server."""
    with Redis.from_url(shared_redis) as connection:
        connection.flushall()
    return shared_redis


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Server]:
    """A running server that this test may kill and start again."""
    server = Server(tmp_path / "redis")
    server.start()
    yield server
    server.kill()
