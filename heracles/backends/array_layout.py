"""How the runs of a sweep are laid out over the tasks of job arrays.

An item is what a task does once: a run, or, if the script requests an array of its own, one task of that array in a
run. Items are numbered from 0, those of run 0 first; each task of the compiled array does `pack` of them.
"""

import os.path
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from heracles.errors import HeraclesError
from heracles.lean import pattern
from heracles.paths import Siblings
from heracles.schedulers.directives import Option, directives, named
from heracles.schedulers.indices import Indices
from heracles.schedulers.scheduler import Scheduler
from heracles.script.job_script import JobScript

__all__ = ["Array", "Part", "array_options"]

_NOT_IN_A_NAME = pattern(r"[\s/:@\\*?\[\]\"']")


@dataclass(frozen=True)
class Part:
    """A range of an array's tasks that is one submission.

    Attributes:
        start: The number of its first task among all tasks.
        size: The number of its tasks.
        words: The words that request it on the submit command's line: `--array=0-999`; none if it is too short for an
            array.
        arguments: The words after the script: `+1000`.
        line: A line of the script and its replacement in this submission; None if the script is submitted unchanged.

    """

    start: int
    size: int
    words: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    line: tuple[str, str] | None = None

    def text(self, content: bytes) -> bytes:
        """Return the array script as this submission needs it."""
        if self.line is None:
            return content
        old, new = (f"\n{line}\n".encode() for line in self.line)
        return content.replace(old, new, 1)


@dataclass(frozen=True)
class Array:
    """How runs are laid out over the tasks of a job array.

    Args:
        script: The job script.
        scheduler: The scheduler of the array.
        runs: The number of runs.
        pack: The number of items that a task does.
        parallel: The number of these that run at a time.
        throttle: The number of tasks that run at a time; None for what the script says.
        most: The largest number of tasks in one array; None for the scheduler's usual default.
        most_bytes: The largest array script in bytes; None for the scheduler's usual default.
        records: The absolute path of the folder of the exit records; empty for none.
        key: The name of this compilation in the exit records: letters and digits.
        file: The array script's name, without a folder; by default that of the first submission, `sbatch_hydra.sh`.
        name: The name of the sweep, which is put into that of the job; empty for none.

    Attributes:
        user_array: The array that the job script itself requests; None if it requests none.

    Raises:
        ScriptError: If the script's own array cannot be read.
        HeraclesError: If so few tasks are allowed that the last ones make no array.

    """

    script: JobScript
    scheduler: Scheduler
    runs: int
    pack: int = 1
    parallel: int = 1
    throttle: int | None = None
    most: int | None = None
    most_bytes: int | None = None
    records: str = ""
    key: str = ""
    file: str = ""
    name: str = ""
    user_array: Indices | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "user_array", _user_array(self.script, self.scheduler))
        if not self.file:
            object.__setattr__(self, "file", Siblings(self.script.path, self.name).array_script)
        if self.submissions > 1 and self.limit <= self.scheduler.fewest:
            least = self.scheduler.fewest + 1
            raise HeraclesError(f"{self.scheduler.name} accepts no array of one task: allow {least} or more tasks")

    @property
    def tasks_per_run(self) -> int:
        """The number of tasks that each run has: those of the script's own array, or one."""
        return self.user_array.size if self.user_array else 1

    @property
    def items(self) -> int:
        """The number of runs, each counted once for each of its tasks."""
        return self.runs * self.tasks_per_run

    @property
    def tasks(self) -> int:
        """The number of tasks of the compiled array."""
        return -(-self.items // self.pack)

    @property
    def limit(self) -> int:
        """The largest number of tasks of one submission."""
        return self.most or self.scheduler.most or self.tasks

    @property
    def submissions(self) -> int:
        """The number of submissions."""
        return max(1, -(-self.tasks // self.limit))

    @property
    def is_array(self) -> bool:
        """Whether the first submission has enough tasks for an array."""
        return bool(self.part(0).words)

    def part(self, number: int) -> Part:
        """Return submission number `number`; each is as large as is allowed."""
        scheduler = self.scheduler
        start, end = number * self.limit, min((number + 1) * self.limit, self.tasks)
        if self.submissions > 1 and (self.tasks - 1) % self.limit + 1 < scheduler.fewest:
            # The last one would be too short for an array: the one before it leaves it some tasks.
            short = scheduler.fewest - 1
            start -= short if number == self.submissions - 1 else 0
            end -= short if number == self.submissions - 2 else 0
        return self._part(start, end)

    def _part(self, start: int, end: int) -> Part:
        scheduler = self.scheduler
        first = scheduler.base + (start if scheduler.offset == "index" else 0)
        throttle = self.throttle if self.throttle is not None else self.user_array.throttle if self.user_array else 0
        words = scheduler.array(first, first + end - start - 1, throttle, self.job_name)
        return Part(
            start,
            end - start,
            words if end - start >= scheduler.fewest else (),
            (f"+{start}",) if start and scheduler.offset == "argument" else (),
            (_offset_line(self.offset(0)), _offset_line(self.offset(start)))
            if start and scheduler.offset == "text"
            else None,
        )

    def offset(self, start: int) -> int:
        """Return what is added to a task's id to get its number, in a submission that begins with task `start`."""
        return start - self.scheduler.base

    def parts(self) -> Iterator[Part]:
        """Yield all submissions, in order."""
        return map(self.part, range(self.submissions))

    def count(self, items: Sequence[range]) -> int:
        """Return how many submissions `over` returns for some items, without making them."""
        if list(items) == [range(self.items)]:
            return self.submissions
        tasks = (-(-part.stop // self.pack) - part.start // self.pack for part in items)
        return sum(-(-number // self.limit) for number in tasks)

    def over(self, items: Sequence[range]) -> list[Part]:
        """Return the submissions of some items alone.

        Args:
            items: Ranges of items, in order.

        Raises:
            HeraclesError: If they are not whole tasks, because the others were packed differently, or too few for an
                array.

        """
        if list(items) == [range(self.items)]:
            return list(self.parts())
        parts = []
        for part in items:
            if part.start % self.pack or (part.stop % self.pack and part.stop != self.items):
                raise HeraclesError(
                    f"the remaining runs do not fill tasks of {self.pack:,}: use the same --pack as before"
                )
            start, end = part.start // self.pack, -(-part.stop // self.pack)
            parts += [self._part(at, min(at + self.limit, end)) for at in range(start, end, self.limit)]
        if self.is_array and any(not part.words for part in parts):  # the script's own directive would request it all
            raise HeraclesError(f"{self.scheduler.name} accepts no array of one task: leave out -a for these runs")
        return parts

    @property
    def directives(self) -> list[tuple[str, ...]]:
        """The words of the directives that the array script needs besides those of the job script."""
        file = os.path.basename(self.script.path)
        needed = self.scheduler.needed_directives(self.script.text, file, self.script.bash, self.job_name)
        return [words for words in (self.part(0).words, *needed) if words]

    @property
    def job_name(self) -> str:
        """The job's name: the one in the script's directives, else one made of the script's name and the sweep's."""
        stem = os.path.splitext(Siblings(self.script.path, self.name).namesake)[0]
        name = self.scheduler.value(self.script.text, self.scheduler.job_name) or ""
        return name.partition("[")[0] or re.sub(r"^(?=\d)", "_", _NOT_IN_A_NAME.sub("_", stem))


def _offset_line(offset: int) -> str:
    return f"heracles_offset={offset}"


def array_options(layout: Array) -> list[Option]:
    """Return the options in the job script's directives that the array script's own directive replaces."""
    scheduler = layout.scheduler
    names = (*scheduler.array_options, *(scheduler.throttle_options if layout.throttle else ()))
    return named(directives(layout.script.text, scheduler), names, scheduler)


def _user_array(script: JobScript, scheduler: Scheduler) -> Indices | None:
    options = named(directives(script.text, scheduler), scheduler.array_options, scheduler)
    if scheduler.array_in_name:
        options = [option for option in options if "[" in option.text]
    if not options:
        return None
    last = options[-1]
    if scheduler.reads_whole and not script.is_comment(last.start):
        raise script.error(
            f"{scheduler.name} reads this as a directive of the job itself, though it is part of a text", *last.span
        )
    indices = scheduler.indices(last.text)
    if indices is None:
        forms = "1-90 or 1-90:2" if scheduler.single else "1-90, 1-90:2 or 1,4,7"
        raise script.error(f"this array cannot be read: write it as {forms}", *last.span)
    return indices
