"""The options that some runs have of their own: which scheduler reads them, and which runs have which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heracles.cli.context import Context
from heracles.ir import Runs
from heracles.lean import load
from heracles.schedulers.registry import NONE, SCHEDULERS, readers
from heracles.schedulers.scheduler import Scheduler
from heracles.shell.quoting import shown
from heracles.text import printable

if TYPE_CHECKING:
    from heracles.jobs.resources import ItemSet
    from heracles.schedulers.option_set import OptionSet

__all__ = ["likely_scheduler", "sets_of"]


def likely_scheduler(context: Context, asked: str | None) -> Scheduler:
    """Return the scheduler whose options are shown before a command is given: the only one that reads the script.

    Args:
        context: The script.
        asked: What `--scheduler` says; None for nothing.

    """
    if asked:
        return SCHEDULERS[asked]
    found = readers(context.script.text)
    return found[0] if len(found) == 1 else NONE


def sets_of(
    context: Context,
    rules: Sequence[str],
    runs: Runs,
    scheduler: Scheduler,
    recorded: "Sequence[OptionSet]" = (),
) -> "list[ItemSet]":
    """Return which runs are submitted with which options, and warn about rules of `--with` that match none.

    Args:
        context: Where warnings go.
        rules: The rules.
        runs: The runs.
        scheduler: The scheduler whose options these are.
        recorded: The options that each run had before; empty for none.

    Returns:
        The sets; none if no run has options of its own.

    Raises:
        HeraclesError: If a rule is not valid.

    """
    if not rules and not any(recorded):
        return []
    resources = load("heracles.jobs.resources")
    sets: list[ItemSet]
    sets, unmatched = resources.item_sets([resources.Rule(text, runs, scheduler) for text in rules], runs, recorded)
    for text in unmatched if runs.whole is runs else ():
        context.terminal.warn(f"--with {printable(shown(text))} matches no run")
    return sets
