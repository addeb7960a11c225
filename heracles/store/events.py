"""The events of a journal, one class for each: its fields are what is written, what is read, and the documentation.

A field is called in JSON what it is called here, unless its metadata has another name: the names of 0.1.0 stay.
`heracles.store.codec` writes and reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from heracles.lean import NamedTuple
from heracles.schedulers.client import State
from heracles.schedulers.request import Request
from heracles.store.compilation import Compilation
from heracles.store.event import Event

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
