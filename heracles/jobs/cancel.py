"""Cancelling what is pending or running."""

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from heracles.errors import RunError
from heracles.jobs.clients import ClientKey, recorded_client
from heracles.jobs.local import host, is_alive
from heracles.jobs.status import RunStatus
from heracles.schedulers.client import ALIVE, Job, State, Unreachable
from heracles.store.events import Seen, TaskEnd
from heracles.store.history import History, Submission

__all__ = ["cancel"]


def cancel(history: History, statuses: Iterable[RunStatus], timeout: float) -> int:
    """Cancel the runs that are pending or running, and return how many these are.

    Args:
        history: What is recorded.
        statuses: The status of each run.
        timeout: After how many seconds without an answer a scheduler's command is stopped.

    Raises:
        RunError: If a scheduler could not be asked to.

    """
    alive = [each for each in statuses if each.state in ALIVE]
    for key, tasks in _by_client(alive).items():
        try:
            recorded_client(key, timeout).cancel(tasks)
        except Unreachable as problem:  # noqa: PERF203 - few schedulers
            raise RunError(problem.message) from None
    _stop_local(history, [each.last.submission for each in alive if each.last.submission])
    # Slurm keeps no trace of what was pending.
    ends = [
        TaskEnd(str(each.last.submission.job), each.last.task, State.CANCELLED, None)
        for each in alive
        if each.last.submission and each.last.submission.job
    ]
    if ends:
        history.remember(Seen(tuple(ends)))
    return len(alive)


def _by_client(alive: Sequence[RunStatus]) -> dict[ClientKey, list[tuple[Job, list[range] | None]]]:
    clients: dict[ClientKey, list[tuple[Job, list[range] | None]]] = {}
    for submission, tasks in _tasks(alive):
        key = submission.scheduler, submission.announced.command
        clients.setdefault(key, []).append((submission.job or Job(""), tasks))
    return clients


def _tasks(alive: Sequence[RunStatus]) -> Iterator[tuple[Submission, list[range] | None]]:
    """Yield the tasks of each job that are to be cancelled; None for the whole job."""
    jobs: dict[str, tuple[Submission, set[int | None]]] = {}
    for each in alive:
        submission = each.last.submission
        if submission and submission.job:
            is_whole = not submission.compilation.is_array or submission.compilation.tasks_per_run > 1
            jobs.setdefault(str(submission.job), (submission, set()))[1].add(None if is_whole else each.last.task)
    for submission, tasks in jobs.values():
        count = -(-(submission.end - submission.first) // submission.compilation.pack)
        is_whole = None in tasks or len(tasks) == count
        yield submission, None if is_whole else _ranges(sorted(task for task in tasks if task is not None))


def _stop_local(history: History, submissions: Iterable[Submission]) -> None:
    """Stop the runs of another Heracles on this machine, or those that a killed one left."""
    ours = [each.announced for each in submissions if each.is_local and each.announced.host == host()]
    for pid in {each.pid for each in ours if each.pid}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    for run in history.local_runs.values():
        if is_alive(run):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(run.pid, signal.SIGTERM)


def _ranges(numbers: Sequence[int]) -> list[range]:
    """Return ascending numbers as ranges."""
    ranges: list[range] = []
    for number in numbers:
        if ranges and ranges[-1].stop == number:
            ranges[-1] = range(ranges[-1].start, number + 1)
        else:
            ranges.append(range(number, number + 1))
    return ranges
