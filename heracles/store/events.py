"""The events of a journal, one class for each: it writes the event, reads it, and documents its fields.

A field is called in JSON what it is called here, unless its metadata has another name: the names of 0.1.0 stay. A field
that has its default value is left out. Ranges are written as [start, stop, step], tuples as lists.
"""

import enum
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache, cached_property
from hashlib import blake2b
from itertools import accumulate
from json import dumps
from types import UnionType
from typing import Any, ClassVar, NamedTuple, get_args, get_origin, get_type_hints

from heracles.ir import Subset, Sweep, progressions
from heracles.schedulers.client import State

__all__ = [
    "EVENTS",
    "FORMAT",
    "Announced",
    "AssumedSubmitted",
    "Compilation",
    "Deleted",
    "Ended",
    "Event",
    "Opened",
    "Rejected",
    "Released",
    "Seen",
    "Started",
    "Submitted",
    "TaskEnd",
    "Token",
    "Written",
    "as_json",
    "digest",
    "from_json",
    "sweep_name",
]

FORMAT = 2
"""The format that this version writes.

Whoever adds an event, or adds, removes or changes a field of one, increments it: an older Heracles must refuse the
journal rather than misread it. All formats down to 1 (0.1.0, which recorded no `open`) are read for ever; their samples
are in `tests/golden/journals`.
"""


class Token(NamedTuple):
    """Names one submission: the batch that announced it and its number there; `TOKEN.CALL` for a scheduler."""

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
    """The lines after this one are of format `format`; the first line of a journal since format 2."""

    name = "open"
    format: int


@dataclass(frozen=True)
class Compilation(Event):
    """Runs of a sweep were compiled to scripts.

    An *item* of it is a run or, if each run is an array of tasks of the user's own, one of these tasks; items are
    numbered from 0, all tasks of a run one after another.

    Attributes:
        sweep: The name of the sweep: a digest.
        key: What exit records and other events call the compilation: a digest.
        overrides, seed: What the sweep can be parsed from again.
        runs: The number of runs of the whole sweep.
        is_array: Whether one script holds all runs.
        file: The name of that script, or of the first one.
        numbers: The numbers of the compiled runs, in order; None for all runs of the sweep.
        tasks_per_run: How many tasks each run has.
        pack: How many items a task of the job array has.

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

    def __post_init__(self) -> None:
        if min(self.tasks_per_run, self.pack) < 1:
            raise ValueError("a run has no task, or a task no run")

    @classmethod
    def of(
        cls,
        runs: Sweep | Subset,
        overrides: Iterable[str] = (),
        *,
        is_array: bool,
        file: str = "",
        tasks_per_run: int = 1,
        pack: int = 1,
    ) -> "Compilation":
        """Return the compilation of runs of a sweep that was parsed from these overrides."""
        sweep = runs.sweep if isinstance(runs, Subset) else runs
        numbers = progressions(runs.numbers) if isinstance(runs, Subset) else None
        name = sweep_name(sweep)
        parts = None if numbers is None else list(map(_triple, numbers))
        key = digest(dumps([name, is_array, parts, tasks_per_run]).encode())
        whole = tuple(overrides), sweep.seed, sweep.size
        return cls(name, key, *whole, is_array, file, numbers, tasks_per_run, pack)

    @property
    def items(self) -> int:
        """How many items there are."""
        return self.tasks_per_run * (self.runs if self.numbers is None else sum(map(len, self.numbers)))

    @cached_property
    def _ends(self) -> list[int]:
        """The position, among the compiled runs, after each range of their numbers."""
        return list(accumulate(map(len, self.numbers or ())))

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
        pid, host: The Heracles that runs them locally, and the machine since its start.

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
    """A local run started: its process group, on the machine `host`."""

    name = "start"
    batch: str = field(metadata={"json": "token"})
    item: int
    pid: int
    host: str


@dataclass(frozen=True)
class Ended(Event):
    """A local run ended; the code is 128 + N after signal N, and None if the run was interrupted."""

    name = "end"
    batch: str = field(metadata={"json": "token"})
    item: int
    code: int | None


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


def sweep_name(sweep: Sweep) -> str:
    """Return what the journal calls a sweep: a digest of its overrides, its seed and its size."""
    return digest(dumps([str(sweep), sweep.seed, str(sweep.size)]).encode())


def as_json(event: Event) -> str:
    """Return the event's name and its fields as members of a JSON object: `"event":"start","token":"ab",…`."""
    members: dict[str, object] = {"event": event.name}
    for each in _fields(event.name):
        value = getattr(event, each.attribute)
        if value != each.default:
            members[each.name] = value
    return dumps(members, separators=(",", ":"), default=_plain)[1:-1]


def from_json(members: Mapping[str, Any], time: float) -> Event:
    """Return the event that the members of a JSON object describe, as `as_json` writes them.

    Args:
        members: All members, the event's name too.
        time: When it was recorded.

    Raises:
        ValueError: If there is no such event, or it has other fields.

    """
    kind = EVENTS.get(members.get("event", ""))
    if kind is None:
        raise ValueError("this version knows no such event")
    values: dict[str, Any] = {}
    for each in _fields(kind.name):
        if each.name in members:
            values[each.attribute] = each.read(members[each.name])
        elif each.default is MISSING:
            raise ValueError(f"the event has no '{each.name}'")
    if len(values) + 1 < len(members):
        raise ValueError("the event has a field that this version does not know")
    return kind(**values, time=time)


class _Field(NamedTuple):
    """A field of an event: its names here and in JSON, its default, and what reads its value."""

    attribute: str
    name: str
    default: object
    read: Callable[[Any], Any]


@cache
def _fields(name: str) -> tuple[_Field, ...]:
    kind = EVENTS[name]
    hints = get_type_hints(kind)
    return tuple(
        _Field(each.name, each.metadata.get("json", each.name), each.default, _reader(hints[each.name]))
        for each in fields(kind)
        if each.name != "time"
    )


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return what turns a JSON value into a value of a type, and raises ValueError for any other."""
    parts, origin = get_args(hint), get_origin(hint)
    if origin is UnionType:  # `X | None` is the only one
        inner = _reader(parts[0])
        return lambda value: None if value is None else inner(value)
    if origin is dict:
        item = _reader(parts[1])
        return lambda value: {key: item(each) for key, each in _checked(dict, value).items()}
    if origin is tuple and parts[1:] == (...,):
        item = _reader(parts[0])
        return lambda value: tuple(map(item, _checked(list, value)))
    if origin is tuple:
        readers = list(map(_reader, parts))
        return lambda value: tuple(_read_each(readers, value))
    return _plain_reader(hint)


def _plain_reader(hint: Any) -> Callable[[Any], Any]:
    if hint is range:
        numbers = [_reader(int)] * 3
        return lambda value: range(*_read_each(numbers, value))
    if issubclass(hint, enum.Enum):
        by_value: Callable[[Any], Any] = hint
        return by_value
    if issubclass(hint, tuple):  # a NamedTuple
        readers = list(map(_reader, get_type_hints(hint).values()))
        return lambda value: hint(*_read_each(readers, value))
    return lambda value: _checked(hint, value)


def _read_each(readers: list[Callable[[Any], Any]], value: Any) -> Iterable[Any]:
    return [read(each) for read, each in zip(readers, _checked(list, value), strict=True)]


def _checked(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value


def _plain(value: object) -> object:
    """Return what JSON has for a value that it does not know."""
    return value.value if isinstance(value, enum.Enum) else _triple(value) if isinstance(value, range) else None


def _triple(numbers: range) -> list[int]:
    return [numbers.start, numbers.stop, numbers.step]
