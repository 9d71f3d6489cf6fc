"""The queue on the Redis that a Debian server has: older than the one in our wheel, and another make."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from test_clock import Hour

from service import redis_server
from service.clock import Clock, Task
from service.queue import Dispatcher, lengths, quick_connection
from service.work import work_connection, work_off

pytestmark = pytest.mark.system


@pytest.fixture
def debian_redis(tmp_path: Path) -> Iterator[str]:
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("Debian's redis-server is not installed")
    url = f"unix://{tmp_path}/redis.sock"
    command = [binary, "--port", "0", "--unixsocket", f"{tmp_path}/redis.sock", "--dir", str(tmp_path), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not redis_server.answers(url):
            time.sleep(0.02)
        yield url
        process.terminate()


def test_jobs_and_slots_are_the_same_there(debian_redis: str) -> None:
    seen: list[object] = []
    now = Hour()
    hand_over = Dispatcher(quick_connection(debian_redis))
    for _ in range(2):
        Clock(hand_over, [Task("sweep", 5)], now).tick()
    assert hand_over.enqueue("note", 7)
    assert lengths(Redis.from_url(debian_redis)) == {"waiting": 2, "running": 0, "failed": 0}
    work_off(work_connection(debian_redis), {"note": seen.append, "sweep": lambda: seen.append("sweep")})
    assert seen == ["sweep", 7]
