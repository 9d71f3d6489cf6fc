"""The settings of the demo: everything that `make run` needs, made up once, and kept in its data directory."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from models.keys import Keyring
from service import redis_server
from service.known_secrets import DEMO, DEMO_KEYS
from service.settings import PREFIX

API_KEY = "demo-key-of-the-simulator"
HELP_NUMBER = "70000098"  # a phone of the demo, like those of its roster
SECRETS: Mapping[str, Callable[[], str]] = {
    "KEYS": lambda: DEMO_KEYS + Keyring.generate(),
    "SECRET_KEY": lambda: DEMO + secrets.token_urlsafe(32),
    "HOOK_TOKEN": lambda: DEMO + secrets.token_urlsafe(24),
    "METRICS_TOKEN": lambda: DEMO + secrets.token_urlsafe(24),
}


def settle(environ: Mapping[str, str], port: int) -> dict[str, str]:
    """KARAKORO_… settings: what the environment says, and the demo's own for the rest."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value.strip()}
    directory = Path(given.get(f"{PREFIX}DATA_DIR", ".karakoro")).expanduser().absolute()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    said = {name.removesuffix("_FILE") for name in given}
    ours = {f"{PREFIX}{name}": value for name, value in _ours(directory, given, port).items()}
    ours |= {
        f"{PREFIX}{name}_FILE": str(_kept(directory / name.lower(), make))
        for name, make in SECRETS.items()
        if f"{PREFIX}{name}" not in said
    }
    return {name: value for name, value in ours.items() if name.removesuffix("_FILE") not in said} | given


def simulator_port(environ: Mapping[str, str], port: int) -> int:
    return int(environ.get(f"{PREFIX}SIMULATOR_PORT") or port + 1)


def _ours(directory: Path, given: Mapping[str, str], port: int) -> dict[str, str]:
    simulator = f"http://127.0.0.1:{simulator_port(given, port)}"
    return {
        "DEMO": "yes",
        "DATA_DIR": str(directory),
        "DATABASE_URL": f"sqlite:///{directory / 'karakoro.sqlite3'}",
        "REDIS_URL": redis_server.url(directory),
        "AFRICASTALKING_USERNAME": "sandbox",
        "AFRICASTALKING_API_KEY": API_KEY,
        "AFRICASTALKING_SENDER": "20384",
        "AFRICASTALKING_URL": simulator,
        "OWN_NUMBERS": "20384",
        "HELP_NUMBER": HELP_NUMBER,
        **({} if f"{PREFIX}AFRICASTALKING_URL" in given else {"SIMULATOR_URL": simulator}),
    }


def _kept(path: Path, make: Callable[[], str]) -> Path:
    """The file of a secret, written at the first run and left alone ever after."""
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(make())
    return path
