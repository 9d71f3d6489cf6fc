"""Styles, scripts and pictures: served by us, under addresses that change with what stands in them."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "static"
KEPT_SECONDS = 365 * 24 * 3600  # a new one has a new address


@cache
def address(name: str) -> str:
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    return f"/console/static/{name}?v={digest[:12]}"
