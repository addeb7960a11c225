"""`--run CMD`: write the scripts, and submit or run what was not submitted or run before."""

from heracles.cli.commands.write import check_plan
from heracles.cli.context import Context
from heracles.cli.growing import Work
from heracles.cli.launching import write_and_launch
from heracles.cli.options import FIRST_RUN
from heracles.cli.planning import (
    PlanSettings,
    check_launch,
    command_to_call,
    examine,
    warn_about_jobs,
    with_launcher,
)
from heracles.cli.progress import Reporter
from heracles.cli.views import outcome
from heracles.errors import HeraclesError, RunError
from heracles.jobs import groups, launch, query, recover
from heracles.jobs.job_array import JobArray
from heracles.jobs.launch import Remaining
from heracles.jobs.local import LocalSettings
from heracles.jobs.plan import Plan
from heracles.jobs.statuses import RunStatus
from heracles.jobs.submit import Patience
from heracles.lean import NamedTuple
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
    extend: bool
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
    examine(context, planning, command, is_applied=settings.apply_launcher)
    terminal, reporter = context.terminal, Reporter(context.terminal)
    patience = Patience(settings.timeout, settings.wait_for_room)
    with History.locked(context.siblings, context.version) as history:
        work = Work(context, history, planning, command, resubmits=settings.resubmit_all, extends=settings.extend)
        check_plan(context, work.plan, yes=settings.yes)
        check_launch(work.plan, command, fail_fast=settings.fail_fast, wait_for_room=settings.wait_for_room)
        warn_about_jobs(context, work.plan, command, planning.jobs)
        if history.copied_from:
            terminal.warn(outcome.is_copy(history))
        context.note_changes(history)
        if settings.assume_submitted:
            recover.assume_submitted(history)
        for line in outcome.settled(recover.settle(history, context.script.text, patience, reporter)):
            terminal.say(line)
        remaining = work.remaining(settings.timeout)
        local = LocalSettings(planning.jobs, settings.fail_fast)
        try:
            if remaining.left:
                tried = _tried(context, history, work, remaining, settings)
                launching = launch.LaunchSettings(command, (), patience, local, remaining.round, tried)
                files = Files(context.siblings, history, force=settings.force)
                _check_submissions(work.plan, remaining.items, launching, yes=settings.yes)
                write_and_launch(context, work.plan, remaining.items, files, launching)
        except RunError:  # not all of them succeeded, but it may be complete
            work.finish(remaining.round)
            raise
        work.finish(remaining.round)


def _tried(
    context: Context, history: History, work: Work, remaining: Remaining, settings: _Settings
) -> groups.Trial | None:
    """Return the run that is tried first; None if none is.

    Raises:
        HeraclesError: If there is no such run, or it was tried before and did not succeed.

    """
    if settings.try_first is None:
        return None

    def status_of(run: int) -> RunStatus | None:
        if not history.compilations_of(work.sweep):
            return None
        names, warn = [work.sweep], context.terminal.warn
        found = query.statuses(history, names, context.siblings, strict=True, timeout=settings.timeout, warn=warn)
        return found[0][run] if run < len(found[0]) else None

    run = work.plan.compilation.run(0) if settings.try_first == FIRST_RUN else settings.try_first
    return groups.trial(work.plan, remaining.items, run, status_of)


def _check_submissions(plan: Plan, items: list[range], launching: launch.LaunchSettings, *, yes: bool) -> None:
    number = launch.check(plan, items, launching)
    if number > _MOST_SUBMISSIONS and not yes and isinstance(plan, JobArray):
        raise HeraclesError(
            f"this would be {spelled(number)} submissions of up to {plan.layout.limit:,} tasks: --pack K puts K runs "
            "into each task; or add --yes if that is what you want"
        )
