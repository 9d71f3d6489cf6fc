"""The web application, for granian, gunicorn and `flask --app wsgi`."""

from service.app import create_app
from service.boot import boot
from service.parts import build

app = create_app(build(boot()))
