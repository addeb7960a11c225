"""`--delete`: delete what was written, unless runs still need it."""

import os.path
from functools import cache

from heracles.cli.context import Context
from heracles.cli.planning import PlanSettings, plan_of
from heracles.cli.progress import Reporter
from heracles.cli.views import outcome
from heracles.ir import Runs
from heracles.jobs import delete, query
from heracles.jobs.plan import Plan
from heracles.lean import NamedTuple
from heracles.store.files import Files
from heracles.store.history import History

__all__ = ["SETTINGS", "run"]


class _Settings(NamedTuple):
    array: bool
    timeout: float
    force: bool


SETTINGS = (PlanSettings, _Settings)


def run(context: Context, planning: PlanSettings, settings: _Settings) -> None:
    """Delete the scripts of the sweep, or all that Heracles wrote for the script, and say what stays."""
    terminal, siblings = context.terminal, context.siblings
    if os.path.isdir(context.path) or not os.path.basename(context.path):
        _ = context.script
    with History.locked(siblings, context.version) as history:
        context.recall(history)
        if not os.path.exists(context.path) and not history.files:
            _ = context.script
        if not settings.force:
            delete.refuse_if_alive(history, siblings, timeout=settings.timeout, warn=terminal.warn)
        files = Files(siblings, history, force=settings.force)
        sweep = _recorded(context, history)

        @cache
        def plan() -> Plan:
            """Return what would be written now: only a file that the journal does not know is compared with it."""
            return plan_of(context, planning, None, sweep or context.parsed(), context.source)

        names = delete.names(files, size=None if sweep is None else sweep.size, is_array=settings.array)
        was_used = bool(history.submissions)
        content = None if sweep is None else lambda name: plan().content_of(name)
        deleted = delete.delete(files, names, content, Reporter(terminal))
    for line in outcome.deleted(siblings, deleted, was_used=was_used):
        terminal.say(line)


def _recorded(context: Context, history: History) -> Runs | None:
    """Return the sweep that is given, as it is recorded if it was continued; None if none is given."""
    if not context.source.has_sweep:
        return None
    found = history.latest(context.parsed(), context.arguments)
    return query.sweep_of(history, found) if found and found.earlier else context.parsed()
