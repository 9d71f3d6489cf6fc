"""The simulator as a server: in a thread of a test, or as a process of its own."""

import logging
import threading
from pathlib import Path
from typing import Self

from werkzeug.serving import WSGIRequestHandler, make_server

from service.simulator.api import create_simulator
from service.simulator.network import Network
from service.simulator.phone import Line
from service.simulator.receipts import Receipts

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Its addresses hold phone numbers, which belong in no log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Simulator:
    """A running simulator. hooks: the service's `…/hooks/africastalking/TOKEN/`, "" = there is none yet."""

    def __init__(self, port: int = 0, hooks: str = "", *, log: Path | None = None, at_once: bool = False) -> None:
        self.network = Network(log=log)
        self.line = Line(hooks, retry_seconds=0.05, tries=20) if at_once else Line(hooks)
        app = create_simulator(
            self.network, self.line if hooks else None, Receipts(self.network, hooks, at_once=at_once)
        )
        logging.getLogger(app.name).disabled = True  # a line dropped on purpose is no error
        self._server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
        self.port = self._server.port
        self.url = f"http://{HOST}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="simulator", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def serve(self) -> None:
        """Until the process ends."""
        self._server.serve_forever()
