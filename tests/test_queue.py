"""Ids on their way to the workers, through a real server and real worker processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fixtures_redis import Server
from redis import Redis
from rq import Queue

from service.later import Later
from service.queue import QUEUE, Ask, Dispatcher, Jobs, open_queue, quick_connection
from service.work import allow, work_connection, work_off

ROOT = Path(__file__).parent.parent
WORKER = """
import sys, time
from service.work import run_worker, work_connection

def note(number):
    with open(sys.argv[2], "a") as seen:
        seen.write(f"{number}\\n")

def slowly(number):
    note(f"begun {number}")
    time.sleep(1.5)
    note(f"done {number}")

run_worker(work_connection(sys.argv[1]), {"note": note, "slowly": slowly})
"""


class WorkerProcess:
    """A worker as it runs beside a web process; what its jobs did stands in a file."""

    def __init__(self, url: str, seen: Path) -> None:
        self._seen = seen
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, url, str(seen)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
        )

    @property
    def seen(self) -> list[str]:
        return self._seen.read_text().splitlines() if self._seen.exists() else []


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[str], WorkerProcess]]:
    started: list[WorkerProcess] = []

    def start(url: str) -> WorkerProcess:
        started.append(WorkerProcess(url, tmp_path / "seen"))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def dispatcher(url: str) -> Dispatcher:
    return Dispatcher(quick_connection(url))


def jobs_noting(seen: list[object]) -> Jobs:
    return {"note": lambda *ids: seen.append(ids)}


def until(true: Callable[[], bool], within_seconds: float = 15.0) -> float:
    """Wait for it; how long it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < within_seconds, "it did not come about"
        time.sleep(0.05)
    return time.monotonic() - begun


def test_a_job_gets_its_ids(redis_url: str) -> None:
    seen: list[object] = []
    assert dispatcher(redis_url).enqueue("note", 1, "two")
    assert work_off(work_connection(redis_url), jobs_noting(seen))
    assert seen == [(1, "two")]
    assert not work_off(work_connection(redis_url), jobs_noting(seen))


def test_what_is_asked_for_in_one_moment_goes_to_the_workers_in_one_trip_and_in_its_order(redis_url: str) -> None:
    """Whoever asks waits for nothing."""
    redis, seen = Redis.from_url(redis_url), list[object]()
    handed_over = list[int]()
    hand_over = dispatcher(redis_url)

    def enqueue_all(asks: Sequence[Ask]) -> bool:
        handed_over.append(len(asks))
        return hand_over.enqueue_all(asks)

    later = Later(enqueue_all)
    assert all(later("note", number) for number in range(30))
    until(lambda: open_queue(redis).count == 30)
    assert work_off(work_connection(redis_url), jobs_noting(seen))
    assert seen == [(number,) for number in range(30)]
    assert handed_over in ([30], [1, 29])


def test_what_stands_in_redis_is_json_and_holds_only_ids(redis_url: str) -> None:
    dispatcher(redis_url).enqueue("note", 7, job_id="note-7")
    kept = Redis.from_url(redis_url).hgetall("rq:job:note-7")
    assert kept[b"description"] == b"note"
    assert open_queue(Redis.from_url(redis_url)).fetch_job("note-7").args == [7]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("os.system", ["true"], {}),
        ("unknown", [], {}),
        ("note", [["a", "list"]], {}),
        ("note", [], {"with": "names"}),
    ],
    ids=["any importable function", "a name of nobody", "more than an id", "a named argument"],
)
def test_what_is_not_on_the_list_is_refused(
    redis_url: str, name: str, args: list[object], kwargs: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[object] = []
    queue = open_queue(Redis.from_url(redis_url))
    queue.enqueue_call(name, args=args, kwargs=kwargs, job_id="strange")
    work_off(work_connection(redis_url), jobs_noting(seen))
    assert seen == []
    assert "job strange is not one of ours: refused" in caplog.messages


def test_a_pickled_job_is_not_unpacked(redis_url: str) -> None:
    seen: list[object] = []
    Queue(QUEUE, connection=Redis.from_url(redis_url)).enqueue("note", 1)
    work_off(work_connection(redis_url), jobs_noting(seen))
    assert seen == []


def test_no_function_can_be_smuggled_in_beside_a_job(redis_url: str) -> None:
    connection = Redis.from_url(redis_url)
    job = open_queue(connection, allow({})).enqueue_call("note", job_id="note-1")
    connection.hset(job.key, mapping={"success_callback_name": "os.abort", "failure_callback_name": "os.abort"})
    job.refresh()
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)


def test_an_error_is_logged_once_and_redis_gets_only_its_kind(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    def fail(number: int) -> None:
        raise ValueError("Aïssata said")

    dispatcher(redis_url).enqueue("fail", 5, job_id="fail-5")
    work_off(work_connection(redis_url), {"fail": fail})
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == ["job fail [5] failed"]
    kept = repr(Redis.from_url(redis_url).dump("rq:job:fail-5")) + repr(
        open_queue(Redis.from_url(redis_url)).fetch_job("fail-5").latest_result().exc_string  # type: ignore[union-attr]
    )
    assert "JobFailed: ValueError" in kept
    assert "said" not in kept


def test_a_second_job_of_the_same_id_changes_nothing(redis_url: str) -> None:
    seen: list[object] = []
    hand_over = dispatcher(redis_url)
    for _ in range(2):
        assert hand_over.enqueue("note", job_id="note-slot", kept_seconds=60)
    work_off(work_connection(redis_url), jobs_noting(seen))
    assert hand_over.enqueue("note", job_id="note-slot", kept_seconds=60)
    work_off(work_connection(redis_url), jobs_noting(seen))
    assert seen == [()]


def test_without_redis_handing_over_fails_at_once_and_says_so_once(
    own_redis: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "service.queue")
    hand_over = dispatcher(own_redis.url)
    assert hand_over.enqueue("note", 1)
    own_redis.kill()
    begun = time.monotonic()
    assert [hand_over.enqueue("note", number) for number in range(20)] == [False] * 20
    assert time.monotonic() - begun < 0.5
    own_redis.start()
    assert hand_over.enqueue("note", 2)
    assert caplog.messages == [
        "Redis is away (ConnectionError); what waits is found by the sweep",
        "Redis is back",
    ]


def test_a_redis_that_does_not_answer_costs_one_hop_its_patience_not_all(own_redis: Server) -> None:
    hand_over = dispatcher(own_redis.url)
    assert hand_over.enqueue("note", 1)
    assert own_redis.process is not None
    own_redis.process.send_signal(19)  # SIGSTOP
    try:
        begun = time.monotonic()
        assert [hand_over.enqueue("note", number) for number in range(20)] == [False] * 20
        assert time.monotonic() - begun < 1.0
    finally:
        own_redis.process.send_signal(18)  # SIGCONT


def test_a_worker_comes_back_after_redis_was_killed(
    own_redis: Server, start_worker: Callable[[str], WorkerProcess]
) -> None:
    hand_over = dispatcher(own_redis.url)
    worker = start_worker(own_redis.url)
    hand_over.enqueue("note", 1)
    until(lambda: worker.seen == ["1"])
    own_redis.kill()
    time.sleep(3)
    own_redis.start()
    assert hand_over.enqueue("note", 2)
    until(lambda: worker.seen == ["1", "2"])


def test_a_worker_may_be_started_before_redis(own_redis: Server, start_worker: Callable[[str], WorkerProcess]) -> None:
    own_redis.kill()
    worker = start_worker(own_redis.url)
    time.sleep(1.5)
    own_redis.start()
    assert dispatcher(own_redis.url).enqueue("note", 1)
    until(lambda: worker.seen == ["1"])


def test_a_worker_that_is_killed_has_finished_what_it_began_and_another_takes_the_rest(
    redis_url: str, start_worker: Callable[[str], WorkerProcess]
) -> None:
    hand_over = dispatcher(redis_url)
    first = start_worker(redis_url)
    hand_over.enqueue("slowly", 1)
    until(lambda: first.seen == ["begun 1"])
    hand_over.enqueue("note", 2)
    first.process.kill()
    second = start_worker(redis_url)
    until(lambda: sorted(second.seen) == ["2", "begun 1", "done 1"])


def test_a_worker_told_to_end_finishes_its_job_first(
    redis_url: str, start_worker: Callable[[str], WorkerProcess]
) -> None:
    worker = start_worker(redis_url)
    dispatcher(redis_url).enqueue("slowly", 1)
    until(lambda: worker.seen == ["begun 1"])
    worker.process.terminate()
    assert worker.process.wait(10) == 0
    assert worker.seen == ["begun 1", "done 1"]


@pytest.mark.parametrize("after", [0.1, 0.5, 1.3])  # seconds: while it notices, or rests before it tries again
def test_an_idle_worker_ends_when_it_is_told_even_without_redis(
    own_redis: Server, start_worker: Callable[[str], WorkerProcess], after: float
) -> None:
    worker = start_worker(own_redis.url)
    dispatcher(own_redis.url).enqueue("note", 1)
    until(lambda: worker.seen == ["1"])
    own_redis.kill()
    time.sleep(after)
    worker.process.terminate()
    assert worker.process.wait(20) == 0
    own_redis.start()
