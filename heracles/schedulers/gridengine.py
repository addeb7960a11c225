"""Grid Engine as an engine: qsub, qrls, qstat, qacct and qdel.

Sources: their manual pages, accounting(5) and sge_status(5), and what the programs of 8.1 print.
"""

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from shutil import which
from typing import TypeVar

from heracles.errors import HeraclesError, RunError
from heracles.schedulers.client import Answer, Call, Engine, Full, InDoubt, Job, Refused, State, Tasks, Unreachable
from heracles.schedulers.dialect import SCHEDULERS, indices
from heracles.schedulers.directives import directives, named
from heracles.schedulers.process import Ended, perform, spelled_command
from heracles.shell.quoting import quote
from heracles.text import printable

__all__ = ["GridEngine", "GridEngineOptions"]

_Item = TypeVar("_Item")

_GRIDENGINE = SCHEDULERS["gridengine"]
_ID = re.compile(r"(?:Your job(?:-array)? )?(\d+)(?:\.\d+-\d+:\d+)?(?: \(.*\) has been submitted\.?)?")
_TOO_MANY = 25
"""qsub's exit code where a limit on the number of jobs is reached."""
_FULL = re.compile(r"jobs are allowed per (?:user|cluster)|rejected temporarily|temporarily rejected")
_WEATHER = re.compile(
    r"commlib error|(?:unable to|failed to|can't|cannot) (?:contact|connect to|send message to|reach) (?:the )?qmaster"
    r"|failed receiving gdi request|got no (?:valid )?response|got send (?:error|timeout)|timeout expired"
)
_GONE = re.compile(r"do(?:es)? not exist|comprises no tasks|already in deletion")
_COMPLAINT = re.compile(r"denied|error|unable|cannot|can't|failed|invalid", re.IGNORECASE)
_NOT_ACCOUNTED = re.compile(r"^error: job id \d+ not found\s*$", re.MULTILINE)
_JOB_LINE = re.compile(r"job_number:\s*(\d+)|context:\s*(\S.*)")
_TOKEN = re.compile(r"(?:^|,)heracles=([\w.]+)")
_ROW = re.compile(r"<job_list\b[^>]*>(.*?)</job_list>", re.DOTALL)
_FIELD = re.compile(r"<(\w+)>([^<]*)</\1>")
_REQUEST = re.compile(r"[hs]_vmem=([^,\s]+)")
_AMOUNT = re.compile(r"([\d.]+)([kKmMgGtT]?)")
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
_UNITS |= {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_RESCHEDULED = (24, 25)
_OVER_LIMIT = 37
_USR1, _XCPU, _KILLED = 128 + 10, 128 + 24, 128 + 9
_MOST_IDS = 500
_FLUSHED = 30.0
"""After how many seconds an ended task is surely accounted: by default, records are written every 15 seconds."""

_ended: dict[tuple[str, int | None], float] = {}
"""When this process first saw that a task had ended of which there was no record."""


@dataclass(frozen=True)
class GridEngineOptions:
    """What a submission to Grid Engine is told by the script's directives and by the command's words.

    Args:
        script: The script's text.
        words: The words behind `qsub`.

    """

    script: str
    words: tuple[str, ...]

    def _values(self, *names: str) -> list[str]:
        """Give what is said of an option: by the directives first."""
        texts = (self.script, " ".join(["#$", *map(quote, self.words)]))
        said = (option for text in texts for option in named(directives(text, _GRIDENGINE), names, _GRIDENGINE))
        return [option.value.text if option.value else "" for option in said]

    @property
    def is_held(self) -> bool:
        """Whether the user wants the jobs held."""
        return bool(self._values("-h"))

    def check(self) -> None:
        """Refuse what would keep qsub from coming back.

        Raises:
            HeraclesError: If qsub is to wait for its job. No later `-sync n` takes that back.

        """
        for name in ("-sync", "-now"):
            if any(value.lower() in ("y", "yes") for value in self._values(name)):
                raise HeraclesError(
                    f"{name} y lets qsub wait for each job, which does not run before its id is written down: take it "
                    "out"
                )


class GridEngine(Engine):
    """Grid Engine, through its commands.

    Args:
        command: The submit command, the last of whose programs is qsub: `ssh login qsub -q long.q`.
        options: Words that are put behind it in each call.
        is_held: Whether the user wants the jobs held, by `-h` among the words or in the script, so that they are not
            to be released.
        patience: After how many seconds without an answer a command is stopped.
        show: What takes what qsub prints to its output, besides the job's id, and to its standard error.

    """

    def __init__(
        self,
        command: Sequence[str],
        options: Sequence[str] = (),
        *,
        is_held: bool = False,
        patience: float = 60.0,
        show: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._command = tuple(command)
        self._options = tuple(options)
        self._is_held = is_held
        self._patience = patience
        self._show = show
        self._place = next(i for i, word in enumerate(command) if word.rpartition("/")[2] == "qsub")
        # What is called through others may be on another machine.
        self.can_hold = bool(self._place or (which(self._sibling("qrls")) and which(self._sibling("qstat"))))

    def submit(self, call: Call, token: str) -> Job | None:
        # The token stands behind the user's words: their -sc would forget it.
        context = ["-ac", f"heracles={token}", *(["--"] if call.text is not None else [])]
        # A second -h takes the first one back.
        own = (*self._command[self._place :], *self._options, *call.before)
        hold = ["-h"] if self.can_hold and not self._is_held and "-h" not in own else []
        longer = replace(call, before=(*call.before, *context))
        words = longer.words(self._command, "-terse", *hold, *self._options)
        ended = perform(words, text=call.text, patience=self._patience)
        lines = ended.output.splitlines()
        matches = [match for line in lines if (match := _ID.fullmatch(line.strip()))]
        noise = [line for line in lines if not _ID.fullmatch(line.strip())]
        self._show("".join(f"{line}\n" for line in noise), ended.errors)
        if ended.code == 0:
            return Job(matches[-1][1]) if matches else None
        what = f"{spelled_command(self._command)} failed for {printable(str(call))} ({ended.how})"
        if matches or ended.code is None or ended.code < 0 or _WEATHER.search(ended.errors):
            raise InDoubt(what)
        raise Full(what) if ended.code == _TOO_MANY or _FULL.search(ended.errors) else Refused(what)

    def find(self, tokens: Collection[str]) -> dict[str, Job]:
        found: dict[str, Job] = {}
        jobs = list(dict.fromkeys(row["JB_job_number"] for row in self._queue("prs")))
        for batch in _batches(jobs):
            ended = self._run("qstat", "-j", ",".join(batch))
            if ended.code != 0 and not _GONE.search(ended.output + ended.errors):
                raise _unreachable("qstat", ended)
            job = ""
            for line in ended.output.splitlines():
                match = _JOB_LINE.fullmatch(line)
                job = match[1] or job if match else job
                here = _TOKEN.findall(match[2]) if match and match[2] else []
                found |= {token: Job(job) for token in here if token in tokens}
        return found

    def release(self, jobs: Sequence[Job]) -> list[Job]:
        stuck: list[Job] = []
        for batch in [] if self._is_held else _batches(jobs):
            ended = self._run("qrls", "-h", "u", ",".join(job.id for job in batch))
            if _succeeded(ended):
                continue
            is_worth_it = len(batch) > 1 and ended.code is not None and not _WEATHER.search(ended.errors)
            stuck += [job for job in batch if self.release([job])] if is_worth_it else batch
        return stuck

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:
        wanted = {job.id: job for job in jobs}
        rows = [row for row in self._queue("prsz" if with_past else "prs") if row["JB_job_number"] in wanted]
        queued = [_queued(wanted[row["JB_job_number"]], row) for row in rows]
        alive = [tasks for tasks in queued if tasks.state is not State.UNKNOWN]
        past = self._past(jobs) if with_past else None
        recorded = {(tasks.job.id, task): tasks.state for tasks in past or [] for task in _each(tasks)}
        unrecorded = [
            replace(_without_record(tasks, task), state=State.UNKNOWN if past is None else _unaccounted(tasks, task))
            for tasks in queued
            if tasks.state is State.UNKNOWN
            for task in _each(tasks)
            if recorded.get((tasks.job.id, task), State.UNKNOWN) is State.UNKNOWN
        ]
        is_settled = all(tasks.state is not State.UNKNOWN for tasks in unrecorded)
        return Answer(
            [*(past or []), *unrecorded, *alive], knows_past=past is not None and is_settled, is_current=is_settled
        )

    def _queue(self, states: str) -> list[dict[str, str]]:
        """Ask for the user's jobs that are pending (p), running (r), suspended (s) or have just ended (z)."""
        ended = self._run("qstat", "-s", states, "-xml")
        if ended.code != 0:
            raise _unreachable("qstat", ended)
        # By patterns: some versions write names that are no XML.
        rows = (dict(_FIELD.findall(row)) for row in _ROW.findall(ended.output))
        return [row for row in rows if row.get("JB_job_number")]

    def _past(self, jobs: Collection[Job]) -> list[Tasks] | None:
        """Ask the accounting, which can be asked for one job at a time; give None if there is none."""
        tasks: list[Tasks] = []
        for job in jobs:
            ended = self._run("qacct", "-j", job.id)
            if ended.code != 0 and not (ended.code == 1 and _NOT_ACCOUNTED.search(ended.errors)):
                return None
            records = re.split(r"^=+\s*$", ended.output if ended.code == 0 else "", flags=re.MULTILINE)
            fields = (dict(re.findall(r"^(\w+) +(.*?) *$", record, re.MULTILINE)) for record in records)
            tasks += [_accounted(job, record) for record in fields if record.get("jobnumber") == job.id]
        return tasks

    def cancel(self, tasks: Iterable[tuple[Job, Sequence[range] | None]]) -> None:
        words = [
            word
            for job, ids in tasks
            for word in ([job.id] if ids is None else [f"{job.id}.{_spelled(part)}" for part in ids if part])
        ]
        if words:
            ended = self._run("qdel", *words)
            if not _succeeded(ended):
                raise _unreachable("qdel", ended)

    def _run(self, program: str, *words: str) -> Ended:
        """Call a sibling of qsub, by the way that qsub is called."""
        command = [*self._command[: self._place], self._sibling(program), *words]
        try:
            return perform(command, text=b"", patience=self._patience)
        except RunError as error:
            return Ended(127, "", error.message)

    def _sibling(self, program: str) -> str:
        folder, slash, _ = self._command[self._place].rpartition("/")
        return f"{folder}{slash}{program}"


def _unreachable(program: str, ended: Ended) -> Unreachable:
    return Unreachable(f"{program} failed ({ended.how}): {printable((ended.errors or ended.output).strip())}")


def _succeeded(ended: Ended) -> bool:
    """Tell whether all went well, but for what is gone, which makes the exit code that of a failure."""
    lines = (ended.output + ended.errors).splitlines()
    gone = [line for line in lines if _GONE.search(line)]
    others = [line for line in lines if line not in gone]
    is_fine = bool(gone) and not any(map(_COMPLAINT.search, others))
    return ended.code == 0 or (is_fine and ended.code is not None and ended.code > 0)


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[start : start + _MOST_IDS] for start in range(0, len(items), _MOST_IDS))


def _spelled(ids: range) -> str:
    if len(ids) == 1:
        return str(ids[0])
    return f"{ids[0]}-{ids[-1]}{f':{ids.step}' if ids.step > 1 else ''}"


def _each(tasks: Tasks) -> Iterable[int | None]:
    return [None] if tasks.ids is None else (task for part in tasks.ids for task in part)


def _without_record(tasks: Tasks, task: int | None) -> Tasks:
    return replace(tasks, ids=None if task is None else (range(task, task + 1),))


def _unaccounted(tasks: Tasks, task: int | None) -> State:
    """Judge what has ended without a record: it was deleted before it ran, or its record is not written yet."""
    now = time.monotonic()
    since = _ended.setdefault((tasks.job.id, task), now)
    return State.CANCELLED if now - since >= _FLUSHED else State.UNKNOWN


def _queued(job: Job, row: Mapping[str, str]) -> Tasks:
    """Read what qstat says of tasks; what has ended is `UNKNOWN`."""
    state, found = row.get("state", ""), indices(row.get("tasks", ""))
    ids, node = found.ranges if found else None, row.get("queue_name", "").partition("@")[2]
    if "z" in state:
        return Tasks(job, ids, State.UNKNOWN, own=job.id)
    if "q" in state or "w" in state:
        return Tasks(job, ids, State.PENDING, reason="" if state == "qw" else state, own=job.id)
    return Tasks(job, ids, State.RUNNING, own=job.id, node=node)


def _accounted(job: Job, record: Mapping[str, str]) -> Tasks:
    """Read a record of the accounting."""
    task = record.get("taskid", "")
    ids = (range(int(task), int(task) + 1),) if task.isdigit() else None
    number, _, problem = record.get("failed", "0").partition(":")
    failed, code = _number(number), _number(record.get("exit_status", ""))
    state = _judged(failed, code, record)
    # What never started has no exit code: its record says 0.
    known = None if state is State.UNKNOWN or (failed and not code) else code
    reason = f"failed {failed}: {problem.strip()}" if failed else ""
    return Tasks(job, ids, state, known, reason, job.id, record.get("hostname", ""))


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
    """Read the number that a value begins with: `137                  (Killed)`."""
    match = re.match(r"\s*(\d+)", text)
    return int(match[1]) if match else 0


def _bytes(text: str) -> float:
    """Read an amount of memory: `150M` of a request, `185.469MB` of a record."""
    match = _AMOUNT.match(text)
    return float(match[1]) * _UNITS[match[2]] if match else 0.0
