"""Calling a command for each script: the one place where Heracles starts other programs."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from heracles.errors import HeraclesError, RunError, printable
from heracles.shell import quote

__all__ = ["Command", "check_syntax"]


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

    def call(self, paths: Iterable[Path]) -> Iterator[int]:
        """Call the command with each path, one after another, and give how many were done before each.

        What the command prints goes where Heracles' own output goes.

        Raises:
            RunError: If a call fails; no further one is made.

        """
        for done, path in enumerate(paths):
            name = str(path)
            try:
                code = subprocess.call([*self.words, f"./{name}" if name.startswith("-") else name])  # noqa: S603
            except OSError as error:
                raise RunError(f"cannot run {self}: {error.strerror}") from None
            if code:
                how = f"exit code {code}" if code > 0 else f"killed by {signal.Signals(-code).name}"
                raise RunError(f"{self} failed for {printable(name)} ({how})")
            yield done


def check_syntax(content: bytes) -> str:
    """Ask bash whether it can read a script; give what it says is wrong, empty if nothing or if there is no bash."""
    bash = shutil.which("bash")
    if bash is None:
        return ""
    with tempfile.TemporaryFile() as file:  # which bash reads in pieces, and a pipe byte by byte
        file.write(content)
        file.seek(0)
        result = subprocess.run([bash, "-n"], stdin=file, capture_output=True, check=False)  # noqa: S603
    return "" if result.returncode == 0 else printable(result.stderr.decode("utf-8", "replace").partition("\n")[0])
