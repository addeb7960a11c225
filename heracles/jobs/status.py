"""The state of each run of a sweep: what is known of its attempts, joined.

What a run itself recorded is the truth. The scheduler's answer is a hint: it says what is pending or running, and why
a job was ended. A run is lost only where it is certain that it did not finish; else it is unknown.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from heracles.jobs.evidence import RANK, AnswerOf, Evidence, Outcome
from heracles.lean import NamedTuple
from heracles.schedulers.client import ALIVE, State, Tasks
from heracles.store.events import Compilation, TaskEnd
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History

__all__ = ["RunStatus", "counts", "join", "new_ends"]


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
    def is_alive(self) -> bool:
        """Whether it, or a task of it, is pending or running."""
        return self.state in ALIVE or any(task.state in ALIVE for task in self.tasks)

    @property
    def may_be_alive(self) -> bool:
        """Whether it, or a task of it, may be pending or running though that is not known."""
        return any(task.may_be_alive for task in (self.last, *self.tasks))

    @property
    def options(self) -> tuple[str, ...]:
        """The words of the options that it was submitted with last, in addition to those of all runs."""
        return self.last.submission.announced.options if self.last.submission else ()

    @property
    def code(self) -> int | None:
        """The exit code; None if it is unknown, or there is none."""
        return self.last.code


def counts(statuses: Iterable[RunStatus]) -> dict[State, int]:
    """Return the number of runs in each state that occurs, in the order of the states."""
    numbers = Counter(status.state for status in statuses)
    return {state: numbers[state] for state in State if numbers[state]}


def join(history: History, sweep: str, answer_of: AnswerOf, records: ExitRecords) -> list[RunStatus]:
    """Return the status of each run of a sweep, in order.

    Args:
        history: What is recorded of it.
        sweep: The sweep's name; it has a compilation.
        answer_of: Returns what the scheduler of a submission says about its jobs.
        records: The exit records.

    """
    compilations = history.compilations_of(sweep)
    attempts = _Attempts(max(each.runs for each in compilations), max(each.tasks_per_run for each in compilations))
    for compilation, outcomes in Evidence(history, answer_of, records).attempts(sweep):
        attempts.add(compilation, outcomes)
    return attempts.statuses()


class _Attempts:
    """The attempts at each task of each run, of which the last one counts.

    Args:
        runs: The number of runs.
        width: The most tasks that a run has in any of the attempts.

    """

    def __init__(self, runs: int, width: int) -> None:
        self._runs = runs
        self._width = width
        self._latest: dict[int, Outcome] = {}
        self._counts: dict[int, int] = {}
        self._tasks: dict[int, int] = {}  # how many tasks a run had in its last attempt

    def add(self, compilation: Compilation, outcomes: Iterable[Outcome]) -> None:
        """Take an attempt into account, which is later than those before it."""
        place_of = self._place_of(compilation)
        for outcome in outcomes:
            place = place_of(outcome.item)
            is_attempt = outcome.state is not State.NEW or outcome.reason
            self._counts[place] = self._counts.get(place, 0) + bool(is_attempt)
            self._latest[place] = outcome

    def _place_of(self, compilation: Compilation) -> Callable[[int], int]:
        tasks, width = compilation.tasks_per_run, self._width
        if width == 1:  # which is quick, for sweeps of 10**7 runs
            return (lambda item: item) if compilation.numbers is None else compilation.run

        def place_of(item: int) -> int:
            run = compilation.run(item)
            if self._tasks.setdefault(run, tasks) != tasks:
                self._start_anew(run, tasks)
            return run * width + item % tasks

        return place_of

    def _start_anew(self, run: int, tasks: int) -> None:
        """Forget the outcomes of a run that has another number of tasks now, but not how often it was tried."""
        places = range(run * self._width, (run + 1) * self._width)
        count = max(self._counts.pop(place, 0) for place in places)
        for place in places:
            self._latest.pop(place, None)
        self._counts |= dict.fromkeys(places[:tasks], count)
        self._tasks[run] = tasks

    def statuses(self) -> list[RunStatus]:
        """Return the status of each run."""
        nothing = Outcome(None, 0, State.NEW)
        if self._width > 1:
            return [self._of_tasks(run) for run in range(self._runs)]
        last = ((run, self._latest.get(run, nothing)) for run in range(self._runs))
        return [RunStatus(run, outcome.state, self._counts.get(run, 0), outcome) for run, outcome in last]

    def _of_tasks(self, run: int) -> RunStatus:
        """Return the status of a run that may have several tasks: of their outcomes, the one that ranks first."""
        first, tasks = run * self._width, self._tasks.get(run, 1)
        outcomes = tuple(self._latest.get(first + task, Outcome(None, 0, State.NEW)) for task in range(tasks))
        worst = min(outcomes, key=lambda each: RANK[each.state])
        count = max(self._counts.get(first + task, 0) for task in range(tasks))
        return RunStatus(run, worst.state, count, worst, outcomes if tasks > 1 else ())


def new_ends(history: History, tasks: Iterable[Tasks]) -> list[TaskEnd]:
    """Return how tasks ended, as far as the journal does not hold it yet."""
    ends = [
        TaskEnd(str(each.job), task, each.state, each.code)
        for each in tasks
        if each.state not in ALIVE and each.state is not State.UNKNOWN
        for task in each.each_id()
    ]
    return [end for end in ends if history.seen.get((end.job, end.task)) != (end.state, end.code)]
