"""`--print FORMAT`: print the sweep for other programs."""

import os.path

from heracles.backends.exports import FORMATS
from heracles.cli.context import Context
from heracles.lean import NamedTuple

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    print: str


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Print the runs, a line each, or the sweep as JSON. If SCRIPT is left out, the first override is in its place."""
    path = context.path
    if not os.path.isfile(path) and (path or not context.source.has_sweep):
        _ = context.script  # which is missing
    context.check_for_overrides()
    sweep = context.parsed()
    if settings.print == "ir":
        context.terminal.stream([f"{sweep.to_json()}\n"])
    else:
        context.terminal.stream(FORMATS[settings.print](sweep))
