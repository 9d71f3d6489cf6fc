"""The whole service on this machine, as `make run` runs it, and ways to hurt it."""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import postgresql_server
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from service import demo_data, demo_settings, redis_server
from service.child import Process, stop
from service.demo import is_ready, programs
from service.parts import Parts, build
from service.settings import PREFIX, Settings
from service.supervisor import Program

READY_SECONDS = 120.0  # on a machine that does other things too
REST_SECONDS = 1.0  # before what was killed is started again
LOG = "simulator.jsonl"
SIMULATOR = "simulator"  # is never killed: it keeps the account


class House:
    """Runs the programs. Whoever kills one starts it again after a moment, as systemd would."""

    def __init__(self, folder: Path, settings: Settings, values: Mapping[str, str], port: int) -> None:
        self.folder, self.port, self.simulator = folder, port, settings.simulator_url
        self.parts: Parts = build(settings)
        self._redis_url = settings.redis_url
        self._programs: dict[str, Program] = {}
        self._running: dict[str, Process] = {}
        self._due: dict[str, float] = {}
        more = {"SIMULATOR_LOG": str(folder / LOG), "SIMULATOR_RETRY_SECONDS": "1"}
        for program in (
            Program("redis", partial(redis_server.launch, folder)),
            *programs(settings, values, port, more),
        ):
            self._programs[program.name] = program
        self._programs["worker 2"] = Program("worker 2", self._programs["worker"].start)

    @property
    def victims(self) -> list[str]:
        return [name for name in self._programs if name != SIMULATOR]

    def start(self) -> None:
        for name, program in self._programs.items():
            self._running[name] = program.start()
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready(self.port):
            assert time.monotonic() < deadline, "the web application does not answer"
            time.sleep(0.1)

    def stop(self) -> None:
        stop(list(self._running.values()), within_seconds=6)
        self.parts.engine.dispose()

    @property
    def is_whole(self) -> bool:
        """Whether everything runs, and the web answers."""
        return not self._due and all(each.poll() is None for each in self._running.values()) and is_ready(self.port)

    def kill(self, name: str) -> None:
        """With all that it has started, at once and without a word."""
        for pid in reversed(_family(self._running[name].pid)):
            _kill(pid)
        self._running[name].wait()
        self._due[name] = time.monotonic() + REST_SECONDS

    def kill_children(self, name: str) -> None:
        """Only the processes that it has started: a job that is being done, a web process."""
        for pid in _family(self._running[name].pid)[1:]:
            _kill(pid)

    def empty_redis(self) -> None:
        """As far as there is one just now."""
        with suppress(RedisAway), Redis.from_url(self._redis_url) as redis:
            redis.flushall()

    def tend(self) -> None:
        """Start again what has been down for long enough."""
        for name, process in self._running.items():
            if process.poll() is not None and name not in self._due:
                self._due[name] = time.monotonic() + REST_SECONDS
            if name in self._due and time.monotonic() >= self._due[name]:
                del self._due[name]
                self._running[name] = self._programs[name].start()


@contextmanager
def house(kind: str) -> Iterator[House]:
    """A house on a new database: sqlite or postgresql. Nothing of it is left afterwards."""
    with TemporaryDirectory(prefix="karakoro-chaos-") as name, _database(kind, Path(name)) as url:
        folder = Path(name)
        port, simulator = _free_ports()
        said = {
            "DATA_DIR": name,
            "DATABASE_URL": url,
            "REDIS_URL": redis_server.url(folder),
            "SIMULATOR_PORT": str(simulator),
            "RECEIPT_MINUTES": "1",
            "LOG_LEVEL": "ERROR",
        }
        values = demo_settings.settle({f"{PREFIX}{key}": value for key, value in said.items()}, port)
        settings = Settings.from_environment(values)
        demo_data.prepare(settings)
        here = House(folder, settings, values, port)
        try:
            here.start()
            yield here
        finally:
            here.stop()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """PostgreSQL as it comes: what it says is on disk is on disk."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'karakoro.sqlite3'}"
        return
    server = postgresql_server.obtain(settings=())
    try:
        yield server.create("karakoro_chaos")
    finally:
        if server.process is None:
            server.drop("karakoro_chaos")
        server.stop()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


def _family(pid: int) -> list[int]:
    """The process and all that it has started, parents first; nothing of one that is gone."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in _family(int(child)))]


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
