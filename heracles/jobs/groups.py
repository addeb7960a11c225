"""The groups of a launch: which items are submitted together, with which options, and whether they wait for others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heracles.errors import HeraclesError, RunError
from heracles.jobs.plan import Plan
from heracles.jobs.resources import common
from heracles.jobs.statuses import RunStatus
from heracles.lean import NamedTuple
from heracles.schedulers.client import ALIVE, State
from heracles.store.submission import Submission

__all__ = ["Group", "Trial", "groups", "trial"]


@dataclass(frozen=True)
class Trial:
    """The run that is tried first: the others start only if it succeeds.

    Attributes:
        run: Its number.
        items: The items to submit first: those of the run, and of the runs that are in the same task.
        submissions: What was submitted of it before, and has not ended.

    """

    run: int
    items: tuple[range, ...] = ()
    submissions: tuple[Submission, ...] = ()


class Group(NamedTuple):
    """Items that are submitted together.

    Attributes:
        items: The items, as ranges in order.
        options: The words of their options, in addition to those of all.
        waits: Whether they start only if the run that is tried first succeeds.
        is_trial: Whether they are tried first.

    """

    items: list[range]
    options: tuple[str, ...] = ()
    waits: bool = False
    is_trial: bool = False

    @property
    def size(self) -> int:
        """How many items there are."""
        return sum(map(len, self.items))


def groups(plan: Plan, items: Sequence[range], tried: Trial | None = None) -> list[Group]:
    """Return the groups that some items of a plan are submitted in, in order.

    Args:
        plan: The plan.
        items: The items, as ranges in order.
        tried: The run that is tried first; None for none.

    """
    first = tried.items if tried else ()
    waits = tried is not None and bool(tried.items or tried.submissions)
    rest = _without(items, first)
    parts = [Group(common(each.items, first), each.options, is_trial=True) for each in plan.sets]
    parts += [Group(common(each.items, rest), each.options, waits) for each in plan.sets]
    return [part for part in parts if part.items]


def _without(items: Sequence[range], others: Sequence[range]) -> list[range]:
    """Return the items that are in none of some ranges."""
    left = list(items)
    for other in others:
        cut = [
            (range(each.start, min(each.stop, other.start)), range(max(each.start, other.stop), each.stop))
            for each in left
        ]
        left = [part for parts in cut for part in parts if part]
    return left


def trial(
    plan: Plan, items: Sequence[range], run: int, status_of: Callable[[int], RunStatus | None] = lambda _: None
) -> Trial:
    """Return which items of a plan are tried first.

    Args:
        plan: The plan.
        items: The items that are to be submitted, as ranges in order.
        run: The number of the run.
        status_of: Returns the status of a run that may have been submitted before; None if that does not count.

    Raises:
        HeraclesError: If the plan has no such run.
        RunError: If the run was tried before, and did not succeed.

    """
    found = plan.items_of(run)
    left = tuple(common([found], items)) if found else ()
    is_complete = found is not None and sum(map(len, left)) == len(found)
    status = None if is_complete else status_of(run)
    if found is None and status is None:
        message = f"there is no such run among {plan.runs.size:,}, whose numbers start at 0"
        raise HeraclesError(f"--try-first={run}: {message}")
    if status is None:
        return Trial(run, left)
    outcomes = [each for each in status.tasks or (status.last,) if each.state is not State.NEW]
    bad = [each.state for each in outcomes if each.state is not State.DONE and each.state not in ALIVE]
    if bad:
        raise RunError(
            f"the other runs wait for the success of run {run}, whose state is '{bad[0].words}': correct the script, "
            f"then submit run {run} again with --retry, or all runs with --resubmit-all"
        )
    alive = dict.fromkeys(each.submission.token for each in outcomes if each.submission and each.state in ALIVE)
    submissions = {each.submission.token: each.submission for each in outcomes if each.submission}
    return Trial(run, left, tuple(submissions[token] for token in alive))
