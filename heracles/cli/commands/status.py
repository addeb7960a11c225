"""`--status`: show what became of each run."""

import os.path

from heracles.cli.context import Context
from heracles.cli.following import followed, named
from heracles.cli.script_warnings import hidden_failures
from heracles.cli.views import outcome
from heracles.cli.views.cost import spent_lines
from heracles.cli.views.grid import grid
from heracles.cli.views.status_json import as_json
from heracles.cli.views.status_table import explained, state_lines, summary, troubled
from heracles.errors import HeraclesError
from heracles.jobs import logs
from heracles.jobs.statuses import RunStatus
from heracles.lean import NamedTuple
from heracles.text import printable

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    json: bool
    timeout: float


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Print the status of each run of the sweep, for people or as JSON; and a line for each named sweep."""
    others = [] if settings.json or context.name or context.source.has_sweep else list(named(context, settings.timeout))
    if not others:
        _print(context, settings)
    elif os.path.exists(context.siblings.path(context.siblings.journal)):
        _print(context, settings)
        context.terminal.write("\n")
    context.terminal.write("".join(f"{line}\n" for line in outcome.named_sweeps(printable(context.path), others)))


def _print(context: Context, settings: _Settings) -> None:
    terminal, siblings = context.terminal, context.siblings
    asked = followed(context, settings.timeout)
    statuses, sweep = asked.statuses(strict=False), asked.sweep

    def log(status: RunStatus) -> str:
        return logs.path_of(status, siblings)

    if settings.json:
        terminal.stream(as_json(printable(context.path), sweep, statuses, log))
        return
    width, has_ended = terminal.width, not statuses.has_alive
    pieces = (
        summary(asked.name, statuses, width),
        state_lines(statuses),
        spent_lines(asked.spent(has_ended=has_ended), width, has_ended=has_ended),
        grid(sweep, statuses, width, colour=terminal.has_colours),
        troubled(sweep, statuses, log, width),
        explained(asked.name, statuses, _hiding(context), width),
        asked.others(),
    )
    terminal.write("\n".join(filter(None, ("".join(f"{line}\n" for line in piece) for piece in pieces))))


def _hiding(context: Context) -> list[str]:
    """Return where the script hides failures; nothing if it cannot be read any more."""
    try:
        return [warning.message for warning in hidden_failures(context)]
    except HeraclesError:
        return []
