"""`--cancel`: cancel the runs that are pending or running."""

from typing import NamedTuple

from heracles.cli.context import Context
from heracles.cli.following import followed
from heracles.jobs.cancel import cancel
from heracles.text import counted

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    timeout: float


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Cancel what is pending or running of the sweep, and say how many runs that were."""
    asked = followed(context, settings.timeout)
    number = cancel(asked.history, asked.statuses(strict=True), settings.timeout)
    context.terminal.say(f"Cancelled {counted(number, 'run')}" if number else "No run is pending or running")
