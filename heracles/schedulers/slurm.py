"""Slurm: its words, the names of its logs, and the scripts that it rejects.

Sources: sbatch(1) and slurm.conf(5); sbatch's opt.c for what it rejects, as Slurm 22.05 follows it.
"""

import os.path
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from heracles.lean import pattern
from heracles.schedulers.directives import Directive, Option, Word, directives, header_end, named
from heracles.schedulers.scheduler import Finding, LogTask, Scheduler
from heracles.schedulers.slurm_options import SlurmOptions

if TYPE_CHECKING:
    from heracles.schedulers.client import Job

__all__ = ["Slurm"]

_IN_NAMES = pattern(r"%(%|(\d*)([AabJjNnrSstux]))", re.ASCII)
_PATTERN = pattern(r"%\d*([A-Za-z%])")
_SAME_FOR_ALL_TASKS = frozenset("ANnrstux%")
_MOST_RESTARTS = 100
_NO_ARRAY_TASK = "4294967294"  # NO_VAL of slurm.h
_KEPT = ("SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_CLUSTERS", "SLURM_SACK_SOCKET", "SLURM_TIME_FORMAT")
_OPEN_QUOTE = pattern(r"""\s*(["'])""", re.ASCII)
_PARTS = pattern(r"\b(?:het|pack)job\b", re.IGNORECASE)
_HETEROGENEOUS = pattern(
    r"^#SBATCH[ \t]+(?:het|pack)job[ \t]*$", re.MULTILINE | re.IGNORECASE, needs=["hetjob", "packjob"]
)
# fmt: off
_VALUELESS = frozenset([
    "--contiguous", "--exclusive", "--get-user-env", "--help", "--hold", "--ignore-pbs", "--nice", "--no-kill",
    "--no-requeue", "--overcommit", "--oversubscribe", "--parsable", "--propagate", "--quiet", "--reboot", "--requeue",
    "--spread-job", "--test-only", "--usage", "--use-min-nodes", "--verbose", "--version", "--wait",
])
# fmt: on
_SAME = """
--account -A|--array -a|--extra-node-info -B|--begin -b|--constraint -C|--cpus-per-task -c|--chdir -D|--dependency -d
--error -e|--nodefile -F|--gpus -G|--hold -H|--help -h|--input -i|--job-name -J|--no-kill -k|--licenses -L|--clusters -M
--distribution -m|--nodes -N|--ntasks -n|--overcommit -O|--output -o|--partition -p|--quiet -Q|--qos -q|--core-spec -S
--oversubscribe -s|--time -t|--version -V|--verbose -v|--wait -W|--nodelist -w|--exclude -x|--time-min|--exclusive
--mem --mem-per-cpu --mem-per-gpu|--requeue --no-requeue
"""
"""The options of sbatch(1) that have several spellings, those that exclude one another, and what begins like them."""


class Slurm(Scheduler):
    """Slurm, from 20.11 on."""

    key = "slurm"
    name = "Slurm"
    prefix = "#SBATCH"
    prefix_end = ""
    flags = "HOQVWhksv"
    joins = True
    same = tuple(tuple(names.split()) for names in _SAME.replace("\n", "|").split("|") if names)
    # fmt: off
    reserved = frozenset([
        "--array", "--clusters", "--dependency", "--help", "--hold", "--parsable", "--quiet", "--test-only", "--usage",
        "--version", "--wait", "--wrap",
    ])
    # fmt: on
    submit = "sbatch"
    cancel = "scancel"
    job_id = r"(?:Submitted batch job )?(\d+)(?:;(\S+)| on cluster (\S+))?"
    confirmation = r"Submitted batch job (\d+)\b"
    array_options = ("-a", "--array")
    array_word = r"(?:--ar(?:r(?:ay?)?)?(?:=|\Z)|-a)(?P<value>.*)"
    task = "SLURM_ARRAY_TASK_ID"
    job = "SLURM_JOB_ID"
    array_variables = (
        ("SLURM_ARRAY_TASK_COUNT", "size"),
        ("SLURM_ARRAY_TASK_MIN", "first"),
        ("SLURM_ARRAY_TASK_MAX", "last"),
        ("SLURM_ARRAY_TASK_STEP", "step"),
    )
    most = 1001
    most_bytes = 4 * 2**20
    limits_program = "scontrol"
    requests = "heracles.schedulers.requests.slurm:request"
    log = ("-o", "--output")
    error_log = ("-e", "--error")
    job_name = ("-J", "--job-name")
    folder = ("-D", "--chdir")
    starts_in_submit_folder = True
    submit_folder_variable = "SLURM_SUBMIT_DIR"
    literal = "all"
    free_text = ("--comment",)
    log_pattern_of: Mapping[str, str] = {
        "SLURM_ARRAY_JOB_ID": "%A",
        "SLURM_ARRAY_TASK_ID": "%a",
        "SLURM_JOB_ID": "%j",
        "USER": "%u",
    }
    missing_folder = "every run fails before its first command and leaves no log"
    job_folder_pattern = r"%\d*[AJj]"
    job_name_pattern = "%x"
    task_job_expression = "$SLURM_JOB_ID"
    node_expression = "${SLURMD_NODENAME:-$HOSTNAME}"
    restarts_expression = "${SLURM_RESTART_COUNT:-}"

    @property
    def job_expression(self) -> str:
        """The id of the array, or of a job that is none."""
        return "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}"

    def most_values(self, word: str) -> int:
        return int(_takes_value(word))

    def array(self, first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:  # noqa: ARG002
        ids, limit = f"{first}-{last}" if last > first else str(first), f"%{throttle}" if throttle else ""
        return (f"--array={ids}{limit}",)

    def submit_options(
        self, command: Sequence[str], script: str = "", environment: Mapping[str, str] | None = None
    ) -> SlurmOptions:
        return SlurmOptions(self, command, script, _scrubbed(os.environ if environment is None else environment))

    def log_path(self, pattern: str, task: LogTask) -> str:
        """Return the path of a task's log, by sbatch(1), "filename pattern": `slurm-%A_%4a.out`.

        `%b` (from 24.05 on) and `%r` (from 25.11 on) stand for themselves in older versions, and a requeued job has a
        log for each `%r`: of the paths that may be meant, the last one that exists is returned. The id of `%S` (from
        25.11 on) is not known.
        """
        if "\\" in pattern:  # which makes every % literal
            return pattern.replace("\\", "")
        index = _NO_ARRAY_TASK if task.task is None else str(task.task)
        values = {
            "A": task.job,
            "a": index,
            "j": task.task_job_id,
            "J": task.task_job_id,
            "N": task.node.partition(".")[0],
            "n": "0",
            "s": "batch",
            "t": "0",
            "u": task.user,
            "x": task.script,
            "S": "",
        }
        letters = {match[3] for match in _IN_NAMES.finditer(pattern)}
        if any(values.get(letter) == "" for letter in letters):
            return ""
        if not letters & {"b", "r"}:
            return _filled(pattern, values)
        task_digit, restarts = {"b": index[-1]}, range(_MOST_RESTARTS if "r" in letters else 1)
        readings = [{}, task_digit, *({**task_digit, "r": str(count)} for count in restarts)]
        paths = [_filled(pattern, {**values, **reading}) for reading in readings]
        return next(filter(os.path.exists, reversed(paths)), paths[2])

    def release_hint(self, job: "Job") -> str:
        return f"scontrol {f'--clusters={job.cluster} ' if job.cluster else ''}release {job.id}"

    def rejected(self, script: str, *, is_array: bool) -> Iterator[Finding]:
        if not script.startswith("#!"):
            reason = "Slurm rejects a script without #! on its first line: put #!/bin/bash above it"
            yield Finding(0, len(script), reason)
        lines = [line for line in directives(script, self) if line.counts]
        for line in lines:
            quote = _OPEN_QUOTE.match(script, line.rest, line.end)
            if quote and not script.startswith(quote[1], quote.end()):
                reason = "this quote is never closed, so Slurm rejects the script"
                yield Finding(quote.start(1), line.end, reason)
        yield from _stray_words(
            word for line in lines if not _PARTS.search(script, line.start, line.end) for word in line.words
        )
        parts = _HETEROGENEOUS.search(script, 0, header_end(script, self))
        if parts and (is_array or named(lines, self.array_options, self)):
            reason = "Slurm accepts no array of a heterogeneous job: delete this line or the array"
            yield Finding(*parts.span(), reason)

    def overwritten_logs(self, found: Sequence[Directive]) -> Iterator[tuple[Option, str]]:
        mode = named(found, ["--open-mode"], self)
        if mode and mode[-1].text[:1] in ("a", "A"):
            return
        for names in (self.log, self.error_log):
            for option in named(found, names, self)[-1:]:
                path = option.text
                is_file = path not in ("", "none") and not re.search(r"^/dev/|[$\\]", path)
                if is_file and not set(_PATTERN.findall(path)) - _SAME_FOR_ALL_TASKS:
                    stem, suffix = os.path.splitext(path)
                    yield option, path.replace("%A", "%A_%a", 1) if "%A" in path else f"{stem}-%a{suffix}"


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    """Return a log's name with these values of letters; other letters stay. The number before a letter is a width."""

    def value(match: re.Match[str]) -> str:
        if match[1] == "%":
            return "%"
        return values[match[3]].zfill(min(int(match[2][:3] or 0), 10)) if match[3] in values else match[0]

    return _IN_NAMES.sub(value, pattern)


def _scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what a job in which Heracles runs would pass on to the jobs that it submits.

    Such as the memory and the CPU binding of that job. What says which Slurm it is stays. `SLURM_EXIT_ERROR` goes in
    any case: it sets the exit code of a rejection, which may be 0.
    """
    if "SLURM_JOB_ID" not in environment:
        return {name: value for name, value in environment.items() if name != "SLURM_EXIT_ERROR"}
    foreign = ("SLURM_", "SLURMD_", "PMI_", "PMI2_", "PMIX_")
    return {name: value for name, value in environment.items() if name in _KEPT or not name.startswith(foreign)}


def _stray_words(words: Iterator[Word]) -> Iterator[Finding]:
    """Return the words that are neither an option nor the value of one."""
    takes_value = False
    for word in words:
        is_option = word.text.startswith("-") and word.text != "-"
        if not is_option and not takes_value:
            remedy = "put quotes around a value with spaces, and # before a comment"
            yield Finding(word.start, word.end, f"this belongs to no option, so Slurm rejects the script: {remedy}")
        takes_value = is_option and _takes_value(word.text)


def _takes_value(word: str) -> bool:
    """Return whether the word after an option may be its value."""
    if word.startswith("--"):
        return "=" not in word and word not in _VALUELESS
    return len(word[1:].lstrip(Slurm.flags)) == 1
