"""What was written, submitted, run and deleted, in sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from os.path import dirname

from heracles.cli.views.marks import in_states
from heracles.cli.views.preview import extent
from heracles.errors import HeraclesError
from heracles.ir.growth import Growth
from heracles.jobs.delete import DeletedFiles
from heracles.jobs.job_array import JobArray
from heracles.jobs.launch import Remaining, SubmittedGroup, WrittenFiles
from heracles.jobs.local import Ran
from heracles.jobs.plan import Plan
from heracles.jobs.recover import Settled
from heracles.jobs.retry import ChosenRuns
from heracles.jobs.statuses import Statuses
from heracles.paths import Siblings
from heracles.schedulers.client import State
from heracles.store.history import History
from heracles.text import counted, listed, printable, spelled

__all__ = [
    "another_sweep",
    "cannot_continue",
    "continued",
    "deleted",
    "has_changed",
    "is_copy",
    "launched",
    "named",
    "named_sweeps",
    "nothing_left",
    "nothing_to_retry",
    "other_folder",
    "running_again",
    "settled",
    "submitted_before",
    "written",
]


_MOST_LEFT_OUT = 5


def named(siblings: Siblings, names: Sequence[str], noun: str) -> str:
    """Return `6 scripts: sbatch_hydra0.sh … sbatch_hydra5.sh`, of the names of at least one file."""
    return _ends(len(names), siblings.path(names[0]), siblings.path(names[-1]), noun)


def _ends(count: int, first: str, last: str, noun: str) -> str:
    between = {1: "", 2: f" and {printable(last)}"}.get(count, f" … {printable(last)}")
    return f"{counted(count, noun)}: {printable(first)}{between}"


def written(plan: Plan, files: WrittenFiles) -> Iterator[str]:
    """Yield what was written, and what is left of an earlier sweep."""
    if isinstance(plan, JobArray):
        yield f"Wrote {printable(files.first)}: {extent(plan.layout)}"
        return
    yield f"Wrote {_ends(plan.files, files.first, files.last, 'script')}"
    if files.stale:
        verb = "is" if len(files.stale) == 1 else "are"
        yield f"From an earlier sweep there {verb} still {named(plan.siblings, files.stale, 'script')}"


def settled(found: Settled) -> Iterator[str]:
    """Yield what became of the jobs of an interrupted submission."""
    if found.accepted:
        yield f"An interrupted submission is settled: the scheduler had accepted {counted(found.accepted, 'job')}"
    if found.accepted and found.rejected:
        yield f"The scheduler had not received {counted(found.rejected, 'job')} of it: submitting again"


def is_copy(history: History) -> str:
    """Return what to say if the folder was copied with its journal."""
    return (
        f"this folder is a copy: the runs in its journal are those of {printable(dirname(history.copied_from))}, and "
        "are submitted here anew"
    )


def nothing_left(runs: int, changed: str) -> str:
    """Return what to say if all runs were submitted or run before.

    Args:
        runs: The number of runs.
        changed: The name of the script if it was edited since; empty if it was not.

    """
    since = f". {changed} was edited since" if changed else ""
    if runs == 1:
        return (
            "Nothing is left to submit: the run was submitted or run before. -s shows what became of it, and "
            f"--resubmit-all submits it again{since}"
        )
    return (
        f"Nothing is left to submit: all {spelled(runs)} runs were submitted or run before. -s shows what became of "
        f"them, and --resubmit-all submits them again{since}"
    )


def other_folder(folder: str, *, is_resumed: bool) -> str:
    """Return what to say if the runs before were submitted in another folder."""
    again = "" if is_resumed else ", or submit all of them again here with --resubmit-all"
    return (
        f"the other runs of this sweep were submitted in {printable(folder)}, and their jobs start there: run the "
        f"command in that folder{again}"
    )


def has_changed(script: str) -> str:
    """Return what to say if a script was edited after a part of its runs was submitted."""
    return f"{script} was edited since the other runs were submitted: --resubmit-all submits all of them as it is now"


def another_sweep() -> str:
    """Return what to say if a sweep has no run in common with those that were submitted before."""
    return (
        "This is another sweep: it has no run in common with those that were submitted before. With --name NAME it has "
        "files of its own"
    )


def continued(growth: Growth) -> Iterator[str]:
    """Yield what a sweep continues: how many runs are there, how many are new, and which are not in it."""
    added, kept = growth.added, growth.kept
    verb = "is" if kept == 1 else "are"
    if added:
        first = growth.runs.size - added
        new = f"{spelled(added)} are new, numbered from {first}" if added > 1 else f"1 is new, run {first}"
        yield f"This continues an earlier sweep: {counted(kept, 'run')} {verb} there, and {new}"
    if left_out := growth.left_out:
        runs = "1 run is" if len(left_out) == 1 else f"{len(left_out):,} runs are"
        yield f"Of the earlier sweep, {runs} left out here, and not cancelled:"
        yield from (f"  run {run}: {printable(' '.join(growth.runs[run]))}" for run in left_out[:_MOST_LEFT_OUT])
        if len(left_out) > _MOST_LEFT_OUT:
            yield f"  and {len(left_out) - _MOST_LEFT_OUT:,} more, up to run {left_out[-1]}"


def cannot_continue(script: str, growth: Growth) -> str:
    """Return what to say if a script was edited between the runs that are there and those that are new."""
    new, every = counted(growth.added, "new run"), counted(growth.kept + growth.added, "run")
    return (
        f"{printable(script)} was edited since the earlier runs were submitted: --extend submits {new} alone, with the "
        f"script as it is now, and --resubmit-all submits all {every}"
    )


def submitted_before(plan: Plan, remaining: Remaining) -> str:
    """Return how many were submitted or run before, if some are left."""
    again = "Submitted or run again before" if remaining.is_resumed else "Submitted or run before"
    return f"{again}: {remaining.total - remaining.left:,} of {counted(remaining.total, plan.noun)}"


def launched(results: Iterable[SubmittedGroup | Ran]) -> Iterator[str]:
    """Yield what was submitted, and as which jobs, or how many runs were run here; a sentence for each group."""
    for result in results:
        if isinstance(result, Ran):
            yield f"Ran {counted(result.runs, 'run')} with {result.command}"
            continue
        jobs = listed([str(job or "?") for job in result.jobs])
        noun = "job" if len(result.jobs) == 1 else "jobs"
        condition = "" if result.waits_for is None else f", to start only if run {result.waits_for} succeeds"
        yield f"Submitted {counted(result.items, result.noun)} with {result.command}{condition}: {noun} {jobs}"


def deleted(siblings: Siblings, what: DeletedFiles, *, was_used: bool) -> Iterator[str]:
    """Yield what was deleted, and what stays.

    Args:
        siblings: The files beside the script.
        what: What was deleted.
        was_used: Whether anything was submitted or run.

    """
    if what.scripts:
        yield f"Deleted {named(siblings, what.scripts, 'script')}"
    if what.exit_records:
        yield f"Deleted the exit records: {printable(what.exit_records)}"
    if what.journal and was_used:
        yield f"Deleted the journal: {printable(what.journal)}. What was submitted is forgotten; logs and results stay"
    elif what.journal and what.scripts:
        yield f"Deleted the journal: {printable(what.journal)}"
    if not (what.scripts or what.exit_records or (what.journal and was_used)):
        yield "There is nothing to delete"
    if what.logs:
        yield f"Kept {named(siblings, what.logs, 'log')}"


def named_sweeps(script: str, sweeps: Sequence[tuple[str, Statuses | HeraclesError]]) -> Iterator[str]:
    """Yield a line for each named sweep: what became of its runs, or why that is unknown."""
    if sweeps:
        yield f"Sweeps with a name, of which heracles {script} --name NAME -s shows more:"
    for name, found in sweeps:
        runs = (
            found.message
            if isinstance(found, HeraclesError)
            else f"{counted(len(found), 'run')}: {in_states(found.counts)}"
        )
        yield f"  {name}: {runs}"


def running_again(choice: ChosenRuns, items: Sequence[range], plan: Plan) -> str:
    """Return what is run again: runs, or some of their tasks."""
    runs = counted(choice.runs.size, "run")
    number = sum(map(len, items))
    what = runs if number == plan.items else f"{counted(number, 'task')} of {runs}"
    return f"Running again {what}: {in_states(choice.counts)}"


def nothing_to_retry(statuses: Statuses) -> str:
    """Return what to say if no run is in a state to retry; with the states that are retried only if they are named."""
    kinds = statuses.kinds
    own = {kind.state for kind in kinds if not kind.owner}
    others = [state for state in (State.OUT_OF_MEMORY, State.CANCELLED, State.UNKNOWN) if state in own]
    hint = f". For these, write --retry={','.join(state.value for state in others)}" if others else ""
    owned: Counter[str] = Counter()
    for kind, count in kinds.items():
        owned[kind.owner] += count if kind.owner else 0
    notes = "".join(
        f". {counted(n, 'run')} {printable(owner)} cannot be run again from here" for owner, n in owned.items() if n
    )
    return f"There is nothing to run again: {in_states(statuses.counts)}{hint}{notes}"
