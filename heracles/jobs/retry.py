"""Which runs a retry runs once more."""

from collections import Counter

from heracles.errors import HeraclesError
from heracles.ir import Runs, Subset, progressions
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.lean import NamedTuple
from heracles.schedulers.client import State
from heracles.schedulers.indices import consecutive
from heracles.text import printable

__all__ = ["ChosenRuns", "choose", "states"]

_USUAL = frozenset({State.FAILED, State.TIMED_OUT, State.LOST})
_ALLOWED = _USUAL | {State.OUT_OF_MEMORY, State.CANCELLED, State.UNKNOWN}


class ChosenRuns(NamedTuple):
    """The runs that are run once more, and their statuses.

    Attributes:
        runs: The runs.
        statuses: Their statuses, in order.
        tasks: Which tasks of each run; of a run with one task, that one.

    """

    runs: Runs
    statuses: list[RunStatus]
    tasks: list[list[int]]

    @property
    def counts(self) -> dict[State, int]:
        """The number of the runs in each state that occurs, in the order of the states."""
        numbers = Counter(status.state for status in self.statuses)
        return {state: numbers[state] for state in State if numbers[state]}

    def items(self, tasks_per_run: int) -> list[range]:
        """Return the items, as ranges, of a compilation of these runs, which have so many tasks each."""
        items = [
            place * tasks_per_run + task
            for place, (status, tasks) in enumerate(zip(self.statuses, self.tasks, strict=True))
            for task in (tasks if len(status.tasks or "-") == tasks_per_run else range(tasks_per_run))
        ]
        return consecutive(items)


def states(text: str) -> frozenset[State]:
    """Return the states to retry.

    Args:
        text: Their comma-separated words, as options and JSON have them or as people read them; empty for the usual
            ones.

    Raises:
        HeraclesError: If one is unknown, or cannot be retried.

    """
    words = {state.value: state for state in _ALLOWED} | {_plain(state.words): state for state in _ALLOWED}
    asked = [_plain(word) for word in text.split(",") if word]
    if unknown := [word for word in asked if word not in words]:
        allowed = ", ".join(sorted(state.value for state in _ALLOWED))
        raise HeraclesError(f"--retry does not know the state '{printable(unknown[0])}'; it knows {allowed}")
    return frozenset(words[word] for word in asked) or _USUAL


def _plain(word: str) -> str:
    return word.strip().replace(" ", "").replace("-", "").replace("_", "")


def choose(sweep: Runs, statuses: Statuses, states: frozenset[State]) -> ChosenRuns | None:
    """Return the runs that are in one of the states, or have tasks that are; None if there are none.

    What was submitted by another user, or to another cluster, is not run again.

    Args:
        sweep: The sweep.
        statuses: What became of each of its runs.
        states: The states.

    """
    wanted = statuses.where_tasks(lambda each: each.state in states and not each.owner)
    chosen = [(each, _tasks(each, states)) for each in wanted]
    if not chosen:
        return None
    runs = [each.run for each, _ in chosen]
    parts = progressions(runs)
    numbers = parts[0] if len(parts) == 1 else runs
    return ChosenRuns(Subset(sweep, numbers), [each for each, _ in chosen], [numbers for _, numbers in chosen])


def _tasks(status: RunStatus, states: frozenset[State]) -> list[int]:
    outcomes = status.tasks or (status.last,)
    return [task for task, each in enumerate(outcomes) if each.state in states and not each.owner]
