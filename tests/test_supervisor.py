"""What `make run` does with its programs: starts them again when they die, and leaves none behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAM = """
import sys
from service.child import spawn
from service.supervisor import Program, Supervisor

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
FORKING = "import os, time; os.fork(); time.sleep(60)"

def python(code):
    def start():
        process = spawn([sys.executable, "-c", code])
        print(process.pid, flush=True)
        return process
    return start

supervisor = Supervisor(lambda line: print(line, flush=True))
supervisor.listen()
for name, code in {"plain": "import time; time.sleep(60)", "stubborn": STUBBORN, "forking": FORKING}.items():
    supervisor.start(Program(name, python(code)))
supervisor.run()
supervisor.end()
print("ended", flush=True)
"""


class Supervised:
    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.plain, self.stubborn, self.forking = (int(self.line()) for _ in range(3))

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def supervised() -> Iterator[Supervised]:
    running = Supervised()
    time.sleep(0.5)  # until the programs have done what they begin with
    yield running
    running.process.kill()
    running.process.wait()
    for pid, session in sessions().items():
        if session in (running.plain, running.stubborn, running.forking):
            os.kill(pid, signal.SIGKILL)  # what a killed program leaves is its own to prevent
    assert running.process.stdout is not None
    running.process.stdout.close()


def sessions() -> dict[int, int]:
    """Every living process of this machine → its session."""
    found = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (directory / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if state != "Z":
            found[int(directory.name)] = int(session)
    return found


def alive(*session: int) -> bool:
    return any(each in session for each in sessions().values())


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")


def test_a_program_that_dies_is_started_again_with_a_plain_word(supervised: Supervised) -> None:
    os.kill(supervised.plain, signal.SIGKILL)
    begun = time.monotonic()
    assert supervised.line() == "plain ended (code -9); starting it again"
    assert int(supervised.line()) != supervised.plain
    assert 0.9 < time.monotonic() - begun < 2.5


@linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_the_end_leaves_nothing_behind(supervised: Supervised, number: int) -> None:
    supervised.process.send_signal(number)
    begun = time.monotonic()
    assert supervised.line() == "ended"
    assert supervised.process.wait(5) == 0
    assert time.monotonic() - begun < 6  # the stubborn one was given its four seconds
    assert not alive(supervised.plain, supervised.stubborn, supervised.forking)


@linux
def test_programs_die_with_a_supervisor_that_was_killed(supervised: Supervised) -> None:
    supervised.process.kill()
    until(lambda: not {supervised.plain, supervised.stubborn, supervised.forking} & sessions().keys())
