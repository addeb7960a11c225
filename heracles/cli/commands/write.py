"""`--write`: write the scripts."""

from heracles.cli.context import Context
from heracles.cli.growing import continuation
from heracles.cli.planning import PlanSettings, examine, plan_of
from heracles.cli.progress import Reporter
from heracles.cli.views import outcome, preview
from heracles.errors import HeraclesError
from heracles.jobs import launch
from heracles.jobs.job_array import JobArray
from heracles.jobs.plan import Plan
from heracles.lean import NamedTuple
from heracles.store.files import Files
from heracles.store.history import History
from heracles.text import spelled

__all__ = ["SETTINGS", "check_plan", "run"]

_MOST_FILES = 100_000


class _Settings(NamedTuple):
    extend: bool
    force: bool
    yes: bool


SETTINGS = (PlanSettings, _Settings)


def run(context: Context, planning: PlanSettings, settings: _Settings) -> None:
    """Write the scripts, or the array script and say how to submit it."""
    examine(context, planning, None)
    siblings = context.siblings
    with History.locked(siblings, context.version) as history:
        found = continuation(context, history, accepts_edits=settings.extend)
        runs = context.sweep if found is None else found.added if found.growth.added else found.asked
        source = found.source(context.recorded_source) if found else context.recorded_source
        plan = plan_of(context, planning, None, runs, source)
        _check_options(planning, plan)
        check_plan(context, plan, yes=settings.yes)
        for line in outcome.continued(found.growth) if found else ():
            context.terminal.say(line)
        context.note_changes(history)
        files = Files(siblings, history, force=settings.force)
        written = launch.write(plan, files, context.mode, Reporter(context.terminal))
    for line in outcome.written(plan, written):
        context.terminal.say(line)
    if isinstance(plan, JobArray):
        for line in preview.submit_lines(plan.layout, written.first, plan.sets if planning.resources else ()):
            context.terminal.say(line)


def _check_options(planning: PlanSettings, plan: Plan) -> None:
    """Refuse options for some runs where nothing says later how these are submitted."""
    if planning.resources and not (isinstance(plan, JobArray) and plan.scheduler.has_queue):
        raise HeraclesError(
            "--with has options for a submit command, and -w calls none: use -r, or a job array with -a"
        )


def check_plan(context: Context, plan: Plan, *, yes: bool) -> None:
    """Refuse a plan that cannot be written, or that would write very many files; warn about its problems.

    Args:
        context: Where warnings go.
        plan: The plan.
        yes: Whether very many files are wanted.

    Raises:
        HeraclesError: If it is refused.

    """
    if plan.files > _MOST_FILES and not yes:
        raise HeraclesError(f"this would write {spelled(plan.files)} files: add --yes if that is what you want")
    for warning in plan.check():
        context.terminal.warn(warning)
