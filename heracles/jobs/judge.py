"""What an exit record, a scheduler's answer and the journal say about one item of a submission."""

import os.path
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property

from heracles.jobs.by_hand import is_by_hand
from heracles.jobs.clients import other_user
from heracles.jobs.hints import Hints
from heracles.jobs.local import is_alive, is_hidden
from heracles.jobs.outcome import RANK, Judgement, Outcome
from heracles.jobs.printed import spelled_jobs
from heracles.lean import NamedTuple
from heracles.schedulers.client import Answer, Job, State, Tasks
from heracles.schedulers.registry import by_key
from heracles.store.events import Token
from heracles.store.exit_records import ExitRecord, ExitRecords
from heracles.store.history import History
from heracles.store.submission import LocalRun, Submission

__all__ = ["AnswerOf", "Judge", "is_of", "task_of"]

AnswerOf = Callable[[Submission], Answer]
"""Returns what the scheduler of a submission says about its jobs."""

_SKEW = 3600.0  # seconds that the clocks of two machines may differ by
_MOST_HINTS = 16  # jobs whose hints are kept: where runs were tried again, jobs are asked for by turns
_CUT_SHORT = frozenset({State.TIMED_OUT, State.CANCELLED})


def task_of(submission: Submission, item: int) -> int | None:
    """Return the id of the task that has an item; None if the job is no array of Heracles'."""
    scheduler = by_key(submission.scheduler)
    if not scheduler.has_queue or not submission.compilation.is_array or submission.announced.is_single:
        return None
    pack = submission.compilation.pack
    start = 0 if scheduler.offset == "index" else submission.first // pack
    return item // pack - start + scheduler.base


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


class Judge:
    """Judges one item at a time.

    Args:
        history: What is recorded.
        answer_of: Returns what the scheduler of a submission says about its jobs.
        records: The exit records.

    """

    def __init__(self, history: History, answer_of: AnswerOf, records: ExitRecords) -> None:
        self._history = history
        self._records = records
        self._answer_of = answer_of
        self._lines: dict[int, dict[str, list[Tasks]]] = {}
        self._hints: dict[Token, tuple[Hints, bool]] = {}

    def outcome(self, submission: Submission, item: int) -> Outcome:
        """Return what is known of an item, whatever its submission waits for."""
        if submission.is_local:
            return self._local(submission, item)
        if not submission.compilation.is_array:
            return self._job(submission)
        if submission.job is None:
            record = self._records.latest(submission.compilation.key, item)
            return self._recorded_alone(record, item, submission) if record else _unknown(submission, item)
        hints, is_foreign = self.hints(submission)
        task = _Task(submission, submission.job, item, task_of(submission, item))
        record = self._record(task)
        judged = self._judged(task, hints, record, is_foreign=is_foreign)
        return self._outcome(task, judged, record or hints(task.number))

    def _recorded_alone(self, record: ExitRecord, item: int, submission: Submission) -> Outcome:
        """Judge by an exit record alone."""
        compilation = submission.compilation
        task = self._records.by_job(compilation.key)[record.job].task(item, compilation.pack)
        state, code, reason = _end(record)
        job = record.job if task is None else f"{record.job}_{task}"
        where = job, record.task_job_id, task, record.node
        return Outcome(submission, item, state, code, reason, *where, code is None)

    def is_cut(self, submission: Submission, item: int) -> bool:
        """Return whether the task that has an item, of a job that is known, was ended before its last item had."""
        task = task_of(submission, item)
        reported = self._reported(_Task(submission, submission.job or Job(""), item, task), self.hints(submission)[0])
        return reported is not None and reported.state in _CUT_SHORT

    def ends(self, submission: Submission) -> dict[int | None, Judgement]:
        """Return how tasks of a submission ended, as the journal remembers it."""
        return self._seen.get(str(submission.job), {})

    @cached_property
    def _seen(self) -> dict[str, dict[int | None, Judgement]]:
        """How tasks ended, by job and task, as the journal remembers it."""
        seen: dict[str, dict[int | None, Judgement]] = defaultdict(dict)
        for (job, task), end in self._history.seen.items():
            seen[job][task] = Judgement(*end)
        return seen

    def hints(self, submission: Submission) -> tuple[Hints, bool]:
        """Return what the scheduler says of a submission's job, and whether that is another one that has its id now."""
        if submission.token not in self._hints:
            if len(self._hints) >= _MOST_HINTS:
                del self._hints[next(iter(self._hints))]
            self._hints[submission.token] = self._new_hints(submission)
        return self._hints[submission.token]

    def _new_hints(self, submission: Submission) -> tuple[Hints, bool]:
        answer = self._answer_of(submission)
        if id(answer) not in self._lines:
            self._lines[id(answer)] = defaultdict(list)
            for tasks in answer.tasks:
                self._lines[id(answer)][str(tasks.job)].append(tasks)
        found = self._lines[id(answer)].get(str(submission.job), [])
        ours = [tasks for tasks in found if is_of(tasks, submission)]
        is_foreign = any(tasks.token is not None and not is_of(tasks, submission) for tasks in found)
        if is_foreign:  # what says no token may be of that job too
            ours = [tasks for tasks in ours if tasks.token is not None]
        return Hints(ours), is_foreign

    def _local(self, submission: Submission, item: int) -> Outcome:
        run = self._history.local_runs[submission.token.batch, item]
        other = other_user(submission)
        state, code, reason, may_be_alive = self._judged_local(run, other)
        owner = f"of user {other}" if other else ""
        job = ",".join(run.jobs) or f"process {run.pid}"
        return Outcome(
            submission, item, state, code, reason, job, may_be_alive=may_be_alive, owner=owner, wrapped=run.scheduler
        )

    @staticmethod
    def _judged_local(run: LocalRun, owner: str) -> tuple[State, int | None, str, bool]:
        if run.jobs:  # they may be pending: the exit code is that of what submitted them
            return State.UNKNOWN, None, f"it submitted {spelled_jobs(run.jobs)}, not followed by Heracles", True
        if run.has_ended and run.code is None:
            return State.NEW, None, "interrupted", False
        if run.has_ended:
            return State.FAILED if run.code else State.DONE, run.code, "", False
        if is_hidden(run, owner):
            return State.UNKNOWN, None, f"on {run.host.partition('/')[0]}", True
        return State.RUNNING if is_alive(run) else State.LOST, None, "", False

    def _record(self, task: _Task) -> ExitRecord | None:
        """Return what a job recorded of an item, but not what one did that had the same id before they started anew.

        A clock that is wrong does no harm as long as no other submission had this id.
        """
        record = self._records.of(task.submission.compilation.key, task.job.id, task.item)
        if record is None or task.submission.token not in self.repeated:
            return record
        return record if record.time >= task.submission.announced.time - 1 else None

    @cached_property
    def repeated(self) -> set[Token]:
        """The tokens of the submissions whose job ids an earlier one had too."""
        first: dict[str, Token] = {}
        jobs = [each for each in self._history.submissions if each.job]
        return {each.token for each in jobs if first.setdefault(str(each.job), each.token) != each.token}

    def _job(self, submission: Submission) -> Outcome:
        """Judge the job of one run, which may be an array of the user's own."""
        job = submission.job
        if job is None:
            return _unknown(submission, submission.first)
        hints, is_foreign = self.hints(submission)
        tasks = [_Task(submission, job, submission.first, number) for number in hints.tasks or [None]]
        judged = [(task, self._judged(task, hints, None, is_foreign=is_foreign)) for task in tasks]
        task, worst = min(judged, key=lambda each: RANK[each[1].state])
        return self._outcome(task, worst, hints(task.number))

    def _outcome(self, task: _Task, judged: Judgement, source: ExitRecord | Tasks | None) -> Outcome:
        """Return the outcome of an item, with what its record or the scheduler says about where it ran."""
        state, code, reason, may_be_alive, *_ = judged
        own_id, node = (source.task_job_id, source.node) if source else ("", "")
        if source is None and task.number is None and not task.submission.compilation.is_array:
            own_id = task.job.id
        where = task.spelled, own_id, task.number, node
        owner = self._owner(task.submission)
        return Outcome(task.submission, task.item, state, code, reason, *where, may_be_alive, owner)

    def _owner(self, submission: Submission) -> str:
        other = other_user(submission)
        return f"of user {other}" if other else self._answer_of(submission).elsewhere

    def _judged(self, task: _Task, hints: Hints, record: ExitRecord | None, *, is_foreign: bool) -> Judgement:
        """Judge a task, or an item of one.

        The scheduler's answer of now comes before the one that the journal remembers, and a recorded exit code before
        both; but the scheduler is believed where it says why the job was ended, and that a requeued job is pending.
        """
        judged = self._reported(task, hints)
        if judged is None:
            return self._judged_unseen(task, record, is_foreign=is_foreign)
        if record is None or record.code is None or judged.state is State.PENDING:
            return judged  # over NFS, the record of its end may not be visible yet
        if record.code == 0:
            is_cut_short = record.is_cut_short and judged.state is not State.DONE
            is_done = not is_cut_short and not self._is_cut_short(task, judged.state)
            return Judgement(State.DONE, 0) if is_done else Judgement(judged.state)
        if judged.state not in (State.DONE, State.RUNNING):
            return Judgement(judged.state, record.code)
        return Judgement(State.CANCELLED if self._was_cancelled(task) else State.FAILED, record.code)

    def _reported(self, task: _Task, hints: Hints) -> Judgement | None:
        """Return what the scheduler says of a task, or said according to the journal; None for nothing.

        What Heracles cancelled while it ran may have failed according to accounting, as Grid Engine's has it.
        """
        hint = hints(task.number)
        if hint is None or hint.state is State.UNKNOWN:
            return self._seen.get(str(task.job), {}).get(task.number)
        is_cancelled = hint.state is State.FAILED and self._was_cancelled(task)
        state = State.CANCELLED if is_cancelled else hint.state
        return Judgement(state, hint.code, "" if state is State.DONE else hint.reason)

    def _was_cancelled(self, task: _Task) -> bool:
        """Return whether a task was cancelled according to the journal."""
        seen = self._seen.get(str(task.job), {}).get(task.number)
        return seen is not None and seen.state is State.CANCELLED

    def _is_cut_short(self, task: _Task, state: State) -> bool:
        """Return whether an item whose exit code is 0 ended since its task was ended, as one that saves its state does.

        Of the items of a task, it is the last one that was started.
        """
        if state not in _CUT_SHORT:
            return False
        compilation = task.submission.compilation
        end = (task.item // compilation.pack + 1) * compilation.pack
        later = (task._replace(item=item) for item in range(task.item + 1, min(end, task.submission.end)))
        return not any(self._record(each) for each in later)

    def _judged_unseen(self, task: _Task, record: ExitRecord | None, *, is_foreign: bool) -> Judgement:
        """Judge what no scheduler knows about: lost only if it started, could record its end, and did not.

        A task that recorded nothing at all may have run where nothing could be recorded; one that was cancelled while
        it was pending leaves no trace either.
        """
        if record is not None and record.code is not None:
            return Judgement(*_end(record))
        owner = self._owner(task.submission)
        if owner or not self._answer_of(task.submission).is_current:
            return Judgement(State.UNKNOWN, None, owner or _started(record), may_be_alive=True)
        if is_foreign:
            return Judgement(State.UNKNOWN, None, f"another job is {task.job.id} now")
        if record is not None and record.node in self._records.damaged:
            place = f"line {self._records.damaged[record.node]:,} of {record.node}"
            return Judgement(
                State.UNKNOWN, None, f"{place} in the exit records is damaged: it may be how the run ended"
            )
        if record is not None and record.node in self._records.incomplete:
            reason = f"{record.node} in the exit records lacks something: it may be how the run ended"
            return Judgement(State.UNKNOWN, None, reason)
        is_certain = record is not None and self._history.is_at_home(task.submission) and self._records.can_grow
        return Judgement(State.LOST) if is_certain else Judgement(State.UNKNOWN, None, _started(record))


def is_of(tasks: Tasks, submission: Submission) -> bool:
    """Return whether tasks are of the job of a submission, and not of another one that has, or had, its id.

    A user, or a site, can replace a job's comment and with it the token; then the script tells.
    """
    if tasks.token:
        return not is_by_hand(submission) and tasks.token == str(submission.token)
    if tasks.token is not None:
        return is_by_hand(submission) or _is_script(tasks.script, submission)
    is_earlier = tasks.submitted is not None and tasks.submitted < submission.announced.time - _SKEW
    return is_by_hand(submission) or not is_earlier


def _is_script(command: str, submission: Submission) -> bool:
    """Return whether a command is the script of a submission, maybe with arguments, in the folder that it was in."""
    folder, found, arguments = command.rpartition(f"/{submission.script}")
    is_it = bool(found) and arguments[:1] in ("", " ")
    return is_it and os.path.realpath(folder) == (submission.home or os.path.realpath(folder))


def _started(record: ExitRecord | None) -> str:
    return "it started" if record else ""


def _end(record: ExitRecord) -> tuple[State, int | None, str]:
    """Return the state, the exit code and the reason that an exit record alone stands for."""
    if record.code is None:
        return State.UNKNOWN, None, "it started"
    if record.is_cut_short:
        return State.UNKNOWN, 0, "its task was told to end, and then the exit code was 0: it may not be done"
    return State.FAILED if record.code else State.DONE, record.code, ""


def _unknown(submission: Submission, item: int) -> Outcome:
    is_open = submission.outcome == "unknown"
    reason = "it is not recorded whether it was accepted" if is_open else "the id of its job is unknown"
    return Outcome(submission, item, State.UNKNOWN, None, reason, may_be_alive=True)
