"""The settings that a demo leaves in its data directory, so that the command line finds the same data."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

FILE = "demo.env"
PREFIX = "KARAKORO_"


def beneath(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment, with the demo's settings where it says nothing itself.

    KARAKORO_DEMO=no keeps a demo that was left behind out of it.
    """
    if environ.get(f"{PREFIX}DEMO", "").lower() in ("no", "off", "false", "0"):
        return dict(environ)
    directory = Path(environ.get(f"{PREFIX}DATA_DIR") or ".karakoro").expanduser()
    try:
        content = (directory / FILE).read_text(encoding="utf-8")
    except OSError:
        return dict(environ)
    said = {name.removesuffix("_FILE") for name, value in environ.items() if value}
    left = {name: value for name, value in _parse(content).items() if name.removesuffix("_FILE") not in said}
    return {**environ, **left}


def write(directory: Path, values: Mapping[str, str]) -> Path:
    """Keep these settings, readable by their owner alone; a shell can read the file too."""
    path = directory / FILE
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(values.items())]
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(lines)
    draft.replace(path)
    return path


def _parse(content: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(content) if word.startswith(PREFIX))
