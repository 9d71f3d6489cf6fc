"""Fixtures live in fixtures_*.py beside this file, one per real thing that they start."""

import os

from hypothesis import settings

pytest_plugins = (
    "fixtures_database",
    "fixtures_redis",
    "fixtures_simulator",
    "fixtures_service",
    "fixtures_console",
    "fixtures_browser",
    "fixtures_smtp",
)
settings.register_profile("long", max_examples=int(os.environ.get("FUZZ_INPUTS", "100000")))
