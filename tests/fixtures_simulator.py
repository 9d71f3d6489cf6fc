"""A running simulator of Africa's Talking, and somebody who listens where a service would have its hooks."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl

import pytest

from service.local_web import STOPPING
from service.simulator.server import Simulator

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it arrived. name: the last part of its path."""

    name: str
    path: str
    body: bytes
    headers: dict[str, str]

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/plain"})


class Listener:
    """An HTTP server that remembers what it is told, and says what the test wants it to."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answer: Callable[[Call], Reply] = lambda call: Reply()
        self._heard = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs=STOPPING, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(SECONDS)

    def named(self, name: str) -> list[Call]:
        with self._heard:
            return [call for call in self.calls if call.name == name]

    def wait_for(self, name: str, count: int = 1) -> list[Call]:
        """The calls of that name once there are so many."""
        with self._heard:
            assert self._heard.wait_for(lambda: len([c for c in self.calls if c.name == name]) >= count, SECONDS)
        return self.named(name)

    def _hear(self, call: Call) -> Reply:
        with self._heard:
            self.calls.append(call)
            self._heard.notify_all()
        return self.answer(call)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                name = self.path.rsplit("/", 1)[-1]
                reply = listener._hear(Call(name, self.path, body, dict(self.headers)))
                self.send_response(reply.status)
                for header, value in reply.headers.items():
                    self.send_header(header, value)
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Without the service's hooks: for tests that only send."""
    with Simulator() as running:
        yield running


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as running:
        yield running
