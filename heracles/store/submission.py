"""Submissions and local runs, with what is recorded about what became of them."""

import os.path
from dataclasses import dataclass, field
from typing import Literal

from heracles.schedulers.client import Job
from heracles.store.events import Announced, Compilation, Token

__all__ = ["LOCAL", "LocalRun", "Submission", "local_mark"]

LOCAL = "local"
"""The key of the scheduler of programs that Heracles runs itself."""


@dataclass
class Submission:
    """One call of a submit command for some items; of a program that runs them here, all calls of one batch.

    Attributes:
        token: Names it.
        compilation: What it submits items of.
        first, end: Which items: from `first` up to, but without, `end`.
        announced: The event that announced it.
        outcome: `unknown` until an answer is recorded, then `accepted` or `rejected`; `assumed` if the user says to
            treat it as accepted.
        job: The job; None if its id is unknown.
        is_released: Whether the job is no longer on hold.
        home: The folder that the journal was in then; empty if it was not recorded.

    """

    token: Token
    compilation: Compilation
    first: int
    end: int
    announced: Announced
    outcome: Literal["unknown", "accepted", "rejected", "assumed"] = "unknown"
    job: Job | None = None
    is_released: bool = False
    home: str = ""

    @property
    def items(self) -> range:
        """The items."""
        return range(self.first, self.end)

    @property
    def script(self) -> str:
        """The name of the script that is submitted, or of the first one."""
        name, compilation = self.compilation.file, self.compilation
        if compilation.is_array:
            return name
        stem, suffix = os.path.splitext(name)
        return f"{stem.removesuffix(str(compilation.run(0)))}{compilation.run(self.first)}{suffix}"

    @property
    def scheduler(self) -> str:
        """The key of its scheduler."""
        return self.announced.scheduler

    @property
    def is_local(self) -> bool:
        """Whether it is no scheduler's job, but runs that Heracles started itself."""
        return self.scheduler == LOCAL


@dataclass
class LocalRun:
    """A run that Heracles started itself.

    Attributes:
        pid, host, began: Its first process, and when that started, as `Started` has them.
        has_ended: Whether it has ended, or was stopped.
        code: Its exit code; None until it has ended, and if it was interrupted.
        scheduler, jobs: The jobs that it said it had submitted, as `Ended` has them.
        mark: What its processes are known by, as `local_mark` returns it.

    """

    pid: int
    host: str
    began: int | None = None
    has_ended: bool = False
    code: int | None = None
    scheduler: str = ""
    jobs: tuple[str, ...] = ()
    mark: str = field(default="", compare=False)


def local_mark(batch: str, item: int) -> str:
    """Return what the processes of a local run are known by: a word that no other run has."""
    return f"{batch}.{item}" if batch else ""
