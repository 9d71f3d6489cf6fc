"""Debian's Kannel on ports of this machine: bearerbox, smsbox, and a line that a test holds the other end of."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from service.child import Process, spawn, stop

FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
SECONDS = 15.0
SMSBOX_FIRST = 2.0


def kannel_is_here() -> bool:
    return bool(shutil.which("bearerbox") and shutil.which("smsbox")) and FAKESMSC.exists()


def configuration(folder: Path, hooks: str, ports: "Ports") -> str:
    """As docs/operations.md tells, but for the fake line and the impatience."""
    return f"""
group = core
admin-port = {ports.admin}
admin-password = a-password-of-the-tests
admin-interface = "127.0.0.1"
smsbox-port = {ports.box}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{folder}/bearerbox.log"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = line
port = {ports.line}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {ports.box}
sendsms-port = {ports.sendsms}
sendsms-interface = "127.0.0.1"
log-file = "{folder}/smsbox.log"
http-request-retry = 10
http-queue-delay = 1

group = sendsms-user
username = karakoro
password = secret
max-messages = 10
concatenation = true
default-sender = 36000

group = sms-service
keyword = default
get-url = "{hooks}sms?id=%I&from=%p&to=%P&text=%a&charset=%C"
max-messages = 0
omit-empty = true
concatenation = true
"""


@dataclass(frozen=True, slots=True)
class Ports:
    admin: int
    box: int
    line: int
    sendsms: int


@dataclass
class Kannels:
    """A running Kannel. line: the port of its fake line, for one client at a time."""

    folder: Path
    line: int
    url: str
    clients: list[Process] = field(default_factory=list)

    def fakesmsc(self, *messages: str) -> Path:
        """Kannel's own fake SMS centre brings these, one a second; the file in which it tells what it receives."""
        told = self.folder / "fakesmsc.log"
        command = [FAKESMSC, "-H", "127.0.0.1", "-r", str(self.line), "-i", "1", "-m", str(len(messages)), *messages]
        with told.open("wb") as log:
            self.clients.append(spawn(command, log=log.fileno()))
        return told

    @contextmanager
    def phones(self) -> Iterator["Phones"]:
        with socket.create_connection(("127.0.0.1", self.line), SECONDS) as wire:
            yield Phones(wire)


class Phones:
    """The other end of the line, in the fake centre's own words: `FROM TO KIND TEXT`, a line for each SMS."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._came = b""

    def text(self, sender: str, said: str, to: str = "36000") -> None:
        kind, body = ("text", said) if said.isascii() else ("ucs2", quote(said.encode("utf-16-be")))
        self._wire.sendall(f"{sender} {to} {kind} {body}\n".encode())

    def receive(self) -> tuple[str, str]:
        """The next SMS: to whom, and its text (of one part, where it has several)."""
        deadline = time.monotonic() + SECONDS
        while b"\n" not in self._came:
            self._wire.settimeout(max(0.01, deadline - time.monotonic()))
            self._came += self._wire.recv(65536)
        line, _, self._came = self._came.partition(b"\n")
        _, to, kind, said = line.split(b" ", 3)
        if kind == b"udh":
            _, kind, said = said.split(b" ", 2)
        plain = said if kind == b"text" else unquote_to_bytes(said.replace(b"+", b" "))
        return to.decode(), plain.decode("utf-16-be" if kind == b"ucs-2" else "utf-8")


@contextmanager
def running_kannel(folder: Path, hooks: str) -> Iterator[Kannels]:
    """hooks: `http://127.0.0.1:…/hooks/kannel/TOKEN/`. Everything ends with this block, and with this process."""
    ports = Ports(*_free_ports(4))
    config = folder / "kannel.conf"
    config.write_text(configuration(folder, hooks, ports), encoding="utf-8")
    processes: list[Process] = []
    here = Kannels(folder, ports.line, f"http://127.0.0.1:{ports.sendsms}")
    try:
        with (folder / "output.log").open("ab") as log:
            for program, port in (("bearerbox", ports.line), ("smsbox", ports.sendsms)):
                processes.append(spawn([program, config], environ=_no_proxy(), log=log.fileno()))
                _wait(port, processes[-1], folder)
        time.sleep(SMSBOX_FIRST)  # it answers before it has found the bearerbox
        yield here
    finally:
        stop([*here.clients, *reversed(processes)], within_seconds=5)


def _no_proxy() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def _wait(port: int, process: Process, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            said = (folder / "output.log").read_text(errors="replace")[-2000:]
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
        time.sleep(0.1)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()
