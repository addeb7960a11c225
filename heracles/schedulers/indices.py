"""The task ids of job arrays, such as `1-90:2` or `1,4,7`, and how ranges of them are spelled."""

import itertools
import re
from collections.abc import Iterable

from heracles.lean import NamedTuple, pattern

__all__ = ["Indices", "consecutive", "indices", "spelled_range"]

_RANGE = pattern(r"(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?", re.ASCII, needs="0123456789")
_MOST_LISTED = 100_000


class Indices(NamedTuple):
    """The task ids of a job array.

    Attributes:
        ranges: The ids in order, none twice: ranges with a positive step, each after the one before it.
        step: The last step in the text, 1 if it has none; Slurm passes it to the tasks.
        end: The largest number in the text; Grid Engine passes it to the tasks.
        throttle: How many tasks may run at once; 0 for any number.

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
        return ",".join(map(spelled_range, self.ranges))


def spelled_range(ids: range) -> str:
    """Return task ids as schedulers write them: `7`, `1-90`, `1-89:2`.

    Args:
        ids: At least one id, with a positive step.

    """
    if len(ids) == 1:
        return str(ids[0])
    return f"{ids[0]}-{ids[-1]}{f':{ids.step}' if ids.step > 1 else ''}"


def indices(text: str) -> Indices | None:
    """Return the task ids in `1-90`, `1,4,7` or `[1-90:2]%5`; None if the text is not a list of ids."""
    listed, percent, throttle = text.partition("%")
    listed = listed[1:-1] if listed[:1] == "[" and listed[-1:] == "]" else listed
    if percent and not re.fullmatch(r"[0-9]{1,9}", throttle):
        return None
    ranges, step, end = [], 1, 0
    for part in listed.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None or match[3] == "0" or int(match[2] or match[1]) < int(match[1]):
            return None
        step, end = int(match[3] or step), max(end, int(match[2] or match[1]))
        ranges.append(range(int(match[1]), int(match[2] or match[1]) + 1, int(match[3] or 1)))
    disjoint = _disjoint(ranges)
    return Indices(disjoint, step, end, int(throttle) if percent else 0) if disjoint else None


def consecutive(numbers: Iterable[int]) -> list[range]:
    """Return ascending numbers as ranges of consecutive ones."""
    ranges: list[range] = []
    for number in numbers:
        if ranges and ranges[-1].stop == number:
            ranges[-1] = range(ranges[-1].start, number + 1)
        else:
            ranges.append(range(number, number + 1))
    return ranges


def _disjoint(ranges: Iterable[range]) -> tuple[range, ...]:
    """Return the ranges in order, without overlaps; empty if that takes too long a list."""
    ordered = sorted(ranges, key=lambda ids: ids[0])
    if all(before[-1] < after[0] for before, after in itertools.pairwise(ordered)):
        return tuple(ordered)
    if sum(map(len, ordered)) > _MOST_LISTED:
        return ()
    return tuple(range(i, i + 1) for i in sorted(set().union(*ordered)))
