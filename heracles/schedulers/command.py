"""The command that scripts are handed to, such as `sbatch --nice` or `bash`."""

import os.path
import re
import shlex
import shutil
from collections.abc import Collection, Sequence

from heracles.errors import HeraclesError
from heracles.schedulers.scheduler import Scheduler
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["SubmitCommand"]

_LONGEST_WRAPPER = 20_000
"""The most bytes of a script that somebody would write around a submit program."""
_WAITS = re.compile(r"\s(?:--wait|-W)(?![\w-])")
_SHELLS = ("bash", "sh", "dash", "ksh", "zsh")


class SubmitCommand:
    """A command that scripts are handed to.

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

    @classmethod
    def parse(cls, text: str) -> "SubmitCommand":
        """Read a command as a shell would.

        Raises:
            HeraclesError: If it is not valid, or there is no such program.

        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise HeraclesError(f"cannot read the command '{printable(text)}': {str(error).lower()}") from None
        return cls(words)

    def from_elsewhere(self) -> "SubmitCommand":
        """Return the same command for use in another folder: its program's path is absolute if it is a path."""
        program = self.words[0]
        return SubmitCommand((os.path.abspath(program) if "/" in program else program, *self.words[1:]))

    def __str__(self) -> str:
        return printable(" ".join(map(quote, self.words)))

    def calls(self, program: str) -> bool:
        """Return whether it calls a program of that name, be it through others: `sbatch`, `ssh login nice sbatch`."""
        return any(word.rpartition("/")[2] == program for word in self.words)

    def submits(self, scheduler: Scheduler) -> bool:
        """Return whether it submits scripts to a scheduler; otherwise it runs them.

        Raises:
            HeraclesError: If it is neither the scheduler's submit command nor bash.

        """
        if not scheduler.has_queue:
            return False
        if self.calls(scheduler.submit):
            return True
        if self.calls("bash"):
            return False
        raise HeraclesError(
            f"'{self}' is neither {scheduler.name}'s {scheduler.submit} nor bash: with --scheduler none it is called"
            " with the script and the number of each run"
        )

    def check_wrapper(self, programs: Collection[str]) -> None:
        """Reject a script of the user's that calls a submit program: it ends when the run is pending, and not done.

        One that waits for the job, with `--wait`, is as good as the run.

        Args:
            programs: The names of the submit programs.

        Raises:
            HeraclesError: If it is one.

        """
        path = shutil.which(self.words[0]) or ""
        text = _script_text(path)
        called = re.search(rf"^[^#\n]*?(?<![\w.-])({'|'.join(map(re.escape, programs))})(?![\w.-])", text, re.MULTILINE)
        if called and not _WAITS.search(text):
            raise HeraclesError(
                f"{printable(self.words[0])} calls {called[1]} and ends before the job does, so that a run would count "
                f"as done while it is pending: give {called[1]} itself with its options, as in "
                f"-r='{called[1]} -q short'"
            )

    @property
    def ends_with_script(self) -> bool:
        """Whether it certainly ends no earlier than the script: it is a shell, or a script of the user's that waits."""
        operands = [word for word in self.words if not word.startswith("-")]
        if operands[-1].rpartition("/")[2] in _SHELLS:
            return True
        return _WAITS.search(_script_text(shutil.which(self.words[0]) or "")) is not None

    def check_array(self, scheduler: Scheduler) -> None:
        """Reject a command that requests a job array itself, in place of the one whose tasks are the runs.

        Raises:
            HeraclesError: If it does.

        """
        if word := scheduler.array_word_in(self.words):
            directive = " ".join([scheduler.prefix, *scheduler.array(1, 90, 0, "name")])
            raise HeraclesError(
                f"'{printable(word)}' in '{self}' would replace the array whose tasks are the runs: write "
                f"'{directive}' into the script, and each run gets such an array"
            )


def _script_text(path: str) -> str:
    """Return the beginning of a script of the user's; empty if it is no script, or cannot be read."""
    try:
        with open(path, "rb") as file:
            start = file.read(_LONGEST_WRAPPER)
    except OSError:
        return ""
    return start.decode("utf-8", "replace") if start.startswith(b"#!") else ""
