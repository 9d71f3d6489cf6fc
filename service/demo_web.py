"""The web application as the demo serves it: granian's processes end even when granian itself was killed."""

from service.app import create_app
from service.boot import boot
from service.child import die_with_parent
from service.parts import build

die_with_parent()
app = create_app(build(boot()))
