"""A web application on a port of this machine, for as long as a play lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"
STOPPING = {"poll_interval": 0.02}  # in seconds a server looks whether it should end; by itself twice a second


class _Quiet(WSGIRequestHandler):
    """Its addresses hold a token, which belongs in no log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class LocalWeb:
    """A port that is known before there is anything to serve on it."""

    def __init__(self) -> None:
        self._server = make_server(HOST, 0, Flask(__name__), threaded=True, request_handler=_Quiet)
        self.url = f"http://{HOST}:{self._server.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    @contextmanager
    def serving(self, app: Flask) -> Iterator[None]:
        """Whoever asks meanwhile is answered by this application."""
        self._server.app = app
        thread = threading.Thread(target=self._server.serve_forever, name="local web", kwargs=STOPPING, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()
