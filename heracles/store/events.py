"""The events of a journal, one class for each: its fields are what is written, what is read, and the documentation.

A field is called in JSON what it is called here, unless its metadata has another name: the names of 0.1.0 stay.
`heracles.store.codec` writes and reads them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate
from json import dumps
from typing import Any, ClassVar

from heracles.ir import DIMENSION_KINDS, Runs, progressions
from heracles.lean import NamedTuple
from heracles.schedulers.client import State
from heracles.schedulers.request import Request

__all__ = [
    "EVENTS",
    "FORMAT",
    "Announced",
    "AssumedSubmitted",
    "Compilation",
    "Deleted",
    "Ended",
    "Event",
    "Finished",
    "Opened",
    "Rejected",
    "Released",
    "Seen",
    "Started",
    "Submitted",
    "TaskEnd",
    "Token",
    "Written",
    "digest",
    "sweep_name",
]

FORMAT = 3
"""The format that this version writes.

Whoever adds an event, or adds, removes or changes a field of one, increments it: an older Heracles must refuse the
journal rather than misread it. All formats down to 1 (0.1.0, which recorded no `open`) are read for ever; their samples
are in `tests/golden/journals`.
"""


class Token(NamedTuple):
    """Names one submission: the batch that announced it and its number there; `BATCH.CALL` for a scheduler."""

    batch: str
    call: int

    def __str__(self) -> str:
        return f"{self.batch}.{self.call}"


class TaskEnd(NamedTuple):
    """How a task ended, as its scheduler reported it; `task` is None for a job that is no array."""

    job: str
    task: int | None
    state: State
    code: int | None


@dataclass(frozen=True)
class Event:
    """What happened at one time.

    Attributes:
        name: What the journal calls the event.
        time: When it was recorded, in seconds since 1970; 0 if it was not recorded yet.

    """

    name: ClassVar[str]
    time: float = field(default=0.0, kw_only=True, compare=False)


@dataclass(frozen=True)
class Opened(Event):
    """The first line of a journal since format 2, and the first one after the journal got elsewhere.

    Attributes:
        format: The format of the lines after this one.
        script: The name of the job script.
        home: The folder of the journal, absolute and without symbolic links.
        is_copy: Whether the lines before are those of another folder, which this one was copied from.
        inode: The number of the journal's inode, by which a journal is known that was not made here; None if unknown.

    """

    name = "open"
    format: int
    script: str = ""
    home: str = field(default="", metadata={"json": "folder"})
    is_copy: bool = field(default=False, metadata={"json": "copy"})
    inode: int | None = None


@dataclass(frozen=True)
class Compilation(Event):
    """Runs of a sweep were compiled to scripts.

    An *item* of it is a run or, if each run is an array of tasks of the user's own, one of these tasks; items are
    numbered from 0, all tasks of a run one after another.

    Attributes:
        sweep: The name of the sweep: a digest.
        key: What exit records and other events call the compilation: a digest.
        overrides, cases, exclude, where, sample, files, seed: What the sweep can be parsed from again: the arguments of
            `heracles.parse`; of each file of rows that the overrides name, its path and its text.
        digests: The path, from the folder of the script, and the digest of each file that a part of them was read from.
        runs: The number of runs of the whole sweep.
        is_array: Whether one script holds all runs.
        file: The name of that script, or of the first one.
        numbers: The numbers of the compiled runs, in order; None for all runs of the sweep.
        tasks_per_run: How many tasks each run has.
        pack: How many items a task of the job array has.
        arguments: The job script's own arguments.
        at: The line of the job script that the user chose for the overrides; None for none.
        command: The command on that line, which tells it from others if the script is edited.
        scheduler: The key of the scheduler that the array is written for; empty if it is unknown.
        earlier: The name of the sweep that this one continues, whose runs have the first numbers; empty for none. What
            the sweep can be parsed from is then the text of `asked`: `heracles.ir.growth` says which runs are new.
        asked: The name that the sweep would have alone; empty if it continues none.

    """

    name = "sweep"
    sweep: str
    key: str
    overrides: tuple[str, ...]
    seed: int
    runs: int
    is_array: bool = field(metadata={"json": "array"})
    file: str
    numbers: tuple[range, ...] | None
    tasks_per_run: int = field(metadata={"json": "own"})
    pack: int
    arguments: tuple[str, ...] = ()
    at: int | None = None
    command: str = ""
    cases: tuple[tuple[str, ...], ...] = ()
    exclude: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    sample: int | None = None
    scheduler: str = ""
    earlier: str = ""
    asked: str = ""
    files: tuple[tuple[str, str], ...] = ()
    digests: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if min(self.tasks_per_run, self.pack) < 1:
            raise ValueError("a run has no task, or a task no run")

    @classmethod
    def of(  # noqa: PLR0913 - each is a field
        cls,
        runs: Runs,
        overrides: Iterable[str] = (),
        *,
        is_array: bool,
        file: str = "",
        tasks_per_run: int = 1,
        pack: int = 1,
        arguments: tuple[str, ...] = (),
        at: int | None = None,
        command: str = "",
        cases: tuple[tuple[str, ...], ...] = (),
        exclude: tuple[str, ...] = (),
        where: tuple[str, ...] = (),
        sample: int | None = None,
        scheduler: str = "",
        files: tuple[tuple[str, str], ...] = (),
        digests: tuple[tuple[str, str], ...] = (),
    ) -> "Compilation":
        """Return the compilation of runs of a sweep that was parsed from this text."""
        sweep = runs.whole
        numbers = None if sweep is runs else progressions(runs.numbers)
        name = sweep_name(sweep, arguments)
        parts = None if numbers is None else list(map(_triple, numbers))
        key = digest(dumps([name, is_array, parts, tasks_per_run]).encode())
        whole = tuple(overrides), sweep.asked.seed, sweep.size
        script = arguments, at, command
        items = numbers, tasks_per_run, pack
        made = cls(
            name,
            key,
            *whole,
            is_array,
            file,
            *items,
            *script,
            cases,
            exclude,
            where,
            sample,
            scheduler,
            files=files,
            digests=digests,
        )
        return replace(made, **_origin(sweep, arguments))

    @property
    def items(self) -> int:
        """How many items there are."""
        return self.tasks_per_run * (self.runs if self.numbers is None else sum(map(len, self.numbers)))

    @cached_property
    def _ends(self) -> list[int]:
        """The position, among the compiled runs, after each range of their numbers."""
        return list(accumulate(map(len, self.numbers or ())))

    def in_whole(self, items: range) -> Iterator[range]:
        """Yield what some items would be, as ranges, if all runs of the sweep were compiled."""
        start, tasks = items.start, self.tasks_per_run
        while start < items.stop and self.numbers is not None:
            position = start // tasks
            place = bisect_right(self._ends, position)
            part, first = self.numbers[place], self._ends[place] - len(self.numbers[place])
            end = min(items.stop, tasks * (self._ends[place] if part.step == 1 else position + 1))
            shift = tasks * (part[position - first] - position)
            yield range(start + shift, end + shift)
            start = end
        if self.numbers is None:
            yield items

    def run(self, item: int) -> int:
        """Return the number, in the whole sweep, of the run that an item belongs to."""
        position = item // self.tasks_per_run
        if self.numbers is None:
            return position
        place = bisect_right(self._ends, position)
        return self.numbers[place][position - self._ends[place] + len(self.numbers[place])]


@dataclass(frozen=True)
class Written(Event):
    """Files are about to be written: the digest of the content of each, by its name."""

    name = "write"
    files: dict[str, str]


@dataclass(frozen=True)
class Deleted(Event):
    """Files were deleted: their names."""

    name = "remove"
    files: tuple[str, ...]


@dataclass(frozen=True)
class Announced(Event):
    """Submissions, or local runs, are about to be started.

    Attributes:
        batch: Names them together; submission k has `Token(batch, k)`.
        compilation: The key of the compilation.
        command: The words of the command that is called for each.
        items: The items of each submission, as (first, end).
        scheduler: The key of the scheduler; `local` for a program that is run here.
        folder: The folder that the command is called in.
        log: The pattern of the logs' paths; empty if it is unknown.
        on_hold: Whether the jobs are submitted on hold, to be released once their ids are recorded.
        is_single: Whether each job is one job and no array.
        attempt: The number of this retry, from 1; 0 for a first submission.
        pid, host: The Heracles that submits them or runs them locally, and the machine since its start.
        user: The user's name; empty if it was not recorded.
        cluster: The name of the scheduler's cluster; empty if it is unknown.
        source: The digest of the job script; empty if it was not recorded.
        round: How often all runs of the sweep were submitted again before.
        options: The words of the options that these items have in addition, and other items of the sweep have not.
        after: The tokens of the submissions without whose success none of these jobs starts.
        request: What each job, or each task of a job array, requests; None if that is unknown.

    """

    name = "intent"
    batch: str = field(metadata={"json": "token"})
    compilation: str = field(metadata={"json": "key"})
    command: tuple[str, ...]
    items: tuple[tuple[int, int], ...]
    scheduler: str = field(metadata={"json": "engine"})
    folder: str = field(metadata={"json": "cwd"})
    log: str = ""
    on_hold: bool = field(default=False, metadata={"json": "held"})
    is_single: bool = field(default=False, metadata={"json": "single"})
    attempt: int = 0
    pid: int | None = None
    host: str = ""
    user: str = ""
    cluster: str = ""
    source: str = ""
    round: int = 0
    options: tuple[str, ...] = ()
    after: tuple[Token, ...] = ()
    request: Request | None = None


@dataclass(frozen=True)
class Submitted(Event):
    """A submission was accepted; `job` is `ID` or `ID;CLUSTER`, None if its id is unknown."""

    name = "submit"
    batch: str = field(metadata={"json": "token"})
    call: int
    job: str | None


@dataclass(frozen=True)
class Rejected(Event):
    """These submissions were certainly not accepted."""

    name = "refuse"
    batch: str = field(metadata={"json": "token"})
    calls: tuple[int, ...]


@dataclass(frozen=True)
class Released(Event):
    """The jobs of these submissions, which were on hold, may run."""

    name = "release"
    batch: str = field(metadata={"json": "token"})
    calls: tuple[int, ...]


@dataclass(frozen=True)
class AssumedSubmitted(Event):
    """It is unknown whether a submission was accepted, and the user says to treat it as accepted."""

    name = "skip"
    batch: str = field(metadata={"json": "token"})
    call: int


@dataclass(frozen=True)
class Started(Event):
    """A local run started: its process group, on the machine `host`.

    Attributes:
        batch, item: Which run.
        pid: The id of its first process, which is that of its group too.
        host: The machine since its start.
        began: When that process started, in clock ticks since the machine's start; None if that is unknown.

    """

    name = "start"
    batch: str = field(metadata={"json": "token"})
    item: int
    pid: int
    host: str
    began: int | None = None


@dataclass(frozen=True)
class Ended(Event):
    """A local run ended.

    Attributes:
        batch, item: Which run.
        code: Its exit code, 128 + N after signal N; None if it was interrupted.
        scheduler: The key of the scheduler that it said it had submitted jobs to; empty for none.
        jobs: The ids of these jobs.

    """

    name = "end"
    batch: str = field(metadata={"json": "token"})
    item: int
    code: int | None
    scheduler: str = ""
    jobs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finished(Event):
    """All runs of a sweep were submitted, or run, again: the round of that number is complete, and was reported."""

    name = "round"
    sweep: str
    round: int


@dataclass(frozen=True)
class Seen(Event):
    """How tasks ended, as reported by a scheduler that soon forgets it."""

    name = "seen"
    tasks: tuple[TaskEnd, ...]


EVENTS: Mapping[str, type[Event]] = {kind.name: kind for kind in Event.__subclasses__()}
"""All events, by the name that the journal has for them."""


def digest(content: bytes) -> str:
    """Return the BLAKE2b hash of some content, as 16 hexadecimal digits."""
    return blake2b(content, digest_size=8).hexdigest()


def sweep_name(sweep: Runs, arguments: Sequence[str] = ()) -> str:
    """Return what the journal calls a sweep: a digest of overrides, seed, size, the script's arguments, and the rows of
    files."""
    given: list[object] = [list(arguments)] if arguments else []
    dimensions = dict.fromkeys(each for product in sweep.sweeps for each in product.dimensions)
    given += (DIMENSION_KINDS.write(each) for each in dimensions if each.is_file)
    return digest(dumps([str(sweep), sweep.seed, str(sweep.size), *given]).encode())


def _origin(sweep: Runs, arguments: Sequence[str]) -> dict[str, Any]:
    """Return the fields that say what a sweep continues; none if it continues nothing."""
    if sweep.earlier is None:
        return {}
    return {"earlier": sweep_name(sweep.earlier, arguments), "asked": sweep_name(sweep.asked, arguments)}


def _triple(numbers: range) -> list[int]:
    return [numbers.start, numbers.stop, numbers.step]
