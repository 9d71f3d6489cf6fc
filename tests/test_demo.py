"""What `make run` promises: everything on one machine, nothing lost when a part dies, nothing left behind."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from service import demo_data
from service.demo import READY_SECONDS, is_ready
from service.welcome import VILLAGER

ROOT = Path(__file__).parent.parent
OFFICER = next(each["phone"] for each in demo_data.members() if each["role"] == "officer")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def two_free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


class Demo:
    """A demo as somebody runs it, with what it prints."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port, simulator = two_free_ports()
        others = {name: value for name, value in os.environ.items() if not name.startswith("KARAKORO_")}
        self.environ = {**others, "KARAKORO_DATA_DIR": str(directory), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service.demo"],
            env={**self.environ, "PORT": str(self.port), "KARAKORO_SIMULATOR_PORT": str(simulator)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()
        self.heard: list[str] = []

    def end(self, number: int) -> int:
        """Its exit code, after that signal."""
        self.process.send_signal(number)
        code = self.process.wait(10)
        self._listener.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def hear(self, words: str, within_seconds: float = 60.0) -> str:
        """The next line with these words."""
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline:
            try:
                self.heard.append(self.lines.get(timeout=0.2))
            except queue.Empty:
                continue
            if words in self.heard[-1]:
                return self.heard[-1]
        raise AssertionError(f"never said {words!r}, but:\n" + "".join(self.heard))

    def dial(self, session: str, text: str = "") -> str:
        form = {
            "sessionId": session,
            "phoneNumber": OFFICER,
            "networkCode": "61002",
            "serviceCode": "*384*1234#",
            "text": text,
        }
        answer = requests.post(f"{self.hooks}ussd", data=form, timeout=10)
        assert answer.status_code == 200
        return answer.text

    @property
    def hooks(self) -> str:
        token = (self.directory / "hook_token").read_text()
        return f"http://127.0.0.1:{self.port}/hooks/africastalking/{token}/"

    def processes(self) -> dict[int, str]:
        """Everything that runs on this demo's data, by its command."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                command, environ = (path / "cmdline").read_bytes(), (path / "environ").read_bytes()
            except OSError:
                continue
            if str(self.directory).encode() in command + environ:
                found[int(path.name)] = command.replace(b"\0", b" ").decode()
        return found

    def pid_of(self, words: str) -> int:
        return min(pid for pid, command in self.processes().items() if words in command)

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo"))
    running.hear("Ctrl-C stops everything")
    yield running
    running.end(signal.SIGTERM)


def test_it_says_where_everything_is(demo: Demo) -> None:
    said = "".join(demo.heard)
    assert f"hooks      {demo.hooks}\n" in said
    assert "(simulated: no message leaves this machine)" in said
    assert [each["phone"] for each in demo_data.members() if each["phone"] not in said] == []


def test_the_villager_of_the_example_is_nobody_on_the_roster() -> None:
    assert VILLAGER not in [each["phone"] for each in demo_data.members()]


def test_a_first_dial_gets_a_first_screen(demo: Demo) -> None:
    assert demo.dial("first-dial").startswith("CON ")


def test_the_command_line_works_on_the_same_data_without_being_told_more(demo: Demo) -> None:
    done = demo.flask("reports", "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_second_demo_on_the_same_data_is_refused(demo: Demo) -> None:
    second = Demo(demo.directory)
    second.hear(f"a demo is running on {demo.directory} already")
    assert second.end(0) == 1


@pytest.mark.parametrize(
    ("name", "words", "within_seconds"),
    [("redis", "valkey-server", 15), ("worker", "worker.py", 15), ("web", "granian", READY_SECONDS)],
    ids=["redis", "worker", "web"],
)
def test_what_is_killed_comes_back(demo: Demo, name: str, words: str, within_seconds: int) -> None:
    before = demo.pid_of(words)
    os.kill(before, signal.SIGKILL)
    demo.hear(f"{name} ended")
    if name != "web":
        assert demo.dial(f"while-{name}-is-away").startswith("CON ")
    deadline = time.monotonic() + within_seconds
    while not any(words in command for pid, command in demo.processes().items() if pid != before):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    while not is_ready(demo.port):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["told to end", "killed"])
def test_nothing_is_left_behind(tmp_path: Path, number: int) -> None:
    demo = Demo(tmp_path)
    demo.hear("Ctrl-C stops everything")
    assert len(demo.processes()) >= 6
    demo.end(number)
    deadline = time.monotonic() + 3
    while demo.processes():
        assert time.monotonic() < deadline, demo.processes()
        time.sleep(0.1)
    assert not any("Traceback" in line for line in list(demo.lines.queue))
