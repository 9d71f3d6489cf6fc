"""Keeps a handful of programs running: what dies is started again, and at the end nothing is left behind."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from service.child import Process, adopt_orphans, kill_orphans, stop

LOOK_SECONDS = 0.2
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Program:
    """start: begins it and returns at once; last: the others need it while they end."""

    name: str
    start: Callable[[], Process]
    last: bool = False


class Supervisor:
    """Runs programs in the order given; say: prints one line for whoever looks on."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._wanted = threading.Event()
        self._running: dict[Program, Process] = {}
        self._due: dict[Program, float] = {}

    def listen(self) -> None:
        """From here on SIGTERM and SIGINT end `run`."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        adopt_orphans()

    def start(self, program: Program) -> None:
        self._running[program] = program.start()

    def run(self) -> None:
        """Watch until told to end."""
        while not self._wanted.wait(LOOK_SECONDS):
            for program, process in self._running.items():
                if process.poll() is not None:
                    self._revive(program, process)

    def end(self) -> None:
        """Stop everything, what the others need last."""
        for last in (False, True):
            stop(
                [process for program, process in self._running.items() if program.last is last],
                within_seconds=PATIENCE_SECONDS,
            )
        kill_orphans()

    @property
    def ending(self) -> bool:
        return self._wanted.is_set()

    def _revive(self, program: Program, process: Process) -> None:
        if program not in self._due:
            self._say(f"{program.name} ended (code {process.returncode}); starting it again")
            self._due[program] = time.monotonic() + PAUSE_SECONDS
        elif time.monotonic() >= self._due[program]:
            del self._due[program]
            self._running[program] = program.start()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._wanted.set()
