"""What is said about Hydra before runs are started: words that only a multirun reads, its configs and its folders."""

import os
from collections.abc import Iterator

from heracles.cli.context import Context
from heracles.hydra import folders, program
from heracles.lean import load
from heracles.shell.quoting import shown
from heracles.text import printable

__all__ = ["report_on_hydra"]

_HOLD_SWEEPS = {"experiment", "exp", "sweep", "hparams", "hparams_search"}
"""What groups of configs are called that often hold sweeps."""


def report_on_hydra(context: Context, *, is_applied: bool) -> None:
    """Check the script against what was pasted, and say what became of the words that only a multirun reads.

    Args:
        context: The script, and the command line.
        is_applied: Whether the submission gets what stands for the settings of Hydra's launcher.

    Raises:
        HeraclesError: If a pasted command is not that of the script, or the script starts a multirun of Hydra's.

    """
    hydra, script, terminal = context.hydra, context.script, context.terminal
    if hydra.words.command:
        program.check_command(script, hydra.words.command)
    program.check_mode(script, hydra.line.overrides)
    if hydra.words.flag:
        terminal.note(f"{hydra.words.flag} is Hydra's, and is left out: Heracles makes the runs itself.")
    for line in hydra.line.explained(is_applied=is_applied):
        terminal.note(line)
    _report_on_params(context)
    terminal.hold(hydra.problems())
    terminal.hold(_unseen(context))
    terminal.hold(_shared_folder(context))


def _report_on_params(context: Context) -> None:
    """Say what became of the sweep that a config holds."""
    held = context.hydra.held
    if not held or not held.params:
        return
    shown = printable(" ".join(f"{key}={values}" for key, values in held.params.items()))
    if held.sweeper in load("heracles.hydra.sweeper:PRODUCTS"):
        context.terminal.note(f"hydra.sweeper.params of the config are read: {shown}")
    else:
        context.terminal.warn(
            f"the config chooses hydra/sweeper={printable(held.sweeper)}, so that its hydra.sweeper.params are not "
            f"read ({shown}): write them as overrides, with --sample N to draw N runs at random"
        )


def _unseen(context: Context) -> Iterator[str]:
    """Yield a warning if a config could hold a sweep that is not seen."""
    hydra = context.hydra
    keys = (override.lstrip("+").partition("=")[0] for override in hydra.line.overrides)
    is_asked = hydra.words.flag or not _HOLD_SWEEPS.isdisjoint(keys)
    if is_asked and hydra.held is None and not hydra.words.no_config and context.sweep.size == 1:
        yield (
            "this is 1 run. If hydra.sweeper.params in a config of the program make a sweep of it, they are not seen, "
            "since the configs are not read here: give --config-dir, or --no-config if there are none"
        )


def _shared_folder(context: Context) -> Iterator[str]:
    """Yield a warning if runs of Hydra's would write to one folder."""
    hydra = context.hydra
    overrides, held = (*hydra.line.overrides, *(f"{key}=" for key in context.sweep.columns)), hydra.held
    is_in_script = f"{folders.RUN_DIR}=" in context.script.text
    has_folder = is_in_script or folders.has_own_folder(overrides) or (held is not None and held.has_folder)
    is_hydras = bool(hydra.words.flag) or folders.is_hydras(overrides) or held is not None
    if is_hydras and not has_folder and context.sweep.size > 1:
        folder = f"outputs/{os.path.splitext(os.path.basename(context.path))[0]}"
        yield (
            "Hydra writes to outputs/DATE/TIME, so that runs which start in the same second overwrite each other: add "
            f"--hydra-dirs {printable(shown(folder))}, which is the override hydra.run.dir={printable(folder)}/__run__"
        )
