"""Engines: what is asked of a scheduler, whichever it is. Each is a class; this module has what they share.

An engine submits, says what became of what was submitted, and cancels. One that can be asked for a token too makes
that no job is ever submitted twice nor lost: a job is submitted held, under the token, and runs only once its id is
written down.
"""

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from heracles.errors import RunError

__all__ = ["ALIVE", "Answer", "Call", "Engine", "Full", "InDoubt", "Job", "Refused", "State", "Tasks", "Unreachable"]


class State(enum.Enum):
    """What became of a run; each has the word that options and JSON have for it."""

    DONE = "done"
    RUNNING = "running"
    PENDING = "pending"
    FAILED = "failed"
    TIMED_OUT = "timeout"
    OUT_OF_MEMORY = "oom"
    CANCELLED = "cancelled"
    LOST = "lost"
    UNKNOWN = "unknown"
    NEW = "new"

    @property
    def words(self) -> str:
        """The state, for a person."""
        return _WORDS.get(self, self.value)


_WORDS = {
    State.TIMED_OUT: "timed out",
    State.OUT_OF_MEMORY: "out of memory",
    State.NEW: "not submitted",
}

ALIVE = frozenset({State.PENDING, State.RUNNING})
"""The states of what has not ended yet."""


@dataclass(frozen=True)
class Job:
    """What a scheduler calls a submission; `cluster` is empty but where there are several."""

    id: str
    cluster: str = ""

    def __str__(self) -> str:
        return f"{self.id};{self.cluster}" if self.cluster else self.id

    @classmethod
    def of(cls, text: str) -> "Job":
        """Read what `str` gives."""
        number, _, cluster = text.partition(";")
        return cls(number, cluster)


@dataclass(frozen=True)
class Call:
    """One call of a submit command.

    Attributes:
        path: The script.
        before, behind: The words before and behind its path.
        text: What the command is given on its standard input, in the place of the path; None for the path.

    """

    path: str
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    text: bytes | None = None

    def words(self, command: Sequence[str], *options: str) -> list[str]:
        """Give the words of the call."""
        file = f"./{self.path}" if self.path.startswith("-") else self.path
        return [*command, *options, *self.before, *([file] if self.text is None else []), *self.behind]

    def __str__(self) -> str:
        return " ".join([self.path, *self.behind])


@dataclass(frozen=True)
class Tasks:
    """Some tasks of a job that are in one state.

    Attributes:
        job: The job.
        ids: Their ids, as ranges; None for a job that is no array.
        state: Their state.
        code: The exit code; None if it is not known, or there is none yet. 128 and the signal for what was killed.
        reason: Why a job is pending, or ended, in the scheduler's own word; empty for none.
        own: The task's own job id where it has one, else the job's.
        node: Where it runs or ran; empty if that is not known.

    """

    job: Job
    ids: tuple[range, ...] | None
    state: State
    code: int | None = None
    reason: str = ""
    own: str = ""
    node: str = ""


@dataclass(frozen=True)
class Answer:
    """What a scheduler says of jobs.

    Attributes:
        tasks: Their tasks; of two that speak of the same, the later counts.
        knows_past: Whether what it says nothing of has left no trace in any accounting either.
        is_current: Whether what it says nothing of is surely neither waiting nor running.

    """

    tasks: list[Tasks]
    knows_past: bool
    is_current: bool = True


class Refused(RunError):  # noqa: N818 - it says what happened
    """The scheduler refused a submission: nothing was submitted."""


class Full(Refused):
    """It refused because no more is allowed at the moment."""


class InDoubt(RunError):  # noqa: N818
    """Nobody knows whether the submission was taken; it may be tried again once that is known."""


class Unreachable(RunError):  # noqa: N818
    """The scheduler does not answer, or cannot be asked."""


class Engine:
    """A scheduler that can be submitted to and, in this class, not be asked anything.

    Attributes:
        can_hold: Whether it submits jobs held, and finds them by their token.

    """

    can_hold = False

    def submit(self, call: Call, token: str) -> Job | None:
        """Submit a script; give None for a job whose id the scheduler did not say.

        Args:
            call: The call.
            token: What `find` is to find the job by: letters, digits and dots.

        Raises:
            Refused: If it was surely not taken.
            InDoubt: If it may have been taken.

        """
        raise NotImplementedError

    def find(self, tokens: Collection[str]) -> dict[str, Job]:  # noqa: ARG002
        """Give the jobs that were submitted under these tokens, as far as there are any.

        Raises:
            Unreachable: If that cannot be known.

        """
        raise Unreachable("this scheduler cannot be asked for a job by what it was submitted under")

    def release(self, jobs: Sequence[Job]) -> list[Job]:  # noqa: ARG002
        """Let held jobs run, and give those that could not be released; one that is gone counts as released."""
        return []

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:  # noqa: ARG002
        """Give what the scheduler knows of these jobs: nothing for one that it has forgotten.

        Args:
            jobs: The jobs.
            with_past: Whether to ask for what its queue has forgotten, if there is a place for that.

        Raises:
            Unreachable: If it does not answer.

        """
        raise Unreachable("this scheduler cannot be asked what became of its jobs")

    def cancel(self, tasks: Iterable[tuple[Job, Sequence[range] | None]]) -> None:  # noqa: ARG002
        """Cancel these tasks of jobs, or whole jobs (None), in one call.

        Raises:
            Unreachable: If that did not succeed.

        """
        raise Unreachable("this scheduler's jobs cannot be cancelled from here")
