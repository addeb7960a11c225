"""What the journal, the exit records and a scheduler's answer say about each item of a submission, and what follows."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from heracles.jobs.by_hand import by_hand, in_order, is_by_hand
from heracles.jobs.clients import other_user
from heracles.jobs.local import host, is_alive
from heracles.lean import NamedTuple
from heracles.schedulers.client import ALIVE, Answer, Job, State, Tasks
from heracles.schedulers.registry import by_key
from heracles.store.events import Compilation, Token
from heracles.store.exit_records import ExitRecord, ExitRecords
from heracles.store.history import History, LocalRun, Submission

__all__ = ["NEVER", "RANK", "AnswerOf", "Evidence", "Outcome", "is_of", "task_of"]


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


AnswerOf = Callable[[Submission], Answer]
"""Returns what the scheduler of a submission says about its jobs."""


# Of several tasks of a run: one that is alive counts before all others, as it may still change the run's state. (The
# status table ranks otherwise: there a failure is what must be seen.)
_WORST = (
    *(State.RUNNING, State.PENDING, State.UNKNOWN, State.LOST, State.FAILED, State.OUT_OF_MEMORY),
    *(State.TIMED_OUT, State.CANCELLED, State.NEW, State.DONE),
)
RANK = {state: rank for rank, state in enumerate(_WORST)}
"""The rank of each state: of several tasks of a run, the one with the lowest counts."""


def task_of(submission: Submission, item: int) -> int | None:
    """Return the id of the task that has an item; None if the job is no array of Heracles'."""
    scheduler = by_key(submission.scheduler)
    if not scheduler.has_queue or not submission.compilation.is_array or submission.announced.is_single:
        return None
    pack = submission.compilation.pack
    start = 0 if scheduler.offset == "index" else submission.first // pack
    return item // pack - start + scheduler.base


NEVER = "never starts"
"""What the reason of a pending run begins with if the run that it waits for did not succeed."""

_ENDED_BADLY = frozenset({State.FAILED, State.TIMED_OUT, State.OUT_OF_MEMORY, State.CANCELLED, State.LOST})


class _Judgement(NamedTuple):
    """The state, the exit code and the extra detail of an item, and whether it may be alive though that is unknown."""

    state: State
    code: int | None = None
    reason: str = ""
    may_be_alive: bool = False


class _Task(NamedTuple):
    """The task that an item of a submission is in, with its job."""

    submission: Submission
    job: Job
    item: int
    number: int | None

    @property
    def spelled(self) -> str:
        """The job and the task, as a scheduler spells them."""
        return self.job.id if self.number is None else f"{self.job.id}_{self.number}"


_Known = Mapping[int | None, Tasks]
"""What a scheduler says of a job, by task."""


class Evidence:
    """What is known about a sweep's jobs."""

    def __init__(self, history: History, answer_of: AnswerOf, records: ExitRecords) -> None:
        self._history = history
        self._records = records
        self._answer_of = answer_of
        self._known: dict[int, dict[str, list[Tasks]]] = {}
        self._host = host()

    def attempts(self, sweep: str) -> Iterator[tuple[Compilation, Iterator[Outcome]]]:
        """Yield the submissions of a sweep, in order, each with the outcomes of its items."""
        others = by_hand(self._history, sweep, self._records)
        for submission in in_order(self._history.of_sweep(sweep), others):
            yield submission.compilation, self.outcomes(submission)

    def outcomes(self, submission: Submission) -> Iterator[Outcome]:
        """Yield what is known of each item of a submission; of one by hand, of those that something is known of."""
        found = self._outcomes(submission)
        if not submission.announced.after:
            return found
        awaited, run = self._awaited(submission)
        return (_waiting(outcome, awaited, run) for outcome in found)

    def _awaited(self, submission: Submission) -> tuple[State, int]:
        """Return the state of what a submission waits for, and the run that decides it."""
        others = filter(None, map(self._history.submission, submission.announced.after))
        outcomes = [outcome for other in others for outcome in self.outcomes(other)]
        worst = min(outcomes, key=lambda each: RANK[each.state], default=Outcome(submission, 0, State.UNKNOWN))
        return worst.state, (worst.submission or submission).compilation.run(worst.item)

    def _outcomes(self, submission: Submission) -> Iterator[Outcome]:
        if submission.is_local:
            return self._local(submission)
        if submission.compilation.is_array:
            return self._array(submission) if submission.job else self._array_without_id(submission)
        return iter([self._job(submission)])

    def _of_job(self, submission: Submission, job: Job) -> tuple[_Known, bool]:
        """Return what the scheduler says of a job, and whether that is another one that has its id now."""
        answer = self._answer_of(submission)
        if id(answer) not in self._known:
            jobs = self._known[id(answer)] = {}
            for tasks in answer.tasks:
                jobs.setdefault(str(tasks.job), []).append(tasks)
        found = self._known[id(answer)].get(str(job), [])
        ours = [tasks for tasks in found if is_of(tasks, submission)]
        return {task: tasks for tasks in ours for task in tasks.each_id()}, len(ours) < len(found)

    def _local(self, submission: Submission) -> Iterator[Outcome]:
        for item in range(submission.first, submission.end):
            run = self._history.local_runs.get((submission.token.batch, item))
            if run is not None:
                state, code, reason, may_be_alive = self._judged_local(run)
                job = f"process {run.pid}"
                owner = other_user(submission)
                owner = f"of user {owner}" if owner else ""
                yield Outcome(submission, item, state, code, reason, job, may_be_alive=may_be_alive, owner=owner)

    def _judged_local(self, run: LocalRun) -> _Judgement:
        machine, _, _ = run.host.partition("/")
        if run.has_ended and run.code is None:
            return _Judgement(State.NEW, None, "interrupted")
        if run.has_ended:
            return _Judgement(State.FAILED if run.code else State.DONE, run.code)
        if machine != self._host.partition("/")[0]:
            return _Judgement(State.UNKNOWN, None, f"on {machine}", may_be_alive=True)
        return _Judgement(State.RUNNING if is_alive(run) else State.LOST)

    def _array_without_id(self, submission: Submission) -> Iterator[Outcome]:
        for item in range(submission.first, submission.end):
            record = self._records.latest(submission.compilation.key, item)
            yield _recorded(record, item, submission) if record else _unknown(submission, item)

    def _array(self, submission: Submission) -> Iterator[Outcome]:
        job, key = submission.job or Job(""), submission.compilation.key
        known, is_foreign = self._of_job(submission, job)
        for item in range(submission.first, submission.end):
            task = _Task(submission, job, item, task_of(submission, item))
            hint = known.get(task.number) or known.get(None)
            record = self._record(key, task)
            if hint or record or not is_by_hand(submission):
                judged = self._judged(task, hint, record, is_foreign=is_foreign)
                yield self._outcome(task, judged, record or hint)

    def _record(self, key: str, task: _Task) -> ExitRecord | None:
        """Return what a task recorded of an item, but not what one did that had the same ids before they started anew.

        A clock that is wrong does no harm as long as no other submission had this id.
        """
        record = self._records.of(key, task.job.id, task.number, task.item)
        if record is None or task.submission.token not in self._repeated:
            return record
        return record if record.time >= task.submission.announced.time - 1 else None

    @cached_property
    def _repeated(self) -> set[Token]:
        """The tokens of the submissions whose job ids an earlier one had too."""
        first: dict[str, Token] = {}
        jobs = [each for each in self._history.submissions if each.job]
        return {each.token for each in jobs if first.setdefault(str(each.job), each.token) != each.token}

    def _job(self, submission: Submission) -> Outcome:
        """Judge the job of one run, which may be an array of the user's own."""
        job = submission.job
        if job is None:
            return _unknown(submission, submission.first)
        known, is_foreign = self._of_job(submission, job)
        nothing: dict[int | None, Tasks | None] = {None: None}
        judged = {
            number: self._judged(_Task(submission, job, submission.first, number), hint, None, is_foreign=is_foreign)
            for number, hint in ({**known} or nothing).items()
        }
        number = min(judged, key=lambda each: RANK[judged[each].state])
        return self._outcome(_Task(submission, job, submission.first, number), judged[number], known.get(number))

    def _outcome(self, task: _Task, judged: _Judgement, source: ExitRecord | Tasks | None) -> Outcome:
        """Return the outcome of an item, with what its record or the scheduler says about where it ran."""
        state, code, reason, may_be_alive = judged
        own_id, node = (source.task_job_id, source.node) if source else ("", "")
        if source is None and task.number is None and not task.submission.compilation.is_array:
            own_id = task.job.id
        where = task.spelled, own_id, task.number, node
        owner = self._owner(task.submission)
        return Outcome(task.submission, task.item, state, code, reason, *where, may_be_alive, owner)

    def _owner(self, submission: Submission) -> str:
        other = other_user(submission)
        return f"of user {other}" if other else self._answer_of(submission).elsewhere

    def _judged(self, task: _Task, hint: Tasks | None, record: ExitRecord | None, *, is_foreign: bool) -> _Judgement:
        """Judge a task, or an item of one.

        The scheduler's answer of now comes before the one that the journal remembers, and a recorded exit code before
        both; but the scheduler is believed where it says why the job was ended, and that a requeued job is pending.
        """
        if hint is not None and hint.state is not State.UNKNOWN:
            judged = _Judgement(hint.state, hint.code, "" if hint.state is State.DONE else hint.reason)
        elif (seen := self._history.seen.get((str(task.job), task.number))) is not None:
            judged = _Judgement(*seen)
        else:
            return self._judged_unseen(task, record, is_foreign=is_foreign)
        if record is None or record.code is None or judged.state is State.PENDING:
            return judged  # over NFS, the record of its end may not be visible yet
        if record.code == 0:
            return _Judgement(judged.state) if self._is_cut_short(task, judged.state) else _Judgement(State.DONE, 0)
        state = judged.state if judged.state not in (State.DONE, State.RUNNING) else State.FAILED
        return _Judgement(state, record.code)

    def _is_cut_short(self, task: _Task, state: State) -> bool:
        """Return whether an item whose exit code is 0 ended since its task was ended, as one that saves its state does.

        Of the items of a task, it is the last one that was started.
        """
        if state not in (State.TIMED_OUT, State.CANCELLED):
            return False
        compilation = task.submission.compilation
        end = (task.item // compilation.pack + 1) * compilation.pack
        later = (task._replace(item=item) for item in range(task.item + 1, min(end, task.submission.end)))
        return not any(self._record(compilation.key, each) for each in later)

    def _judged_unseen(self, task: _Task, record: ExitRecord | None, *, is_foreign: bool) -> _Judgement:
        """Judge what no scheduler knows about: lost only if it started, could record its end, and did not.

        A task that recorded nothing at all may have run where nothing could be recorded; one that was cancelled while
        it was pending leaves no trace either.
        """
        if record is not None and record.code is not None:
            return _Judgement(State.FAILED if record.code else State.DONE, record.code)
        owner = self._owner(task.submission)
        if owner or not self._answer_of(task.submission).is_current:
            return _Judgement(State.UNKNOWN, None, owner or _started(record), may_be_alive=True)
        if is_foreign:
            return _Judgement(State.UNKNOWN, None, f"another job is {task.job.id} now")
        is_certain = record is not None and self._history.is_at_home(task.submission) and self._records.can_grow
        return _Judgement(State.LOST) if is_certain else _Judgement(State.UNKNOWN, None, _started(record))


def _waiting(outcome: Outcome, awaited: State, run: int) -> Outcome:
    """Return an outcome with what follows from the state of the run that it waits for."""
    if awaited in ALIVE and outcome.state is State.PENDING:
        return outcome._replace(reason=f"waiting for run {run}")
    if awaited not in _ENDED_BADLY:
        return outcome
    if outcome.state is State.PENDING:
        return outcome._replace(reason=f"{NEVER}: run {run} {awaited.words}")
    if outcome.code is None and outcome.state in (State.CANCELLED, State.UNKNOWN):
        return outcome._replace(reason=f"it waited for run {run}: {awaited.words}")
    return outcome


def is_of(tasks: Tasks, submission: Submission) -> bool:
    """Return whether tasks are of the job of a submission, and not of another one that has its id now."""
    if tasks.token is None:
        return True
    return tasks.token == ("" if is_by_hand(submission) else str(submission.token))


def _started(record: ExitRecord | None) -> str:
    return "it started" if record else ""


def _recorded(record: ExitRecord, item: int, submission: Submission) -> Outcome:
    """Judge by the exit record alone."""
    state = State.UNKNOWN if record.code is None else State.FAILED if record.code else State.DONE
    job = record.job if record.task == "-" else f"{record.job}_{record.task}"
    task = int(record.task) if record.task.isdigit() else None
    reason = "it started" if record.code is None else ""
    where = job, record.task_job_id, task, record.node
    return Outcome(submission, item, state, record.code, reason, *where, record.code is None)


def _unknown(submission: Submission, item: int) -> Outcome:
    is_open = submission.outcome == "unknown"
    reason = "it is not recorded whether it was accepted" if is_open else "the id of its job is unknown"
    return Outcome(submission, item, State.UNKNOWN, None, reason, may_be_alive=True)
