"""Slurm as an engine: sbatch, scontrol release, squeue, sacct and scancel.

Sources: their manual pages, and sbatch.c, squeue's `print_job_list` and `slurm_errno.c` for what they print.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from shutil import which

from heracles.errors import RunError
from heracles.schedulers.client import Answer, Call, Engine, Full, InDoubt, Job, Refused, State, Tasks, Unreachable
from heracles.schedulers.dialect import indices
from heracles.schedulers.process import Ended, perform, spelled_command
from heracles.text import printable

__all__ = ["Slurm", "scrubbed"]

_STATES = {
    State.PENDING: "PENDING REQUEUED REQUEUE_FED REQUEUE_HOLD RESV_DEL_HOLD SPECIAL_EXIT",
    State.RUNNING: "RUNNING CONFIGURING COMPLETING SIGNALING STAGE_OUT STOPPED SUSPENDED RESIZING EXPEDITING",
    State.DONE: "COMPLETED",
    State.FAILED: "FAILED",
    State.TIMED_OUT: "TIMEOUT DEADLINE",
    State.OUT_OF_MEMORY: "OUT_OF_MEMORY",
    State.CANCELLED: "CANCELLED",
    State.LOST: "NODE_FAIL BOOT_FAIL LAUNCH_FAILED PREEMPTED REVOKED",
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}
_QUEUE = "--Format=" + ",".join(
    f"{field}:#" for field in ("ArrayJobID", "ArrayTaskID", "JobID", "State", "exit_code", "NodeList", "Reason")
)
_BY_TOKEN = "--Format=ArrayJobID:#,Comment:#"  # noqa: S105
_PAST = "--format=JobID,JobIDRaw,State,ExitCode,NodeList"
_ID = re.compile(r"(?:Submitted batch job )?(\d+)(?:;(\S+)| on cluster (\S+))?")
_TOKEN = re.compile(r"\bheracles=([\w.]+)")
_FULL = re.compile(
    r"Assoc(?:Max|Grp)\w*|QOS(?:Max|Grp)\w*|MaxSubmitJobs\w*|Job violates accounting/QOS policy"
    r"|Batch job submission failed: Resource temporarily unavailable|submit limit"
)
_BUSY = "temporarily unable to accept job"
_WEATHER = re.compile(
    r"Socket timed out|Unable to contact slurm controller|temporarily unable|Zero Bytes were transmitted"
    r"|Connection (?:refused|reset|timed out)|[Cc]ommunication (?:connection )?failure|Transport endpoint"
    r"|Message receive failure|controller not responding|Unexpected message received"
)
_GONE = re.compile(r"Invalid job id|already completing or completed|Job/step already completing", re.IGNORECASE)
_MOST_IDS = 5000
_KEPT = ("SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_CLUSTERS", "SLURM_SACK_SOCKET", "SLURM_TIME_FORMAT")


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Give an environment without what a job that Heracles itself runs in would hand down to those it submits.

    Such as the memory and the CPU binding of that job. What says which Slurm it is stays. `SLURM_EXIT_ERROR` goes in
    any case: it says with which exit code a refusal ends, which may be 0.
    """
    if "SLURM_JOB_ID" not in environment:
        return {name: value for name, value in environment.items() if name != "SLURM_EXIT_ERROR"}
    foreign = ("SLURM_", "SLURMD_", "PMI_", "PMI2_", "PMIX_")
    return {name: value for name, value in environment.items() if name in _KEPT or not name.startswith(foreign)}


class Slurm(Engine):
    """Slurm, through its commands.

    Args:
        command: The submit command, the last of whose programs is sbatch: `ssh login sbatch --nice`.
        options: Words that are put behind it in each call.
        comment: What the jobs' comment is to hold besides the token.
        clusters: Which clusters are submitted to, as `--clusters` says it; empty for the local one.
        is_held: Whether the user wants the jobs held, so that they are not to be released.
        patience: After how many seconds without an answer a command is stopped.
        show: What takes what sbatch prints to its output, besides the job's id, and to its standard error.

    """

    def __init__(  # noqa: PLR0913
        self,
        command: Sequence[str],
        options: Sequence[str] = (),
        *,
        comment: str = "",
        clusters: str = "",
        is_held: bool = False,
        patience: float = 60.0,
        show: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._command = tuple(command)
        self._options = tuple(options)
        self._comment = comment
        self._clusters = clusters
        self._is_held = is_held
        self._patience = patience
        self._show = show
        self._environment = scrubbed(os.environ)
        self._place = next(i for i, word in enumerate(command) if word.rpartition("/")[2] == "sbatch")
        # What is called through others may be on another machine.
        self.can_hold = bool(self._place or (which(self._sibling("scontrol")) and which(self._sibling("squeue"))))

    def submit(self, call: Call, token: str) -> Job | None:
        comment = f"{self._comment} heracles={token}".lstrip()
        hold = ["--hold"] if self.can_hold else []
        options = ["--parsable", *hold, f"--comment={comment}", *self._options]
        words = call.words(self._command, *options)
        ended = perform(
            words,
            environment=self._environment,
            text=call.text,
            patience=self._patience,
            is_hopeless=lambda errors: _BUSY in errors,
        )
        lines = ended.output.splitlines()
        matches = [match for line in lines if (match := _ID.fullmatch(line.strip()))]
        noise = [line for line in lines if not _ID.fullmatch(line.strip())]
        self._show("".join(f"{line}\n" for line in noise), ended.errors)
        if ended.code == 0:
            found = matches[-1] if matches else None
            return Job(found[1], found[2] or found[3] or "") if found else None
        raise self._failure(ended, call, told=bool(matches))

    def _failure(self, ended: Ended, call: Call, *, told: bool) -> Refused | InDoubt:
        what = f"{spelled_command(self._command)} failed for {printable(str(call))} ({ended.how})"
        if ended.code is None and _BUSY in ended.errors:
            return Full(f"Slurm takes no more jobs, and {printable(str(call))} was not submitted")
        if _FULL.search(ended.errors):
            return Full(what)
        if ended.code is None or ended.code < 0 or told or _WEATHER.search(ended.errors):
            return InDoubt(what)
        return Refused(what)

    def find(self, tokens: Collection[str]) -> dict[str, Job]:
        found: dict[str, Job] = {}
        for cluster, line in self._asked("squeue", self._clusters, "--noheader", "--states=all", "--me", _BY_TOKEN):
            job, _, comment = line.partition("#")
            found |= {token: Job(job, cluster) for token in _TOKEN.findall(comment) if token in tokens}
        return found

    def release(self, jobs: Sequence[Job]) -> list[Job]:
        stuck = []
        for cluster, of_it in [] if self._is_held else _by_cluster(jobs):
            for batch in _batches(of_it):
                if not self._released(cluster, batch):
                    stuck += [job for job in batch if not self._released(cluster, [job])]
        return stuck

    def _released(self, cluster: str, jobs: Sequence[Job]) -> bool:
        ended = self._run("scontrol", cluster, "release", ",".join(job.id for job in jobs))
        return ended.code == 0 or (len(jobs) == 1 and bool(_GONE.search(ended.errors)))

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:
        tasks: list[Tasks] = []
        knows_past = True
        for cluster, of_it in _by_cluster(jobs):
            wanted = {job.id: job for job in of_it}
            lines = [line for _, line in self._asked("squeue", cluster, "--noheader", "--states=all", "--me", _QUEUE)]
            if any(_is_cut(line) for line in lines):  # by a Slurm that was not told how long the texts may be
                asked = self._asked("squeue", cluster, "--noheader", "--states=all", "--me", "--array", _QUEUE)
                lines = [line for _, line in asked]
            tasks += filter(None, (_queued(line, wanted) for line in lines))
            if with_past:
                past = self._past(cluster, of_it)
                knows_past &= past is not None
                tasks = [*(past or []), *tasks]
        return Answer(tasks, knows_past=knows_past)

    def _past(self, cluster: str, jobs: Sequence[Job]) -> list[Tasks] | None:
        """Ask the accounting; give None if there is none, or it does not answer."""
        tasks: list[Tasks] = []
        wanted = {job.id: job for job in jobs}
        for batch in _batches(jobs):
            ids = ",".join(job.id for job in batch)
            try:
                ended = self._run("sacct", cluster, "-X", "-n", "-P", _PAST, "-j", ids)
            except RunError:
                return None
            if ended.code != 0:
                return None
            tasks += filter(None, (_accounted(line, wanted) for line in ended.output.splitlines()))
        # What is pending is told of several at a time, and late: a line of a task's own knows better.
        return sorted(tasks, key=lambda each: each.ids is not None and sum(map(len, each.ids)) == 1)

    def cancel(self, tasks: Iterable[tuple[Job, Sequence[range] | None]]) -> None:
        words: dict[str, list[str]] = {}
        for job, ids in tasks:
            which = "" if ids is None else f"_[{','.join(f'{part[0]}-{part[-1]}' for part in ids)}]"
            words.setdefault(job.cluster, []).append(f"{job.id}{which}")
        for cluster, of_it in words.items():
            ended = self._run("scancel", cluster, *of_it)
            if ended.code != 0 and not _GONE.search(ended.errors):
                raise Unreachable(f"scancel failed ({ended.how}): {printable(ended.errors.strip())}")

    def _asked(self, program: str, cluster: str, *words: str) -> Iterator[tuple[str, str]]:
        """Ask for a table, and give the cluster and the text of each of its lines."""
        try:
            ended = self._run(program, cluster, *words)
        except RunError as error:
            raise Unreachable(error.message) from None
        if ended.code != 0:
            raise Unreachable(f"{program} failed ({ended.how}): {printable(ended.errors.strip())}")
        for line in ended.output.splitlines():
            if line.startswith("CLUSTER: "):
                cluster = line.removeprefix("CLUSTER: ").strip()
            elif line:
                yield cluster, line

    def _run(self, program: str, cluster: str, *words: str) -> Ended:
        """Call a sibling of sbatch, by the way that sbatch is called."""
        on = [f"--clusters={cluster}"] if cluster else []
        environment = {**self._environment, "SLURM_BITSTR_LEN": "0"}
        return perform(
            [*self._command[: self._place], self._sibling(program), *on, *words],
            environment=environment,
            text=b"",
            patience=self._patience,
        )

    def _sibling(self, program: str) -> str:
        folder, slash, _ = self._command[self._place].rpartition("/")
        return f"{folder}{slash}{program}"


def _by_cluster(jobs: Iterable[Job]) -> list[tuple[str, list[Job]]]:
    clusters: dict[str, list[Job]] = {}
    for job in jobs:
        clusters.setdefault(job.cluster, []).append(job)
    return list(clusters.items())


def _batches(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    return (jobs[start : start + _MOST_IDS] for start in range(0, len(jobs), _MOST_IDS))


def _is_cut(line: str) -> bool:
    return line.partition("#")[2].partition("#")[0].endswith("...")


def _state(word: str) -> State:
    """Give the state that Slurm has a word for: `CANCELLED by 1001`, `OUT_OF_ME+`."""
    word = (word.split() or [""])[0]
    if word.endswith("+"):
        fitting = {state for name, state in _STATE_OF.items() if name.startswith(word[:-1])}
        return fitting.pop() if len(fitting) == 1 else State.UNKNOWN
    return _STATE_OF.get(word, State.UNKNOWN)


def _ids(text: str) -> tuple[range, ...] | None:
    """Read the task ids of a line: `7`, `[3-9%2]`; None if it is no array's."""
    found = indices(text)
    return found.ranges if found else None


def _queued(line: str, wanted: Mapping[str, Job]) -> Tasks | None:
    job, task, own, state, status, node, reason = line.split("#", 6)
    if job not in wanted:
        return None
    found, code = _state(state), None
    if found not in (State.PENDING, State.RUNNING) and status.isdigit():
        code = int(status) >> 8 or (128 + (int(status) & 127) if int(status) & 127 else 0)
    told = reason.strip("# ")
    return Tasks(wanted[job], _ids(task), found, code, "" if told == "None" else told, own, node)


def _accounted(line: str, wanted: Mapping[str, Job]) -> Tasks | None:
    name, own, state, status, node = (*line.split("|"), "", "", "", "")[:5]
    job, _, task = name.partition("_")
    if job not in wanted:
        return None
    exit_code, _, number = status.partition(":")
    code = int(exit_code) if exit_code.isdigit() else None
    if number.isdigit() and int(number) and not code:
        code = 128 + int(number)
    found = _state(state)
    code = None if found in (State.PENDING, State.RUNNING) else code
    return Tasks(wanted[job], _ids(task), found, code, "", own, "" if node == "None assigned" else node)
