"""What the commands share that follow a sweep: which sweep, and what became of its runs."""

from collections.abc import Iterator
from functools import cached_property

from heracles.cli.context import Context
from heracles.errors import HeraclesError
from heracles.ir import Runs
from heracles.jobs import query
from heracles.jobs.spent import Spent, spent
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.shell.quoting import shown
from heracles.store.history import History
from heracles.store.place import named_sweeps
from heracles.store.task_times import task_times
from heracles.text import counted, listed, printable

__all__ = ["Followed", "followed", "named"]


class Followed:
    """A recorded sweep.

    Args:
        context: The script; its overrides name the sweep, or it is the latest.
        history: What is recorded.
        timeout: For how many seconds a scheduler that does not answer is tried.

    Raises:
        HeraclesError: If no such sweep is recorded.

    Attributes:
        name: The script as a command line has it, with the sweep's name if it has one.
        recorded: What the journal calls the sweep.
        compilation: Its latest compilation.
        sweep: The sweep.

    """

    def __init__(self, context: Context, history: History, timeout: float) -> None:
        self._context = context
        self._timeout = timeout
        self.history = history
        self.name = printable(context.path) + (f" --name {context.name}" if context.name else "")
        asked = context.sweep if context.source.has_sweep else None
        if not history.compilations:
            _check_for_names(context)
        if asked is not None:
            self._check_files(asked)
        found = query.recorded_sweep(history, self.name, asked, context.arguments, self._alive)
        self.recorded, self.compilation, self.sweep = found.name, found.compilation, found.sweep
        context.recall(history, found.compilation)
        if asked is None and (changed := context.files.changed(found.compilation)):
            context.terminal.note(f"{changed}: what it had in it then counts.")

    def _check_files(self, asked: Runs) -> None:
        """Raise a HeraclesError if a sweep is not recorded because a file that it is read from has changed."""
        context = self._context
        earlier = context.files.earlier(context.recorded_source, self.history)
        if earlier and self.history.latest(asked, context.arguments) is None:
            raise HeraclesError(
                f"{context.files.changed(earlier)}, so that this is another sweep, which was never written; leave it "
                "out to see the latest one"
            )

    @cached_property
    def _alive(self) -> dict[str, list[RunStatus]]:
        """What is alive of the script, by sweep; nothing if there is one sweep alone."""
        if len(self.history.sweeps()) < 2:
            return {}
        return query.alive(self.history, self._context.siblings, timeout=self._timeout)

    def others(self) -> list[str]:
        """Return a sentence on each other sweep of the script that is alive, with the command that shows it."""
        sentences = []
        for name, runs in self._alive.items():
            if name != self.recorded:
                number = counted(len(runs), "run")
                latest = self.history.compilations_of(name)[-1]
                words = printable(" ".join(map(shown, query.source_of(latest).words(latest.seed))))
                sentences.append(f"Another sweep has {number} pending or running: heracles {self.name} -s {words}")
        return sentences

    def statuses(self, *, strict: bool) -> Statuses:
        """Return what became of each run.

        Args:
            strict: Whether it is an error if a scheduler does not answer.

        Raises:
            RunError: If it does not answer, and `strict` is set.

        """
        return query.statuses(
            self.history,
            [self.recorded],
            self._context.siblings,
            strict=strict,
            timeout=self._timeout,
            warn=self._context.terminal.warn,
        )[0]

    def spent(self, *, has_ended: bool) -> Spent | None:
        """Return what its jobs have cost; None if that is unknown.

        Args:
            has_ended: Whether none of them is pending or running.

        """
        submissions = [each for each in self.history.of_sweep(self.recorded) if not each.is_local]
        siblings = self._context.siblings
        if not submissions:
            return None
        records = siblings.path(siblings.exit_records)
        return spent(submissions, lambda: task_times(records), has_ended=has_ended, timeout=self._timeout)


def _check_for_names(context: Context) -> None:
    """Raise a HeraclesError if all sweeps of a script have names, and none is given."""
    names = [] if context.name else named_sweeps(context.siblings)
    if names:
        raise HeraclesError(
            f"all sweeps of {printable(context.path)} have a name: choose one with --name, of {listed(names)}"
        )


def named(context: Context, timeout: float) -> Iterator[tuple[str, Statuses | HeraclesError]]:
    """Yield each named sweep of a script, with what became of its runs, or why that is unknown.

    Args:
        context: The script.
        timeout: For how many seconds a scheduler that does not answer is tried.

    """
    for name in named_sweeps(context.siblings):
        yield name, _of_name(context.of_name(name), timeout)


def _of_name(context: Context, timeout: float) -> Statuses | HeraclesError:
    try:
        return followed(context, timeout).statuses(strict=False)
    except HeraclesError as problem:
        return problem


def followed(context: Context, timeout: float) -> Followed:
    """Return the recorded sweep that is asked about, without locking its journal.

    Raises:
        HeraclesError: If no such sweep is recorded.

    """
    history = History.read(context.siblings, context.version)
    if not history.sweep and not history.copied_from:
        _ = context.script  # a name that was mistyped is no script
    return Followed(context, history, timeout)
