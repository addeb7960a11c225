"""What the clients share that submit and ask by calling programs.

Without more it is the client of a scheduler of which only the submit command is known.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from shutil import which
from typing import TypeVar

from heracles.errors import RunError
from heracles.schedulers.client import Client, Full, Job, OutcomeUnknown, Rejected, SubmitCall, Unreachable
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.process import Ended, run_program, spelled_command
from heracles.schedulers.scheduler import Scheduler
from heracles.text import printable

__all__ = ["CommandClient", "batches", "command_lines"]

_Item = TypeVar("_Item")
_NOT_STARTED = 127
_LONGEST_LINE = 100_000
"""The most characters of a command line; Linux allows one argument to have 131,071 bytes, and all 2 MiB by default."""


def batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """Return the items in sequences of at most that size, since a command line is not endless."""
    return (items[start : start + size] for start in range(0, len(items), size))


def command_lines(words: Iterable[str]) -> Iterator[list[str]]:
    """Return words in lists that a command line has room for."""
    line: list[str] = []
    length = 0
    for word in words:
        length += len(word) + 1
        if line and length > _LONGEST_LINE:
            yield line
            line, length = [], len(word) + 1
        line.append(word)
    if line:
        yield line


class CommandClient(Client):
    """A scheduler that is called through a submit command.

    The programs beside the submit program are called in the same way as it is: for `ssh login /opt/bin/sbatch` that is
    `ssh login /opt/bin/squeue`.

    Args:
        scheduler: The scheduler.
        options: The options of its submissions, with the command and the environment.
        timeout: The seconds without an answer after which a program is stopped.
        show: Shows what the submit program printed to its output, besides the job's id, and to its standard error.

    """

    siblings: tuple[str, ...] = ()
    """The programs that are needed to hold and find jobs; none if that is impossible."""

    narrowing: tuple[str, ...] = ()
    """What the variables begin with by which users narrow what the programs beside the submit program are about."""

    def __init__(
        self, scheduler: Scheduler, options: SubmitOptions, *, timeout: float, show: Callable[[str, str], None]
    ) -> None:
        super().__init__(scheduler)
        self._options = options
        self._timeout = timeout
        self._show = show
        self._command = options.command
        self._place = len(self._command) - len(scheduler.arguments(self._command)) - 1
        # A command that goes through another, such as ssh, may find its programs on another machine.
        self.can_hold = bool(self.siblings) and (
            self._place > 0 or all(which(self._sibling(program)) for program in self.siblings)
        )

    def submit(self, call: SubmitCall, token: str) -> Job | None:
        ended = run_program(
            self._words(call, token),
            environment=self._options.environment,
            text=call.text,
            timeout=self._timeout if self.siblings else None,
            is_hopeless=self._is_hopeless,
        )
        lines = [(line, self._job(line)) for line in ended.output.splitlines(keepends=True)]
        jobs = {job for _, job in lines if job}
        # A wrapper may print a number that looks like an id, such as how many jobs are left.
        job = self._submitted(token) if len(jobs) > 1 and ended.code == 0 else next(iter(jobs), None)
        self._show("".join(line for line, here in lines if not here or (job and here != job)), ended.errors)
        if ended.code == 0:
            return job
        raise self._failure(ended, call, has_job=bool(jobs))

    def _submitted(self, token: str) -> Job | None:
        """Return the job that was submitted under a token; None if the scheduler does not say."""
        try:
            return self.find([token]).get(token)
        except Unreachable:
            return None

    def _words(self, call: SubmitCall, token: str) -> list[str]:  # noqa: ARG002
        """Return the words of a call of the submit command that submits under a token, on hold if that is possible."""
        return call.words(self._command, *self._options.extra)

    def _job(self, line: str) -> Job | None:
        """Return the job whose id is in a line of the submit program's output; None if it has no id."""
        match = re.fullmatch(self.scheduler.job_id, line.strip(), re.ASCII)
        if match is None:
            return None
        number, *clusters = match.groups(default="")
        return Job(number, "".join(clusters))

    def _failure(self, ended: Ended, call: SubmitCall, *, has_job: bool) -> Rejected | OutcomeUnknown:
        script = printable(str(call))
        message = f"{spelled_command(self._command)} failed for {script} ({ended.how})"
        if not has_job and self._is_full(ended):
            waits = f"{self.scheduler.name} accepts no more jobs now, and {script} was not submitted"
            return Full(waits if ended.code is None else message)
        if has_job or ended.code is None or ended.code < 0 or self._is_unavailable(ended):
            return OutcomeUnknown(message)
        return Rejected(message)

    def _is_hopeless(self, errors: str) -> bool:  # noqa: ARG002
        """Return whether waiting for the submit program makes no sense, given its standard error so far."""
        return False

    def _is_full(self, ended: Ended) -> bool:
        """Return whether the scheduler rejected a submission because it accepts no more jobs now."""
        return bool(ended.code and self.scheduler.full and re.search(self.scheduler.full, ended.errors))

    def _is_unavailable(self, ended: Ended) -> bool:  # noqa: ARG002
        """Return whether the submit program failed because it had no answer from the scheduler."""
        return False

    def _run(self, program: str, *words: str, **variables: str) -> Ended:
        """Run a program beside the submit program; one that cannot be started fails with exit code 127.

        Args:
            program: Its name.
            words: Its arguments.
            variables: Variables to add to its environment.

        """
        command = [*self._command[: self._place], self._sibling(program), *words]
        given = self._options.environment.items()
        environment = {name: value for name, value in given if not name.startswith(self.narrowing)} | variables
        try:
            return run_program(command, environment=environment, text=b"", timeout=self._timeout)
        except RunError as error:
            return Ended(_NOT_STARTED, "", error.message)

    def _sibling(self, program: str) -> str:
        folder, slash, _ = self._command[self._place].rpartition("/")
        return f"{folder}{slash}{program}"
