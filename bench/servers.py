"""Servers as the demo runs them, each with one application, and what they take of the memory."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.child import Process, spawn, stop

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: Process

    @property
    def peak_mb(self) -> float:
        """The most that its processes have held in memory; what two of them share counts twice."""
        return sum(_peak_kb(pid) for pid in _family(self.process.pid)) / 1024


@contextmanager
def serving(app: str, environ: Mapping[str, str]) -> Iterator[Server]:
    port = _free_port()
    command: list[str | Path] = [
        Path(sys.executable).parent / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--http", "1", "--no-ws", "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "3",
        "--no-access-log", "--log-level", "warning", app,
    ]  # fmt: skip
    process = spawn(command, environ={**os.environ, **environ, "PYTHONPATH": str(ROOT)})
    try:
        _wait(port, process)
        yield Server(port, process)
    finally:
        stop([process], within_seconds=8)


def _wait(port: int, process: Process) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not start; what it said stands above")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        web.request("GET", "/")
        return web.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _peak_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
