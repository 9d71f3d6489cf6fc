"""The simulator as a server: in a thread of a test, or as a process of its own."""

import threading
from pathlib import Path
from typing import Self

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from service.local_web import STOPPING
from service.simulator.api import api
from service.simulator.control import control
from service.simulator.kannel import smsbox
from service.simulator.line import Line
from service.simulator.network import Network
from service.simulator.receipts import Receipts

HOST = "127.0.0.1"
LABEL = "SIMULATED: no message leaves this machine"


def create_simulator(network: Network, line: Line | None, receipts: Receipts) -> Flask:
    app = Flask(__name__)
    app.register_blueprint(api(network, receipts))
    app.register_blueprint(smsbox(network))
    app.register_blueprint(control(network, line))

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> Response:
        return Response(f"{error.description}\n", error.code, content_type="text/plain; charset=utf-8")

    @app.after_request
    def label(response: Response) -> Response:
        response.headers["X-Simulated"] = LABEL
        return response

    return app


class _Quiet(WSGIRequestHandler):
    """Its addresses hold phone numbers, which belong in no log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Simulator:
    """A running simulator on this machine; port 0 = any free one.

    hooks: the service's `…/hooks/africastalking/TOKEN/`, "" = there is none; line: instead of it, with other
    habits; at_once: no waiting for receipts and retries. Raises NotLoopback for hooks elsewhere.
    """

    def __init__(
        self,
        port: int = 0,
        hooks: str = "",
        *,
        line: Line | None = None,
        log: Path | None = None,
        username: str = "",
        api_key: str = "",
        at_once: bool = False,
    ) -> None:
        self.network = Network(username, api_key, log)
        self._line = line
        if hooks and line is None:
            self._line = Line(hooks, retry_seconds=0.05, tries=20) if at_once else Line(hooks)
        app = create_simulator(self.network, self._line, Receipts(self.network, self._line, at_once=at_once))
        self._server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
        self.port = self._server.port
        self.url = f"http://{HOST}:{self.port}"
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, name="simulator", kwargs=STOPPING, daemon=True)

    @property
    def line(self) -> Line:
        """The way to the service's hooks."""
        assert self._line is not None, "started without hooks"
        return self._line

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
