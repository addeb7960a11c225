"""Without an action: show the runs."""

from typing import NamedTuple

from heracles.cli.context import Context
from heracles.cli.script_warnings import warn_about_script
from heracles.cli.views.preview import preview

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    scheduler: str | None


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Show the runs as a script for each would start them."""
    script = context.script
    sweep = context.sweep
    warn_about_script(context, settings.scheduler, None, is_array=False)
    context.terminal.say("\n".join(preview(sweep, script, context.terminal.width)))
    context.terminal.say("Nothing is written yet: -w writes the scripts, -r=CMD also calls CMD with them.")
