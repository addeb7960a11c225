"""Writing the scripts of a plan, and submitting or running some of its items, with what is said about it."""

from collections.abc import Sequence

from heracles.cli.context import Context
from heracles.cli.planning import say_cost
from heracles.cli.progress import Reporter
from heracles.cli.views import outcome
from heracles.jobs import launch
from heracles.jobs.plan import Plan
from heracles.store.files import Files

__all__ = ["write_and_launch"]


def write_and_launch(
    context: Context, plan: Plan, items: Sequence[range], files: Files, launching: launch.LaunchSettings
) -> None:
    """Write the scripts of a plan, and submit or run items of it.

    Args:
        context: Where the messages go.
        plan: The plan.
        items: The items, as ranges.
        files: The files beside the script.
        launching: How the items are submitted or run.

    Raises:
        HeraclesError: If a file cannot be written, or an item cannot be submitted.
        RunError: If a submission, or a run, failed.

    """
    terminal, reporter = context.terminal, Reporter(context.terminal)
    for line in outcome.written(plan, launch.write(plan, files, context.mode, reporter)):
        terminal.say(line)
    say_cost(context, plan, items, launching)
    for line in outcome.launched(launch.launch(plan, items, files, launching, reporter)):
        terminal.say(line)
