"""Asking the queue for jobs without making anybody wait for it: a thread of its own does the asking."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from service.queue import Ask

GATHER_SECONDS = 0.05  # what comes meanwhile goes in one trip
AT_ONCE = 100
WAITING = 10_000  # more than this and Redis has been away for long; the sweep finds the rest


class Later:
    """Callable like the queue's own `enqueue`; what is lost with the process is found by the sweep."""

    def __init__(self, enqueue_all: Callable[[Sequence[Ask]], bool]) -> None:
        self._enqueue_all = enqueue_all
        self._waiting: queue.Queue[Ask] = queue.Queue(WAITING)
        self._started = threading.Lock()

    def __call__(self, name: str, *ids: int | str) -> bool:
        """False where too many are waiting already."""
        if self._started.acquire(blocking=False):  # the first call of this process, never given back
            threading.Thread(target=self._run, name="later", daemon=True).start()
        try:
            self._waiting.put_nowait((name, ids))
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        while True:
            asks = [self._waiting.get()]
            time.sleep(GATHER_SECONDS)
            with suppress(queue.Empty):
                while len(asks) < AT_ONCE:
                    asks.append(self._waiting.get_nowait())
            self._enqueue_all(asks)
