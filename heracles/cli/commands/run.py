"""`--run CMD`: write the scripts, and submit or run what was not submitted or run before."""

from typing import NamedTuple

from heracles.cli.commands.write import check_plan
from heracles.cli.context import Context
from heracles.cli.planning import PlanSettings, command_to_call, planned, warn_about_jobs
from heracles.cli.progress import Reporter
from heracles.cli.views import outcome
from heracles.errors import HeraclesError
from heracles.jobs import launch, recover
from heracles.jobs.local import LocalSettings
from heracles.jobs.plan import JobArray, Plan
from heracles.jobs.submit import Patience
from heracles.store.files import Files
from heracles.store.history import History
from heracles.text import spelled

__all__ = ["SETTINGS", "run"]

_MOST_SUBMISSIONS = 100


class _Settings(NamedTuple):
    run: str
    jobs: int | None
    fail_fast: bool | None
    resubmit_all: bool
    assume_submitted: bool
    wait_for_room: bool
    timeout: float
    force: bool
    yes: bool


SETTINGS = (PlanSettings, _Settings)


def run(context: Context, planning: PlanSettings, settings: _Settings) -> None:
    """Settle what an earlier call left, write the scripts, and submit or run the rest of the sweep."""
    command = command_to_call(settings.run)
    assert command
    plan = planned(context, planning, command)
    check_plan(context, plan, yes=settings.yes)
    warn_about_jobs(context, plan, command, settings.jobs)
    terminal, reporter = context.terminal, Reporter(context.terminal)
    patience = Patience(settings.timeout, settings.wait_for_room)
    with History.locked(context.siblings, context.version) as history:
        if settings.assume_submitted:
            recover.assume_submitted(history)
        for line in outcome.settled(recover.settle(history, context.script.text, patience, reporter)):
            terminal.say(line)
        remaining = launch.remaining(history, plan, resubmit_all=settings.resubmit_all)
        if not remaining.left:
            terminal.say(outcome.nothing_left(plan.runs.size))
            return
        if remaining.left < remaining.total:
            terminal.say(outcome.submitted_before(plan, remaining))
        local = LocalSettings(settings.jobs, settings.fail_fast)
        launching = launch.LaunchSettings(command, patience=patience, local=local)
        _check_submissions(plan, remaining.items, launching, yes=settings.yes)
        files = Files(context.siblings, history, force=settings.force)
        for line in outcome.written(plan, launch.write(plan, files, context.mode, reporter)):
            terminal.say(line)
        terminal.say(outcome.launched(launch.launch(plan, remaining.items, files, launching, reporter)))


def _check_submissions(plan: Plan, items: list[range], launching: launch.LaunchSettings, *, yes: bool) -> None:
    number = launch.check(plan, items, launching)
    if number > _MOST_SUBMISSIONS and not yes and isinstance(plan, JobArray):
        raise HeraclesError(
            f"this would be {spelled(number)} submissions of up to {plan.layout.limit:,} tasks: --pack K puts K runs "
            "into each task; or add --yes if that is what you want"
        )
