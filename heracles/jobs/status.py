"""The state of each run of a sweep: the journal, the exit records and the schedulers' answer, joined.

What a run itself recorded is the truth. The scheduler's answer is a hint: it says what is pending or running, and why
a job was ended. A run that neither knows about is reported as lost, never as done or failed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from heracles.jobs.local import host, is_alive
from heracles.schedulers.client import ALIVE, Answer, Job, State, Tasks
from heracles.schedulers.registry import by_key
from heracles.store.events import Compilation, TaskEnd
from heracles.store.exit_records import ExitRecord, ExitRecords
from heracles.store.history import History, LocalRun, Submission

__all__ = ["Outcome", "RunStatus", "counts", "join", "new_ends", "task_of"]


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


class RunStatus(NamedTuple):
    """The state of a run, the number of its attempts, and what is known of the last of them."""

    run: int
    state: State
    attempts: int
    last: Outcome

    @property
    def code(self) -> int | None:
        """The exit code; None if it is unknown, or there is none."""
        return self.last.code


# Of several tasks of a run: one that is alive counts before all others, as it may still change the run's state. (The
# status table ranks otherwise: there a failure is what must be seen.)
_WORST = (
    *(State.RUNNING, State.PENDING, State.UNKNOWN, State.LOST, State.FAILED, State.OUT_OF_MEMORY),
    *(State.TIMED_OUT, State.CANCELLED, State.NEW, State.DONE),
)
_RANK = {state: rank for rank, state in enumerate(_WORST)}


def counts(statuses: Iterable[RunStatus]) -> dict[State, int]:
    """Return the number of runs in each state that occurs, in the order of the states."""
    numbers = Counter(status.state for status in statuses)
    return {state: numbers[state] for state in State if numbers[state]}


def task_of(submission: Submission, item: int) -> int | None:
    """Return the id of the task that has an item; None if the job is no array of Heracles'."""
    scheduler = by_key(submission.scheduler)
    if not scheduler.has_queue or not submission.compilation.is_array or submission.announced.is_single:
        return None
    pack = submission.compilation.pack
    start = 0 if scheduler.offset == "index" else submission.first // pack
    return item // pack - start + scheduler.base


def join(history: History, sweep: str, answer: Answer, records: ExitRecords) -> list[RunStatus]:
    """Return the status of each run of a sweep, in order.

    Args:
        history: What is recorded of it.
        sweep: The sweep's name; it has a compilation.
        answer: What the schedulers say about its jobs.
        records: The exit records.

    """
    runs = next(each.runs for each in history.compilations.values() if each.sweep == sweep)
    latest: dict[int, Outcome] = {}
    attempts: dict[int, int] = {}
    for compilation, outcomes in _Evidence(history, answer, records).attempts(sweep):
        for run, outcome in _worst_of_runs(compilation, outcomes).items():
            before = latest.get(run)
            is_part = before is not None and _is_same_attempt(before, outcome)
            is_new = outcome.state is not State.NEW or outcome.reason
            attempts[run] = attempts.get(run, 0) + bool(is_new and not is_part)
            if not (is_part and before and _RANK[before.state] < _RANK[outcome.state]):
                latest[run] = outcome
    nothing = Outcome(None, 0, State.NEW)
    last = ((run, latest.get(run, nothing)) for run in range(runs))
    return [RunStatus(run, outcome.state, attempts.get(run, 0), outcome) for run, outcome in last]


def _worst_of_runs(compilation: Compilation, outcomes: Iterable[Outcome]) -> dict[int, Outcome]:
    """Return the outcome of each run, by its number: of several tasks, the one that ranks first."""
    worst: dict[int, Outcome] = {}
    run_of = _run_of(compilation)
    for outcome in outcomes:
        run = run_of(outcome.item)
        before = worst.get(run)
        if before is None or _RANK[outcome.state] < _RANK[before.state]:
            worst[run] = outcome
    return worst


def _run_of(compilation: Compilation) -> Callable[[int], int]:
    is_whole = compilation.numbers is None and compilation.tasks_per_run == 1
    return (lambda item: item) if is_whole else compilation.run  # the first is for sweeps of 10**7 runs


def _is_same_attempt(one: Outcome, other: Outcome) -> bool:
    """Return whether two calls submitted different tasks of one run, which has several."""
    if one.submission is None or other.submission is None or one.submission.compilation.tasks_per_run == 1:
        return False
    is_same = one.submission.compilation.key == other.submission.compilation.key
    return is_same and one.submission.end == other.submission.first


class _Judgement(NamedTuple):
    """The state, the exit code and the extra detail of an item."""

    state: State
    code: int | None = None
    reason: str = ""


class _Evidence:
    """What is known about a sweep's jobs."""

    def __init__(self, history: History, answer: Answer, records: ExitRecords) -> None:
        self._history = history
        self._records = records
        self._answer = answer
        self._tasks: dict[str, dict[int | None, Tasks]] = {}
        for tasks in answer.tasks:
            self._tasks.setdefault(str(tasks.job), {}).update(dict.fromkeys(tasks.each_id(), tasks))
        self._host = host()

    def attempts(self, sweep: str) -> Iterator[tuple[Compilation, Iterator[Outcome]]]:
        """Yield the submissions of a sweep, in order, each with the outcomes of its items."""
        ours = set()
        for submission in self._history.of_sweep(sweep):
            ours.add(submission.job.id if submission.job else "")
            yield submission.compilation, self._outcomes(submission)
        for compilation in self._history.compilations.values():
            if compilation.sweep == sweep and compilation.is_array:
                yield from self._by_hand(compilation, ours)

    def _outcomes(self, submission: Submission) -> Iterator[Outcome]:
        if submission.is_local:
            return self._local(submission)
        if submission.compilation.is_array:
            return self._array(submission) if submission.job else self._array_without_id(submission)
        return iter([self._job(submission)])

    def _by_hand(self, compilation: Compilation, ours: set[str]) -> Iterator[tuple[Compilation, Iterator[Outcome]]]:
        """Yield what the user submitted without Heracles."""
        for job, items in self._records.by_job(compilation.key).items():
            if job not in ours:
                yield compilation, (_recorded(record, item) for item, record in items)

    def _local(self, submission: Submission) -> Iterator[Outcome]:
        for item in range(submission.first, submission.end):
            run = self._history.local_runs.get((submission.token.batch, item))
            if run is not None:
                judged = self._judged_local(run)
                yield Outcome(submission, item, *judged, f"process {run.pid}")

    def _judged_local(self, run: LocalRun) -> _Judgement:
        machine, _, _ = run.host.partition("/")
        if run.has_ended and run.code is None:
            return _Judgement(State.NEW, None, "interrupted")
        if run.has_ended:
            return _Judgement(State.FAILED if run.code else State.DONE, run.code)
        if machine != self._host.partition("/")[0]:
            return _Judgement(State.UNKNOWN, None, f"on {machine}")
        return _Judgement(State.RUNNING if is_alive(run) else State.LOST)

    def _array_without_id(self, submission: Submission) -> Iterator[Outcome]:
        for item in range(submission.first, submission.end):
            record = self._records.latest(submission.compilation.key, item)
            yield _recorded(record, item, submission) if record else _unknown(submission, item)

    def _array(self, submission: Submission) -> Iterator[Outcome]:
        job, key = submission.job or Job(""), submission.compilation.key
        tasks = self._tasks.get(str(job), {})
        for item in range(submission.first, submission.end):
            task = task_of(submission, item)
            hint, record = tasks.get(task) or tasks.get(None), self._records.of(key, job.id, task, item)
            judged = self._judged(job, task, hint, record, is_array=True)
            source = record or hint
            own_id, node = (source.task_job_id, source.node) if source else ("", "")
            yield Outcome(submission, item, *judged, _spelled(job, task), own_id, task, node)

    def _job(self, submission: Submission) -> Outcome:
        """Judge the job of one run, which may be an array of the user's own."""
        job = submission.job
        if job is None:
            return _unknown(submission, submission.first)
        tasks: dict[int | None, Tasks | None] = {**self._tasks.get(str(job), {})} or {None: None}
        judged = {task: self._judged(job, task, hint, None, is_array=False) for task, hint in tasks.items()}
        task = min(judged, key=lambda each: _RANK[judged[each].state])
        hint = tasks[task]
        own_id, node = (hint.task_job_id, hint.node) if hint else (job.id if task is None else "", "")
        return Outcome(submission, submission.first, *judged[task], _spelled(job, task), own_id, task, node)

    def _judged(
        self, job: Job, task: int | None, hint: Tasks | None, record: ExitRecord | None, *, is_array: bool
    ) -> _Judgement:
        """Judge a task, or an item of one.

        The scheduler's answer of now comes before the one that the journal remembers, and a recorded exit code before
        both; but the scheduler is believed where it says why the job was ended, and that a requeued job is pending.
        """
        if hint is not None and hint.state is not State.UNKNOWN:
            judged = _Judgement(hint.state, hint.code, "" if hint.state is State.DONE else hint.reason)
        elif (seen := self._history.seen.get((str(job), task))) is not None:
            judged = _Judgement(*seen)
        else:
            return self._judged_unseen(record, is_array=is_array)
        if record is None or record.code is None or judged.state is State.PENDING:
            return judged  # over NFS, the record of its end may not be visible yet
        if record.code == 0:
            return _Judgement(State.DONE, 0)
        state = judged.state if judged.state not in (State.DONE, State.RUNNING) else State.FAILED
        return _Judgement(state, record.code)

    def _judged_unseen(self, record: ExitRecord | None, *, is_array: bool) -> _Judgement:
        """Judge what no scheduler knows about."""
        if record is not None and record.code is not None:
            return _Judgement(State.FAILED if record.code else State.DONE, record.code)
        leaves_records = record is not None or (is_array and self._records.is_there)
        if self._answer.is_current and (leaves_records or self._answer.knows_past):
            return _Judgement(State.LOST)
        return _Judgement(State.UNKNOWN, None, "it started" if record else "")


def _spelled(job: Job, task: int | None) -> str:
    return job.id if task is None else f"{job.id}_{task}"


def _recorded(record: ExitRecord, item: int, submission: Submission | None = None) -> Outcome:
    """Judge by the exit record alone."""
    state = State.LOST if record.code is None else State.FAILED if record.code else State.DONE
    job = record.job if record.task == "-" else f"{record.job}_{record.task}"
    task = int(record.task) if record.task.isdigit() else None
    return Outcome(submission, item, state, record.code, "", job, record.task_job_id, task, record.node)


def _unknown(submission: Submission, item: int) -> Outcome:
    is_open = submission.outcome == "unknown"
    reason = "it is not recorded whether it was accepted" if is_open else "the id of its job is unknown"
    return Outcome(submission, item, State.UNKNOWN, None, reason)


def new_ends(history: History, answer: Answer) -> list[TaskEnd]:
    """Return how tasks ended, as far as the journal does not hold it yet."""
    ends: Sequence[TaskEnd] = [
        TaskEnd(str(tasks.job), task, tasks.state, tasks.code)
        for tasks in answer.tasks
        if tasks.state not in ALIVE and tasks.state is not State.UNKNOWN
        for task in tasks.each_id()
    ]
    return [end for end in ends if history.seen.get((end.job, end.task)) != (end.state, end.code)]
