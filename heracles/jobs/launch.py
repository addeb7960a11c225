"""From a plan to files, and from files to a scheduler's jobs or to local runs; a command does these steps in order."""

import os
from collections.abc import Iterable, Iterator, Sequence

from heracles.errors import HeraclesError, RunError
from heracles.jobs.clients import other_user
from heracles.jobs.dispatch import Dispatch, LaunchSettings, SubmittedGroup
from heracles.jobs.groups import Group, groups
from heracles.jobs.job_array import JobArray
from heracles.jobs.local import Ran, dry_run, is_alive, is_hidden, run_here
from heracles.jobs.outcome import Outcome
from heracles.jobs.plan import Plan
from heracles.jobs.reporter import Reporter, Work
from heracles.lean import NamedTuple
from heracles.schedulers.registry import SCHEDULERS
from heracles.store.events import Compilation, Finished
from heracles.store.exit_records import make_folder
from heracles.store.files import Files
from heracles.store.history import History
from heracles.store.submission import Submission
from heracles.text import spelled

__all__ = [
    "LaunchSettings",
    "Remaining",
    "SubmittedGroup",
    "WrittenFiles",
    "check",
    "finish",
    "has_changed",
    "launch",
    "other_folder",
    "remaining",
    "uncovered",
    "write",
]

_MOST_SUBMISSIONS = 100_000


class Remaining(NamedTuple):
    """The items of a plan that were neither submitted nor run.

    Attributes:
        items: The items, as ranges.
        left, total: How many of how many these are.
        round: How often all runs of the sweep are submitted again, with these.
        is_resumed: Whether that was asked for before, and interrupted.

    """

    items: list[range]
    left: int
    total: int
    round: int = 0
    is_resumed: bool = False


class WrittenFiles(NamedTuple):
    """Files that were written.

    Attributes:
        first, last: The paths of the first and the last of them.
        files: How many there are.
        stale: Names of files, of runs that the sweep has no longer, from an earlier sweep.

    """

    first: str
    last: str
    files: int
    stale: list[str]


def write(plan: Plan, files: Files, mode: int, reporter: Reporter) -> WrittenFiles:
    """Write the files of a plan, and record its compilation.

    Args:
        plan: What to write.
        files: The files beside the script.
        mode: The permission bits of the files.
        reporter: Reports the progress.

    Raises:
        FileError: If one cannot be written, or does not belong to Heracles.

    """
    names = files.names()
    files.check(plan.names_among(names), plan.content_of)
    files.history.record(plan.compilation)
    reporter.track(Work.WRITE, files.write(plan.contents(), mode), plan.files)
    if isinstance(plan, JobArray) and plan.scheduler.has_queue:
        make_folder(plan.layout.records)
    stale = [] if plan.is_array or plan.is_retry else _stale(plan, files.history, names)
    first, last = (plan.siblings.path(name) for name in (plan.compilation.file, plan.last_file))
    return WrittenFiles(first, last, plan.files, stale)


def _stale(plan: Plan, history: History, names: Iterable[str]) -> list[str]:
    runs = map(plan.siblings.run_of_script, history.files.keys() & set(names))
    return [plan.siblings.run_script(run) for run in sorted(filter(None, runs)) if run >= plan.compilation.runs]


def remaining(
    history: History, plan: Plan, by_hand: Iterable[Outcome] = (), *, resubmit_all: bool = False
) -> Remaining:
    """Return the items of a plan that were neither submitted nor run locally.

    Args:
        history: What is recorded.
        plan: The plan, of all runs of a sweep.
        by_hand: What is known of the items that the user submitted without Heracles.
        resubmit_all: Whether to return all of them nevertheless, unless that was done before and interrupted, even if
            only the report of its end was: then the rest is returned.

    """
    number = history.round(plan.compilation.sweep)
    items = _uncovered(history, plan.compilation, by_hand, number)
    is_resumed = resubmit_all and not history.has_finished(plan.compilation.sweep, number)
    if resubmit_all and not is_resumed:
        number, items = number + 1, [range(plan.items)]
    items = plan.in_order(items)
    return Remaining(items, sum(map(len, items)), plan.items, number, is_resumed)


def finish(history: History, plan: Plan, number: int) -> None:
    """Record that a round of a sweep is complete, if it is: the next `--resubmit-all` begins another one.

    Args:
        history: What is recorded; its journal is locked.
        plan: What was submitted or run.
        number: The number of the round.

    """
    sweep = plan.compilation.sweep
    if not history.has_finished(sweep, number) and not _uncovered(history, plan.compilation, (), number):
        history.record(Finished(sweep, number))


def has_changed(history: History, plan: Plan, sweep: str, number: int) -> bool:
    """Return whether runs of a sweep were submitted, in a round, with another content of the job script than it has.

    Args:
        history: What is recorded.
        plan: What would be submitted now, with the job script as it is.
        sweep: What the journal calls the sweep.
        number: The number of the round.

    """
    sources = {each.announced.source for each in _of_round(history, sweep, number)}
    return bool(sources - {"", plan.script_digest})


def other_folder(history: History, sweep: str, number: int) -> str:
    """Return the folder that the latest runs of a sweep were submitted in, in a round; empty if it is the current one.

    A folder that is not there any more is none.

    Args:
        history: What is recorded.
        sweep: What the journal calls the sweep.
        number: The round.

    """
    submissions = _of_round(history, sweep, number)
    folder = history.folder(submissions[-1]) if submissions else ""
    if not folder or not os.path.isdir(folder) or os.path.samefile(folder, os.curdir):
        return ""
    return folder


def _of_round(history: History, sweep: str, number: int) -> list[Submission]:
    return [each for each in history.of_sweep(sweep) if each.announced.round == number]


def check(plan: Plan, items: Sequence[range], settings: LaunchSettings) -> int:
    """Check, before anything is written, that items can be launched; return how many job arrays would be submitted.

    Raises:
        HeraclesError: If the command cannot be used like that, or these items alone cannot be submitted.

    """
    parts = groups(plan, items, settings.tried)
    if not settings.command.submits(plan.scheduler):
        _check_local(settings, has_sets=any(part.options for part in parts))
        return 0
    for part in parts:
        options = settings.submit_options(plan, part.options)
        if not options.is_test:
            options.check()
        if part.waits:
            options.after(["1"])
    if not isinstance(plan, JobArray):
        return 0
    settings.command.check_array(plan.scheduler)
    number = sum(plan.layout.count(part.items) for part in parts)
    if number > _MOST_SUBMISSIONS:
        raise HeraclesError(
            f"{spelled(number)} submissions of up to {plan.layout.limit:,} tasks are more than any scheduler accepts: "
            "--pack K puts K runs into each task"
        )
    for part in parts:
        plan.layout.over(part.items)
    return number


def _check_local(settings: LaunchSettings, *, has_sets: bool) -> None:
    """Refuse options for a submit command where runs are run here.

    Raises:
        HeraclesError: If there are any, or the command only ends as soon as a job is pending.

    """
    for name, is_given in (("--retry-with", bool(settings.options)), ("--with", has_sets)):
        if is_given:
            raise HeraclesError(
                f"{name} has options for a submit command, and {settings.command} is none: leave it out"
            )
    settings.command.check_wrapper(sorted({each.submit for each in SCHEDULERS.values() if each.has_queue}))


def launch(
    plan: Plan, items: Sequence[range], files: Files, settings: LaunchSettings, reporter: Reporter
) -> list[SubmittedGroup | Ran]:
    """Submit or run items of a plan whose files are written.

    Args:
        plan: The plan.
        items: Which items, as ranges.
        files: The files beside the script.
        settings: How.
        reporter: Reports the progress.

    Returns:
        What was submitted or run, a group of items after another.

    Raises:
        RunError: If a submission, or a run, failed.

    """
    parts = groups(plan, items, settings.tried)
    if not settings.command.submits(plan.scheduler):
        return [_run_here(plan, part, files.history, settings, reporter) for part in parts]
    if settings.submit_options(plan).is_test:
        words = settings.command.words
        return [dry_run(plan, part.items, (*words, *part.options), reporter) for part in parts]
    for warning in settings.submit_options(plan).warnings():
        reporter.warn(warning)
    return list(Dispatch(plan, files.history, settings, reporter).submitted(parts))


def _run_here(plan: Plan, part: Group, history: History, settings: LaunchSettings, reporter: Reporter) -> Ran:
    is_wrapper = not settings.command.ends_with_script
    local = settings.local._replace(round=settings.round, reads_output=is_wrapper)
    try:
        return run_here(plan, part.items, history, settings.command.words, local, reporter)
    except RunError as problem:
        if not (part.is_trial and settings.tried):
            raise
        raise RunError(
            f"{problem.message}. The other runs were not run: with --try-first they wait for the success of run "
            f"{settings.tried.run}"
        ) from None


def _uncovered(history: History, compilation: Compilation, by_hand: Iterable[Outcome], number: int) -> list[range]:
    tasks = compilation.tasks_per_run
    return uncovered(history, compilation.sweep, compilation.runs * tasks, tasks, by_hand, number)


def uncovered(
    history: History, sweep: str, items: int, tasks_per_run: int, by_hand: Iterable[Outcome], least: int
) -> list[range]:
    """Return the ranges of items that were not submitted nor run, by whichever compilation of a sweep.

    Args:
        history: What is recorded.
        sweep: What the journal calls the sweep.
        items: The number of items of the whole sweep.
        tasks_per_run: How many of them each run has.
        by_hand: What is known of the items that the user submitted without Heracles.
        least: The first round that counts.

    """
    parts = [
        (submission.compilation, part)
        for submission in history.of_sweep(sweep)
        if submission.announced.round >= least
        for part in _covered(history, submission)
    ]
    if not least:
        others = ((each.submission.compilation, each.item) for each in by_hand if each.submission)
        parts += [(of_item, range(item, item + 1)) for of_item, item in others]
    covered = sorted(span for of, part in parts for span in _converted(of, part, tasks_per_run))
    left, position = [], 0
    for first, end in [*covered, (items, items)]:
        if first > position:
            left.append(range(position, first))
        position = max(position, end)
    return left


def _covered(history: History, submission: Submission) -> Iterator[range]:
    """Yield the items of a submission that need not be submitted again, as ranges."""
    if not submission.is_local:
        yield range(submission.first, submission.end)
        return
    for item in range(submission.first, submission.end):
        run = history.local_runs.get((submission.token.batch, item))
        if run and (run.code is not None or run.jobs or is_alive(run) or is_hidden(run, other_user(submission))):
            yield range(item, item + 1)


def _converted(compilation: Compilation, items: range, tasks_per_run: int) -> list[tuple[int, int]]:
    """Convert items to those of a compilation of the same whole sweep whose runs have another number of tasks."""
    own = compilation.tasks_per_run
    spans = compilation.in_whole(items)
    if own in (1, tasks_per_run):
        factor = tasks_per_run // own
        return [(span.start * factor, span.stop * factor) for span in spans]
    runs = sorted({item // own for span in spans for item in span})
    return [(run * tasks_per_run, (run + 1) * tasks_per_run) for run in runs]
