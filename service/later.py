"""Asking the queue for jobs without making anybody wait for it: a thread of its own does the asking."""

import queue
import threading
from collections.abc import Callable

Ask = tuple[str, tuple[int | str, ...]]
WAITING = 10_000  # more than this and Redis has been away for long; the sweep finds the rest


class Later:
    """Callable like the queue's own `enqueue`; what is lost with the process is found by the sweep."""

    def __init__(self, enqueue: Callable[..., bool]) -> None:
        self._enqueue = enqueue
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
            name, ids = self._waiting.get()
            self._enqueue(name, *ids)
