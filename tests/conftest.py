"""Fixtures live in fixtures_*.py beside this file, one per real thing that they start."""

pytest_plugins = ("fixtures_database", "fixtures_redis", "fixtures_simulator", "fixtures_service")
