"""Compilations: which runs of a sweep were compiled to which scripts, and the items that these submit."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from json import dumps
from typing import Any

from heracles.ir import Runs, progressions
from heracles.store.digests import digest, sweep_name
from heracles.store.event import Event

__all__ = ["Compilation"]


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


def _origin(sweep: Runs, arguments: Sequence[str]) -> dict[str, Any]:
    """Return the fields that say what a sweep continues; none if it continues nothing."""
    if sweep.earlier is None:
        return {}
    return {"earlier": sweep_name(sweep.earlier, arguments), "asked": sweep_name(sweep.asked, arguments)}


def _triple(numbers: range) -> list[int]:
    return [numbers.start, numbers.stop, numbers.step]
