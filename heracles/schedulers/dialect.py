"""What the schedulers' words are: one row of a table for each.

Sources: sbatch(1) and slurm.conf(5) of Slurm; qsub(1) of Grid Engine; the PBS Professional User's Guide, "Job Arrays";
bsub(1) of IBM Spectrum LSF.
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["NONE", "SCHEDULERS", "Indices", "Scheduler", "indices"]

_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?", re.ASCII)
_MOST_LISTED = 100_000
_LIMIT = re.compile(r"\[[^]]*\](?:%\d+)?$")


@dataclass(frozen=True)
class Indices:
    """The task ids of a job array, as `1-90:2` or `1,4,7` gives them.

    Attributes:
        ranges: The ids in order, none twice: ranges with a positive step, each behind the one before it.
        step: The last step that the text names, 1 if it names none: what Slurm tells the tasks.
        end: The last number that the text names: what Grid Engine tells the tasks.
        throttle: How many may run at once; 0 for any number.

    """

    ranges: tuple[range, ...]
    step: int
    end: int
    throttle: int = 0

    @property
    def size(self) -> int:
        """The number of ids."""
        return sum(map(len, self.ranges))

    @property
    def first(self) -> int:
        """The smallest id."""
        return self.ranges[0][0]

    @property
    def last(self) -> int:
        """The largest id."""
        return self.ranges[-1][-1]

    def __str__(self) -> str:
        return ",".join(map(_spelled, self.ranges))


def _spelled(ids: range) -> str:
    if len(ids) == 1:
        return str(ids[0])
    return f"{ids[0]}-{ids[-1]}{f':{ids.step}' if ids.step > 1 else ''}"


def indices(text: str) -> Indices | None:
    """Read the ids of an array: `1-90`, `1,4,7`, `[1-90:2]%5`; None if the text gives none."""
    listed, percent, most = text.partition("%")
    listed = listed[1:-1] if listed[:1] == "[" and listed[-1:] == "]" else listed
    matches = [_RANGE.fullmatch(part.strip()) for part in listed.split(",")]
    if percent and not re.fullmatch(r"[0-9]{1,9}", most):
        return None
    ranges, step, end = [], 1, 0
    for match in matches:
        if match is None or match[3] == "0" or int(match[2] or match[1]) < int(match[1]):
            return None
        step, end = int(match[3] or step), max(end, int(match[2] or match[1]))
        ranges.append(range(int(match[1]), int(match[2] or match[1]) + 1, int(match[3] or 1)))
    ranges.sort(key=lambda ids: ids[0])
    if any(before[-1] >= behind[0] for before, behind in itertools.pairwise(ranges)):
        if sum(map(len, ranges)) > _MOST_LISTED:
            return None
        ranges = [range(i, i + 1) for i in sorted(set().union(*ranges))]
    return Indices(tuple(ranges), step, end, int(most) if percent else 0)


@dataclass(frozen=True)
class Scheduler:
    """A scheduler's dialect.

    Attributes:
        key: What `--scheduler` calls it.
        name: What people call it.
        prefix: What its directives begin with.
        submit: The command that submits a script.
        options: The option that asks for an array, in its spellings.
        asking: A pattern of the words that begin with it; its group `value` is what is joined to it there.
        throttles: The option that says how many tasks run at a time, if that is another one.
        array: Gives the words that ask for an array, of the first and last id, the throttle (0 for none) and a name.
        job_id: A pattern of what `submit` prints of a job; its group 1 is the id.
        task: The variable in which a task finds its id.
        job: The variable in which a job finds its own.
        others: What else a task is told of its array: variables, and the `Indices` attribute that each has.
        base: The smallest id.
        single: Whether an array's ids are one range alone.
        fewest: The fewest tasks that it takes for an array.
        most: How many tasks it takes for an array, unless it is set up otherwise.
        most_bytes: How long a script may be, unless it is set up otherwise; 0 for any length.
        offset: How a later part of a sweep that is too long for one array is told where it starts: `index` (the ids
            go on), `argument` (`+1000` behind the script) or `text` (a line of the script says it).
        log, error_log: The options that name the logs.
        job_name: The option that names the job.
        folder: The option that names the working folder; empty if there is none.
        reads_whole: Whether directives count in the whole script, not before its first command alone.
        flags: The short options that take no value, and may have another one joined to them.
        joins: Whether its options are getopt's: values may be joined to short ones, and long ones cut short.
        reads_input: Whether `submit` reads the script from its standard input.

    """

    key: str
    name: str
    prefix: str = ""
    submit: str = ""
    options: tuple[str, ...] = ()
    asking: str = ""
    throttles: tuple[str, ...] = ()
    array: Callable[[int, int, int, str], tuple[str, ...]] = lambda *_: ()
    job_id: str = ""
    task: str = ""
    job: str = ""
    others: tuple[tuple[str, str], ...] = ()
    base: int = 0
    single: bool = False
    fewest: int = 1
    most: int = 0
    most_bytes: int = 0
    offset: str = "argument"
    log: tuple[str, ...] = ()
    error_log: tuple[str, ...] = ()
    job_name: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    reads_whole: bool = False
    flags: str = ""
    joins: bool = False
    reads_input: bool = False

    def ids(self, value: str) -> Indices | None:
        """Read the value of the array option; None if it asks for no array, or cannot be read."""
        if self.key == "lsf":
            match = _LIMIT.search(value)
            value = match[0] if match else ""
        ids = indices(value)
        return None if (ids and ids.first < self.base) or (self.single and "," in value) else ids

    def asks_for_array(self, words: list[str]) -> str:
        """Give the word, of a command's words, that asks for an array; empty if there is none."""
        names = [word.rpartition("/")[2] for word in words]
        own = words[names.index(self.submit) + 1 :] if self.submit in names else []
        for word, following in itertools.pairwise([*own, ""]):
            match = re.fullmatch(self.asking, word) if self.asking else None
            value = (match["value"] or following) if match else ""
            if match and (word.startswith("--") or re.search(r"\[" if self.key == "lsf" else r"^[\d\[]", value)):
                return word
        return ""


def _percent(throttle: int) -> str:
    return f"%{throttle}" if throttle else ""


def _slurm(first: int, last: int, throttle: int, _: str) -> tuple[str, ...]:
    return (f"--array={first}-{last}{_percent(throttle)}" if last > first else f"--array={first}{_percent(throttle)}",)


def _gridengine(first: int, last: int, throttle: int, _: str) -> tuple[str, ...]:
    return ("-t", f"{first}-{last}", *(("-tc", str(throttle)) if throttle else ()))


def _pbs(first: int, last: int, throttle: int, _: str) -> tuple[str, ...]:
    return ("-J", f"{first}-{last}{_percent(throttle)}")


def _lsf(first: int, last: int, throttle: int, name: str) -> tuple[str, ...]:
    return ("-J", f"{name}[{first}-{last}]{_percent(throttle)}")


NONE = Scheduler("none", "no scheduler")
"""Plain bash: runs are numbers behind the script, given by hand, a loop or GNU parallel."""

SCHEDULERS = {
    scheduler.key: scheduler
    for scheduler in (
        Scheduler(
            key="slurm",
            name="Slurm",
            prefix="#SBATCH",
            submit="sbatch",
            options=("-a", "--array"),
            asking=r"(?:--ar(?:r(?:ay?)?)?(?:=|\Z)|-a)(?P<value>.*)",
            array=_slurm,
            job_id=r"(?:Submitted batch job )?(\d+)(?:;\S+| on cluster \S+)?",
            task="SLURM_ARRAY_TASK_ID",
            job="SLURM_JOB_ID",
            others=(
                ("SLURM_ARRAY_TASK_COUNT", "size"),
                ("SLURM_ARRAY_TASK_MIN", "first"),
                ("SLURM_ARRAY_TASK_MAX", "last"),
                ("SLURM_ARRAY_TASK_STEP", "step"),
            ),
            most=1001,
            most_bytes=4 * 2**20,
            log=("-o", "--output"),
            error_log=("-e", "--error"),
            job_name=("-J", "--job-name"),
            folder=("-D", "--chdir"),
            flags="HOQVWhksv",
            joins=True,
        ),
        Scheduler(
            key="gridengine",
            name="Grid Engine",
            prefix="#$",
            submit="qsub",
            options=("-t",),
            asking=r"-t(?P<value>)",
            throttles=("-tc",),
            array=_gridengine,
            job_id=r"(?:Your job(?:-array)? )?(\d+)(?:\..*| \(.*)?",
            task="SGE_TASK_ID",
            job="JOB_ID",
            others=(("SGE_TASK_FIRST", "first"), ("SGE_TASK_LAST", "end"), ("SGE_TASK_STEPSIZE", "step")),
            base=1,
            single=True,
            most=75_000,
            offset="index",
            log=("-o",),
            error_log=("-e",),
            job_name=("-N",),
            folder=("-wd",),
            reads_whole=True,
        ),
        Scheduler(
            key="pbs",
            name="PBS",
            prefix="#PBS",
            submit="qsub",
            options=("-J",),
            asking=r"-J(?P<value>.*)",
            array=_pbs,
            job_id=r"(\d+)(?:\[\])?(?:\.\S+)?",
            task="PBS_ARRAY_INDEX",
            job="PBS_JOBID",
            single=True,
            fewest=2,
            most=10_000,
            offset="index",
            log=("-o",),
            error_log=("-e",),
            job_name=("-N",),
            joins=True,
        ),
        Scheduler(
            key="lsf",
            name="LSF",
            prefix="#BSUB",
            submit="bsub",
            options=("-J",),
            asking=r"-J(?P<value>.*)",
            array=_lsf,
            job_id=r"Job <(\d+)> is submitted.*",
            task="LSB_JOBINDEX",
            job="LSB_JOBID",
            others=(("LSB_JOBINDEX_END", "end"), ("LSB_JOBINDEX_STEP", "step")),
            base=1,
            most=1000,
            offset="text",
            log=("-o", "-oo"),
            error_log=("-e", "-eo"),
            job_name=("-J",),
            folder=("-cwd",),
            reads_whole=True,
            reads_input=True,
        ),
        NONE,
    )
}
"""The schedulers, by the name that `--scheduler` takes."""
