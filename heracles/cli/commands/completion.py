"""`--completion SHELL`: print what a shell reads to complete the command line."""

from heracles.cli.completion import script_for
from heracles.cli.context import Context
from heracles.lean import NamedTuple

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    completion: str


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Print the script that a shell reads."""
    context.terminal.write(script_for(settings.completion))
