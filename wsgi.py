"""The web application, for granian, gunicorn and `flask --app wsgi`."""

from flask import Flask

from service.app import create_app, create_bare_app
from service.boot import boot, on_the_command_line
from service.parts import build


def application() -> Flask:
    """Only the command line starts without keys: `init` makes them."""
    if on_the_command_line() and not boot().keys:
        return create_bare_app()
    return create_app(build(boot("KEYS", "HOOK_TOKEN"), web=True))


app = application()
