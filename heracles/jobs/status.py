"""The state of each run of a sweep: what is known of its attempts, joined.

What a run itself recorded is the truth. The scheduler's answer is a hint: it says what is pending or running, and why
a job was ended. A run is lost only where it is certain that it did not finish; else it is unknown.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice

from heracles.jobs.evidence import Evidence
from heracles.jobs.judge import AnswerOf
from heracles.jobs.outcome import RANK, Outcome
from heracles.jobs.statuses import Statuses
from heracles.schedulers.client import ALIVE, State, Tasks
from heracles.store.column import Column
from heracles.store.events import Compilation, TaskEnd
from heracles.store.exit_records import ExitRecords
from heracles.store.history import History

__all__ = ["join", "new_ends"]


def join(history: History, sweep: str, answer_of: AnswerOf, records: ExitRecords) -> Statuses:
    """Return the status of each run of a sweep, in order.

    Args:
        history: What is recorded of it.
        sweep: The sweep's name; it has a compilation.
        answer_of: Returns what the scheduler of a submission says about its jobs.
        records: The exit records.

    """
    compilations = history.compilations_of(sweep)
    attempts = _Attempts(Evidence(history, answer_of, records), sweep, compilations)
    attempts.join()
    return attempts.statuses()


class _Attempts:
    """The attempts at each task of each run, of which the last one counts.

    Each task of a run has a place, and so has each item of the submissions, one after another: an attempt.

    Args:
        evidence: What is known of the attempts.
        sweep: The sweep's name.
        compilations: All compilations of it.

    """

    def __init__(self, evidence: Evidence, sweep: str, compilations: list[Compilation]) -> None:
        self._evidence = evidence
        self._runs = max(each.runs for each in compilations)
        self._width = max(each.tasks_per_run for each in compilations)
        self._submissions = evidence.submissions(sweep)
        self._firsts = list(accumulate((len(each.items) for each in self._submissions), initial=1))
        places = self._runs * self._width
        self._judgements = Column(places)
        self._counts = Column(places)
        self._latest = Column(places, most=self._firsts[-1])  # the last attempt; 0 for none
        self._tasks: dict[int, int] = {}  # how many tasks a run had in its last attempt

    def join(self) -> None:
        """Take all submissions into account, in order."""
        for number, submission in enumerate(self._submissions):
            for items, judgements in self._evidence.judged(submission):
                first = self._firsts[number] + items.start - submission.first
                attempts = range(first, first + len(items))
                if self._width == 1:
                    self._add(submission.compilation, items, judgements, attempts)
                else:
                    self._add_tasks(submission.compilation, items, judgements, attempts)

    def _add(self, compilation: Compilation, items: range, judgements: Iterable[int], attempts: range) -> None:
        """Take consecutive items into account where each run has one task."""
        rest = iter(judgements)
        for runs in _runs(compilation, items):
            part, attempts = attempts[: len(runs)], attempts[len(runs) :]
            self._judgements.assign(runs, array("L", islice(rest, len(runs))))
            self._latest.assign(runs, part)
            self._counts.assign(runs, [count + 1 for count in self._counts[runs]])

    def _add_tasks(self, compilation: Compilation, items: range, judgements: Iterable[int], attempts: range) -> None:
        tasks = compilation.tasks_per_run
        for item, judgement, attempt in zip(items, judgements, attempts, strict=True):
            run = compilation.run(item)
            if self._tasks.setdefault(run, tasks) != tasks:
                self._start_anew(run, tasks)
            place = run * self._width + item % tasks
            self._judgements[place], self._latest[place] = judgement, attempt
            self._counts[place] += 1

    def _start_anew(self, run: int, tasks: int) -> None:
        """Forget the outcomes of a run that has another number of tasks now, but not how often it was tried."""
        places = range(run * self._width, (run + 1) * self._width)
        count = max(self._counts[places])
        for place in places:
            self._judgements[place] = self._latest[place] = 0
            self._counts[place] = count if place - places.start < tasks else 0
        self._tasks[run] = tasks

    def statuses(self) -> Statuses:
        """Return the status of each run."""
        judgements, counts = self._judgements, self._counts
        if self._width > 1:
            judgements, counts = Column(self._runs), Column(self._runs)
            for run in range(self._runs):
                places = range(run * self._width, run * self._width + self._tasks.get(run, 1))
                judgements[run] = min(self._judgements[places], key=self._rank)
                counts[run] = max(self._counts[places])
        return Statuses(self._evidence.judgements, judgements, counts, self._outcomes, self._judgements)

    def _rank(self, judgement: int) -> int:
        return RANK[self._evidence.judgements[judgement].state]

    def _outcomes(self, run: int) -> tuple[Outcome, ...]:
        first = run * self._width
        return tuple(self._outcome(place) for place in range(first, first + self._tasks.get(run, 1)))

    def _outcome(self, place: int) -> Outcome:
        attempt = self._latest[place]
        if not attempt:
            return Outcome(None, 0, State.NEW)
        number = bisect_right(self._firsts, attempt) - 1
        submission = self._submissions[number]
        return self._evidence.outcome(submission, submission.first + attempt - self._firsts[number])


def _runs(compilation: Compilation, items: range) -> Iterator[range]:
    """Yield the numbers of the runs of some items, as ranges; each run has one task."""
    if compilation.numbers is None:
        yield items
        return
    ends = list(accumulate(map(len, compilation.numbers)))
    position, place = items.start, bisect_right(ends, items.start)
    while position < items.stop:
        part = compilation.numbers[place]
        start = position - (ends[place] - len(part))
        yield part[start : start + items.stop - position]
        position, place = ends[place], place + 1


def new_ends(history: History, tasks: Iterable[Tasks]) -> list[TaskEnd]:
    """Return how tasks ended, as far as the journal does not hold it yet."""
    ends = [
        TaskEnd(str(each.job), task, each.state, each.code)
        for each in tasks
        if each.state not in ALIVE and each.state is not State.UNKNOWN
        for task in each.each_id()
    ]
    return [end for end in ends if history.seen.get((end.job, end.task)) != (end.state, end.code)]
