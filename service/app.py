"""The web application: which parts answer where."""

from flask import Flask, Response

from service import commands, hooks
from service.health import blueprint as health
from service.metrics import blueprint as metrics
from service.parts import Parts

LARGEST_BODY = 64 * 1024
MOST_FIELDS = 64


def create_app(parts: Parts) -> Flask:
    app, settings = Flask(__name__), parts.settings
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.config["MAX_FORM_PARTS"] = MOST_FIELDS
    app.extensions["karakoro"] = parts
    app.register_blueprint(hooks.blueprint(parts))
    app.register_blueprint(health(parts.engine, settings.redis_url))
    app.register_blueprint(metrics(parts.engine, settings.redis_url, settings.metrics_token, parts.now))
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
