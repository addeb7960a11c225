"""What a job tells its caller while it goes on; its result it returns."""

import enum
from collections.abc import Iterable
from typing import Protocol

from heracles.lean import NamedTuple

__all__ = ["Progress", "Reporter", "Work"]


class Work(enum.Enum):
    """What a step of some work does."""

    WRITE = "write a script"
    SUBMIT_SCRIPT = "submit the script of a run"
    SUBMIT_ARRAY = "submit a part of a job array"
    DELETE = "delete a script"


class Progress(NamedTuple):
    """How many local runs succeeded, how many failed, and how many are running."""

    done: int
    failed: int
    running: int


class Reporter(Protocol):
    """Whoever is told; the command line's terminal is one."""

    def wait(self, reason: str) -> None:
        """Tell what is being waited for, as a sentence without its full stop."""

    def pause(self, seconds: float) -> None:
        """Sleep, but not through an interrupt.

        Raises:
            KeyboardInterrupt: If there is one.

        """

    def warn(self, message: str) -> None:
        """Warn about a problem that does not stop the work."""

    def show(self, output: str, errors: str) -> None:
        """Pass on what a command printed to its standard output and its standard error."""

    def track(self, work: Work, steps: Iterable[object], total: int, command: str = "") -> None:
        """Take all steps, so that an interrupt falls between two of them; an error or interrupt tells how far it got.

        Args:
            work: What each step does.
            steps: The steps; each is done once it was taken.
            total: How many there are.
            command: The command that each step calls, if any.

        """

    def watch(self, progress: Iterable[Progress], total: int, command: str) -> Progress:
        """Take the progress of local runs to its end, and return the last of it; an error tells how far it got."""
        ...
