"""The back end of one script per run: the job script, byte for byte, with the run's overrides added."""

from collections.abc import Iterator, Sequence

from heracles.ir import Runs
from heracles.script.job_script import JobScript
from heracles.shell.quoting import quote

__all__ = ["content", "contents", "words"]


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


def contents(runs: Runs, script: JobScript) -> Iterator[bytes]:
    """Return the content of each run's file, in order; it raises as `content` does."""
    return (content(overrides, script) for overrides in runs)
