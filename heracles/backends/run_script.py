"""The back end of one script per run: the job script, byte for byte, with the run's overrides added."""

import os.path
import re
from collections.abc import Iterator, Sequence

from heracles.ir import Subset, Sweep
from heracles.script.job_script import JobScript
from heracles.shell.quoting import quote

__all__ = ["content", "contents", "log", "name", "number", "words"]

_MOST_DIGITS = 18


def name(script: str, run: int) -> str:
    """Return the name, without its folder, of the file of run number `run`: `x/sbatch.sh` makes `sbatch_hydra0.sh`."""
    stem, suffix = os.path.splitext(os.path.basename(script))
    return f"{stem}_hydra{run}{suffix}"


def log(script: str, run: int) -> str:
    """Return the name, without its folder, of the log of a local run: `x/sbatch.sh` makes `sbatch_hydra0.out`."""
    return f"{os.path.splitext(os.path.basename(script))[0]}_hydra{run}.out"


def number(script: str, file: str) -> int | None:
    """Return the run number in a file's name; None if no run of `script` has a file of that name."""
    stem, suffix = map(re.escape, os.path.splitext(os.path.basename(script)))
    match = re.fullmatch(rf"{stem}_hydra(0|[1-9][0-9]*){suffix}", file, re.ASCII)
    return int(match[1]) if match and len(match[1]) <= _MOST_DIGITS else None


def words(overrides: Sequence[str]) -> str:
    """Return the overrides of a run as shell words with spaces between them."""
    return " ".join(map(quote, overrides))


def content(overrides: Sequence[str], script: JobScript) -> bytes:
    """Return the content of one run's file.

    Args:
        overrides: The overrides of the run.
        script: The job script.

    Raises:
        ScriptError: If the script has no place for overrides.

    """
    before, after = script.gap
    return (before + script.words(overrides) + after).encode("utf-8", "surrogateescape")


def contents(runs: Sweep | Subset, script: JobScript) -> Iterator[bytes]:
    """Return the content of each run's file, in order; it raises as `content` does."""
    return (content(overrides, script) for overrides in runs)
