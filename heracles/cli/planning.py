"""From the command line to a plan: which command, whose scheduler, and what would be written."""

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from heracles.backends.array_layout import Array
from heracles.cli.context import Context
from heracles.cli.costs import parts_of
from heracles.cli.option_sets import sets_of
from heracles.cli.script_warnings import warn_about_script
from heracles.cli.usage import UsageError
from heracles.cli.views.cost import cost_lines
from heracles.errors import HeraclesError
from heracles.ir import Runs
from heracles.jobs.job_array import JobArray, job_array
from heracles.jobs.plan import Plan, ScriptPerRun
from heracles.jobs.resources import common
from heracles.language.source import Source
from heracles.lean import NamedTuple
from heracles.schedulers.command import SubmitCommand
from heracles.schedulers.option_set import OptionSet
from heracles.schedulers.registry import choose
from heracles.schedulers.scheduler import Scheduler
from heracles.shell.quoting import shown

if TYPE_CHECKING:
    from heracles.jobs.dispatch import LaunchSettings

__all__ = [
    "PlanSettings",
    "check_launch",
    "command_to_call",
    "examine",
    "plan_of",
    "planned",
    "say_cost",
    "scheduler",
    "tasks_per_run",
    "warn_about_jobs",
    "with_launcher",
]


class PlanSettings(NamedTuple):
    """The options that say what is written for the runs; each is explained in `heracles.cli.options`."""

    array: bool
    throttle: int | None
    pack: int | None
    jobs: int | None
    max_array: int | None
    scheduler: str | None
    resources: tuple[str, ...]


def command_to_call(text: str | None) -> SubmitCommand | None:
    """Return the command of `-r`; None if none is given.

    Raises:
        HeraclesError: If it cannot be read, or there is no such program.

    """
    return None if text is None else SubmitCommand.parse(text)


def scheduler(context: Context, settings: PlanSettings, command: SubmitCommand | None) -> Scheduler:
    """Return the scheduler that scripts are submitted to, or that an array is written for.

    Args:
        context: The script.
        settings: What is asked for.
        command: The command that is to be called; None for none.

    Raises:
        HeraclesError: If that leaves a choice.

    """
    script = context.script
    return choose(settings.scheduler, command, script.text, script.name, os.environ, is_array=settings.array)


def with_launcher(
    context: Context, settings: PlanSettings, command: SubmitCommand
) -> tuple[PlanSettings, SubmitCommand]:
    """Return the settings and the command with what stands for the settings of Hydra's launcher.

    Args:
        context: The sweep, among whose overrides these settings are.
        settings: What is asked for.
        command: The command that is to be called.

    Raises:
        HeraclesError: If the command is not that of the scheduler whose options these are.

    """
    found = context.hydra.line.counterparts
    options = [each.option for each in found if each.option]
    own = {each.own: each.number for each in found if each.own}
    if command.calls("sbatch"):
        command = SubmitCommand((*command.words, *options))
    elif options and not command.calls("bash"):
        raise HeraclesError(f"--apply-launcher has options for sbatch ({shown(options[0])}), and {command} is another")
    if not settings.array and "throttle" in own:
        context.terminal.warn("hydra.launcher.array_parallelism is about a job array: add -a to make one")
        del own["throttle"]
    throttle, jobs = settings.throttle or own.get("throttle"), settings.jobs or own.get("jobs")
    return settings._replace(throttle=throttle, jobs=jobs), command


def examine(
    context: Context, settings: PlanSettings, command: SubmitCommand | None, *, is_applied: bool = False
) -> None:
    """Read the script and its sweep, and warn about problems of the script.

    Args:
        context: The script and its sweep.
        settings: What is asked for.
        command: The command that is to be called; None for none.
        is_applied: Whether it has what stands for the settings of Hydra's launcher.

    Raises:
        HeraclesError: If one of them cannot be read, or is not valid.

    """
    _ = context.script
    _ = context.sweep
    warn_about_script(context, settings.scheduler, command, is_array=settings.array, is_applied=is_applied)


def planned(
    context: Context, settings: PlanSettings, command: SubmitCommand | None, *, is_applied: bool = False
) -> Plan:
    """Return what would be written for the whole sweep, and warn about problems of the script.

    Arguments and exceptions are those of `examine` and `plan_of`.
    """
    examine(context, settings, command, is_applied=is_applied)
    return plan_of(context, settings, command, context.sweep, context.recorded_source)


def tasks_per_run(context: Context, settings: PlanSettings, command: SubmitCommand | None) -> int:
    """Return how many items a plan has for each run: tasks of the script's own array, if one script is for all runs.

    Raises:
        HeraclesError: If it leaves the scheduler open, or its own array cannot be read.

    """
    return Array(context.script, scheduler(context, settings, command), 1).tasks_per_run if settings.array else 1


def plan_of(
    context: Context,
    settings: PlanSettings,
    command: SubmitCommand | None,
    runs: Runs,
    source: Source,
    *,
    recorded: Sequence[OptionSet] | None = None,
) -> Plan:
    """Return what would be written for runs of a sweep.

    Args:
        context: The script.
        settings: What is asked for.
        command: The command that is to be called; None for none.
        runs: The runs, at least one.
        source: The text that the sweep can be compiled from again.
        recorded: The options that each run had before, where these are run once more; None for a first launch.

    Raises:
        HeraclesError: If that is not possible.

    """
    chosen = scheduler(context, settings, command)
    sets = sets_of(context, settings.resources, runs, chosen, recorded or ())
    is_retry = recorded is not None
    if not settings.array:
        return ScriptPerRun(context.script, runs, source, chosen, is_retry=is_retry, sets=sets, name=context.name)
    return job_array(
        context.script,
        runs,
        source,
        chosen,
        is_retry=is_retry,
        name=context.name,
        throttle=settings.throttle,
        pack=settings.pack,
        parallel=settings.jobs,
        max_tasks=settings.max_array,
        sets=sets,
    )


def check_launch(plan: Plan, command: SubmitCommand, *, fail_fast: bool | None, wait_for_room: bool) -> None:
    """Refuse options that would silently have no effect with a command.

    Args:
        plan: What is submitted, or run here.
        command: What it is submitted or run with.
        fail_fast: What `--fail-fast` or `--keep-going` says; None for none of them.
        wait_for_room: Whether `--wait-for-room` is given.

    Raises:
        UsageError: If there is one.

    """
    submits = command.submits(plan.scheduler)
    if submits and fail_fast is not None:
        option = "--fail-fast" if fail_fast else "--keep-going"
        raise UsageError(f"{option} has no effect with {command}, which submits the runs: leave it out")
    if wait_for_room and not submits:
        raise UsageError(f"--wait-for-room has no effect with {command}, which runs them here: leave it out")


def warn_about_jobs(context: Context, plan: Plan, command: SubmitCommand, jobs: int | None) -> None:
    """Warn if `-j` has no effect, because a scheduler decides how many runs run at a time.

    Args:
        context: Where the warning goes.
        plan: What is submitted.
        command: What it is submitted with.
        jobs: The number that `-j` gives; None for none.

    """
    is_packed = isinstance(plan, JobArray) and plan.layout.pack > 1
    if jobs and not is_packed and command.submits(plan.scheduler):
        context.terminal.warn(
            f"-j has no effect with {command}: the scheduler decides how many jobs run at a time. In a job array, "
            "--throttle N runs N tasks at a time, and --pack K runs K runs in each task"
        )


def say_cost(context: Context, plan: Plan, items: Sequence[range], launching: "LaunchSettings") -> None:
    """Say what a submission may cost at most; nothing if it is none.

    Args:
        context: Where the lines go.
        plan: What is submitted.
        items: The items of it that are submitted, as ranges.
        launching: What they are submitted with.

    """
    if not launching.command.submits(plan.scheduler):
        return
    sets = [(each.options, found) for each in plan.sets if (found := common(each.items, items))]
    layout = plan.layout if isinstance(plan, JobArray) else None
    for line in cost_lines(parts_of(partial(launching.submit_options, plan), sets, layout)):
        context.terminal.say(line)
