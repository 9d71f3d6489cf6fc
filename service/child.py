"""Starting other programs that must not outlive this one."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
Process = subprocess.Popen[bytes]

# Loaded now, because between fork and exec nothing new may be.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path], *, environ: Mapping[str, str] | None = None, log: int | None = None
) -> Process:
    """Start a program in a session of its own: Ctrl-C reaches only its parent, which ends it in order.

    On Linux the kernel kills it when the thread that called this ends; elsewhere its parent must.
    log: a file descriptor for everything that it prints; None = where this process prints.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=None if environ is None else dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=None if log is None else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509
    )


def die_with_parent(parent: int | None = None) -> None:
    """From here on the kernel kills this process when its parent ends, or at once where that has happened."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent not in (None, os.getppid()):
            os._exit(1)


def adopt_orphans() -> None:
    """From here on what a child of ours leaves behind becomes a child of ours (Linux only)."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def kill_orphans() -> None:
    """Kill and bury every child that is left, and what those leave."""
    while left := _children():
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        for pid in left:
            os.waitpid(pid, 0)


def stop(processes: Sequence[Process], *, within_seconds: float) -> None:
    """Ask programs to end, all at once, and kill those that have not done so in time."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + within_seconds
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _children() -> list[int]:
    found = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in found.read_text().split()] if found.exists() else []
