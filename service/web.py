"""The web application: which parts answer where."""

from flask import Flask

from service import console, gateway_hooks, hooks, operator_hooks
from service.health import blueprint as health
from service.metrics import blueprint as metrics
from service.parts import Parts

LARGEST_BODY = 64 * 1024
MOST_FIELDS = 64


def create_web(parts: Parts) -> Flask:
    app, settings = Flask(__name__), parts.settings
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.config["MAX_FORM_PARTS"] = MOST_FIELDS
    app.register_blueprint(hooks.blueprint(parts))
    app.register_blueprint(operator_hooks.blueprint(parts))
    for blueprint in gateway_hooks.blueprints(parts):
        app.register_blueprint(blueprint)
    app.register_blueprint(health(parts.engine, settings.redis_url))
    app.register_blueprint(metrics(parts.engine, settings.redis_url, settings.metrics_token, parts.now))
    console.register(app, parts)
    return app
