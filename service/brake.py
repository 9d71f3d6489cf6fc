"""A brake on answers: so many for one phone, and so many in all. Counted in Redis, and without it nothing is held."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis, RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from service.queue import HOLD_OFF_SECONDS

logger = logging.getLogger(__name__)

PHONE_WINDOW, ALL_WINDOW = timedelta(minutes=10), timedelta(minutes=1)
REFUSED = "brake:refused"  # dials, ever since Redis was last emptied


@dataclass(frozen=True, slots=True)
class Limits:
    """replies, dials: of one phone in ten minutes; replies_in_all: in a minute. 0 = as many as there are."""

    replies: int
    replies_in_all: int
    dials: int


class Brake:
    """Whom it has held back may be told nothing for a while; what they have told us is kept all the same."""

    def __init__(self, connection: Redis, limits: Limits, now: Callable[[], datetime]) -> None:
        self._redis = connection
        self._limits = limits
        self._now = now
        self._silent_until = 0.0

    def too_fast(self, replies: Mapping[int, int]) -> set[int]:
        """Of these answers (message id → contact id) the ones that are too many."""
        keys = {message: self._key("reply", str(contact), PHONE_WINDOW) for message, contact in replies.items()}
        together = self._key("replies", "all", ALL_WINDOW)
        counts = self._count([key for own in keys.values() for key in (own, together)]) or [0] * (2 * len(keys))
        return {
            message
            for message, mine, everybody in zip(keys, counts[::2], counts[1::2], strict=True)
            if _is_over(mine, self._limits.replies) or _is_over(everybody, self._limits.replies_in_all)
        }

    def refuses_dial(self, who: str) -> bool:
        """Whether this phone dials too often; who: anything that stands for the number and is not the number."""
        if not self._limits.dials:
            return False
        counts = self._count([self._key("dial", who, PHONE_WINDOW)])
        refused = bool(counts) and _is_over(counts[0], self._limits.dials)
        if refused:
            self._count([REFUSED])
        return refused

    def _key(self, kind: str, who: str, window: timedelta) -> str:
        return f"brake:{kind}:{who}:{int(self._now().timestamp() // window.total_seconds())}"

    def _count(self, keys: list[str]) -> list[int]:
        """One more for each of these, in one trip; nothing where Redis does not answer, now or a moment ago."""
        if not keys or time.monotonic() < self._silent_until:
            return []
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for key in keys:
                pipeline.incr(key)
            for key in {*keys} - {REFUSED}:
                pipeline.expire(key, PHONE_WINDOW)
            return [int(count) for count in pipeline.execute()[: len(keys)]]
        except RedisError as error:
            if isinstance(error, RedisTimeout):
                self._silent_until = time.monotonic() + HOLD_OFF_SECONDS
            logger.debug("nothing is counted (%s)", type(error).__name__)
            return []


def _is_over(count: int, limit: int) -> bool:
    return 0 < limit < count


def refused_dials(redis: Redis) -> int:
    """Raises RedisError."""
    return int(redis.get(REFUSED) or 0)
