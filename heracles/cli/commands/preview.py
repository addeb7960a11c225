"""Without an action: show the runs."""

from collections.abc import Iterator, Sequence

from heracles.cli.context import Context
from heracles.cli.option_sets import likely_scheduler, sets_of
from heracles.cli.script_warnings import warn_about_script
from heracles.cli.views.preview import preview
from heracles.lean import NamedTuple, load
from heracles.schedulers.scheduler import Scheduler

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
    lines = preview(sweep, script, width, sets=sets, name=context.name)
    context.terminal.say("\n".join([*lines, *_cost(context, chosen, sets or [((), [range(sweep.size)])])]))
    context.terminal.say("Nothing is written yet: -w writes the scripts, -r=CMD also calls CMD with them.")


def _cost(context: Context, chosen: Scheduler, sets: Sequence[object]) -> Iterator[str]:
    """Yield the lines about the cost of the runs; none without a scheduler."""
    if chosen.has_queue:
        yield from load("heracles.cli.costs:cost_of_scripts")(context.script, chosen, sets, context.terminal.width)
