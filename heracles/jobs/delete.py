"""Deleting what was written for a script, unless runs still need it."""

import os
from collections.abc import Callable, Sequence
from contextlib import closing

from heracles.errors import HeraclesError, RunError
from heracles.jobs import status
from heracles.jobs.by_hand import by_hand
from heracles.jobs.cancel import kept
from heracles.jobs.clients import by_client, other_user, recorded_client
from heracles.jobs.outcome import Outcome
from heracles.jobs.query import ask
from heracles.jobs.reporter import Reporter, Work
from heracles.lean import NamedTuple
from heracles.paths import Siblings
from heracles.schedulers.client import ALIVE, Unreachable
from heracles.store.exit_records import ExitRecords, delete_records
from heracles.store.files import Files
from heracles.store.history import History
from heracles.text import counted, listed, printable

__all__ = ["DeletedFiles", "delete", "names", "refuse_if_alive"]


class DeletedFiles(NamedTuple):
    """What was deleted, and what stays.

    Attributes:
        scripts: The names of the scripts that were deleted.
        exit_records: The path of the folder of exit records that was deleted; empty for none.
        journal: The path of the journal that was deleted; empty for none.
        logs: The names of the logs of local runs, which stay.

    """

    scripts: list[str]
    exit_records: str
    journal: str
    logs: list[str]


def refuse_if_alive(history: History, siblings: Siblings, *, timeout: float, warn: Callable[[str], None]) -> None:
    """Refuse to delete the files of runs that are pending or running, or may be.

    Args:
        history: What is recorded.
        siblings: The files beside the script.
        timeout: After how many seconds without an answer a scheduler's command is stopped.
        warn: Is called with a warning about a scheduler that cannot be asked.

    Raises:
        HeraclesError: If there are such runs.

    """
    submissions = [each for each in history.submissions if each.outcome != "rejected"]
    records = ExitRecords(siblings.path(siblings.exit_records))
    every = [*submissions, *(each for sweep in history.sweeps() for each in by_hand(history, sweep, records))]
    try:
        answers = ask(every, strict=True, timeout=timeout, warn=warn)
    except Unreachable as problem:
        raise RunError(
            f"{problem.message}. It is unknown whether runs are pending or running: to delete the files nevertheless, "
            "add --force"
        ) from None
    submitted = {each.compilation.sweep for each in every}
    sweeps = [each for each in history.sweeps() if not submitted.isdisjoint(history.lineage(each))]
    statuses = [status.join(history, sweep, answers, records) for sweep in sweeps]
    alive = [each for runs in statuses for each in runs.where_tasks(lambda kind: kind.state in ALIVE)]
    _refuse([task for each in alive for task in each.tasks or (each.last,) if task.state in ALIVE], len(alive))
    if others := sorted({other_user(each) for each in submissions} - {""}):
        raise HeraclesError(
            f"user {printable(others[0])} submitted runs of this script: to delete their files and the journal, add "
            "--force"
        )
    if any(recorded_client(key, timeout).can_hold for key in by_client(history.unknown())):
        raise HeraclesError(
            "it is unknown whether an interrupted submission was accepted: --cancel finds out, and cancels it if it "
            "was; --force deletes the files nevertheless"
        )
    if advice := kept(statuses):
        raise HeraclesError(f"{advice[0]}. Once the runs have ended, delete their files with --force")


def _refuse(alive: Sequence[Outcome], runs: int) -> None:
    """Refuse to delete the files of runs that are alive.

    Raises:
        HeraclesError: If there are any.

    """
    if not alive:
        return
    jobs = _named(sorted({each.job for each in alive}))
    others = sorted({each.owner for each in alive if each.owner})
    if others:
        raise HeraclesError(
            f"{counted(runs, 'run')} {printable(others[0])} {'is' if runs == 1 else 'are'} pending or running "
            f"({jobs}): to delete the files nevertheless, add --force"
        )
    raise HeraclesError(
        f"1 run is pending or running ({jobs}): cancel it with --cancel, or delete its files with --force"
        if runs == 1
        else f"{runs:,} runs are pending or running ({jobs}): cancel them with --cancel, or delete their files with "
        "--force"
    )


def _named(jobs: list[str]) -> str:
    is_process = jobs[0].startswith("process")
    return listed(jobs) if is_process else f"job{'' if len(jobs) == 1 else 's'} {listed(jobs)}"


def names(files: Files, *, size: int | None, is_array: bool) -> list[str]:
    """Return the names of the scripts to delete, which exist.

    Args:
        files: The files beside the script.
        size: The number of runs of the sweep that the user gave; None if none was given, for all that Heracles wrote.
        is_array: Whether array scripts alone are meant.

    """
    present, siblings = files.names(), files.siblings
    arrays = [name for name in (siblings.array_script, siblings.retry_script) if name in present]
    if size is not None:
        return arrays if is_array else [siblings.run_script(run) for run in files.runs() if run < size]
    runs = [] if is_array else list(map(siblings.run_script, files.runs()))
    return [name for name in runs + arrays if name in files.history.files]


def delete(
    files: Files, scripts: list[str], content: Callable[[str], bytes] | None, reporter: Reporter
) -> DeletedFiles:
    """Delete scripts, and if no script is left the exit records and the journal too.

    Args:
        files: The files beside the script.
        scripts: The names of the scripts, which exist.
        content: Returns what Heracles would write to one; None if that is unknown.
        reporter: Reports the progress.

    Raises:
        FileError: If one does not belong to Heracles, or cannot be deleted.

    """
    files.check(scripts, content)
    leftovers = files.leftovers()
    with closing(files.delete(scripts)) as gone:  # an interrupt must not leave it to the end of the process
        reporter.track(Work.DELETE, gone, len(scripts))
    for name in leftovers:
        os.unlink(files.siblings.path(name))
    if files.is_in_use():
        return DeletedFiles(scripts, "", "", files.logs())
    siblings = files.siblings
    exit_records, journal = siblings.path(siblings.exit_records), siblings.path(siblings.journal)
    has_journal = bool(os.path.getsize(journal))
    has_records = delete_records(exit_records)
    files.history.discard()
    return DeletedFiles(scripts, exit_records * has_records, journal * has_journal, files.logs())
