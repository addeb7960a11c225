"""`--logs RUN`: print the log of a run."""

from heracles.cli.context import Context
from heracles.cli.following import followed
from heracles.cli.progress import Reporter
from heracles.jobs import logs
from heracles.jobs.statuses import Statuses
from heracles.lean import NamedTuple

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    logs: int
    follow: bool
    timeout: float


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Print the log of a run, and with `--follow` what is added to it until the run ends."""

    def statuses() -> Statuses:
        return followed(context, settings.timeout).statuses(strict=False)

    pieces = logs.read(
        settings.logs, statuses, context.siblings, follow=settings.follow, reporter=Reporter(context.terminal)
    )
    for piece in pieces:
        context.terminal.stream_bytes(piece)
