"""The back end of one script per run."""

import os.path
import re
from collections.abc import Iterator, Sequence

from heracles.ir import Subset, Sweep
from heracles.script.job_script import Script
from heracles.shell.quoting import quote

_MOST_DIGITS = 18

__all__ = ["content", "contents", "log", "name", "number", "words"]


def name(script: str, run: int) -> str:
    """Give the name, without its folder, of the file of run number `run`: `x/sbatch.sh` makes `sbatch_hydra0.sh`."""
    stem, suffix = os.path.splitext(os.path.basename(script))
    return f"{stem}_hydra{run}{suffix}"


def log(script: str, run: int) -> str:
    """Give the name, without its folder, of the log of a run that is run here: `x/sbatch.sh`: `sbatch_hydra0.out`."""
    return f"{os.path.splitext(os.path.basename(script))[0]}_hydra{run}.out"


def number(script: str, file: str) -> int | None:
    """Give the run number that a file's name says; None if no run of `script` has a file of that name."""
    stem, suffix = map(re.escape, os.path.splitext(os.path.basename(script)))
    match = re.fullmatch(rf"{stem}_hydra(0|[1-9][0-9]*){suffix}", file, re.ASCII)
    return int(match[1]) if match and len(match[1]) <= _MOST_DIGITS else None


def words(overrides: Sequence[str]) -> str:
    """Give the overrides of a run as shell words."""
    return " ".join(map(quote, overrides))


def content(overrides: Sequence[str], script: Script) -> bytes:
    """Give the content of one run's file: the mother script byte for byte, with the overrides added.

    Raises:
        ScriptError: If the script has no place for overrides.

    """
    before, after = script.gap
    return (before + words(overrides) + after).encode("utf-8", "surrogateescape")


def contents(sweep: Sweep | Subset, script: Script) -> Iterator[bytes]:
    """Give the content of each run's file, in order.

    Raises:
        ScriptError: If the script has no place for overrides.

    """
    return (content(overrides, script) for overrides in sweep)
