"""Warnings about silent problems in a job script."""

import itertools
import os
from typing import TYPE_CHECKING

from heracles.cli.context import Context
from heracles.cli.hydra_report import report_on_hydra
from heracles.lint import body, exit_code, overrides
from heracles.schedulers.registry import NONE, SCHEDULERS, readers

if TYPE_CHECKING:
    from heracles.errors import ScriptError
    from heracles.schedulers.command import SubmitCommand

__all__ = ["hidden_failures", "warn_about_script"]


def warn_about_script(
    context: Context,
    asked: str | None,
    command: "SubmitCommand | None",
    *,
    is_array: bool,
    is_applied: bool = False,
) -> None:
    """Warn about what would go silently wrong in the script when it is given to a command.

    Args:
        context: The script.
        asked: The scheduler that is asked for; None for those whose directives the script has.
        command: The command; None for none.
        is_array: Whether a job array is made of it.
        is_applied: Whether the submission gets what stands for the settings of Hydra's launcher.

    Raises:
        HeraclesError: If a pasted command is not that of the script, the script starts a multirun of Hydra's, or what
            starts the program would replace something in the overrides.

    """
    source = context.source
    overrides.check_texts(context.script, itertools.chain(source.overrides, *source.cases))
    report_on_hydra(context, is_applied=is_applied)
    if context.recalled:
        context.terminal.note(f"Recorded for this sweep, and used again: {context.recalled}")
    makes_folders = command is not None and command.calls("sbatch")
    for scheduler in [SCHEDULERS[asked]] if asked else readers(context.script.text) or [NONE]:
        found = body.warnings(context.script, scheduler, os.getcwd(), is_array=is_array, makes_folders=makes_folders)
        context.terminal.hold(found)


def hidden_failures(context: Context) -> list["ScriptError"]:
    """Return the warnings about programs whose failure the script hides, so that a run counts as done."""
    script = context.script
    return [script.error(reason, start, end) for start, end, reason in exit_code.hidden_failures(script)]
