"""The web application as the demo serves it: granian's processes end even when granian itself was killed."""

import service.tied  # noqa: F401
from service.app import create_app
from service.boot import boot
from service.parts import build

app = create_app(build(boot(), web=True))
