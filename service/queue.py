"""The queue: job names and ids, on their way from whoever committed a row to whoever acts on it."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import TimeoutError as RedisTimeout
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

logger = logging.getLogger(__name__)

QUEUE = "karakoro"
QUICK_SECONDS = 0.3  # what a hop may lose to a Redis that does not answer
HOLD_OFF_SECONDS = 2.0  # after a time-out, so that only one hop in a while loses them
JOB_SECONDS = 60
FAILURE_SECONDS = 24 * 3600
Jobs = Mapping[str, Callable[..., None]]
Ask = tuple[str, tuple[int | str, ...]]  # a job's name and its ids


def quick_connection(url: str) -> Redis:
    """For whoever must not wait: gives up at once, and never tries twice."""
    return Redis.from_url(
        url, socket_timeout=QUICK_SECONDS, socket_connect_timeout=QUICK_SECONDS, retry=Retry(NoBackoff(), 0)
    )


def open_queue(connection: Redis, job_class: type[Job] = Job) -> Queue:
    """Our one queue. JSON, because a pickled job is a program."""
    return Queue(
        QUEUE,
        connection=connection,
        job_class=job_class,
        serializer=JSONSerializer,
        default_timeout=JOB_SECONDS,
    )


def lengths(connection: Redis) -> dict[str, int]:
    """How many jobs wait, run, and have failed within the last day. Raises RedisError."""
    queue = open_queue(connection)
    return {
        "waiting": queue.count,
        "running": queue.started_job_registry.get_job_count(cleanup=False),
        "failed": queue.failed_job_registry.get_job_count(cleanup=False),
    }


class Dispatcher:
    """Hands ids to the workers; what it cannot hand over, the sweep finds in the database later."""

    def __init__(self, connection: Redis) -> None:
        self._queue = open_queue(connection)
        self._away = False
        self._silent_until = 0.0

    def enqueue(self, name: str, *ids: int | str, job_id: str | None = None, kept_seconds: int = 0) -> bool:
        """Ask for a job to be run with these ids; False when Redis could not take it. Never raises for that.

        job_id: letters, digits, - and _; a second job of that id changes nothing while the first one waits or
        runs, for kept_seconds after its success, and for a day after its failure. With kept_seconds it is
        also forgotten when no worker has come for it in that time.
        """
        return self._try(lambda: self._hand_over(name, ids, job_id, kept_seconds))

    def enqueue_all(self, asks: Sequence[Ask]) -> bool:
        """Ask for all of these in one trip, in their order."""
        jobs = [
            Queue.prepare_data(name, args=ids, result_ttl=0, failure_ttl=FAILURE_SECONDS, description=name)
            for name, ids in asks
        ]
        return self._try(lambda: self._queue.enqueue_many(jobs))

    def _try(self, hand_over: Callable[[], object]) -> bool:
        if time.monotonic() < self._silent_until:
            return False
        try:
            hand_over()
        except RedisError as error:
            self._note_absence(error)
            return False
        if self._away:
            self._away = False
            logger.info("Redis is back")
        return True

    def clean_up(self) -> None:
        """Take back what workers that died had begun; one cleaner at a time, or a job would run twice."""
        try:
            if self._queue.acquire_maintenance_lock():
                try:
                    StartedJobRegistry(queue=self._queue).cleanup()
                finally:
                    self._queue.release_maintenance_lock()  # type: ignore[no-untyped-call]
        except RedisError as error:
            self._note_absence(error)

    def _hand_over(self, name: str, ids: tuple[int | str, ...], job_id: str | None, kept_seconds: int) -> None:
        try:
            self._queue.enqueue_call(
                name,
                args=ids,
                job_id=job_id,
                unique=job_id is not None,
                result_ttl=kept_seconds,
                ttl=kept_seconds or None,
                failure_ttl=FAILURE_SECONDS,
                description=name,
            )
        except DuplicateJobError:
            logger.debug("job %s is there already", job_id)

    def _note_absence(self, error: RedisError) -> None:
        if isinstance(error, RedisTimeout):
            self._silent_until = time.monotonic() + HOLD_OFF_SECONDS
        if not self._away:
            self._away = True
            logger.warning("Redis is away (%s); what waits is found by the sweep", type(error).__name__)
