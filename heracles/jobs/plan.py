"""What would be written for a sweep, and called with it; here, with a script for each run."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from heracles.backends import run_script
from heracles.errors import ScriptError
from heracles.ir import Runs
from heracles.jobs.resources import ItemSet
from heracles.language.source import Source
from heracles.lean import NamedTuple
from heracles.paths import Siblings
from heracles.schedulers.client import SubmitCall
from heracles.schedulers.registry import NONE
from heracles.schedulers.scheduler import Scheduler
from heracles.script.job_script import JobScript
from heracles.script.syntax_check import check_syntax
from heracles.store.digests import digest
from heracles.store.events import Compilation

__all__ = ["LocalCall", "Plan", "PlannedCall", "ScriptPerRun"]


class PlannedCall(NamedTuple):
    """A call of a submit command, for the items from `first` up to, but without, `end`."""

    first: int
    end: int
    call: SubmitCall


class LocalCall(NamedTuple):
    """A call of a command that runs one item here; `log` is the path of a file for what it prints."""

    item: int
    call: SubmitCall
    log: str


class Plan:
    """What would be written and called for some runs of a sweep.

    Args:
        script: The job script.
        runs: The runs, at least one.
        source: The text that the sweep can be compiled from again.
        scheduler: The scheduler that it is meant for.
        is_retry: Whether these are runs of a sweep that was written before, to be run once more.
        sets: Which of the runs, by their positions, are submitted with which options; none for no options at all.
        name: The name of the sweep, for which files of its own are kept; empty for none.

    Attributes:
        given: The runs in the order in which they were given; `runs` has those of a set one after another, in an array.
        siblings: The names of the files beside the script.
        compilation: What is recorded of it.
        is_array: Whether one script holds all runs.

    """

    is_array: bool
    compilation: Compilation

    def __init__(  # noqa: PLR0913 - each is a part of what is planned
        self,
        script: JobScript,
        runs: Runs,
        source: Source,
        scheduler: Scheduler,
        *,
        is_retry: bool,
        sets: Sequence[ItemSet] = (),
        name: str = "",
    ) -> None:
        self.script = script
        self.runs = self.given = runs
        self.source = source
        self.scheduler = scheduler
        self.is_retry = is_retry
        self.siblings = Siblings(script.path, name)
        self._sets = sets or [ItemSet((), [range(runs.size)])]

    def _recorded(self) -> dict[str, Any]:
        """Return what is recorded of the sweep's text, and of how the overrides get into the script."""
        script = self.script
        command = script.target.shown if script.at is not None and script.target else ""
        return {**self.source._asdict(), "arguments": script.arguments, "at": script.at, "command": command}

    @property
    def script_digest(self) -> str:
        """The digest of the job script."""
        return digest(self.script.content)

    @property
    def items(self) -> int:
        """How many items there are: runs, or tasks if each run has several."""
        return self.compilation.items

    @property
    def sets(self) -> list[ItemSet]:
        """The items that are submitted with the same options, in the order of the submissions."""
        width = self.compilation.tasks_per_run
        return [
            ItemSet(options, [range(part.start * width, part.stop * width) for part in positions])
            for options, positions in self._sets
        ]

    def in_order(self, items: Sequence[range]) -> list[range]:
        """Return items as the plan has them, of those that the runs have in the order in which they were given."""
        return list(items)

    def items_of(self, run: int) -> range | None:
        """Return the items that are submitted with those of a run; None if it is none of the plan's."""
        numbers, width = self.runs.numbers, self.compilation.tasks_per_run
        if run not in numbers:
            return None
        position = numbers.index(run)
        return range(position * width, (position + 1) * width)

    @property
    def noun(self) -> str:
        """What an item is called: `run` or `task`."""
        return "run" if self.compilation.tasks_per_run == 1 else "task"

    @property
    def files(self) -> int:
        """How many files would be written."""
        raise NotImplementedError

    @property
    def last_file(self) -> str:
        """The name of the last file; the first is `compilation.file`."""
        raise NotImplementedError

    @cached_property
    def content(self) -> bytes:
        """The content of the first or only file.

        Raises:
            HeraclesError: If the overrides cannot be added to the script.

        """
        return self.content_of(self.compilation.file)

    def check(self) -> list[str]:
        """Return warnings about what would be written.

        Raises:
            HeraclesError: If it cannot be written, or if bash could not read it though it reads the job script.

        """
        content, script = self.content, self.script
        problem = check_syntax(content) if script.is_for_bash else ""
        if not problem:
            return []
        own = check_syntax(script.content)
        if not own:
            raise ScriptError(f"bash cannot read {script.name} after the overrides are added: {problem}")
        # Bash may read it all the same, after the script has set its options.
        return [f"bash -n reports an error in {script.name}: {own}"]

    def content_of(self, name: str) -> bytes:
        """Return the content that a file of the plan would get."""
        raise NotImplementedError

    def names_among(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that this plan's files have, in the order of the runs."""
        raise NotImplementedError

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the content of each file."""
        raise NotImplementedError

    def calls(self, items: Sequence[range]) -> list[PlannedCall]:
        """Return the calls of a submit command that submit some items, given as ranges in order.

        Raises:
            HeraclesError: If these items alone cannot be submitted.

        """
        raise NotImplementedError

    def local_calls(self, items: Iterable[range]) -> Iterator[LocalCall]:
        """Yield the calls that run some items here."""
        for item in (item for part in items for item in part):
            run = self.compilation.run(item)
            yield LocalCall(item, self._local_call(item, run), self.siblings.path(self.siblings.log(run)))

    def _local_call(self, item: int, run: int) -> SubmitCall:
        raise NotImplementedError


class ScriptPerRun(Plan):
    """A script for each run, which keeps its number in the whole sweep."""

    is_array = False

    def __init__(  # noqa: PLR0913 - each is a part of what is planned
        self,
        script: JobScript,
        runs: Runs,
        source: Source,
        scheduler: Scheduler = NONE,
        *,
        is_retry: bool = False,
        sets: Sequence[ItemSet] = (),
        name: str = "",
    ) -> None:
        super().__init__(script, runs, source, scheduler, is_retry=is_retry, sets=sets, name=name)
        self._sweep = runs.whole
        self._numbers = runs.numbers
        first = self.siblings.run_script(self._numbers[0])
        self.compilation = Compilation.of(runs, is_array=False, file=first, **self._recorded())

    @property
    def files(self) -> int:
        return self.runs.size

    @property
    def last_file(self) -> str:
        return self.siblings.run_script(self._numbers[-1])

    def content_of(self, name: str) -> bytes:
        return run_script.content(self._sweep[self.siblings.run_of_script(name) or 0], self.script)

    def names_among(self, names: Iterable[str]) -> list[str]:
        numbers = self._numbers if isinstance(self._numbers, range) else set(self._numbers)
        runs = sorted(run for run in map(self.siblings.run_of_script, names) if run is not None)
        return [self.siblings.run_script(run) for run in runs if run in numbers]

    def contents(self) -> Iterator[tuple[str, bytes]]:
        names = map(self.siblings.run_script, self._numbers)
        return zip(names, run_script.contents(self.runs, self.script), strict=True)

    def calls(self, items: Sequence[range]) -> list[PlannedCall]:
        return [PlannedCall(item, item + 1, self._call(item)) for part in items for item in part]

    def _call(self, item: int) -> SubmitCall:
        return SubmitCall(self.siblings.path(self.siblings.run_script(self._numbers[item])))

    def _local_call(self, item: int, run: int) -> SubmitCall:  # noqa: ARG002 - the script is the run's own
        return self._call(item)
