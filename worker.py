"""A worker (`python worker.py`), or the clock (`python worker.py clock`)."""

import sys
from functools import partial

from service.boot import boot
from service.clock import TASKS, Clock
from service.jobs import JOBS
from service.parts import build, utc_now
from service.queue import Dispatcher, quick_connection
from service.work import run_worker, work_connection


def main(role: str) -> None:
    settings = boot(*([] if role == "clock" else ["KEYS", "HOOK_TOKEN"]))
    if role == "clock":
        Clock(Dispatcher(quick_connection(settings.redis_url)), TASKS, utc_now).run()
        return
    parts = build(settings)
    jobs = {name: partial(act, parts) for name, act in JOBS.items()}
    run_worker(work_connection(settings.redis_url), jobs)


if __name__ == "__main__":
    main("clock" if sys.argv[1:] == ["clock"] else "worker")
