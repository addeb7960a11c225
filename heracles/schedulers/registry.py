"""Which engine a command is one of, and engines that are made of it."""

import os
import re
from collections.abc import Callable, Sequence

from heracles.schedulers.client import Call, Engine, InDoubt, Job, Refused
from heracles.schedulers.dialect import SCHEDULERS, Scheduler
from heracles.schedulers.directives import read_by
from heracles.schedulers.gridengine import GridEngine, GridEngineOptions
from heracles.schedulers.process import perform, spelled_command
from heracles.schedulers.slurm import Slurm, scrubbed
from heracles.schedulers.slurm_options import SlurmOptions
from heracles.text import printable

__all__ = ["LOCAL", "Unasked", "asker", "engine_key", "own_words", "submitter"]

LOCAL = "local"
"""The key of what is no scheduler's submit command: it runs what it is called with."""


def engine_key(command: Sequence[str], script: str) -> str:
    """Give the key of the scheduler that a command submits to, `local` for none.

    Args:
        command: The words of the command.
        script: The script's text, whose directives tell two that share a command's name.

    """
    names = {word.rpartition("/")[2] for word in command}
    fitting = [scheduler for scheduler in SCHEDULERS.values() if scheduler.submit in names and scheduler.submit]
    if len(fitting) > 1:
        read = [scheduler for scheduler in fitting if scheduler in read_by(script)]
        fitting = read or [SCHEDULERS["gridengine" if "SGE_ROOT" in os.environ else "pbs"]]
    return fitting[0].key if fitting else LOCAL


def own_words(command: Sequence[str], key: str) -> tuple[str, ...]:
    """Give the words of a command that are the submit command's own: those behind its name."""
    names = [word.rpartition("/")[2] for word in command]
    return tuple(command[names.index(SCHEDULERS[key].submit) + 1 :])


class Unasked(Engine):
    """A scheduler that is known by its submit command alone.

    Args:
        scheduler: Which.
        command: The submit command.
        options: Words that are put behind it in each call.
        show: What takes what it prints to its output, besides the job's id, and to its standard error.

    """

    def __init__(
        self, scheduler: Scheduler, command: Sequence[str], options: Sequence[str], show: Callable[[str, str], None]
    ) -> None:
        self._scheduler = scheduler
        self._command = command
        self._options = options
        self._show = show

    def submit(self, call: Call, token: str) -> Job | None:  # noqa: ARG002 - it has no place for it
        ended = perform(call.words(self._command, *self._options), text=call.text)
        lines = ended.output.splitlines(keepends=True)
        matches = [re.fullmatch(self._scheduler.job_id, line.strip()) for line in lines]
        self._show("".join(line for line, match in zip(lines, matches, strict=True) if not match), ended.errors)
        found = next(filter(None, reversed(matches)), None)
        if ended.code == 0:
            return Job(found[1]) if found else None
        problem = InDoubt if found or (ended.code or -1) < 0 else Refused
        raise problem(f"{spelled_command(self._command)} failed for {printable(str(call))} ({ended.how})")


def submitter(
    key: str,
    command: Sequence[str],
    script: str,
    options: Sequence[str] = (),
    *,
    patience: float,
    show: Callable[[str, str], None],
) -> Engine:
    """Make an engine that submits.

    Args:
        key: Which, as `engine_key` gives it; not `local`.
        command: The words of the command.
        script: The script's text.
        options: Words that are put behind the command in each call.
        patience: After how many seconds without an answer a command is stopped.
        show: What takes what the command prints to its output, besides the job's id, and to its standard error.

    Raises:
        HeraclesError: If the command cannot be used like that.

    """
    if key == "slurm":
        said = SlurmOptions(script, (*own_words(command, key), *options), scrubbed(os.environ))
        said.check()
        return Slurm(
            command,
            options,
            comment=said.value("--comment") or "",
            clusters=said.value("-M", "--clusters") or "",
            is_held=said.is_held,
            patience=patience,
            show=show,
        )
    if key == "gridengine":
        asked = GridEngineOptions(script, (*own_words(command, key), *options))
        asked.check()
        return GridEngine(command, options, is_held=asked.is_held, patience=patience, show=show)
    return Unasked(SCHEDULERS[key], command, options, show)


def asker(key: str, command: Sequence[str], *, patience: float) -> Engine:
    """Make an engine that is asked and cancels, and does not submit."""
    if key == "slurm":
        return Slurm(command, patience=patience)
    if key == "gridengine":
        return GridEngine(command, patience=patience)
    return Engine()
