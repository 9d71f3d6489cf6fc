"""The workers: they take names and ids off the queue and run the functions of an allow-list, nothing else."""

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import SimpleWorker, Worker
from rq.exceptions import StopRequested
from rq.job import Job

from service.queue import Jobs, open_queue

logger = logging.getLogger(__name__)

TIMES: dict[str, Any] = {  # with these a job whose worker was killed is found again after about 70 s
    "worker_ttl": 25,
    "maintenance_interval": 10,
    "job_monitoring_interval": 5,
}
REST_SECONDS = 1.0


class Refused(Exception):
    """A job that is not on the allow-list, or that carries more than ids."""


class JobFailed(Exception):
    """What the queue may keep of an error: its kind, and nothing of what it says."""


def work_connection(url: str) -> Redis:
    """For workers, who wait on an open connection; how long to try again is theirs to decide."""
    return Redis.from_url(url, socket_connect_timeout=2.0, retry=Retry(NoBackoff(), 0))


def run_worker(connection: Redis, jobs: Jobs, *, burst: bool = False) -> None:
    """Work until SIGTERM or SIGINT (or, with burst, until the queue is empty), through any absence of Redis.

    Every job runs in a forked process. A first signal lets it finish, a second one does not.
    """
    wanted = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        wanted.set()

    class StoppableWorker(_QuietWorker, Worker):
        max_connection_wait_time = 3.0

        def request_stop(self, signum: int, frame: FrameType | None) -> None:
            wanted.set()
            with suppress(RedisError):  # that it was asked for is noted where there is a Redis to note it in
                super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def hear(handler: Callable[[int, FrameType | None], None]) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, handler)

    while not wanted.is_set():
        hear(stop)
        with suppress(StopRequested):  # of a worker that has just broken, and no longer catches it itself
            _work_until_it_breaks(StoppableWorker, connection, jobs, burst)
            hear(stop)  # from here on nobody works who could be told
        if burst:
            return
        wanted.wait(REST_SECONDS)


def work_off(connection: Redis, jobs: Jobs) -> bool:
    """Run in this process what is on the queue, and what that enqueues; whether there was anything."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return _work_until_it_breaks(_InProcessWorker, connection, jobs, burst=True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _QuietWorker:
    """Says nothing of a job but its id, takes no orders over Redis, and logs an error only once."""

    def subscribe(self) -> None:
        """No channel for orders: whoever writes to Redis may not stop a job or a worker."""

    def handle_exception(self, job: Job, *exc_info: object) -> None:
        """The job has logged it."""


class _InProcessWorker(_QuietWorker, SimpleWorker):
    pass


def _work_until_it_breaks(kind: type[Worker] | type[SimpleWorker], connection: Redis, jobs: Jobs, burst: bool) -> bool:
    job_class = allow(jobs)
    try:
        queue = open_queue(connection, job_class)
        worker = kind([queue], connection=connection, job_class=job_class, serializer=queue.serializer, **TIMES)
        worker.log_job_description = False
        return worker.work(burst=burst, logging_level=None)
    except RedisError as error:
        logger.warning("the worker lost Redis (%s)", type(error).__name__)
        return False


def allow(jobs: Jobs) -> type[Job]:
    """A kind of job that can be one of these and nothing else, whatever stands in Redis."""

    class AllowedJob(Job):
        success_callback = failure_callback = stopped_callback = None

        def _execute(self) -> None:
            name, ids = self.func_name or "", self.args
            if name not in jobs or self.kwargs or not all(isinstance(each, int | str) for each in ids):
                logger.error("job %s is not one of ours: refused", self.id)
                raise Refused(self.id)
            try:
                jobs[name](*ids)
            except Exception as error:
                logger.exception("job %s %s failed", name, ids)
                raise JobFailed(type(error).__name__) from None

        def send_webhooks(self, *_args: object, **_kwargs: object) -> None:
            """An address in Redis is nobody to call."""

    return AllowedJob
