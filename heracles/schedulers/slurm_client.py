"""A client for Slurm: sbatch, scontrol, squeue, sacct and scancel.

Sources: their manual pages, and sbatch.c, squeue's `print_job_list` and `slurm_errno.c` for what they print.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from heracles.lean import pattern
from heracles.schedulers.client import ALIVE, Answer, Job, Limits, State, SubmitCall, Tasks, Unreachable
from heracles.schedulers.command_client import CommandClient, batches, command_lines
from heracles.schedulers.indices import indices, spelled_range
from heracles.schedulers.process import Ended

__all__ = ["SlurmClient"]

_STATES = {
    State.PENDING: "PENDING REQUEUED REQUEUE_FED REQUEUE_HOLD RESV_DEL_HOLD SPECIAL_EXIT",
    State.RUNNING: "RUNNING CONFIGURING COMPLETING SIGNALING STAGE_OUT STOPPED SUSPENDED RESIZING EXPEDITING",
    State.DONE: "COMPLETED",
    State.FAILED: "FAILED",
    State.TIMED_OUT: "TIMEOUT DEADLINE",
    State.OUT_OF_MEMORY: "OUT_OF_MEMORY",
    State.CANCELLED: "CANCELLED",
    State.LOST: "NODE_FAIL BOOT_FAIL LAUNCH_FAILED PREEMPTED",
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words.split()}
_QUEUE = "--Format=" + ",".join(
    f"{field}:#"
    for field in ("ArrayJobID", "ArrayTaskID", "JobID", "State", "exit_code", "NodeList", "Reason", "Comment")
)
_BY_TOKEN = "--Format=ArrayJobID:#,Comment:#"  # noqa: S105
_SCRIPTS = "--Format=ArrayJobID:#,Command:#"
_PAST = "--format=JobID,JobIDRaw,State,ExitCode,NodeList,Submit,Comment"
_ALLOCATED = "--format=ElapsedRaw,AllocTRES"
_TOKEN = pattern(r"\bheracles=([\w.]+)")
_FULL = pattern(
    r"Assoc(?:Max|Grp)\w*|QOS(?:Max|Grp)\w*|MaxSubmitJobs\w*|Job violates accounting/QOS policy"
    r"|Batch job submission failed: Resource temporarily unavailable|submit limit|MaxJobCount limit reached"
)
_BUSY = pattern(r"temporarily unable to accept job|job queue full")
"""What sbatch prints before it sleeps for two minutes or more; the second from 26.05 on."""
_UNAVAILABLE = pattern(
    r"Socket timed out|Unable to contact slurm controller|temporarily unable|Zero Bytes were transmitted"
    r"|Connection (?:refused|reset|timed out)|[Cc]ommunication (?:connection )?failure|Transport endpoint"
    r"|Message receive failure|controller not responding|Unexpected message received"
)
_GONE = pattern(
    r"Invalid job id|already completing or completed|Job/step already completing|Job has already finished",
    re.IGNORECASE,
)
_STUCK = pattern(r"^\d+_\S+: (?!No error|Job has already finished)", re.MULTILINE)
"""What scontrol prints for tasks of an array that it did not release, though it did others."""
_NUMBER = pattern(r"[0-9]{1,9}")
_TIME = pattern(r"[0-9]{1,11}")
_MOST_IDS = 5000
_MOST_RANGES = 1000


class SlurmClient(CommandClient):
    """Slurm, through its commands."""

    siblings = ("scontrol", "squeue")
    # Such as SQUEUE_PARTITION, with which a job elsewhere would seem to be gone, or SCANCEL_STATE.
    narrowing = ("SQUEUE_", "SCANCEL_", "SACCT_", "SCONTROL_")

    def _words(self, call: SubmitCall, token: str) -> list[str]:
        hold = ["--hold"] if self.can_hold else []
        comment = self._option("--comment")
        # After the user's words, since the last --comment counts.
        marked = f"--comment={comment} heracles={token}" if comment else f"--comment=heracles={token}"
        return call.words(self._command, "--parsable", *hold, *self._options.extra, marked)

    def _option(self, *names: str) -> str:
        return self._options.value(*names) or ""

    def _is_hopeless(self, errors: str) -> bool:
        return bool(_BUSY.search(errors))

    def _is_full(self, ended: Ended) -> bool:
        return bool((ended.code is None and _BUSY.search(ended.errors)) or _FULL.search(ended.errors))

    def _is_unavailable(self, ended: Ended) -> bool:
        return bool(_UNAVAILABLE.search(ended.errors))

    @property
    def _asked(self) -> tuple[str, ...]:
        """The options of squeue that ask for all jobs of a user."""
        return "--noheader", "--states=all", f"--user={self.user}" if self.user else "--me"

    def find(self, tokens: Collection[str]) -> dict[str, Job]:
        found: dict[str, Job] = {}
        clusters = self._option("-M", "--clusters")
        for cluster, line in self._table("squeue", clusters, *self._asked, _BY_TOKEN):
            job, _, comment = line.partition("#")
            here = _TOKEN.findall(comment) if _NUMBER.fullmatch(job) else []
            found |= {token: Job(job, cluster) for token in here if token in tokens}
        return found

    def release(self, jobs: Sequence[Job]) -> list[Job]:
        if self._options.is_held:
            return []
        stuck = []
        for cluster, of_cluster in _by_cluster(jobs):
            for batch in batches(of_cluster, _MOST_IDS):
                if not self._is_released(cluster, batch):
                    stuck += [job for job in batch if not self._is_released(cluster, [job])]
        return stuck

    def _is_released(self, cluster: str, jobs: Sequence[Job]) -> bool:
        ended = self._run_on(cluster, "scontrol", "release", ",".join(job.id for job in jobs))
        is_gone = _GONE.search(ended.errors) and not _STUCK.search(ended.errors)
        return ended.code == 0 or (len(jobs) == 1 and bool(is_gone))

    def states(self, jobs: Collection[Job], *, with_past: bool) -> Answer:
        tasks: list[Tasks] = []
        knows_past = True
        for cluster, of_cluster in _by_cluster(jobs):
            wanted = {job.id: job for job in of_cluster}
            asked = ("squeue", cluster, *self._asked)
            lines = [line for _, line in self._table(*asked, _QUEUE)]
            if any(_is_cut(line) for line in lines):  # SLURM_BITSTR_LEN did not reach squeue, as through ssh
                lines = [line for _, line in self._table(*asked, "--array", _QUEUE)]
            tasks += self._with_scripts(asked, [found for line in lines if (found := _queued(line, wanted))])
            if with_past:
                past = self._past(cluster, of_cluster)
                knows_past &= past is not None
                tasks = [*(past or []), *tasks]
        return Answer(tasks, knows_past=knows_past)

    def _with_scripts(self, asked: Sequence[str], tasks: list[Tasks]) -> list[Tasks]:
        """Return tasks with the scripts of those jobs whose comment has no token: somebody may have changed it."""
        doubtful = {each.job.id for each in tasks if each.token == ""}
        if not doubtful:
            return tasks
        lines = (line.partition("#") for _, line in self._table(*asked, _SCRIPTS))
        scripts = {job: script.removesuffix("#") for job, _, script in lines if job in doubtful}
        return [each._replace(script=scripts.get(each.job.id, "")) if each.token == "" else each for each in tasks]

    def _past(self, cluster: str, jobs: Sequence[Job]) -> list[Tasks] | None:
        """Return what accounting knows; None if there is none, or it does not answer."""
        tasks: list[Tasks] = []
        wanted = {job.id: job for job in jobs}
        for batch in batches(jobs, _MOST_IDS):
            ids = ",".join(job.id for job in batch)
            ended = self._run_on(cluster, "sacct", "-X", "-n", "-P", _PAST, "-j", ids)
            if ended.code != 0:
                return None
            found = [each for line in ended.output.splitlines() if (each := _accounted(line, wanted))]
            tasks += self._with_exact_codes(cluster, found)
        # Lines of several tasks are of pending ones, and late: the line of a single task knows better.
        return sorted(tasks, key=lambda each: each.ids is not None and sum(map(len, each.ids)) == 1)

    def _with_exact_codes(self, cluster: str, tasks: list[Tasks]) -> list[Tasks]:
        """Return tasks with the exit codes that accounting knows, as far as it prints them as JSON.

        Up to 25.05, sacct's other output has 9 for exit code 137 as well as for 9. Up to 22.05 its JSON has 0 for both.
        """
        doubtful = [each.task_job_id for each in tasks if each.state is State.FAILED and each.code in range(1, 128)]
        codes: dict[str, int] = {}
        for batch in batches(doubtful, _MOST_IDS):
            codes |= _codes(self._run_on(cluster, "sacct", "-X", "--json", "-j", ",".join(batch)).output)
        high = {job for job, code in codes.items() if 128 <= code < 256}
        return [
            each._replace(code=each.code + 128) if each.code and each.task_job_id in high and each.code < 128 else each
            for each in tasks
        ]

    def spent(self, jobs: Sequence[Job]) -> dict[str, int] | None:
        total: dict[str, int] = {}
        for cluster, of_cluster in _by_cluster(jobs):
            for batch in batches(of_cluster, _MOST_IDS):
                ids = ",".join(job.id for job in batch)
                ended = self._run_on(cluster, "sacct", "-X", "-n", "-P", "-D", _ALLOCATED, "-j", ids)
                if ended.code != 0:
                    return None
                for name, seconds in filter(None, map(_allocated, ended.output.splitlines())):
                    total[name] = total.get(name, 0) + seconds
        return total

    def cancel(self, tasks: Iterable[tuple[Job, Sequence[range] | None]]) -> None:
        words: dict[str, list[str]] = {}
        for job, ids in tasks:
            words.setdefault(job.cluster, []).extend(_cancelled(job, ids))
        for cluster, of_cluster in words.items():
            for line in command_lines(of_cluster):
                ended = self._run_on(cluster, "scancel", *line)
                if ended.code != 0 and not _GONE.search(ended.errors):
                    raise Unreachable(ended.failure("scancel"))

    def cluster(self) -> str:
        """Return the name in Slurm's configuration; none where the user chooses a cluster, whose name the jobs have."""
        found = re.search(r"^ClusterName\s*=\s*(\S+)", self._configuration, re.MULTILINE)
        return found[1] if found and not self._option("-M", "--clusters") else ""

    @cached_property
    def _configuration(self) -> str:
        return self._run_on("", "scontrol", "show", "config").output

    def limits(self) -> Limits:
        """Return the limits in Slurm's configuration.

        `MaxArraySize` is one more than the largest index, so an array that starts at 0 may have as many tasks.
        """
        config = self._configuration
        sizes = re.findall(r"^MaxArraySize\s*=\s*(\d{1,9})\b|\bmax_array_tasks=(\d{1,9})\b", config, re.MULTILINE)
        tasks = min((int(size) for pair in sizes for size in pair if size and int(size)), default=None)
        length = re.search(r"\bmax_script_size=(\d{1,9})\b", config)
        return Limits(tasks, int(length[1]) if length else None)

    def _table(self, program: str, cluster: str, *words: str) -> Iterator[tuple[str, str]]:
        """Ask for a table, and return the cluster and the text of each of its lines."""
        ended = self._run_on(cluster, program, *words)
        if ended.code != 0:
            raise Unreachable(ended.failure(program))
        for line in ended.output.splitlines():
            if line.startswith("CLUSTER: "):
                cluster = line.removeprefix("CLUSTER: ").strip()
            elif line:
                yield cluster, line

    def _run_on(self, cluster: str, program: str, *words: str) -> Ended:
        on = [f"--clusters={cluster}"] if cluster else []
        return self._run(program, *on, *words, SLURM_BITSTR_LEN="0", SLURM_TIME_FORMAT="%s")


def _by_cluster(jobs: Iterable[Job]) -> list[tuple[str, list[Job]]]:
    clusters: dict[str, list[Job]] = {}
    for job in jobs:
        clusters.setdefault(job.cluster, []).append(job)
    return list(clusters.items())


def _cancelled(job: Job, ids: Sequence[range] | None) -> list[str]:
    """Return scancel's words for these tasks of a job, or for the whole job."""
    if ids is None:
        return [job.id]
    parts = [text for part in ids for text in ([spelled_range(part)] if part.step == 1 and part else map(str, part))]
    return [f"{job.id}_[{','.join(batch)}]" for batch in batches(parts, _MOST_RANGES)]


def _is_cut(line: str) -> bool:
    return line.partition("#")[2].partition("#")[0].endswith("...")


@lru_cache  # accounting has a line for each task, and there are few words
def _state(word: str) -> State:
    """Return the state that Slurm has a word for: `CANCELLED by 1001`, `OUT_OF_ME+`."""
    word = (word.split() or [""])[0]
    if word.endswith("+"):
        states = {state for name, state in _STATE_OF.items() if name.startswith(word[:-1])}
        return states.pop() if len(states) == 1 else State.UNKNOWN
    return _STATE_OF.get(word, State.UNKNOWN)


def _ids(text: str) -> tuple[range, ...] | None:
    """Return the task ids of a line: `7`, `[3-9%2]`; None if it is no array's."""
    if _NUMBER.fullmatch(text):
        return (range(int(text), int(text) + 1),)
    ids = indices(text)
    return ids.ranges if ids else None


@lru_cache
def _exit_code(status: str, state: State) -> int | None:
    """Return an exit code, or 128 and the signal; None for a job that has not ended, or ended otherwise.

    squeue printed the status of wait(2), 768 for exit code 3, up to 22.05; since 23.02 it prints `3:0` as sacct does,
    the exit code and the signal. A 0 of a job that was not done means nothing: it timed out, or was cancelled.
    """
    if state in ALIVE:
        return None
    first, colon, second = status.strip().partition(":")
    if not _NUMBER.fullmatch(first) or (colon and not _NUMBER.fullmatch(second)):
        return None
    code, signal = (int(first), int(second)) if colon else (int(first) >> 8, int(first) & 127)
    code = code or (128 + signal if signal else 0)
    return code if code or state is State.DONE else None


def _allocated(line: str) -> tuple[str, int] | None:
    """Return the device in a line of sacct, such as `3600|cpu=4,gres/gpu=2,node=1`, and its seconds; None for none."""
    elapsed, _, text = line.partition("|")
    name, number = _devices(text)
    if not _NUMBER.fullmatch(elapsed) or not _NUMBER.fullmatch(number):
        return None
    return name, int(elapsed) * int(number)


@lru_cache
def _devices(text: str) -> tuple[str, str]:
    """Return the device in `cpu=4,gres/gpu=2,node=1`, and how many of them there are; empty for none."""
    numbers = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    name = "GPU" if "gres/gpu" in numbers else "CPU"
    return name, numbers.get("gres/gpu" if name == "GPU" else "cpu", "")


def _codes(text: str) -> dict[str, int]:
    """Return the exit codes in JSON of sacct, by the jobs' own ids; none if it is not JSON of that form.

    Up to 22.05 `return_code` is a number, since 23.02 an object with a `number`.
    """
    codes = {}
    try:
        for job in json.loads(text)["jobs"]:
            code = job["exit_code"]["return_code"]
            codes[str(job["job_id"])] = int(code["number"] if isinstance(code, dict) else code)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return {}
    return codes


def _queued(line: str, wanted: Mapping[str, Job]) -> Tasks | None:
    """Return the tasks in a line of squeue; None if they are of no wanted job."""
    job, task, task_job, word, status, node, reason, *comment = line.split("#", 7) + [""] * max(0, 6 - line.count("#"))
    if job not in wanted:
        return None
    state, reason = _state(word), reason.strip()
    code = _exit_code(status, state)
    token = next(iter(_TOKEN.findall(comment[0])), "") if comment and comment[0] else None
    return Tasks(wanted[job], _ids(task), state, code, "" if reason == "None" else reason, task_job, node, token)


def _accounted(line: str, wanted: Mapping[str, Job]) -> Tasks | None:
    """Return the tasks in a line of sacct; None if they are of no wanted job."""
    name, task_job, word, status, node, submitted, comment = (line.split("|", 6) + [""] * 6)[:7]
    job, _, task = name.partition("_")
    if job not in wanted:
        return None
    state = _state(word)
    code = _exit_code(status if ":" in status else "", state)
    where = task_job, "" if node == "None assigned" else node
    token = next(iter(_TOKEN.findall(comment)), None)  # most accounting keeps no comments
    time = int(submitted) if _TIME.fullmatch(submitted) else None
    return Tasks(wanted[job], _ids(task), state, code, "", *where, token, time)
