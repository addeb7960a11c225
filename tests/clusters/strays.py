"""What is left of a cluster that was started for tests, and how to end it.

Run as a program, with a mark and a folder, it waits for the end of its input, which comes when the process that started
it ends for whatever reason; then it kills the strays and deletes the folder.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["PATIENCE", "happens", "kill_strays"]

PATIENCE = 180.0
"""How many seconds a test waits for what must happen: it bounds the time of a failure, and no machine is so slow."""
_KILL_TIMEOUT = 10.0


def happens(condition: Callable[[], bool], timeout: float = PATIENCE, *, pause: float = 0.05) -> bool:
    """Return whether the condition comes true within `timeout` seconds; look each `pause` seconds."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def kill_strays(mark: str) -> None:
    """Kill the processes with `mark` in the environment that they were started with, and all that they started."""

    def kill() -> bool:
        parents, strays = {}, set()
        for entry in Path("/proc").glob("[0-9]*"):
            process = int(entry.name)
            with contextlib.suppress(OSError):
                parents[process] = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
                if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    strays.add(process)
        while grown := {process for process, parent in parents.items() if parent in strays} - strays:
            strays |= grown
        for process in strays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return not strays

    happens(kill, _KILL_TIMEOUT)


if __name__ == "__main__":
    sys.stdin.read()
    kill_strays(sys.argv[1])
    shutil.rmtree(sys.argv[2], ignore_errors=True)
