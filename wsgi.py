"""The web application, for granian, gunicorn and `flask --app wsgi`."""

from service.app import create_app, create_bare_app
from service.boot import boot, on_the_command_line
from service.parts import build

settings = boot()
app = create_bare_app() if not settings.keys and on_the_command_line() else create_app(build(settings, web=True))
