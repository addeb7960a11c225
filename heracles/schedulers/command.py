"""The command that scripts are handed to, and what is asked of other programs before anything is written."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence

from heracles.errors import HeraclesError
from heracles.schedulers.dialect import NONE, SCHEDULERS, Scheduler
from heracles.schedulers.directives import read_by
from heracles.script.job_script import Script
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["Command", "command_of", "scheduler_of", "scontrol_limits"]

_PATIENCE = 10.0


class Command:
    """A command that scripts are handed to, such as `sbatch --nice`.

    Args:
        words: The command's words.

    Raises:
        HeraclesError: If there is no such program.

    """

    def __init__(self, words: Sequence[str]) -> None:
        if not words or shutil.which(words[0]) is None:
            what = f"no program '{printable(words[0])}' is found" if words else "the command is empty"
            raise HeraclesError(f"{what}: -r takes the command that runs a script, as in -r=sbatch or -r=bash")
        self.words = tuple(words)

    def __str__(self) -> str:
        return printable(" ".join(map(quote, self.words)))

    def calls(self, program: str) -> bool:
        """Tell whether it calls a program of that name, be it through others: `sbatch`, `ssh login nice sbatch`."""
        return any(word.rpartition("/")[2] == program for word in self.words)

    def submits(self, scheduler: Scheduler) -> bool:
        """Tell whether it submits scripts to a scheduler; else it runs them.

        Raises:
            HeraclesError: If that cannot be told, or if it asks for an array itself.

        """
        if not scheduler.task:
            return False
        if self.calls(scheduler.submit):
            if word := scheduler.asks_for_array(list(self.words)):
                directive = " ".join([scheduler.prefix, *scheduler.array(1, 90, 0, "name")])
                raise HeraclesError(
                    f"'{printable(word)}' in '{self}' would replace the array whose tasks are the runs: write "
                    f"'{directive}' into the script, and each run gets such an array"
                )
            return True
        if self.calls("bash"):
            return False
        raise HeraclesError(
            f"'{self}' is neither {scheduler.name}'s {scheduler.submit} nor bash: with --scheduler none it is called"
            " with the script and the number of each run"
        )


def command_of(text: str) -> Command:
    """Read a command as a shell would.

    Raises:
        HeraclesError: If it cannot be read, or there is no such program.

    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise HeraclesError(f"cannot read the command '{printable(text)}': {str(error).lower()}") from None
    return Command(words)


def scheduler_of(script: Script, command: Command | None, asked: str | None) -> Scheduler:
    """Find out whose array is wanted: what is asked for, else what the script's directives and the command agree on.

    Args:
        script: The mother script.
        command: What it is to be handed to, if anything.
        asked: A key of `SCHEDULERS`, or None.

    Raises:
        HeraclesError: If they do not agree, or leave a choice.

    """
    if asked:
        return SCHEDULERS[asked]
    found = read_by(script.text)
    submits = [s for s in SCHEDULERS.values() if s.task and command is not None and command.calls(s.submit)]
    fitting = [scheduler for scheduler in found if scheduler in submits] if submits and found else found or submits
    if len(fitting) == 1:
        return fitting[0]
    way_out = "--scheduler says whose array it is to be"
    if fitting:
        names = " and of ".join(scheduler.name for scheduler in fitting)
        what = f"{script.name} has directives of {names}" if found else f"{command} is a command of {names}"
        raise HeraclesError(f"{what}: {way_out}")
    if found:
        raise HeraclesError(
            f"{script.name} has directives of {found[0].name}, and {command} is not its command: {way_out}"
        )
    return NONE


def scontrol_limits() -> tuple[int | None, int | None]:
    """Ask Slurm how many tasks an array may have, and how many bytes a script; None for what it does not say.

    `MaxArraySize` is one more than the largest index, so arrays that start at 0 may have as many tasks as it says.
    """
    scontrol = shutil.which("scontrol")
    if scontrol is None:
        return None, None
    try:
        result = subprocess.run(  # noqa: S603
            [scontrol, "show", "config"], capture_output=True, check=False, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return None, None
    said = result.stdout.decode("utf-8", "replace")
    sizes = [
        int(size)
        for size in re.findall(r"^MaxArraySize\s*=\s*(\d+)|\bmax_array_tasks=(\d+)", said, re.MULTILINE)
        for size in size
        if size
    ]
    length = re.search(r"\bmax_script_size=(\d+)", said)
    return min(filter(None, sizes), default=None), int(length[1]) if length else None
