"""What a journal says of what was submitted: which runs, as which job, and whether that is known."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from heracles.ir import Subset, Sweep, progressions
from heracles.schedulers.client import Job

__all__ = ["Compiled", "Ledger", "Local", "Sent", "sweep_name"]


def sweep_name(sweep: Sweep) -> str:
    """Give what the journal calls a sweep: a digest of its overrides and its seed, 16 hexadecimal digits."""
    return _digest([str(sweep), sweep.seed, str(sweep.size)])


def _digest(data: object) -> str:
    return hashlib.blake2b(json.dumps(data).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Compiled:
    """Runs of a sweep, as they were compiled.

    Attributes:
        sweep: The name of the sweep.
        overrides, seed: What it was read from.
        runs: The number of runs of the whole sweep.
        is_array: Whether they are in one script.
        file: The name of that script; of the first, where each has one.
        numbers: The numbers of the runs that are compiled, as ranges; None for all of them.
        own: How many tasks each run has.
        pack: How many of them are in a task of the array.

    """

    sweep: str
    overrides: tuple[str, ...]
    seed: int
    runs: int
    is_array: bool
    file: str
    numbers: tuple[range, ...] | None = None
    own: int = 1
    pack: int = 1

    @property
    def key(self) -> str:
        """What the journal and the exit records call it: a digest, 16 hexadecimal digits."""
        numbers = None if self.numbers is None else list(map(_listed, self.numbers))
        return _digest([self.sweep, self.is_array, numbers, self.own])

    @classmethod
    def of(cls, runs: Sweep | Subset, overrides: Iterable[str], **fields: Any) -> "Compiled":
        """Describe runs of a sweep that was read from these overrides."""
        sweep = runs.sweep if isinstance(runs, Subset) else runs
        numbers = progressions(runs.numbers) if isinstance(runs, Subset) else None
        return cls(sweep_name(sweep), tuple(overrides), sweep.seed, sweep.size, numbers=numbers, **fields)

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> "Compiled":
        """Read it from a line of a journal."""
        numbers = record["numbers"]
        return cls(
            *(record["sweep"], tuple(record["overrides"]), record["seed"], record["runs"]),
            *(record["array"], record["file"], None if numbers is None else tuple(range(*part) for part in numbers)),
            *(record["own"], record["pack"]),
        )

    def record(self) -> dict[str, Any]:
        """Give the fields of its line of a journal."""
        numbers = None if self.numbers is None else list(map(_listed, self.numbers))
        fields = {"sweep": self.sweep, "key": self.key, "overrides": list(self.overrides), "seed": self.seed}
        shape = {"runs": self.runs, "array": self.is_array, "file": self.file, "numbers": numbers}
        return {**fields, **shape, "own": self.own, "pack": self.pack}

    def run(self, item: int) -> int:
        """Give the number, in the whole sweep, of the run that an item is of."""
        place = item // self.own
        for part in self.numbers or (range(self.runs),):
            if place < len(part):
                return part[place]
            place -= len(part)
        raise IndexError(item)


def _listed(part: range) -> list[int]:
    return [part.start, part.stop, part.step]


@dataclass
class Sent:
    """One call of a command, for some items.

    Attributes:
        token: What it was submitted under.
        compiled: What it submits items of.
        first, end: Which items: `first` up to but without `end`.
        intent: The line that announced it.
        outcome: `open` (nobody wrote down whether it was taken), `submitted`, `refused` or `skipped`.
        job: The job; None if it is not known.
        is_released: Whether it is not held any more.

    """

    token: str
    compiled: Compiled
    first: int
    end: int
    intent: Mapping[str, Any]
    outcome: str = "open"
    job: Job | None = None
    is_released: bool = False

    @property
    def engine(self) -> str:
        """The engine's key."""
        return str(self.intent["engine"])

    @property
    def is_local(self) -> bool:
        """Whether it is no scheduler's job, but a program that Heracles runs."""
        return self.engine == "local"


@dataclass
class Local:
    """A run that Heracles ran itself: `code` is None as long as it has not ended, or if it was interrupted."""

    pid: int
    host: str
    has_ended: bool = False
    code: int | None = None


@dataclass
class Ledger:
    """What was submitted for one script.

    Attributes:
        compiled: What was compiled, by its key.
        sweep: The name of the latest sweep; empty if there is none.
        sent: The calls, in order.
        local: The runs that were run here, by token and item.
        seen: How tasks ended, by job and task id: state and exit code.

    """

    compiled: dict[str, Compiled] = field(default_factory=dict)
    sweep: str = ""
    sent: list[Sent] = field(default_factory=list)
    local: dict[tuple[str, int], Local] = field(default_factory=dict)
    seen: dict[tuple[str, int | None], tuple[str, int | None]] = field(default_factory=dict)
    _calls: dict[tuple[str, int], Sent] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]]) -> "Ledger":
        """Read it from the lines of a journal; those that are of another version's shape say nothing."""
        ledger = cls()
        for record in records:
            with suppress(KeyError, TypeError, ValueError, AttributeError, IndexError):
                ledger.take(record)
        return ledger

    def take(self, record: Mapping[str, Any]) -> None:
        """Read one more line."""
        reader = getattr(self, f"_take_{record['event']}", None)
        if reader is not None:
            reader(record)

    def _take_sweep(self, record: Mapping[str, Any]) -> None:
        compiled = Compiled.read(record)
        self.compiled[str(record["key"])] = compiled
        self.sweep = compiled.sweep

    def _take_intent(self, record: Mapping[str, Any]) -> None:
        compiled = self.compiled[record["key"]]
        for number, (first, end) in enumerate(record["items"]):
            sent = Sent(f"{record['token']}.{number}", compiled, first, end, record)
            self._calls[record["token"], number] = sent
            self.sent.append(sent)

    def _take_submit(self, record: Mapping[str, Any]) -> None:
        sent = self._calls[record["token"], record["call"]]
        sent.outcome = "submitted"
        sent.job = Job.of(record["job"]) if record["job"] else None

    def _take_refuse(self, record: Mapping[str, Any]) -> None:
        for call in record["calls"]:
            self._calls[record["token"], call].outcome = "refused"

    def _take_skip(self, record: Mapping[str, Any]) -> None:
        self._calls[record["token"], record["call"]].outcome = "skipped"

    def _take_release(self, record: Mapping[str, Any]) -> None:
        for call in record["calls"]:
            self._calls[record["token"], call].is_released = True

    def _take_start(self, record: Mapping[str, Any]) -> None:
        self.local[record["token"], record["item"]] = Local(record["pid"], record["host"])

    def _take_end(self, record: Mapping[str, Any]) -> None:
        local = self.local[record["token"], record["item"]]
        local.has_ended, local.code = True, record["code"]

    def _take_seen(self, record: Mapping[str, Any]) -> None:
        for job, task, state, code in record["tasks"]:
            self.seen[job, task] = state, code

    def of_sweep(self, name: str) -> list[Sent]:
        """Give the calls that were, or may have been, taken for a sweep."""
        return [sent for sent in self.sent if sent.compiled.sweep == name and sent.outcome != "refused"]

    def in_doubt(self) -> list[Sent]:
        """Give the calls of which nobody wrote down whether they were taken."""
        return [sent for sent in self.sent if sent.outcome == "open" and not sent.is_local]

    def held(self) -> list[Sent]:
        """Give the calls whose jobs are held still, for the one that submitted them was stopped."""
        return [
            sent
            for sent in self.sent
            if sent.outcome == "submitted" and sent.job and not sent.is_released and sent.intent.get("held")
        ]
