"""How the runs of a sweep are laid out over the tasks of job arrays."""

import os.path
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from heracles.errors import HeraclesError
from heracles.schedulers.directives import Option, directives, named
from heracles.schedulers.indices import Indices
from heracles.schedulers.scheduler import Scheduler
from heracles.script.job_script import Script

__all__ = ["Array", "Part", "array_options"]

_UNFIT = re.compile(r"[\s/:@\\*?\[\]\"']")


@dataclass(frozen=True)
class Part:
    """A stretch of an array's tasks that is submitted by itself.

    Attributes:
        start: The number of its first task, of all tasks.
        size: How many tasks it has.
        words: What asks for it on the submit command's line: `--array=0-999`; none where it is too short for an array.
        arguments: What the script is given: `+1000`.
        line: The line that the script says `heracles_offset=0` with, and the one to put there; none if it needs none.

    """

    start: int
    size: int
    words: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    line: tuple[str, str] | None = None

    def text(self, content: bytes) -> bytes:
        """Give the one script as this part of it is submitted."""
        if self.line is None:
            return content
        old, new = (f"\n{line}\n".encode() for line in self.line)
        return content.replace(old, new, 1)


@dataclass(frozen=True)
class Array:
    """How runs are laid out over the tasks of a job array.

    Args:
        script: The mother script.
        scheduler: Whose array it is.
        runs: How many runs there are.
        pack: How many of them a task has; where the script has an array of its own, how many of its tasks.
        parallel: How many of these run at a time.
        throttle: How many tasks run at a time; None for what the script says.
        most: How many tasks an array may have; None for what the scheduler allows if it is set up like most.
        most_bytes: How long the one script may be; None for what the scheduler allows if it is set up like most.
        records: The absolute path of the folder that the exit records go to; empty for none.
        key: What the records call what was compiled: letters and digits.

    Attributes:
        own: The array that the script itself asks for; None if it asks for none.
        items: How many runs there are, each counted once for each task of the script's own array.
        tasks: How many tasks there are.

    Raises:
        ScriptError: If the script's own array cannot be read.
        HeraclesError: If so few tasks are allowed that the last ones make no array.

    """

    script: Script
    scheduler: Scheduler
    runs: int
    pack: int = 1
    parallel: int = 1
    throttle: int | None = None
    most: int | None = None
    most_bytes: int | None = None
    records: str = ""
    key: str = ""
    own: Indices | None = field(init=False)
    items: int = field(init=False)
    tasks: int = field(init=False)

    def __post_init__(self) -> None:
        own = _own(self.script, self.scheduler)
        items = self.runs * (own.size if own else 1)
        object.__setattr__(self, "own", own)
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "tasks", -(-items // self.pack))
        if self.submissions > 1 and self.limit <= self.scheduler.fewest:
            least = self.scheduler.fewest + 1
            raise HeraclesError(f"{self.scheduler.name} takes no array of one task: allow {least} or more in one")

    @property
    def limit(self) -> int:
        """How many tasks one submission may have."""
        return self.most or self.scheduler.most or self.tasks

    @property
    def submissions(self) -> int:
        """How many submissions there are."""
        return max(1, -(-self.tasks // self.limit))

    def part(self, number: int) -> Part:
        """Give one of the submissions, each as large as is allowed."""
        scheduler = self.scheduler
        start, end = number * self.limit, min((number + 1) * self.limit, self.tasks)
        if self.submissions > 1 and (self.tasks - 1) % self.limit + 1 < scheduler.fewest:
            short = scheduler.fewest - 1  # what the last but one gives to the last, so that it makes an array
            start -= short if number == self.submissions - 1 else 0
            end -= short if number == self.submissions - 2 else 0
        return self._part(start, end)

    def _part(self, start: int, end: int) -> Part:
        scheduler = self.scheduler
        first = scheduler.base + (start if scheduler.offset == "index" else 0)
        throttle = self.throttle if self.throttle is not None else self.own.throttle if self.own else 0
        words = scheduler.array(first, first + end - start - 1, throttle, self.job_name)
        return Part(
            start,
            end - start,
            words if end - start >= scheduler.fewest else (),
            (f"+{start}",) if start and scheduler.offset == "argument" else (),
            ("heracles_offset=0", f"heracles_offset={start}") if start and scheduler.offset == "text" else None,
        )

    def parts(self) -> Iterator[Part]:
        """Give all submissions, in order."""
        return map(self.part, range(self.submissions))

    def over(self, items: Sequence[range]) -> list[Part]:
        """Give the submissions of some items alone.

        Args:
            items: Stretches of them, in order.

        Raises:
            HeraclesError: If they are no whole tasks: what is not among them was packed into others.

        """
        if list(items) == [range(self.items)]:
            return list(self.parts())
        parts = []
        for part in items:
            if part.start % self.pack or (part.stop % self.pack and part.stop != self.items):
                raise HeraclesError(
                    f"what is left to submit makes no tasks of {self.pack:,} runs each: go on with the --pack of before"
                )
            start, end = part.start // self.pack, -(-part.stop // self.pack)
            parts += [self._part(at, min(at + self.limit, end)) for at in range(start, end, self.limit)]
        return parts

    @property
    def directives(self) -> list[tuple[str, ...]]:
        """The words of the directives that the one script needs besides the mother script's."""
        file = os.path.basename(self.script.path)
        needed = self.scheduler.needed_directives(self.script.text, file, self.script.bash, self.job_name)
        return [words for words in (self.part(0).words, *needed) if words]

    @property
    def job_name(self) -> str:
        """The job's name: what the script says, else one made of its own name."""
        stem = os.path.splitext(os.path.basename(self.script.path))[0]
        said = (self.scheduler.value(self.script.text, self.scheduler.job_name) or "").partition("[")[0]
        return said or re.sub(r"^(?=\d)", "_", _UNFIT.sub("_", stem))


def array_options(layout: Array) -> list[Option]:
    """Give the options of the script's directives that the one script's take the place of."""
    scheduler = layout.scheduler
    names = (*scheduler.array_options, *(scheduler.throttle_options if layout.throttle else ()))
    return named(directives(layout.script.text, scheduler), names, scheduler)


def _own(script: Script, scheduler: Scheduler) -> Indices | None:
    found = named(directives(script.text, scheduler), scheduler.array_options, scheduler)
    if scheduler.array_in_name:
        found = [option for option in found if option.value and "[" in option.value.text]
    if not found:
        return None
    if scheduler.reads_whole and not script.is_comment(found[-1].start):
        raise script.error(
            f"{scheduler.name} reads this as a directive of the job's own, though it is part of a text", *found[-1].span
        )
    ids = scheduler.indices(found[-1].value.text) if found[-1].value else None
    if ids is None:
        how = "1-90 or 1-90:2" if scheduler.single else "1-90, 1-90:2 or 1,4,7"
        raise script.error(f"this array cannot be read: write it as {how}", *found[-1].span)
    return ids
