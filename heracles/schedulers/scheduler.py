"""A scheduler: its words, and everything else that differs from one scheduler to another, but for its client."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from heracles.lean import NamedTuple
from heracles.schedulers.dialect import Dialect
from heracles.schedulers.directives import Directive, Option, directives, named
from heracles.schedulers.options import SubmitOptions

if TYPE_CHECKING:
    from heracles.schedulers.client import Job

__all__ = ["Finding", "LogTask", "Scheduler"]


class LogTask(NamedTuple):
    """The task whose log is wanted.

    Attributes:
        job: The id of its job.
        task_job_id: Its own job id; empty if that is not known.
        task: Its id in the array; None for a job that is no array.
        node: The node that it ran on; empty if that is not known.
        user: The user whose job it is.
        script: The file name of the script, which names the job unless an option does.

    """

    job: str
    task_job_id: str
    task: int | None
    node: str
    user: str
    script: str


class Finding(NamedTuple):
    """A part of a script's text, and what is wrong with it."""

    start: int
    end: int
    reason: str


class Scheduler(Dialect):
    """A scheduler of which only the words are known; the others are subclasses.

    There is one object of each. Outside of this package nobody asks which one it is.
    """

    def value(self, script: str, names: Sequence[str]) -> str | None:
        """Return the value of the last directive of these names that counts.

        Args:
            script: The script's text.
            names: The option's spellings.

        Returns:
            The value, empty if the option has none; None if there is no such option.

        """
        found = named(directives(script, self), names, self)
        return found[-1].text if found else None

    def submit_options(
        self, command: Sequence[str], script: str = "", environment: Mapping[str, str] | None = None
    ) -> SubmitOptions:
        """Return the options of a submission.

        Args:
            command: The words of the command; it calls this scheduler's submit program.
            script: The script's text.
            environment: The environment of the submission; None for this process' own.

        """
        return SubmitOptions(self, command, script, dict(os.environ if environment is None else environment))

    def needed_directives(self, script: str, file: str, bash: str, job_name: str) -> list[tuple[str, ...]]:  # noqa: ARG002
        """Return the words of directives that a compiled script needs besides those of the user and of the array.

        Args:
            script: The job script's text.
            file: Its file name.
            bash: The path of the bash that runs it.
            job_name: A valid name for the job.

        """
        return []

    def log_path(self, pattern: str, task: LogTask) -> str:  # noqa: ARG002
        """Return the path of a task's log; empty if it depends on what is not known.

        Args:
            pattern: The pattern that `SubmitOptions.log` returned when the job was submitted.
            task: The task.

        """
        return ""

    def release_hint(self, job: "Job") -> str:  # noqa: ARG002
        """Return the command that releases a job on hold; empty if the scheduler has none."""
        return ""

    def rejected(self, script: str, *, is_array: bool) -> Iterator[Finding]:  # noqa: ARG002
        """Return the parts of a script because of which the scheduler would reject it, the first one first.

        Args:
            script: The script's text.
            is_array: Whether a job array is made of it, even if the script requests none.

        """
        yield from ()

    def overwritten_logs(self, found: Sequence[Directive]) -> Iterator[tuple[Option, str]]:  # noqa: ARG002
        """Return the options that name a log which each task of an array overwrites, with a better name.

        Args:
            found: The script's directives.

        """
        yield from ()
