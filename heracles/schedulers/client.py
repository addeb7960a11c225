"""Clients: what is asked of a scheduler, in the same words for all of them.

A client submits, says what became of the jobs, and cancels. If it can also look up jobs by token, it guarantees that no
job is lost or submitted twice: a job is submitted on hold, under its token, and is released only once its id is
recorded.
"""

import enum
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from heracles.errors import RunError
from heracles.lean import NamedTuple

if TYPE_CHECKING:
    from heracles.schedulers.scheduler import Scheduler

__all__ = [
    "ALIVE",
    "Answer",
    "Client",
    "Full",
    "Job",
    "Limits",
    "OutcomeUnknown",
    "Rejected",
    "State",
    "SubmitCall",
    "Tasks",
    "Unreachable",
]


class State(enum.Enum):
    """What became of a run; the value is the word that options and JSON have for it."""

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
        """The state, for people."""
        return _WORDS.get(self, self.value)


_WORDS = {
    State.TIMED_OUT: "timed out",
    State.OUT_OF_MEMORY: "out of memory",
    State.NEW: "not submitted",
}

ALIVE = frozenset({State.PENDING, State.RUNNING})
"""The states of runs that have not ended yet."""


class Job(NamedTuple):
    """A scheduler's name for a submission; `cluster` is empty unless there are several."""

    id: str
    cluster: str = ""

    def __str__(self) -> str:
        return f"{self.id};{self.cluster}" if self.cluster else self.id

    @classmethod
    def of(cls, text: str) -> "Job":
        """Read the text that `str` returns."""
        number, _, cluster = text.partition(";")
        return cls(number, cluster)


class SubmitCall(NamedTuple):
    """One call of a submit command.

    Attributes:
        path: The script.
        before, after: The words before and after its path.
        text: The command's standard input, in place of the path; None for the path.

    """

    path: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    text: bytes | None = None

    def words(self, command: Sequence[str], *options: str) -> list[str]:
        """Return the words of the call."""
        file = f"./{self.path}" if self.path.startswith("-") else self.path
        return [*command, *options, *self.before, *([file] if self.text is None else []), *self.after]

    def __str__(self) -> str:
        return " ".join([self.path, *self.after])


class Tasks(NamedTuple):
    """Some tasks of a job that are in one state.

    Attributes:
        job: The job.
        ids: Their ids, as ranges; None for a job that is no array.
        state: Their state.
        code: The exit code, or 128 and the signal; None if there is none, or none is known.
        reason: Why a job is pending, or ended, in the scheduler's own word; empty for none.
        task_job_id: The task's own job id if it has one, else the job's.
        node: The node that it runs or ran on; empty if that is not known.
        token: The token that the job was submitted under, empty if under none; None if the scheduler does not say.
        submitted: When it was submitted, in seconds since 1970; None if the scheduler does not say.
        script: The path of the script, maybe with its arguments, of a job that is under no token; empty if it is
            unknown.

    """

    job: Job
    ids: tuple[range, ...] | None
    state: State
    code: int | None = None
    reason: str = ""
    task_job_id: str = ""
    node: str = ""
    token: str | None = None
    submitted: int | None = None
    script: str = ""

    def each_id(self) -> Iterable[int | None]:
        """Return the id of each task; None for a job that is no array."""
        return [None] if self.ids is None else [task for ids in self.ids for task in ids]


class Answer(NamedTuple):
    """What a scheduler knows of jobs.

    Attributes:
        tasks: Their tasks; of two that contain the same task, the later counts.
        knows_past: Whether accounting was asked too, so that a job missing here is recorded nowhere.
        is_current: Whether a job missing here is certainly neither pending nor running.
        elsewhere: Where a job is that this scheduler cannot know, such as `on cluster a`; empty if it can.

    """

    tasks: list[Tasks]
    knows_past: bool
    is_current: bool = True
    elsewhere: str = ""


class Limits(NamedTuple):
    """How many tasks an array may have, and how many bytes a script; None for what is not known."""

    tasks: int | None = None
    script_bytes: int | None = None


class Rejected(RunError):  # noqa: N818 - it says what happened
    """The scheduler rejected a submission: nothing was submitted."""


class Full(Rejected):
    """It rejected the submission because it accepts no more jobs now."""


class OutcomeUnknown(RunError):  # noqa: N818
    """It is unknown whether a submission was accepted; only once that is known may it be repeated."""


class Unreachable(RunError):  # noqa: N818
    """The scheduler does not answer, or cannot be asked."""


class Client:
    """A scheduler that can be asked nothing at all.

    Args:
        scheduler: Which scheduler.

    Attributes:
        scheduler: Which scheduler.
        can_hold: Whether it submits jobs on hold, and finds them by their tokens.
        user: Whose jobs are asked for; empty for those of the user whose process this is.

    """

    can_hold = False
    user = ""

    def __init__(self, scheduler: "Scheduler") -> None:
        self.scheduler = scheduler

    def submit(self, call: SubmitCall, token: str) -> Job | None:
        """Submit a script, and return its job; None if the scheduler printed no id.

        Args:
            call: The call.
            token: The text that `find` finds the job by: letters, digits and dots.

        Raises:
            Rejected: If it was certainly not accepted.
            OutcomeUnknown: If it may have been accepted.

        """
        raise NotImplementedError

    def find(self, tokens: Collection[str]) -> dict[str, Job]:  # noqa: ARG002
        """Return the jobs that were submitted under these tokens; those that were not are missing.

        Raises:
            Unreachable: If the scheduler does not say.

        """
        raise Unreachable("this scheduler cannot look up a job by the token that it was submitted under")

    def release(self, jobs: Sequence[Job]) -> list[Job]:  # noqa: ARG002
        """Release jobs on hold, and return those that could not be released; one that is gone counts as released."""
        return []

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:  # noqa: ARG002
        """Return what the scheduler knows of these jobs: nothing of one that it has forgotten.

        Args:
            jobs: The jobs.
            with_past: Whether to ask accounting, if there is one, for jobs that the queue has forgotten.

        Raises:
            Unreachable: If it does not answer.

        """
        raise Unreachable("this scheduler cannot be asked about its jobs")

    def spent(self, jobs: Sequence[Job]) -> dict[str, int] | None:  # noqa: ARG002
        """Return the seconds that jobs had GPUs, each counted once for each of them, and CPUs where they had no GPU.

        Args:
            jobs: The jobs, all of whose tasks have ended.

        Returns:
            The seconds by the name of the device, `GPU` or `CPU`; None if there is no accounting.

        """
        return None

    def cancel(self, tasks: Iterable[tuple[Job, Sequence[range] | None]]) -> None:  # noqa: ARG002
        """Cancel these tasks of jobs, or whole jobs (None), in as few calls as possible.

        Raises:
            Unreachable: If that did not succeed.

        """
        raise Unreachable("this scheduler's jobs cannot be cancelled from here")

    def cluster(self) -> str:
        """Return the name of the cluster that is asked; empty if it has none, or does not say."""
        return ""

    def limits(self) -> Limits:
        """Return the limits that the scheduler is configured with, as far as it says."""
        return Limits()
