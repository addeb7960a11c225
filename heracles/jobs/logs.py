"""The logs of runs: where they are, and following one."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import BinaryIO

from heracles.errors import HeraclesError
from heracles.jobs.reporter import Reporter
from heracles.jobs.statuses import RunStatus
from heracles.paths import Siblings
from heracles.schedulers.client import ALIVE
from heracles.schedulers.registry import by_key
from heracles.schedulers.scheduler import LogTask
from heracles.store.place import user
from heracles.store.plain_files import open_plain
from heracles.text import printable

__all__ = ["path_of", "read"]

_LOOK = 0.5
_ASK = 5.0
_PIECE = 2**16


def path_of(status: RunStatus, siblings: Siblings) -> str:
    """Return the path of a run's log, seen from the current folder if that is shorter; empty if it is unknown."""
    path = _path_of(status, siblings)
    folder, slash, name = path.rpartition("/")
    relative = os.path.join(_seen_from(os.getcwd(), folder or slash), name) if slash else path
    return relative if len(relative) < len(path) else path


@lru_cache
def _seen_from(here: str, folder: str) -> str:
    """Return the path of a folder, in which there may be the logs of many runs, as seen from here; empty for here."""
    relative = os.path.relpath(folder, here)
    return "" if relative == os.curdir else relative


def _path_of(status: RunStatus, siblings: Siblings) -> str:
    last, submission = status.last, status.last.submission
    if submission is None:
        return ""
    if submission.is_local:
        return os.path.abspath(siblings.path(siblings.log(status.run)))
    if not submission.announced.log or submission.job is None:
        return ""
    compilation = submission.compilation
    script = compilation.file if compilation.is_array else siblings.run_script(status.run)
    owner = submission.announced.user or user()
    task = LogTask(submission.job.id, last.task_job_id, last.task, last.node, owner, script)
    return by_key(submission.scheduler).log_path(submission.announced.log, task)


def read(
    run: int,
    statuses: Callable[[], Sequence[RunStatus]],
    siblings: Siblings,
    *,
    follow: bool,
    reporter: Reporter,
) -> Iterator[bytes]:
    """Yield the content of a run's log in pieces.

    Args:
        run: The run's number.
        statuses: Asks for the statuses of all runs of the sweep.
        siblings: The files beside the script.
        follow: Whether to wait for the log, and to go on with what is appended to it until the run has ended.
        reporter: Is told what is waited for.

    Raises:
        HeraclesError: If there is no such run, or it has no log.

    """
    status = _status_of(run, statuses())
    path = path_of(status, siblings)
    while follow and status.state in ALIVE and not os.path.exists(path):
        reporter.wait(f"run {run} is {status.state.words}: waiting for its log")
        reporter.pause(_ASK)
        status = _status_of(run, statuses())
        path = path_of(status, siblings)
    if not path:
        raise HeraclesError(f"run {run} is {status.state.words}: where its log is, is unknown")
    try:
        file = _opened(path)
        try:
            while True:
                while piece := file.read(_PIECE):
                    yield piece
                if not follow or status.state not in ALIVE:
                    return
                changed = _changed(path, file, reporter)
                if changed is None:
                    status = _status_of(run, statuses())
                elif changed.st_size < file.tell() or not os.path.samestat(changed, os.fstat(file.fileno())):
                    reporter.wait(f"the log of run {run} begins anew")
                    file.close()
                    file = _opened(path)
        finally:
            file.close()
    except OSError as error:
        reason = f"cannot read the log {printable(path)} of run {run}, which is {status.state.words}"
        raise HeraclesError(f"{reason}: {error.strerror}") from None


def _status_of(run: int, statuses: Sequence[RunStatus]) -> RunStatus:
    if run >= len(statuses):
        raise HeraclesError(f"there is no run {run:,}: the sweep has runs 0 to {len(statuses) - 1:,}")
    return statuses[run]


def _opened(path: str) -> BinaryIO:
    """Open a log, be it through a symbolic link of the user's; it is not waited for, as a FIFO would be."""
    return os.fdopen(open_plain(os.path.realpath(path), os.O_RDONLY), "rb")


def _changed(path: str, file: BinaryIO, reporter: Reporter) -> os.stat_result | None:
    """Wait until a log is not what was read of it, but not for long; return its status then, None if it is the same."""
    end = time.monotonic() + _ASK
    while True:
        found = os.stat(path)
        if found.st_size != file.tell() or not os.path.samestat(found, os.fstat(file.fileno())):
            return found
        if time.monotonic() >= end:
            return None
        reporter.pause(_LOOK)
