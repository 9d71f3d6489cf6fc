"""The application: the web, and the command line that works on the same parts."""

from flask import Flask, Response

from service import commands
from service.parts import Parts
from service.web import create_web


def create_app(parts: Parts) -> Flask:
    app = create_web(parts)
    app.extensions["karakoro"] = parts
    commands.register(app, has_keys=True)
    return app


def create_bare_app() -> Flask:
    """Before `init` has made the keys: the command line is there, and the web answers that nothing is ready."""
    app = Flask(__name__)
    commands.register(app, has_keys=False)

    @app.before_request
    def not_ready() -> Response:
        return Response("There are no keys yet: run `flask --app wsgi init`.\n", 503, mimetype="text/plain")

    return app
