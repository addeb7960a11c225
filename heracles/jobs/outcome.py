"""What is known of one item of a submission, and what is concluded from it."""

from heracles.lean import NamedTuple
from heracles.schedulers.client import State
from heracles.store.submission import Submission

__all__ = ["RANK", "Judgement", "Outcome"]


class Judgement(NamedTuple):
    """What is concluded about an item, which is the same for many items.

    Attributes:
        state: Its state.
        code: Its exit code; None if it is unknown, or there is none.
        reason: Extra detail, such as why a job is pending.
        may_be_alive: Whether it may be pending or running, though that is not known.
        owner: Whose it is if it is not this process' own to run again or to cancel: `of user bob`, `on cluster a`.
        is_local: Whether Heracles ran it itself.
        options: The words of the options that it was submitted with, in addition to those of all runs.

    """

    state: State
    code: int | None = None
    reason: str = ""
    may_be_alive: bool = False
    owner: str = ""
    is_local: bool = False
    options: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """The state of one item of a submission.

    Attributes:
        submission, item: Which item; no submission for one that Heracles did not submit.
        state: Its state.
        code: Its exit code; None if it is unknown, or there is none.
        reason: Extra detail, such as why a job is pending.
        job: The job and the task, as the scheduler spells them; empty if unknown.
        task_job_id: The task's own job id.
        task: The id of the task in its array; None if it is none.
        node: Where it ran; empty if unknown.
        may_be_alive: Whether it may be pending or running, though that is not known.
        owner: Whose it is if it is not this process' own to run again or to cancel: `of user bob`, `on cluster a`.
        wrapped: The key of the scheduler to which a local run submitted `job` itself; empty if it submitted none.

    """

    submission: Submission | None
    item: int
    state: State
    code: int | None = None
    reason: str = ""
    job: str = ""
    task_job_id: str = ""
    task: int | None = None
    node: str = ""
    may_be_alive: bool = False
    owner: str = ""
    wrapped: str = ""

    @property
    def judgement(self) -> Judgement:
        """What is concluded about the item."""
        is_local = self.submission is not None and self.submission.is_local
        options = self.submission.announced.options if self.submission else ()
        return Judgement(self.state, self.code, self.reason, self.may_be_alive, self.owner, is_local, options)


# Of several tasks of a run: one that is alive counts before all others, as it may still change the run's state. (The
# status table ranks otherwise: there a failure is what must be seen.)
_WORST = (
    *(State.RUNNING, State.PENDING, State.UNKNOWN, State.LOST, State.FAILED, State.OUT_OF_MEMORY),
    *(State.TIMED_OUT, State.CANCELLED, State.NEW, State.DONE),
)
RANK = {state: rank for rank, state in enumerate(_WORST)}
"""The rank of each state: of several tasks of a run, the one with the lowest counts."""
