"""`--retry`: submit or run again what ended badly."""

import re
import shlex
from collections.abc import Sequence

from heracles.cli.context import Context
from heracles.cli.following import Followed
from heracles.cli.launching import write_and_launch
from heracles.cli.options import FIRST_RUN
from heracles.cli.planning import (
    PlanSettings,
    check_launch,
    command_to_call,
    plan_of,
    scheduler,
    warn_about_jobs,
)
from heracles.cli.progress import Reporter
from heracles.cli.views import outcome
from heracles.errors import HeraclesError
from heracles.jobs import groups, launch, query, recover, retry
from heracles.jobs.local import LocalSettings
from heracles.jobs.plan import Plan
from heracles.jobs.submit import Patience
from heracles.lean import NamedTuple
from heracles.schedulers.client import State
from heracles.schedulers.command import SubmitCommand
from heracles.schedulers.option_set import OptionSet
from heracles.store.files import Files
from heracles.store.history import History
from heracles.text import printable

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    retry: str | None
    retry_with: str | None
    run: str | None
    jobs: int | None
    fail_fast: bool | None
    try_first: int | None
    wait_for_room: bool
    timeout: float
    force: bool


SETTINGS = (PlanSettings, _Settings)


def run(context: Context, planning: PlanSettings, settings: _Settings) -> None:
    """Settle what an earlier call left, and submit or run again the runs in the states that are asked for."""
    terminal, reporter = context.terminal, Reporter(context.terminal)
    _check_states(context.source.overrides)
    wanted = retry.states(settings.retry or "")
    options = _split(settings.retry_with)
    command = command_to_call(settings.run)
    patience = Patience(settings.timeout, settings.wait_for_room)
    text = context.script.text
    with History.locked(context.siblings, context.version) as history:
        if State.UNKNOWN in wanted and not recover.can_settle(history, text, patience, reporter):
            recover.assume_submitted(history)
        for line in outcome.settled(recover.settle(history, text, patience, reporter)):
            terminal.say(line)
        asked = Followed(context, history, settings.timeout)
        statuses = asked.statuses(strict=True)
        choice = retry.choose(asked.sweep, statuses, wanted)
        if choice is None:
            terminal.say(outcome.nothing_to_retry(statuses))
            return
        number = history.round(asked.recorded)
        if folder := launch.other_folder(history, asked.recorded, number):
            command = command and command.from_elsewhere()
            context.move_to(folder)
            terminal.say(f"Submitting in {printable(folder)}, as before")
        command, plan = _planned(context, planning, command, history, asked, choice)
        check_launch(plan, command, fail_fast=settings.fail_fast, wait_for_room=settings.wait_for_room)
        items = plan.in_order(choice.items(plan.compilation.tasks_per_run))
        terminal.say(outcome.running_again(choice, items, plan))
        warn_about_jobs(context, plan, command, settings.jobs)
        local = LocalSettings(settings.jobs, settings.fail_fast)
        tried = _tried(plan, items, choice, settings.try_first)
        launching = launch.LaunchSettings(command, options, patience, local, number, tried)
        launch.check(plan, items, launching)
        files = Files(context.siblings, history, force=settings.force)
        write_and_launch(context, plan, items, files, launching)


def _planned(
    context: Context,
    planning: PlanSettings,
    command: SubmitCommand | None,
    history: History,
    asked: Followed,
    choice: retry.ChosenRuns,
) -> tuple[SubmitCommand, Plan]:
    """Return the command and the plan for the chosen runs: what the command line does not say is as it was before.

    Raises:
        HeraclesError: If no command is given, and nothing was submitted before.

    """
    last = query.last_submission(history, asked.recorded, asked.name, is_needed=command is None)
    compilation = last.compilation if last else asked.compilation
    recorded = None if command or last is None or last.is_local else last.scheduler
    command = command or SubmitCommand(last.announced.command if last else ())
    before = [status.options for status in choice.statuses]
    has_sets = any(before) or bool(planning.resources)
    shape = planning._replace(
        array=compilation.is_array,
        pack=planning.pack or (compilation.pack if compilation.pack > 1 and not has_sets else None),
        scheduler=planning.scheduler or recorded or (None if last else compilation.scheduler or None),
    )
    source = query.source_of(compilation)
    options = _recorded_options(context, shape, command, before) if any(before) else ()
    return command, plan_of(context, shape, command, choice.runs, source, recorded=options)


def _recorded_options(
    context: Context, planning: PlanSettings, command: SubmitCommand, before: Sequence[tuple[str, ...]]
) -> list[OptionSet]:
    """Return the options that each run had in its last submission; nothing if the command has no use for them."""
    chosen = scheduler(context, planning, command)
    if not command.submits(chosen):
        context.terminal.warn(f"{command} is no submit command: the options of --with are left out")
        return []
    known = {words: OptionSet.of(words, chosen) for words in set(before)}
    return [known[words] for words in before]


def _tried(plan: Plan, items: Sequence[range], choice: retry.ChosenRuns, asked: int | None) -> groups.Trial | None:
    """Return the run that is tried first; None if none is.

    Raises:
        HeraclesError: If it is not among those to run again.

    """
    if asked is None:
        return None
    return groups.trial(plan, items, choice.statuses[0].run if asked == FIRST_RUN else asked)


def _check_states(overrides: tuple[str, ...]) -> None:
    """Refuse a word after `--retry` that is neither a state nor an override.

    Raises:
        HeraclesError: If there is one.

    """
    for text in overrides:
        if re.fullmatch(r"[a-z][a-z,_-]*", text):
            retry.states(text)


def _split(text: str | None) -> tuple[str, ...]:
    """Return the options of `--retry-with` as words, as a shell splits them.

    Raises:
        HeraclesError: If a quote is not closed.

    """
    try:
        return tuple(shlex.split(text or ""))
    except ValueError as error:
        raise HeraclesError(f"--retry-with cannot be read: {str(error).lower()} in {printable(text or '')}") from None
