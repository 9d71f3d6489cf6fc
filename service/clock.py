"""The clock: asks for what must happen every few seconds; two clocks may run, and nothing happens twice."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from service.queue import Dispatcher

TICK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """A job without ids, wanted once in every so many seconds."""

    name: str
    every_seconds: int


TASKS = (
    Task("sweep", every_seconds=3),
    Task("ladder", every_seconds=5),
    Task("newcomers", every_seconds=60),
    Task("idle", every_seconds=600),
    Task("seal", every_seconds=60),
    Task("digest", every_seconds=60),
    Task("forget", every_seconds=60),
    Task("purge", every_seconds=24 * 3600),
)


class Clock:
    """Time is cut into slots, the same for every clock; the name of a job says which slot it is for."""

    def __init__(self, dispatcher: Dispatcher, tasks: Sequence[Task], now: Callable[[], datetime]) -> None:
        self._dispatcher = dispatcher
        self._tasks = tasks
        self._now = now
        self._asked: dict[str, int] = {}

    def tick(self) -> None:
        """Ask for each task whose slot has begun; what Redis could not take is asked for at the next tick."""
        for task in self._tasks:
            slot = int(self._now().timestamp()) // task.every_seconds
            if self._asked.get(task.name) != slot and self._ask(task, slot):
                self._asked[task.name] = slot
        self._dispatcher.clean_up()

    def run(self) -> None:
        """Tick until SIGTERM or SIGINT."""
        wanted = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            wanted.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        while not wanted.is_set():
            self.tick()
            wanted.wait(TICK_SECONDS)

    def _ask(self, task: Task, slot: int) -> bool:
        # Kept for two slots, so that a clock which is late, or has just been started, finds it done.
        return self._dispatcher.enqueue(task.name, job_id=f"{task.name}-{slot}", kept_seconds=2 * task.every_seconds)
