"""The options of a submission, from the command's words and the script's directives."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from heracles.errors import HeraclesError
from heracles.lean import load
from heracles.schedulers.dialect import Dialect
from heracles.schedulers.directives import Directive, Option, directives, named
from heracles.shell.quoting import quote

if TYPE_CHECKING:
    from heracles.schedulers.request import Request

__all__ = ["SubmitOptions"]


class SubmitOptions:
    """The options of a submission to a scheduler of which only the words are known.

    Args:
        dialect: The scheduler's words.
        command: The words of the command: `sbatch --nice`, `ssh login qsub`.
        script: The script's text.
        environment: The environment of the submission.
        extra: Words that are added after the command's in each call.

    """

    def __init__(
        self,
        dialect: Dialect,
        command: Sequence[str],
        script: str,
        environment: Mapping[str, str],
        extra: Sequence[str] = (),
    ) -> None:
        self.dialect = dialect
        self.command = tuple(command)
        self.script = script
        self.environment = environment
        self.extra = tuple(extra)

    def with_extra(self, words: Sequence[str]) -> "SubmitOptions":
        """Return the options of a submission with more words after the command's."""
        return type(self)(self.dialect, self.command, self.script, self.environment, (*self.extra, *words))

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the submit program."""
        return (*self.dialect.arguments(self.command), *self.extra)

    @property
    def is_held(self) -> bool:
        """Whether the user wants the jobs on hold, so that Heracles must not release them."""
        return False

    @property
    def is_test(self) -> bool:
        """Whether the command submits nothing at all."""
        return False

    def value(self, *names: str) -> str | None:
        """Return the value of an option, in any of its spellings; None if it is not set, empty if it has none."""
        found = self.of_command(*names) or self.of_script(*names)
        return found[-1].text if found else None

    @cached_property
    def command_lines(self) -> list[Directive]:
        """The words after the submit program, as a directive; none if they are not known to be its own."""
        return directives(" ".join([self.dialect.prefix, *map(quote, self.arguments)]), self.dialect)

    @cached_property
    def script_lines(self) -> list[Directive]:
        """The script's directives."""
        return directives(self.script, self.dialect)

    def of_command(self, *names: str) -> list[Option]:
        """Return the options of these names among the words after the submit program."""
        return named(self.command_lines, names, self.dialect)

    def of_script(self, *names: str) -> list[Option]:
        """Return the options of these names among the script's directives."""
        return named(self.script_lines, names, self.dialect)

    @property
    def request(self) -> "Request | None":
        """What each job requests; None if the scheduler's options are unknown."""
        request, names = self.task_request, self.dialect.array_options
        own = self.dialect.indices(self.value(*names) or "") if names else None
        return request._replace(tasks=own.size) if request and own else request

    @property
    def task_request(self) -> "Request | None":
        """What each task of a job array requests; None if the scheduler's options are unknown."""
        return load(self.dialect.requests)(self) if self.dialect.requests else None

    def check(self) -> None:
        """Reject options that would keep the submit command from returning.

        Raises:
            HeraclesError: If there are any.

        """

    def warnings(self) -> Iterator[str]:
        """Return a sentence on each directive of the script that will have no effect."""
        yield from ()

    def added(self, attempt: int) -> list[str]:  # noqa: ARG002
        """Return words that keep the logs of a run that is requeued, or submitted again, from being overwritten.

        Args:
            attempt: 0 for the first submission, 1 for the first retry, and so on.

        """
        return []

    def after(self, jobs: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return words that keep a job from starting unless other jobs, all their tasks, have succeeded.

        Args:
            jobs: The ids of the jobs.

        Raises:
            HeraclesError: If the scheduler has no such condition, or the user's own one cannot be combined with it.

        """
        raise HeraclesError(
            f"{self.dialect.name} starts a job that waits for another one even if that fails: leave out --try-first, "
            "or submit the first run alone, as a sweep of its own"
        )

    def log(self, folder: str, *, is_array: bool) -> str:  # noqa: ARG002
        """Return the pattern of the log's path, for `Scheduler.log_path`; empty if it is not known.

        Args:
            folder: The folder of the submission, absolute.
            is_array: Whether Heracles requests an array.

        """
        return ""

    def log_folders(self, folder: str) -> list[str]:  # noqa: ARG002
        """Return the folders that have to exist before the job starts, for otherwise it fails silently.

        Args:
            folder: The folder of the submission, absolute.

        """
        return []
