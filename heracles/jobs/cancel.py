"""Cancelling what is pending or running."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from heracles.errors import RunError
from heracles.jobs.clients import ClientKey, recorded_client
from heracles.jobs.local import stop
from heracles.jobs.outcome import Judgement, Outcome
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.schedulers.client import ALIVE, Job, State, Unreachable
from heracles.schedulers.indices import consecutive
from heracles.schedulers.registry import by_key
from heracles.store.events import Seen, TaskEnd
from heracles.store.history import History
from heracles.store.submission import LOCAL, Submission
from heracles.text import counted, printable

__all__ = ["cancel", "kept"]

_WRAPPED = "submitted by a run"


def cancel(history: History, sweeps: Iterable[Statuses], timeout: float) -> int:
    """Cancel the runs that are pending or running, and return how many were cancelled.

    Args:
        history: What is recorded.
        sweeps: The status of each run of each sweep.
        timeout: After how many seconds without an answer a scheduler's command is stopped.

    Raises:
        RunError: If a scheduler could not be asked to.

    """
    alive = [
        list(_alive(each))
        for statuses in sweeps
        for each in statuses.where_tasks(lambda kind: kind.state in ALIVE and not kind.owner)
    ]
    outcomes = [outcome for of_run in alive for outcome in of_run]
    done: set[tuple[str, int | None]] = set()  # before they could be cancelled
    for key, tasks in _by_client(outcomes).items():
        client = recorded_client(key, timeout)
        try:
            client.cancel(tasks)
        except Unreachable as problem:
            raise RunError(problem.message) from None
        with suppress(Unreachable):
            found = client.states([job for job, _ in tasks], with_past=False).tasks
            done |= {(str(each.job), task) for each in found if each.state is State.DONE for task in each.each_id()}
    _stop_local(history, [each.submission for each in outcomes if each.submission])
    # Slurm keeps no trace of what was pending.
    ends = [TaskEnd(*place, State.CANCELLED, None) for place in map(_place, outcomes) if place and place not in done]
    if ends:
        history.remember(Seen(tuple(ends)))
    return sum(any(_place(each) not in done for each in of_run) for of_run in alive)


def _place(outcome: Outcome) -> tuple[str, int | None] | None:
    """Return the job and the task that an outcome is of; None for a local run."""
    job = outcome.submission.job if outcome.submission else None
    return (str(job), outcome.task) if job else None


def _alive(status: RunStatus) -> Iterator[Outcome]:
    """Yield the tasks of a run that are to be cancelled: those of others are not."""
    for outcome in status.tasks or (status.last,):
        if outcome.state in ALIVE and not outcome.owner:
            yield outcome


def kept(sweeps: Iterable[Statuses]) -> list[str]:
    """Return sentences on the runs that are, or may be, pending or running and cannot be cancelled from here."""
    kinds: dict[tuple[str, str], list[Outcome]] = {}
    for each in (each for statuses in sweeps for each in statuses.where_tasks(_is_kept)):
        left = [task for task in each.tasks or (each.last,) if _is_kept(task.judgement)]
        for kind, task in {_kind(task): task for task in left}.items():
            kinds.setdefault(kind, []).append(task)
    return [_advice(*kind, outcomes) for kind, outcomes in kinds.items()]


def _is_kept(judgement: Judgement) -> bool:
    return judgement.may_be_alive or bool(judgement.owner and judgement.state in ALIVE)


def _kind(outcome: Outcome) -> tuple[str, str]:
    """Return whose an outcome is, on which machine or that the run submitted it, and the key of its scheduler."""
    if outcome.wrapped and not outcome.owner:
        return _WRAPPED, outcome.wrapped
    scheduler = outcome.submission.scheduler if outcome.submission else ""
    return outcome.owner or (outcome.reason if scheduler == LOCAL else ""), scheduler


def _advice(place: str, scheduler: str, outcomes: Sequence[Outcome]) -> str:
    runs = counted(len(outcomes), "run")
    if place.startswith("of user"):
        return f"{runs} {printable(place)} may be pending or running: only that user can cancel"
    name, command = by_key(scheduler).name, by_key(scheduler).cancel
    if place == _WRAPPED:
        jobs = dict.fromkeys(job for each in outcomes for job in each.job.split(","))
        return f"{runs} may be pending or running: cancel with {printable(' '.join([command, *jobs]))}"
    if place:
        return f"{runs} {printable(place)} may be pending or running: call --cancel there"
    jobs = dict.fromkeys(each.submission.job.id for each in outcomes if each.submission and each.submission.job)
    if not jobs:
        return f"{runs} may be pending or running, as jobs whose ids are unknown: look in the queue"
    return f"{runs} may be pending or running, and {name} cannot be asked: cancel with {command} {' '.join(jobs)}"


def _by_client(alive: Sequence[Outcome]) -> dict[ClientKey, list[tuple[Job, list[range] | None]]]:
    clients: dict[ClientKey, list[tuple[Job, list[range] | None]]] = {}
    for submission, tasks in _tasks(alive):
        clients.setdefault(ClientKey.of(submission), []).append((submission.job or Job(""), tasks))
    return clients


def _tasks(alive: Sequence[Outcome]) -> Iterator[tuple[Submission, list[range] | None]]:
    """Yield the tasks of each job that are to be cancelled; None for the whole job."""
    jobs: dict[str, tuple[Submission, set[int | None]]] = {}
    for each in alive:
        submission = each.submission
        if submission and submission.job:
            task = each.task if submission.compilation.is_array else None
            jobs.setdefault(str(submission.job), (submission, set()))[1].add(task)
    for submission, tasks in jobs.values():
        count = -(-(submission.end - submission.first) // submission.compilation.pack)
        is_whole = None in tasks or len(tasks) == count
        yield submission, None if is_whole else consecutive(sorted(task for task in tasks if task is not None))


def _stop_local(history: History, submissions: Iterable[Submission]) -> None:
    """Stop the runs of another Heracles on this machine, or those that a killed one left.

    Raises:
        RunError: If the journal, which says which processes these are, is not the user's own.

    """
    local = {each.token: each.announced.pid for each in submissions if each.is_local}
    if local and not history.is_own:
        raise RunError("the journal was not written by you in this place: no process that it names is stopped")
    for token, pid in local.items():
        stop((run for (batch, _), run in history.local_runs.items() if batch == token.batch), pid)
