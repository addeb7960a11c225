"""The statuses of the runs of a sweep, in columns: a sweep may have millions of runs, and few kinds of outcomes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress, groupby
from typing import overload

from heracles.jobs.outcome import RANK, Judgement, Outcome
from heracles.lean import NamedTuple
from heracles.schedulers.client import ALIVE, State
from heracles.store.column import Column

__all__ = ["RunStatus", "Statuses"]


class RunStatus(NamedTuple):
    """The state of a run.

    Attributes:
        run: Its number.
        state: Its state.
        attempts: How often it was submitted or run.
        last: What is known of the last attempt; of a run of several tasks, of the task that counts.
        tasks: What is known of the last attempt at each task, if the run has several.

    """

    run: int
    state: State
    attempts: int
    last: Outcome
    tasks: tuple[Outcome, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """The words of the options that it was submitted with last, in addition to those of all runs."""
        return self.last.submission.announced.options if self.last.submission else ()

    @property
    def code(self) -> int | None:
        """The exit code; None if it is unknown, or there is none."""
        return self.last.code


class Statuses(Sequence[RunStatus]):
    """The status of each run of a sweep, in order; a `RunStatus` is made when it is asked for.

    Args:
        judgements: What is concluded about runs, each conclusion once.
        runs: For each run, the number of its judgement.
        attempts: How often each run was submitted or run.
        outcomes: Returns what is known of the last attempt at each task of a run.
        tasks: For each task of each run, the number of its judgement; None if each run has one task.

    """

    def __init__(
        self,
        judgements: Sequence[Judgement],
        runs: Column,
        attempts: Column,
        outcomes: Callable[[int], tuple[Outcome, ...]],
        tasks: Column | None = None,
    ) -> None:
        self._judgements = judgements
        self._runs = runs
        self._attempts = attempts
        self._outcomes = outcomes
        self._tasks = runs if tasks is None else tasks

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, run: int) -> RunStatus: ...
    @overload
    def __getitem__(self, run: slice) -> list[RunStatus]: ...
    def __getitem__(self, run: int | slice) -> RunStatus | list[RunStatus]:
        """Return the status of a run, or of several."""
        numbers = range(len(self))[run]
        return self._status(numbers) if isinstance(numbers, int) else list(map(self._status, numbers))

    def _status(self, run: int) -> RunStatus:
        outcomes = self._outcomes(run)
        worst = min(outcomes, key=lambda each: RANK[each.state])
        return RunStatus(run, worst.state, self._attempts[run], worst, outcomes if len(outcomes) > 1 else ())

    @property
    def has_alive(self) -> bool:
        """Whether a run, or a task of one, is pending or running."""
        return any(self._judgements[number].state in ALIVE for number in set(self._tasks))

    @cached_property
    def kinds(self) -> dict[Judgement, int]:
        """How many runs each judgement is of, in the order of the first of these runs."""
        return self.kinds_of([range(len(self))])

    def kinds_of(self, runs: Iterable[range]) -> dict[Judgement, int]:
        """Return how many of some runs each judgement is of.

        Args:
            runs: The numbers of the runs, none of them twice.

        """
        numbers: Counter[int] = Counter()
        for part in runs:
            numbers.update(self._runs[part])
        return {self._judgements[number]: count for number, count in numbers.items()}

    @property
    def states(self) -> Iterator[State]:
        """The state of each run."""
        return map([each.state for each in self._judgements].__getitem__, self._runs)

    @property
    def counts(self) -> dict[State, int]:
        """The number of runs in each state that occurs, in the order of the states."""
        numbers: Counter[State] = Counter()
        for judgement, count in self.kinds.items():
            numbers[judgement.state] += count
        return {state: numbers[state] for state in State if numbers[state]}

    @property
    def most_attempts(self) -> int:
        """How often the run that was tried most was tried."""
        return max(self._attempts, default=0)

    def where(self, is_wanted: Callable[[Judgement], bool]) -> Iterator[RunStatus]:
        """Yield the statuses of the runs that a judgement of some kind is of."""
        wanted = list(map(is_wanted, self._judgements))
        return map(self._status, compress(range(len(self)), map(wanted.__getitem__, self._runs)))

    def where_tasks(self, is_wanted: Callable[[Judgement], bool]) -> Iterator[RunStatus]:
        """Yield the statuses of the runs of which a task has a judgement of some kind."""
        wanted = list(map(is_wanted, self._judgements))
        width = len(self._tasks) // (len(self) or 1)
        found = compress(range(len(self._tasks)), map(wanted.__getitem__, self._tasks))
        return (self._status(run) for run, _ in groupby(found, lambda place: place // width))
