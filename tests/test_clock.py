"""What the clock asks for, and that two clocks ask for no more than one."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fixtures_redis import Server
from redis import Redis

from service.clock import TASKS as SHIPPED
from service.clock import Clock, Task
from service.jobs import JOBS
from service.queue import Dispatcher, open_queue, quick_connection
from service.work import work_connection, work_off

ROOT = Path(__file__).parent.parent
TASKS = [Task("sweep", 5), Task("digest", 60)]
CLOCK = """
import sys
from datetime import UTC, datetime
from service.clock import Clock, Task
from service.queue import Dispatcher, quick_connection
print("up", flush=True)
Clock(Dispatcher(quick_connection(sys.argv[1])), [Task("sweep", 1)], lambda: datetime.now(UTC)).run()
"""


class Hour:
    """A clock face that a test turns."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def clock(url: str, now: Hour) -> Clock:
    return Clock(Dispatcher(quick_connection(url)), TASKS, now)


def waiting(url: str) -> list[str]:
    """The names of the jobs on the queue."""
    return [job.func_name or "" for job in open_queue(Redis.from_url(url)).jobs]


def test_what_the_clock_asks_for_is_something_that_workers_do() -> None:
    assert {task.name for task in SHIPPED} <= JOBS.keys()


def test_each_task_is_asked_for_once_in_its_time(redis_url: str) -> None:
    now = Hour()
    face = clock(redis_url, now)
    for _ in range(31):  # ticks at 0, 2 … 60 s
        face.tick()
        now.turn(2)
    assert waiting(redis_url).count("sweep") == 13
    assert waiting(redis_url).count("digest") == 2


def test_two_clocks_ask_for_no_more_than_one(redis_url: str) -> None:
    now = Hour()
    faces = [clock(redis_url, now), clock(redis_url, now)]
    done: list[int] = []
    for _ in range(10):
        for face in faces:
            face.tick()
            work_off(work_connection(redis_url), {"sweep": lambda: done.append(1), "digest": lambda: None})
        now.turn(1)
    assert len(done) == 2


def test_a_clock_that_was_started_again_does_not_ask_twice(redis_url: str) -> None:
    now = Hour()
    clock(redis_url, now).tick()
    clock(redis_url, now).tick()
    assert sorted(waiting(redis_url)) == ["digest", "sweep"]


def test_what_redis_could_not_take_is_asked_for_when_it_is_back(own_redis: Server) -> None:
    now = Hour()
    face = clock(own_redis.url, now)
    own_redis.kill()
    face.tick()
    own_redis.start()
    now.turn(2)
    face.tick()
    assert sorted(waiting(own_redis.url)) == ["digest", "sweep"]


def test_two_clock_processes_fill_each_slot_once_and_end_within_a_second(redis_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLOCK, redis_url],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
    time.sleep(4)
    for process in processes:
        process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    assert [process.wait(5) for process in processes] == [0, 0]
    assert time.monotonic() - begun < 1.0
    ids = open_queue(Redis.from_url(redis_url)).job_ids
    assert 2 <= len(ids) == len(set(ids))
