"""Which sweep is asked about, and the status of its runs: the schedulers are asked, and what they say is joined."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from heracles.errors import HeraclesError
from heracles.ir import Runs
from heracles.jobs import status
from heracles.jobs.clients import by_client, recorded_client
from heracles.jobs.status import RunStatus
from heracles.language.source import Source
from heracles.paths import Siblings
from heracles.schedulers.client import Answer, Unreachable
from heracles.store.events import Compilation, Seen
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History, Submission
from heracles.text import spelled

__all__ = ["Recorded", "ask", "last_submission", "recorded_sweep", "source_of", "statuses"]

_MOST_RUNS = 10_000_000


class Recorded(NamedTuple):
    """A sweep that was compiled before, and what the journal calls it."""

    name: str
    sweep: Runs


def recorded_sweep(
    history: History, script: str, asked: Runs | None = None, arguments: Sequence[str] | None = None
) -> Recorded:
    """Return the sweep that is asked about: the latest one if nothing is given.

    Args:
        history: What is recorded.
        script: The name of the job script, as it is shown.
        asked: The sweep that the user gave.
        arguments: The script's own arguments that the user gave; None for those that it had last.

    Raises:
        HeraclesError: If it was never written, or has too many runs.

    """
    compilation = history.latest(asked, arguments)
    if compilation is None:
        raise HeraclesError(
            f"nothing is known about {script}: no sweep of it was written or submitted"
            if asked is None and arguments is None
            else f"this sweep of {script} was never written; leave it out to see the latest one"
        )
    sweep = asked or source_of(compilation).parse(seed=compilation.seed)
    if sweep.size > _MOST_RUNS:
        raise HeraclesError(f"{spelled(sweep.size)} runs are too many for --status, which shows at most {_MOST_RUNS:,}")
    return Recorded(compilation.sweep, sweep)


def source_of(compilation: Compilation) -> Source:
    """Return the text of a sweep that was compiled before."""
    return Source(*(getattr(compilation, name) for name in Source._fields))


def last_submission(history: History, name: str, script: str) -> Submission:
    """Return the latest submission of a sweep, which the journal calls `name`.

    Raises:
        HeraclesError: If there is none; `script` is the job script's name in that message.

    """
    submissions = history.of_sweep(name)
    if not submissions:
        raise HeraclesError(f"no run of {script} was submitted: submit the sweep with -r=CMD")
    return submissions[-1]


def statuses(
    history: History,
    name: str,
    siblings: Siblings,
    *,
    strict: bool,
    timeout: float,
    warn: Callable[[str], None],
) -> list[RunStatus]:
    """Return the status of each run of a sweep; how tasks ended is remembered if no accounting does so.

    Args:
        history: What is recorded.
        name: What the journal calls the sweep, as `recorded_sweep` returns it.
        siblings: The files beside the script.
        strict: Whether it is an error if a scheduler does not answer.
        timeout: After how many seconds without an answer a scheduler's command is stopped.
        warn: Is called with a warning about a scheduler that does not answer.

    Raises:
        Unreachable: If a scheduler does not answer, and `strict` is set.

    """
    answer = ask(history.of_sweep(name), strict=strict, timeout=timeout, warn=warn)
    ends = [] if answer.knows_past else status.new_ends(history, answer)
    if ends:
        history.remember(Seen(tuple(ends)))
    return status.join(history, name, answer, ExitRecords(siblings.path(siblings.exit_records)))


def ask(submissions: Iterable[Submission], *, strict: bool, timeout: float, warn: Callable[[str], None]) -> Answer:
    """Ask the schedulers about the jobs of submissions, and return all that they say as one answer.

    Raises:
        Unreachable: If a scheduler does not answer, and `strict` is set.

    """
    tasks, knows_past, is_current = [], True, True
    for key, to_one in by_client(each for each in submissions if each.job).items():
        client = recorded_client(key, timeout)
        try:
            answer = client.states([each.job for each in to_one if each.job], with_past=True)
        except Unreachable as problem:
            if strict and client.can_hold:
                raise
            warn(f"{problem.message}: only what the runs recorded themselves is known")
            answer = Answer([], knows_past=False, is_current=False)
        tasks += answer.tasks
        knows_past &= answer.knows_past
        is_current &= answer.is_current
    return Answer(tasks, knows_past, is_current)
