"""`--cancel`: cancel the runs that are pending or running."""

from heracles.cli.context import Context
from heracles.cli.following import Followed, followed
from heracles.cli.progress import Reporter
from heracles.errors import RunError
from heracles.jobs import query, recover
from heracles.jobs.cancel import cancel, kept
from heracles.jobs.submit import Patience
from heracles.lean import NamedTuple
from heracles.store.history import History
from heracles.text import counted

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    timeout: float


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Cancel what is pending or running, of the sweep or of all sweeps of the script, and say how many runs that were.

    Raises:
        HeraclesError: If nothing is recorded, or runs may be alive that cannot be cancelled from here.

    """
    asked = followed(context, settings.timeout)
    if not (asked.history.unknown() or asked.history.on_hold()):
        _cancel(context, asked, settings)
        return
    with History.locked(context.siblings, context.version) as history:
        unsettled = _settle(context, history, settings)
        _cancel(context, Followed(context, history, settings.timeout), settings)
    if unsettled:
        raise unsettled


def _settle(context: Context, history: History, settings: _Settings) -> RunError | None:
    """Settle an interrupted submission, so that its jobs can be cancelled; return why that is not possible."""
    try:
        recover.settle(history, context.text, Patience(settings.timeout), Reporter(context.terminal), releases=False)
    except RunError as problem:
        return problem
    return None


def _cancel(context: Context, asked: Followed, settings: _Settings) -> None:
    names = [asked.recorded]
    if not context.source.has_sweep:
        names = query.submitted_sweeps(asked.history, context.siblings)
    found = query.statuses(
        asked.history,
        names,
        context.siblings,
        strict=True,
        timeout=settings.timeout,
        warn=context.terminal.warn,
    )
    number = cancel(asked.history, found, settings.timeout)
    advice = kept(found)
    if number or not advice:
        context.terminal.say(f"Cancelled {counted(number, 'run')}" if number else "No run is pending or running")
    if advice:
        raise RunError("; ".join(advice))
