"""What became of each run of a sweep: the journal, the exit records and the scheduler's answer, joined.

What the run itself noted is the truth, and the scheduler's word is a hint: it says what is waiting or running, and why
something was ended. What neither knows of is lost, never done and never failed.
"""

import os
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

from heracles.schedulers.client import ALIVE, Answer, Job, State, Tasks
from heracles.schedulers.registry import by_key
from heracles.store.exit_records import Record, Records
from heracles.store.history import Compiled, Ledger, Local, Sent

__all__ = ["Outcome", "RunStatus", "finals", "host", "is_alive", "statuses", "task_of", "uncovered"]


class Outcome(NamedTuple):
    """What became of one item of what was submitted.

    Attributes:
        sent, item: Which.
        state: Its state.
        code: Its exit code; None if it is not known, or there is none.
        reason: What is to be said of it besides.
        job: The job and the task, as the scheduler spells them; empty if that is not known.
        own: The task's own job id.
        task: Its id in the array; None for none.
        node: Where it ran; empty if that is not known.

    """

    sent: Sent | None
    item: int
    state: State
    code: int | None = None
    reason: str = ""
    job: str = ""
    own: str = ""
    task: int | None = None
    node: str = ""


class RunStatus(NamedTuple):
    """What became of a run: its state, in how many attempts, and what is known of the last of them."""

    run: int
    state: State
    attempts: int
    last: Outcome

    @property
    def code(self) -> int | None:
        """The exit code; None if it is not known, or there is none."""
        return self.last.code


_WORST = (
    *(State.RUNNING, State.PENDING, State.UNKNOWN, State.LOST, State.FAILED, State.OUT_OF_MEMORY),
    *(State.TIMED_OUT, State.CANCELLED, State.NEW, State.DONE),
)
_RANK = {state: rank for rank, state in enumerate(_WORST)}


def host() -> str:
    """Give a name for this machine since it was started: process ids mean something on it alone."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()[:8]
    except OSError:
        boot = ""
    return f"{socket.gethostname()}/{boot}"


def is_alive(local: Local) -> bool:
    """Tell whether a run that was started here still runs."""
    if local.has_ended or local.host != host():
        return False
    return any(_is_there(ask, local.pid) for ask in (os.killpg, os.kill))


def _is_there(ask: Callable[[int, int], None], pid: int) -> bool:
    try:
        ask(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def task_of(sent: Sent, item: int) -> int | None:
    """Give the id of the array's task that has an item; None if the job is no array of Heracles'."""
    scheduler = by_key(sent.engine)
    if not scheduler.has_queue or not sent.compiled.is_array or sent.intent.get("single"):
        return None
    pack = sent.compiled.pack
    start = 0 if scheduler.offset == "index" else sent.first // pack
    return item // pack - start + scheduler.base


def statuses(ledger: Ledger, sweep: str, answer: Answer, records: Records) -> list[RunStatus]:
    """Say what became of each run of a sweep, in order.

    Args:
        ledger: What was submitted.
        sweep: The sweep's name; something was compiled of it.
        answer: What the schedulers say of its jobs.
        records: The exit records.

    """
    known = _Known(ledger, answer, records)
    total = next(compiled.runs for compiled in ledger.compiled.values() if compiled.sweep == sweep)
    latest: dict[int, Outcome] = {}
    attempts: dict[int, int] = {}
    for compiled, outcomes in known.attempts(sweep):
        per_run: dict[int, Outcome] = {}
        run_of = _runs_of(compiled)
        for outcome in outcomes:
            run = run_of(outcome.item)
            before = per_run.get(run)
            if before is None or _RANK[outcome.state] < _RANK[before.state]:
                per_run[run] = outcome
        for run, outcome in per_run.items():
            is_new = outcome.state is not State.NEW or outcome.reason
            before = latest.get(run)
            is_part = before is not None and _is_same_attempt(before, outcome)
            attempts[run] = attempts.get(run, 0) + bool(is_new and not is_part)
            if not (is_part and before and _RANK[before.state] < _RANK[outcome.state]):
                latest[run] = outcome
    nothing = Outcome(None, 0, State.NEW)
    found = ((run, latest.get(run, nothing)) for run in range(total))
    return [RunStatus(run, outcome.state, attempts.get(run, 0), outcome) for run, outcome in found]


def _is_same_attempt(one: Outcome, other: Outcome) -> bool:
    """Tell whether two calls submitted different tasks of one run, which has several."""
    if one.sent is None or other.sent is None or one.sent.compiled.own == 1:
        return False
    return one.sent.compiled.key == other.sent.compiled.key and one.sent.end == other.sent.first


def _runs_of(compiled: Compiled) -> Callable[[int], int]:
    if compiled.numbers is None:
        own = compiled.own
        return (lambda item: item) if own == 1 else (lambda item: item // own)
    numbers = [number for part in compiled.numbers for number in part]
    return lambda item: numbers[item // compiled.own]


class _Known:
    """What is known of a sweep's jobs."""

    def __init__(self, ledger: Ledger, answer: Answer, records: Records) -> None:
        self._ledger = ledger
        self._records = records
        self._tasks: dict[str, dict[int | None, Tasks]] = {}
        for tasks in answer.tasks:
            of_job = self._tasks.setdefault(str(tasks.job), {})
            if tasks.ids is None:
                of_job[None] = tasks
            else:
                of_job.update(dict.fromkeys((task for ids in tasks.ids for task in ids), tasks))
        self._knows_past = answer.knows_past
        self._is_current = answer.is_current
        self._host = host()

    def attempts(self, sweep: str) -> Iterator[tuple[Compiled, Iterator[Outcome]]]:
        """Give what was submitted of a sweep, in order, and what became of its items."""
        ours = set()
        for sent in self._ledger.of_sweep(sweep):
            ours.add(sent.job.id if sent.job else "")
            if sent.is_local:
                yield sent.compiled, self._here(sent)
            elif sent.compiled.is_array:
                yield sent.compiled, self._items(sent)
            else:
                yield sent.compiled, iter([self._job(sent)])
        for key, compiled in self._ledger.compiled.items():
            if compiled.sweep == sweep and compiled.is_array:
                for job, found in self._records.jobs(key).items():
                    if job not in ours:  # by hand
                        yield compiled, (_noted(record, item) for item, record in found)

    def _here(self, sent: Sent) -> Iterator[Outcome]:
        token = sent.token.rpartition(".")[0]
        for item in range(sent.first, sent.end):
            local = self._ledger.local.get((token, item))
            if local is None:
                continue
            job = f"process {local.pid}"
            if local.has_ended:
                state = State.NEW if local.code is None else State.FAILED if local.code else State.DONE
                yield Outcome(sent, item, state, local.code, "interrupted" if local.code is None else "", job)
            elif local.host != self._host and local.host.partition("/")[0] != self._host.partition("/")[0]:
                yield Outcome(sent, item, State.UNKNOWN, None, f"on {local.host.partition('/')[0]}", job)
            else:
                yield Outcome(sent, item, State.RUNNING if is_alive(local) else State.LOST, None, "", job)

    def _items(self, sent: Sent) -> Iterator[Outcome]:
        if sent.job is None:
            for item in range(sent.first, sent.end):
                record = self._records.latest(sent.compiled.key, item)
                yield _noted(record, item, sent) if record else _unknown(sent, item)
            return
        job, key, of = sent.job, sent.compiled.key, self._records.of
        tasks = self._tasks.get(str(job), {})
        for item in range(sent.first, sent.end):
            task = task_of(sent, item)
            found, record = tasks.get(task) or tasks.get(None), of(key, job.id, task, item)
            state, code, reason = self._judged(job, task, found, record, is_array=True)
            spelled = job.id if task is None else f"{job.id}_{task}"
            own = record.own if record else found.task_job_id if found else ""
            node = record.node if record else found.node if found else ""
            yield Outcome(sent, item, state, code, reason, spelled, own, task, node)

    def _job(self, sent: Sent) -> Outcome:
        """Judge the job of one run, which may be an array of the user's own."""
        if sent.job is None:
            return _unknown(sent, sent.first)
        found = self._tasks.get(str(sent.job), {})
        judged = [(self._judged(sent.job, task, tasks, None, is_array=False), task) for task, tasks in found.items()]
        if not judged:
            judged = [(self._judged(sent.job, None, None, None, is_array=False), None)]
        (state, code, reason), task = min(judged, key=lambda each: _RANK[each[0][0]])
        spelled = sent.job.id if task is None else f"{sent.job.id}_{task}"
        tasks = found.get(task)
        own, node = (tasks.task_job_id, tasks.node) if tasks else (sent.job.id if task is None else "", "")
        return Outcome(sent, sent.first, state, code, reason, spelled, own, task, node)

    def _judged(
        self, job: Job, task: int | None, found: Tasks | None, record: Record | None, *, is_array: bool
    ) -> tuple[State, int | None, str]:
        """Give the state, the exit code and the reason of a task, or of an item of one."""
        if found is None or found.state is State.UNKNOWN:
            seen = self._ledger.seen.get((str(job), task))
            if seen is None:
                return self._unseen(record, is_array=is_array)
            state, ended = State(seen[0]), seen[1]
            reason = ""
        else:
            state, ended, reason = found.state, found.code, found.reason
        code = None if record is None else record.code
        if code is None or state is State.PENDING:  # how it ended may not be seen here yet, as over NFS
            return state, ended, "" if state is State.DONE else reason
        if code == 0:
            return State.DONE, 0, ""
        return (state if state not in (State.DONE, State.RUNNING) else State.FAILED), code, ""

    def _unseen(self, record: Record | None, *, is_array: bool) -> tuple[State, int | None, str]:
        """Judge what no scheduler knows anything of."""
        if record is not None and record.code is not None:
            return (State.FAILED if record.code else State.DONE), record.code, ""
        leaves_records = record is not None or (is_array and self._records.is_there)
        if self._is_current and (leaves_records or self._knows_past):
            return State.LOST, None, ""
        return State.UNKNOWN, None, "it started" if record else ""


def _noted(record: Record, item: int, sent: Sent | None = None) -> Outcome:
    """Judge by the record alone."""
    state = State.LOST if record.code is None else State.FAILED if record.code else State.DONE
    job = record.job if record.task == "-" else f"{record.job}_{record.task}"
    task = int(record.task) if record.task.isdigit() else None
    return Outcome(sent, item, state, record.code, "", job, record.own, task, record.node)


def _unknown(sent: Sent, item: int) -> Outcome:
    reason = "nobody wrote down whether it was taken" if sent.outcome == "open" else "its job's id is not known"
    return Outcome(sent, item, State.UNKNOWN, None, reason)


def finals(ledger: Ledger, answer: Answer) -> list[tuple[str, int | None, str, int | None]]:
    """Give how tasks ended, as far as the journal does not say it yet: job, task id, state and exit code."""
    found: list[tuple[str, int | None, str, int | None]] = []
    for tasks in answer.tasks:
        if tasks.state not in ALIVE and tasks.state is not State.UNKNOWN:
            found += [(str(tasks.job), task, tasks.state.value, tasks.code) for task in tasks.each_id()]
    return [each for each in found if ledger.seen.get((each[0], each[1])) != (each[2], each[3])]


def uncovered(ledger: Ledger, compiled: Compiled) -> list[range]:
    """Give the items of what is compiled that are not submitted, nor run here, as stretches."""
    own, taken = compiled.own, []
    for sent in ledger.of_sweep(compiled.sweep):
        token = sent.token.rpartition(".")[0]
        if sent.is_local:
            found = ((item, ledger.local.get((token, item))) for item in range(sent.first, sent.end))
            ended = [i for i, local in found if local and (local.code is not None or is_alive(local))]
            items = [range(i, i + 1) for i in ended]
        else:
            items = [range(sent.first, sent.end)]
        for part in items:
            taken += _as_items(sent.compiled, part, own)
    taken.sort()
    left, place = [], 0
    for first, end in [*taken, (compiled.runs * own, compiled.runs * own)]:
        if first > place:
            left.append(range(place, first))
        place = max(place, end)
    return left


def _as_items(compiled: Compiled, part: range, own: int) -> list[tuple[int, int]]:
    """Give the items of another compilation of the same sweep as items of one whose runs have so many each."""
    if compiled.numbers is None and compiled.own in (1, own):
        factor = own // compiled.own
        return [(part.start * factor, part.stop * factor)]
    runs = sorted({compiled.run(item) for item in part})
    return [(run * own, (run + 1) * own) for run in runs]
