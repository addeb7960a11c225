"""Without an action: show the runs."""

from heracles.cli.context import Context
from heracles.cli.costs import cost_of_scripts
from heracles.cli.option_sets import likely_scheduler, sets_of
from heracles.cli.script_warnings import warn_about_script
from heracles.cli.views.preview import preview
from heracles.lean import NamedTuple

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    scheduler: str | None
    resources: tuple[str, ...]


SETTINGS = (_Settings,)


def run(context: Context, settings: _Settings) -> None:
    """Show the runs as a script for each would start them."""
    script = context.script
    sweep = context.sweep
    warn_about_script(context, settings.scheduler, None, is_array=False)
    chosen, width = likely_scheduler(context, settings.scheduler), context.terminal.width
    sets = sets_of(context, settings.resources, sweep, chosen)
    cost = cost_of_scripts(script, chosen, sets or [((), [range(sweep.size)])], width)
    lines = preview(sweep, script, width, sets=sets, name=context.name)
    context.terminal.say("\n".join([*lines, *cost]))
    context.terminal.say("Nothing is written yet: -w writes the scripts, -r=CMD also calls CMD with them.")
