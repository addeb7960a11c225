"""A client for Grid Engine: qsub, qrls, qstat, qacct and qdel.

Sources: their manual pages, accounting(5) and sge_status(5), and what the programs of 8.1 print.
"""

import os.path
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from heracles.lean import pattern
from heracles.schedulers.client import Answer, Job, State, SubmitCall, Tasks, Unreachable
from heracles.schedulers.command_client import CommandClient, batches, command_lines
from heracles.schedulers.indices import indices, spelled_range
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.process import Ended
from heracles.schedulers.scheduler import Scheduler

__all__ = ["GridEngineClient"]

_TOO_MANY = 25
"""qsub's exit code if a limit on the number of jobs is reached."""
_FULL = pattern(r"jobs are allowed per (?:user|cluster)|rejected temporarily|temporarily rejected")
_UNAVAILABLE = pattern(
    r"commlib error|(?:unable to|failed to|can't|cannot) (?:contact|connect to|send message to|reach) (?:the )?qmaster"
    r"|failed receiving gdi request|got no (?:valid )?response|got send (?:error|timeout)|timeout expired"
)
_GONE = pattern(r"do(?:es)? not exist|comprises no tasks|already in deletion")
_COMPLAINT = pattern(r"denied|error|unable|cannot|can't|failed|invalid", re.IGNORECASE)
_NOT_ACCOUNTED = pattern(r"^error: job id \d+ not found\s*$", re.MULTILINE)
_JOB_LINE = pattern(r"(job_number|context|script_file|sge_o_workdir):\s*(\S.*)")
_TOKEN = pattern(r"(?:^|,)heracles=([\w.]+)")
_ROW = pattern(r"<job_list\b[^>]*>(.*?)</job_list>", re.DOTALL)
_FIELD = pattern(r"<(\w+)>([^<]*)</\1>")
_REQUEST = pattern(r"[hs]_vmem=([^,\s]+)")
_AMOUNT = pattern(r"([0-9]+(?:\.[0-9]*)?)([kKmMgGtT]?)")
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
_UNITS |= {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_RESCHEDULED = (24, 25)
_OVER_LIMIT = 37
_USR1, _XCPU, _KILLED = 128 + 10, 128 + 24, 128 + 9
_MOST_IDS = 500
_FLUSHED = 30.0
"""The seconds after which an ended task certainly is in accounting: by default, records are written every 15."""


class GridEngineClient(CommandClient):
    """Grid Engine, through its commands.

    Args:
        scheduler, options, timeout, show: As every such client has them.

    """

    siblings = ("qrls", "qstat")

    def __init__(
        self, scheduler: Scheduler, options: SubmitOptions, *, timeout: float, show: Callable[[str, str], None]
    ) -> None:
        super().__init__(scheduler, options, timeout=timeout, show=show)
        self._first_seen: dict[tuple[str, int | None], float] = {}
        """When this client first saw that a task had ended of which there was no record."""

    def _words(self, call: SubmitCall, token: str) -> list[str]:
        # After the user's words, since their -sc would delete it.
        context = ("-ac", f"heracles={token}", *(["--"] if call.text is not None else []))
        # A second -h would take the first one back.
        is_held = self._options.is_held or "-h" in (*self._options.arguments, *call.before)
        hold = ["-h"] if self.can_hold and not is_held else []
        marked = call._replace(before=(*call.before, *context))
        return marked.words(self._command, "-terse", *hold, *self._options.extra)

    def _is_full(self, ended: Ended) -> bool:
        return ended.code == _TOO_MANY or bool(ended.code and ended.code > 0 and _FULL.search(ended.errors))

    def _is_unavailable(self, ended: Ended) -> bool:
        return bool(_UNAVAILABLE.search(ended.errors))

    def find(self, tokens: Collection[str]) -> dict[str, Job]:
        jobs = list(dict.fromkeys(row["JB_job_number"] for row in self._queue("prs")))
        described = self._described(jobs).items()
        found = [(token, job) for job, lines in described for token in _TOKEN.findall(lines.get("context", ""))]
        return {token: Job(job) for token, job in found if token in tokens}

    def _described(self, jobs: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return what qstat says of each of these jobs that is still pending or running, as far as it is needed.

        Raises:
            Unreachable: If qstat does not answer.

        """
        found: dict[str, dict[str, str]] = {}
        for batch in batches(jobs, _MOST_IDS):
            ended = self._run("qstat", "-j", ",".join(batch))
            if ended.code != 0 and not _GONE.search(ended.output + ended.errors):
                raise Unreachable(ended.failure("qstat"))
            lines: dict[str, str] = {}
            for name, value in filter(None, map(_described_by, ended.output.splitlines())):
                lines = found.setdefault(value, {}) if name == "job_number" else lines
                lines[name] = value
        return found

    def release(self, jobs: Sequence[Job]) -> list[Job]:
        stuck: list[Job] = []
        for batch in [] if self._options.is_held else batches(jobs, _MOST_IDS):
            ended = self._run("qrls", "-h", "u", ",".join(job.id for job in batch))
            if _succeeded(ended):
                continue
            is_worth_it = len(batch) > 1 and ended.code is not None and not _UNAVAILABLE.search(ended.errors)
            stuck += [job for job in batch if self.release([job])] if is_worth_it else batch
        return stuck

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:
        wanted = {job.id: job for job in jobs}
        rows = [row for row in self._queue("prsz" if with_past else "prs") if row["JB_job_number"] in wanted]
        queued = [_queued(wanted[row["JB_job_number"]], row) for row in rows]
        alive = self._with_tokens([tasks for tasks in queued if tasks.state is not State.UNKNOWN])
        past = self._past(jobs) if with_past else None
        recorded = {(tasks.job.id, task): tasks.state for tasks in past or [] for task in tasks.each_id()}
        unrecorded = [
            self._unrecorded(tasks, task, knows_past=past is not None)
            for tasks in queued
            if tasks.state is State.UNKNOWN
            for task in tasks.each_id()
            if recorded.get((tasks.job.id, task), State.UNKNOWN) is State.UNKNOWN
        ]
        is_settled = all(tasks.state is not State.UNKNOWN for tasks in unrecorded)
        return Answer(
            [*(past or []), *unrecorded, *alive], knows_past=past is not None and is_settled, is_current=is_settled
        )

    def _with_tokens(self, alive: Sequence[Tasks]) -> list[Tasks]:
        described = self._described(list(dict.fromkeys(tasks.job.id for tasks in alive)))
        return [_with_token(tasks, described.get(tasks.job.id, {})) for tasks in alive]

    def _queue(self, states: str) -> list[dict[str, str]]:
        """Return a user's jobs that are pending (p), running (r), suspended (s) or have just ended (z)."""
        ended = self._run("qstat", *self._whose, "-s", states, "-xml")
        if ended.code != 0:
            raise Unreachable(ended.failure("qstat"))
        if "<cluster_queue_summary>" in ended.output:
            raise Unreachable("qstat prints queues in place of jobs: take -g out of ~/.sge_qstat")
        # By patterns, since some versions print names that are not valid XML.
        rows = (dict(_FIELD.findall(row)) for row in _ROW.findall(ended.output))
        return [row for row in rows if row.get("JB_job_number")]

    @property
    def _whose(self) -> list[str]:
        """The options of qstat that ask for all jobs of a user.

        In ~/.sge_qstat there may be some that narrow the answer, which these replace. Where qstat is called on another
        machine, a shell there would expand them.
        """
        if not self._place:
            return ["-u", self.user or "$user", "-q", "*"]
        return ["-u", self.user] if self.user else []

    def _past(self, jobs: Collection[Job]) -> list[Tasks] | None:
        """Return what accounting knows, which is asked for one job at a time; None if there is none."""
        tasks: list[Tasks] = []
        for job in jobs:
            ended = self._run("qacct", "-j", job.id)
            if ended.code != 0 and not (ended.code == 1 and _NOT_ACCOUNTED.search(ended.errors)):
                return None
            records = re.split(r"^=+\s*$", ended.output if ended.code == 0 else "", flags=re.MULTILINE)
            fields = (dict(re.findall(r"^(\w+) +(.*?) *$", record, re.MULTILINE)) for record in records)
            tasks += [_accounted(job, record) for record in fields if record.get("jobnumber") == job.id]
        return tasks

    def cluster(self) -> str:
        """Return the name that `settings.sh` of the cluster sets; none where qsub is called on another machine."""
        return "" if self._place else self._options.environment.get("SGE_CLUSTER_NAME", "")

    def cancel(self, tasks: Iterable[tuple[Job, Sequence[range] | None]]) -> None:
        words = (
            word
            for job, ids in tasks
            for word in ([job.id] if ids is None else [f"{job.id}.{spelled_range(part)}" for part in ids if part])
        )
        for line in command_lines(words):
            ended = self._run("qdel", *line)
            if not _succeeded(ended):
                raise Unreachable(ended.failure("qdel"))

    def _unrecorded(self, tasks: Tasks, task: int | None, *, knows_past: bool) -> Tasks:
        """Judge a task that ended and is in no accounting: it was deleted before it ran, or its record is on the way.

        Args:
            tasks: The tasks.
            task: Its id.
            knows_past: Whether there is accounting.

        """
        since = self._first_seen.setdefault((tasks.job.id, task), time.monotonic())
        is_deleted = knows_past and time.monotonic() - since >= _FLUSHED
        ids = None if task is None else (range(task, task + 1),)
        return tasks._replace(ids=ids, state=State.CANCELLED if is_deleted else State.UNKNOWN)


def _succeeded(ended: Ended) -> bool:
    """Return whether a program failed at nothing but jobs that are gone already."""
    lines = (ended.output + ended.errors).splitlines()
    gone = [line for line in lines if _GONE.search(line)]
    others = [line for line in lines if line not in gone]
    is_fine = bool(gone) and not any(map(_COMPLAINT.search, others))
    return ended.code == 0 or (is_fine and ended.code is not None and ended.code > 0)


def _described_by(line: str) -> tuple[str, str] | None:
    match = _JOB_LINE.fullmatch(line)
    return (match[1], match[2].strip()) if match else None


def _with_token(tasks: Tasks, lines: Mapping[str, str]) -> Tasks:
    """Return tasks with the token of their job, or its script if it has none: somebody may have changed its context."""
    token = next(iter(_TOKEN.findall(lines.get("context", ""))), "")
    script = os.path.join(lines.get("sge_o_workdir", ""), lines.get("script_file", ""))
    return tasks._replace(token=token, script="" if token else script)


def _queued(job: Job, row: Mapping[str, str]) -> Tasks:
    """Return the tasks in a row of qstat; what has ended is `UNKNOWN`."""
    state, found = row.get("state", ""), indices(row.get("tasks", ""))
    ids, node = found.ranges if found else None, row.get("queue_name", "").partition("@")[2]
    if "z" in state:
        return Tasks(job, ids, State.UNKNOWN, task_job_id=job.id)
    if "q" in state or "w" in state:
        return Tasks(job, ids, State.PENDING, reason="" if state == "qw" else state, task_job_id=job.id)
    return Tasks(job, ids, State.RUNNING, task_job_id=job.id, node=node)


def _accounted(job: Job, record: Mapping[str, str]) -> Tasks:
    """Return the task in a record of accounting."""
    found = indices(record.get("taskid", ""))
    number, _, problem = record.get("failed", "0").partition(":")
    failed, code = _number(number), _number(record.get("exit_status", ""))
    state = _judged(failed, code, record)
    # The record of a task that never started has 0 for its exit code.
    known = None if state is State.UNKNOWN or (failed and not code) else code
    reason = f"failed {failed}: {problem.strip()}" if failed else ""
    return Tasks(job, found.ranges if found else None, state, known, reason, job.id, record.get("hostname", ""))


def _judged(failed: int, code: int, record: Mapping[str, str]) -> State:
    if record.get("deleted_by", "NONE") not in ("", "NONE", "undefined"):  # Univa's
        return State.CANCELLED
    if failed in _RESCHEDULED:
        return State.UNKNOWN
    asked = record.get("category", "")
    if failed == _OVER_LIMIT or (failed and code in (_XCPU, _KILLED)):
        most = min((_bytes(amount) for amount in _REQUEST.findall(asked)), default=0)
        if most and _bytes(record.get("maxvmem", "")) >= most * max(1, _number(record.get("slots", ""))):
            return State.OUT_OF_MEMORY
    if failed == _OVER_LIMIT or (failed and (code == _XCPU or (code == _USR1 and "s_rt=" in asked))):
        return State.TIMED_OUT
    return State.FAILED if failed or code else State.DONE


def _number(text: str) -> int:
    """Return the number that a value begins with: `137                  (Killed)`."""
    match = re.match(r"\s*([0-9]{1,9})", text)
    return int(match[1]) if match else 0


def _bytes(text: str) -> float:
    """Return an amount of memory in bytes: `150M` of a request, `185.469MB` of a record."""
    match = _AMOUNT.match(text)
    return float(match[1]) * _UNITS[match[2]] if match else 0.0
