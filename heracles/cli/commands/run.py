"""`--run CMD`: write the scripts, and submit or run what was not submitted or run before."""

from typing import NamedTuple

from heracles.cli.commands.write import check_plan
from heracles.cli.context import Context
from heracles.cli.planning import PlanSettings, command_to_call, planned, say_cost, warn_about_jobs, with_launcher
from heracles.cli.progress import Reporter
from heracles.cli.views import outcome
from heracles.errors import HeraclesError, RunError
from heracles.jobs import groups, launch, query, recover
from heracles.jobs.launch import Remaining
from heracles.jobs.local import LocalSettings
from heracles.jobs.plan import JobArray, Plan
from heracles.jobs.status import RunStatus
from heracles.jobs.submit import Patience
from heracles.store.files import Files
from heracles.store.history import History
from heracles.text import spelled

__all__ = ["SETTINGS", "run"]

_MOST_SUBMISSIONS = 100


class _Settings(NamedTuple):
    run: str
    apply_launcher: bool
    fail_fast: bool | None
    resubmit_all: bool
    assume_submitted: bool
    try_first: int | None
    wait_for_room: bool
    timeout: float
    force: bool
    yes: bool


SETTINGS = (PlanSettings, _Settings)


def run(context: Context, planning: PlanSettings, settings: _Settings) -> None:
    """Settle what an earlier call left, write the scripts, and submit or run the rest of the sweep."""
    command = command_to_call(settings.run)
    assert command
    if settings.apply_launcher:
        planning, command = with_launcher(context, planning, command)
    plan = planned(context, planning, command, is_applied=settings.apply_launcher)
    check_plan(context, plan, yes=settings.yes)
    warn_about_jobs(context, plan, command, planning.jobs)
    terminal, reporter = context.terminal, Reporter(context.terminal)
    patience = Patience(settings.timeout, settings.wait_for_room)
    with History.locked(context.siblings, context.version) as history:
        if history.copied_from:
            terminal.warn(outcome.is_copy(history))
        if settings.assume_submitted:
            recover.assume_submitted(history)
        for line in outcome.settled(recover.settle(history, context.script.text, patience, reporter)):
            terminal.say(line)
        remaining = _remaining(context, history, plan, settings)
        if not remaining.left:
            launch.finish(history, plan, remaining.round)
            return
        local = LocalSettings(planning.jobs, settings.fail_fast)
        tried = _tried(context, history, plan, remaining, settings)
        launching = launch.LaunchSettings(command, (), patience, local, remaining.round, tried)
        _check_submissions(plan, remaining.items, launching, yes=settings.yes)
        files = Files(context.siblings, history, force=settings.force)
        for line in outcome.written(plan, launch.write(plan, files, context.mode, reporter)):
            terminal.say(line)
        say_cost(context, plan, remaining.items, launching)
        try:
            for line in outcome.launched(launch.launch(plan, remaining.items, files, launching, reporter)):
                terminal.say(line)
        except RunError:  # not all of them succeeded, but it may be complete
            launch.finish(history, plan, remaining.round)
            raise
        launch.finish(history, plan, remaining.round)


def _remaining(context: Context, history: History, plan: Plan, settings: _Settings) -> Remaining:
    """Return what is left of the sweep, and say so if it is not all of it.

    Raises:
        HeraclesError: If the others were submitted in another folder.

    """
    sweep, say = plan.compilation.sweep, context.terminal.say
    by_hand = query.submitted_by_hand(history, sweep, context.siblings, timeout=settings.timeout)
    remaining = launch.remaining(history, plan, by_hand, resubmit_all=settings.resubmit_all)
    has_changed = launch.has_changed(history, plan, remaining.round)
    if not remaining.left:
        say(outcome.nothing_left(plan.runs.size, plan.script.name if has_changed else ""))
    elif remaining.left < remaining.total:
        if folder := launch.other_folder(history, sweep, remaining.round):
            raise HeraclesError(outcome.other_folder(folder, is_resumed=remaining.is_resumed))
        say(outcome.submitted_before(plan, remaining))
        if has_changed:
            context.terminal.warn(outcome.has_changed(plan.script.name))
    return remaining


def _tried(
    context: Context, history: History, plan: Plan, remaining: Remaining, settings: _Settings
) -> groups.Trial | None:
    """Return the run that is tried first; None if none is.

    Raises:
        HeraclesError: If there is no such run, or it was tried before and did not succeed.

    """
    if settings.try_first is None:
        return None

    def status_of(run: int) -> RunStatus:
        names, warn = [plan.compilation.sweep], context.terminal.warn
        found = query.statuses(history, names, context.siblings, strict=True, timeout=settings.timeout, warn=warn)
        return found[0][run]

    return groups.trial(plan, remaining.items, max(0, settings.try_first), status_of)


def _check_submissions(plan: Plan, items: list[range], launching: launch.LaunchSettings, *, yes: bool) -> None:
    number = launch.check(plan, items, launching)
    if number > _MOST_SUBMISSIONS and not yes and isinstance(plan, JobArray):
        raise HeraclesError(
            f"this would be {spelled(number)} submissions of up to {plan.layout.limit:,} tasks: --pack K puts K runs "
            "into each task; or add --yes if that is what you want"
        )
