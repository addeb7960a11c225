"""What the commands share that follow a sweep: which sweep, and what became of its runs."""

from heracles.cli.context import Context
from heracles.jobs import query
from heracles.jobs.status import RunStatus
from heracles.store.history import History
from heracles.text import printable

__all__ = ["Followed", "followed"]


class Followed:
    """A recorded sweep.

    Args:
        context: The script; its overrides name the sweep, or it is the latest.
        history: What is recorded.
        timeout: For how many seconds a scheduler that does not answer is tried.

    Raises:
        HeraclesError: If no such sweep is recorded.

    Attributes:
        name: The name of the script, as it is shown.
        recorded: What the journal calls the sweep.
        sweep: The sweep.

    """

    def __init__(self, context: Context, history: History, timeout: float) -> None:
        self._context = context
        self._timeout = timeout
        self.history = history
        self.name = printable(context.path)
        asked = context.sweep if context.source.has_sweep else None
        self.recorded, self.sweep = query.recorded_sweep(history, self.name, asked, context.arguments)
        context.recall(history)

    def statuses(self, *, strict: bool) -> list[RunStatus]:
        """Return what became of each run.

        Args:
            strict: Whether it is an error if a scheduler does not answer.

        Raises:
            RunError: If it does not answer, and `strict` is set.

        """
        return query.statuses(
            self.history,
            self.recorded,
            self._context.siblings,
            strict=strict,
            timeout=self._timeout,
            warn=self._context.terminal.warn,
        )


def followed(context: Context, timeout: float) -> Followed:
    """Return the recorded sweep that is asked about, without locking its journal.

    Raises:
        HeraclesError: If no such sweep is recorded.

    """
    history = History.read(context.siblings, context.version)
    if not history.sweep:
        _ = context.script  # a name that was mistyped is no script
    return Followed(context, history, timeout)
