"""With `-a` and without an action: show the runs as tasks of a job array."""

from heracles.cli.context import Context
from heracles.cli.costs import cost_of_array
from heracles.cli.option_sets import sets_of
from heracles.cli.planning import PlanSettings, scheduler
from heracles.cli.script_warnings import warn_about_script
from heracles.cli.views.preview import preview
from heracles.jobs.job_array import job_array

__all__ = ["SETTINGS", "run"]

SETTINGS = (PlanSettings,)


def run(context: Context, settings: PlanSettings) -> None:
    """Show the runs as one script for all would start them."""
    script = context.script
    sweep = context.sweep
    warn_about_script(context, settings.scheduler, None, is_array=True)
    chosen = scheduler(context, settings, None)
    sets = sets_of(context, settings.resources, sweep, chosen)
    plan = job_array(
        script,
        sweep,
        context.source,
        chosen,
        throttle=settings.throttle,
        pack=settings.pack,
        parallel=settings.jobs,
        max_tasks=settings.max_array,
        sets=sets,
    )
    plan.check_script()
    width = context.terminal.width
    cost = cost_of_array(script, plan.layout, plan.sets, width)
    for line in (*preview(sweep, script, width, plan.layout, sets), *cost):
        context.terminal.say(line)
    context.terminal.say("Nothing is written yet: -w writes the script, -r=CMD also calls CMD with it.")
