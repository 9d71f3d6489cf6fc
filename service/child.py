"""Starting another program that must not outlive this one."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path], *, environ: Mapping[str, str] | None = None, log: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own: Ctrl-C reaches only its parent, which ends it in order.

    On Linux the kernel kills it when the thread that called this ends; elsewhere its parent must.
    log: a file descriptor for everything that it prints; None = where this process prints.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=None if environ is None else dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT if log is not None else None,
        start_new_session=True,
        preexec_fn=_die_with_parent(os.getpid()) if _libc is not None else None,  # noqa: PLW1509
    )


def stop(process: subprocess.Popen[bytes], *, within_seconds: float = 5.0) -> None:
    """Ask a program to end, and kill it when it has not done so in time."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(within_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _die_with_parent:  # noqa: N801
    """Runs between fork and exec, where only what is already loaded may be touched."""

    def __init__(self, parent: int) -> None:
        self.parent = parent

    def __call__(self) -> None:
        assert _libc is not None
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.parent:  # it died before the line above
            os._exit(1)
