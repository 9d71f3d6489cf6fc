"""How a command reaches the parts of the application that it was started with."""

from typing import cast

from flask import current_app

from service.parts import Parts


def parts() -> Parts:
    return cast(Parts, current_app.extensions["karakoro"])
