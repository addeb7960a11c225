"""One job array for all runs of a sweep: one script, each task of which works out its own overrides."""

import math
import os.path
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from heracles.backends import array_script
from heracles.backends.array_layout import Array
from heracles.errors import HeraclesError
from heracles.ir import Runs
from heracles.jobs.plan import Plan, PlannedCall
from heracles.jobs.resources import ItemSet, in_order
from heracles.language.source import Source
from heracles.lint import body
from heracles.paths import Siblings
from heracles.schedulers.client import SubmitCall
from heracles.schedulers.indices import consecutive
from heracles.schedulers.limits import limits
from heracles.schedulers.scheduler import Scheduler
from heracles.script.job_script import JobScript
from heracles.store.events import Compilation

__all__ = ["JobArray", "job_array"]

_LIMITS_TIMEOUT = 10.0


class JobArray(Plan):
    """One script for all runs, each task of which works out its own overrides.

    Args:
        layout: How the runs are laid out over tasks; the key of its exit records is filled in here.

    """

    is_array = True

    def __init__(
        self,
        script: JobScript,
        given: Runs,
        source: Source,
        layout: Array,
        *,
        is_retry: bool = False,
        sets: Sequence[ItemSet] = (),
    ) -> None:
        runs, ordered = in_order(given, sets) if sets else (given, sets)
        super().__init__(script, runs, source, layout.scheduler, is_retry=is_retry, sets=ordered, name=layout.name)
        self.given = given
        self._places = None if runs is given else _places(sets)
        file = self.siblings.retry_script if is_retry else self.siblings.array_script
        self.compilation = Compilation.of(
            runs,
            is_array=True,
            file=file,
            tasks_per_run=layout.tasks_per_run,
            pack=layout.pack,
            scheduler=layout.scheduler.key,
            **self._recorded(),
        )
        self.layout = replace(layout, key=self.compilation.key, file=file)
        self._check_sets()

    def _check_sets(self) -> None:
        """Refuse a task with runs of several sets of options.

        Raises:
            HeraclesError: If there is one.

        """
        pack, ends = self.layout.pack, [each.items[-1].stop for each in self.sets[:-1]]
        if any(end % pack for end in ends):
            raise HeraclesError(
                f"--pack {pack} would put runs with different options of --with into one task: use --pack K with a K "
                f"that divides {math.gcd(*ends)}, or leave it out"
            )

    def in_order(self, items: Sequence[range]) -> list[range]:
        if self._places is None:
            return list(items)
        width = self.compilation.tasks_per_run
        pairs = (divmod(item, width) for part in items for item in part)
        return consecutive(sorted(self._places[position] * width + task for position, task in pairs))

    def items_of(self, run: int) -> range | None:
        items, pack = super().items_of(run), self.layout.pack
        return items and range(items.start // pack * pack, min(-(-items.stop // pack) * pack, self.items))

    @property
    def files(self) -> int:
        return 1

    @property
    def last_file(self) -> str:
        return self.compilation.file

    def check_script(self) -> None:
        """Refuse what can be seen to be impossible before the array script is made.

        Raises:
            HeraclesError: If it is.

        """
        body.check(self.script, self.scheduler, is_array=True)
        array_script.check(self.runs, self.layout)

    def check(self) -> list[str]:
        self.check_script()
        compiled = JobScript(self.siblings.path(self.compilation.file), self.content)
        body.check(compiled, self.scheduler, is_array=True)
        return super().check()

    def content_of(self, name: str) -> bytes:  # noqa: ARG002 - there is one
        return array_script.content(self.runs, self.layout)

    def names_among(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name == self.compilation.file]

    def contents(self) -> Iterator[tuple[str, bytes]]:
        yield self.compilation.file, self.content

    def calls(self, items: Sequence[range]) -> list[PlannedCall]:
        layout, path = self.layout, self.siblings.path(self.compilation.file)
        calls = []
        for part in layout.over(items):
            text = part.text(self.content) if self.scheduler.reads_input else None
            end = min((part.start + part.size) * layout.pack, layout.items)
            calls.append(PlannedCall(part.start * layout.pack, end, SubmitCall(path, part.words, part.arguments, text)))
        return calls

    def _local_call(self, item: int, run: int) -> SubmitCall:  # noqa: ARG002 - the script works it out
        return SubmitCall(self.siblings.path(self.compilation.file), after=(str(item),))


def job_array(  # noqa: PLR0913 - each is one option of the command line
    script: JobScript,
    runs: Runs,
    source: Source,
    scheduler: Scheduler,
    *,
    is_retry: bool = False,
    name: str = "",
    throttle: int | None = None,
    pack: int | None = None,
    parallel: int | None = None,
    max_tasks: int | None = None,
    sets: Sequence[ItemSet] = (),
) -> JobArray:
    """Lay runs out over the tasks of a job array.

    Args:
        script: The job script.
        runs: The runs, at least one.
        source: The text that the sweep can be compiled from again.
        scheduler: Whose array it is.
        is_retry: Whether these are runs of a sweep that was written before, to be run once more.
        name: The name of the sweep; empty for none.
        throttle: How many tasks may run at a time; None for what the script says.
        pack: How many items each task has; None for one.
        parallel: How many items of a task run at a time; None for one.
        max_tasks: How many tasks one submission may have; None for what the scheduler allows.
        sets: Which of the runs, by their positions, are submitted with which options; none for no options at all. The
            runs of a set become consecutive ones.

    Raises:
        HeraclesError: If the runs cannot be laid out like that.

    """
    if not scheduler.has_queue and (throttle or pack):
        name = "--throttle" if throttle else "--pack"
        raise HeraclesError(f"{name} is about the tasks of a scheduler's job array: name one with --scheduler")
    tasks, script_bytes = limits(scheduler, timeout=_LIMITS_TIMEOUT)
    siblings = Siblings(os.path.abspath(script.path), name)
    layout = Array(
        script,
        scheduler,
        runs.size,
        pack=pack or 1,
        parallel=parallel or 1,
        throttle=throttle,
        most=max_tasks or tasks,
        most_bytes=script_bytes,
        records=siblings.path(siblings.exit_records),
        name=name,
    )
    return JobArray(script, runs, source, layout, is_retry=is_retry, sets=sets)


def _places(sets: Sequence[ItemSet]) -> dict[int, int]:
    """Return where the run at each position is if those of a set stand one after another."""
    positions = (position for each in sets for part in each.items for position in part)
    return {position: place for place, position in enumerate(positions)}
