"""The whole of Karakoro on one machine, without an account and without a server: what `make run` runs."""

import fcntl
import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from service import demo_data, demo_env, logs, redis_server
from service.child import spawn
from service.demo_settings import settle, simulator_port
from service.settings import PREFIX, SettingError, Settings
from service.supervisor import Program, Supervisor
from service.welcome import welcome

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 45
NOTHING: Mapping[str, str] = {}


def main() -> None:
    port = int(os.environ.get("PORT") or 8000)
    values = settle(os.environ, port)
    try:
        settings = Settings.from_environment(values)
    except SettingError as error:
        sys.exit(f"karakoro: {error}")
    logs.configure(settings.log_level, secrets=settings.hook_tokens)
    with only_demo_of(settings.data_dir):
        run(settings, values, port)


def run(settings: Settings, values: Mapping[str, str], port: int) -> None:
    """Serve until told to end; everything that was started is gone afterwards."""
    supervisor = Supervisor(say)
    supervisor.listen()
    try:
        if settings.redis_url == redis_server.url(settings.data_dir):
            supervisor.start(Program("redis", partial(redis_server.launch, settings.data_dir), last=True))
        demo_data.prepare(settings)
        demo_env.write(settings.data_dir, values)
        for program in programs(settings, values, port):
            supervisor.start(program)
        if wait_until_ready(supervisor, port):
            say(welcome(settings, port, demo_data.members(), demo_data.PIN))
        elif not supervisor.ending:
            say("The web application does not answer yet; what it said stands above.")
        supervisor.run()
    finally:
        say("Stopping …")
        supervisor.end()


def programs(
    settings: Settings, values: Mapping[str, str], port: int, more: Mapping[str, str] = NOTHING
) -> Iterator[Program]:
    """The processes beside Redis, in the order in which they start; the simulator only where it is asked. more: of
    their environment."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environ = {**others, **values, **more, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    python, granian = Path(sys.executable), Path(sys.executable).parent / "granian"
    hooks = f"http://127.0.0.1:{port}/hooks/africastalking/{settings.hook_tokens[0]}/"
    commands: dict[str, list[str | Path]] = {}
    if settings.simulator_url and settings.simulator_url == settings.africastalking_url:
        at = simulator_port(values, port)
        need_free_port(at)
        commands["simulator"] = [python, "-m", "service.simulator", "--port", str(at)]
        environ["SIMULATOR_HOOKS"] = hooks  # not an argument, which everybody on this machine could read
    need_free_port(port)
    commands["web"] = [
        granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--http", "1", "--no-ws",
        "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "3",
        "--no-access-log", "--log-level", "warning", "service.demo_web:app",
    ]  # fmt: skip
    commands["worker"] = [python, ROOT / "worker.py"]
    commands["clock"] = [python, ROOT / "worker.py", "clock"]
    for name, command in commands.items():
        yield Program(name, partial(spawn, command, environ=environ))


def wait_until_ready(supervisor: Supervisor, port: int) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while not supervisor.ending and time.monotonic() < deadline:
        if is_ready(port):
            return True
        time.sleep(0.1)
    return False


def is_ready(port: int) -> bool:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        web.request("GET", "/readyz")
        return web.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


@contextmanager
def only_demo_of(directory: Path) -> Iterator[None]:
    """Two demos on one directory would be two servers writing the same files."""
    with (directory / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"karakoro: a demo is running on {directory} already")
        yield


def need_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"karakoro: port {port} is taken; PORT=… chooses another one")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
