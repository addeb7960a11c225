"""The sweep as data: the product of its dimensions, as a sequence of runs.

It is immutable, is compared by its fields, and prints back as the text that it was read from. Nothing is listed that
can be computed: a sweep of 10**15 runs is as small as one of ten.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from heracles.errors import HeraclesError
from heracles.ir.dimensions import DIMENSION_KINDS, Derived, Dimension, Row
from heracles.ir.record import Record
from heracles.ir.runs import RUN_KINDS, Marks, Place, Runs
from heracles.ir.serialize import INTEGER, many

__all__ = ["Sweep"]

_LISTED = 2**16


@RUN_KINDS.add(names={"dimensions": "axes"}, seed=INTEGER, dimensions=many(DIMENSION_KINDS))
class Sweep(Record, Runs):
    """The product of the dimensions; the last one varies fastest, as in `itertools.product`.

    Run `i` is `i` as a mixed-radix number with a digit for each dimension, so that every run takes the same time. With
    no dimensions there is one run, with no overrides.

    Args:
        dimensions: The dimensions; no two of them set the same key.
        seed: What `__randseed(N)__` depends on.

    Attributes:
        size: The number of runs: the product of the dimensions' sizes.
        columns: The keys of all dimensions.

    Raises:
        HeraclesError: If the runs need more seeds than there are.

    """

    __slots__ = ("_derived", "columns", "dimensions", "marks", "seed", "size")
    seed: int

    def __init__(self, dimensions: tuple[Dimension, ...] = (), seed: int = 0) -> None:
        self.dimensions = dimensions
        self.seed = seed
        self.size = math.prod(dimension.size for dimension in dimensions)
        self.columns = tuple(key for dimension in dimensions for key in dimension.keys)
        self._derived = tuple((i, each) for i, each in enumerate(dimensions) if isinstance(each, Derived))
        self.marks = Marks(self.columns, (self,))
        self.marks.check_seeds(self.size)

    @property
    def sweeps(self) -> "tuple[Sweep, ...]":
        return (self,)

    @property
    def is_product(self) -> bool:
        return True

    def positions(self, run: int) -> tuple[int, ...]:
        """Return the position in each dimension of run number `run`: its mixed-radix digits."""
        digits = []
        for dimension in reversed(self.dimensions):
            run, digit = divmod(run, dimension.size)
            digits.append(digit)
        return tuple(reversed(digits))

    def place(self, index: int) -> Place:
        return self, self.completed(self.positions(index))

    def completed(self, digits: tuple[int, ...]) -> tuple[int, ...]:
        """Return the positions with those of the derived values, which the others decide."""
        if not self._derived:
            return digits
        all_digits = list(digits)
        for place, derived in self._derived:
            index = 0
            for position in derived.over:
                index = index * self.dimensions[position].size + digits[position]
            all_digits[place] = index
        return tuple(all_digits)

    def check_tables(self, draws: int) -> None:
        """Raise a HeraclesError if a derived value has no table for its dimensions, or for so many draws at most."""
        for place, derived in self._derived:
            known = [other for other in derived.over if 0 <= other < len(self.dimensions) and other != place]
            needed = math.prod(self.dimensions[other].size for other in known)
            if len(known) != len(derived.over) or len(derived.values) < (min(draws, 1) if derived.by_draw else needed):
                raise HeraclesError(f"this is not a sweep: {derived.key} has fewer values than it needs")

    def row_at(self, digits: Sequence[int]) -> Row:
        """Return the overrides at a position in each dimension, without what the number of the run decides."""
        return _joined(map(_at, self.dimensions, digits))

    def rows(self) -> Iterator[Row]:
        if not self.size:
            return iter(())
        if self._derived:
            return super().rows()
        if all(len(dimension.keys) == 1 for dimension in self.dimensions):
            rows = _product(self.dimensions, _only)
        else:
            rows = map(_joined, _product(self.dimensions, _each))
        draws = itertools.count(0, len(self.random_columns))
        return map(self._filled, itertools.count(), rows, draws) if self.marks else rows

    def __str__(self) -> str:
        return " ".join(map(str, self.dimensions))


_Part = TypeVar("_Part")


def _product(
    dimensions: tuple[Dimension, ...], read: Callable[[Dimension], Iterator[_Part]]
) -> Iterator[tuple[_Part, ...]]:
    """Return `itertools.product` of what is read of each dimension, without listing a dimension that is long."""
    long = next((place for place, dimension in enumerate(dimensions) if dimension.size > _LISTED), None)
    if long is None:
        return itertools.product(*map(read, dimensions))
    return (
        (*before, part, *after)
        for before in _product(dimensions[:long], read)
        for part in read(dimensions[long])
        for after in _product(dimensions[long + 1 :], read)
    )


def _at(dimension: Dimension, position: int) -> Row:
    return dimension.at(position)


def _each(dimension: Dimension) -> Iterator[Row]:
    return map(dimension.at, range(dimension.size))


def _only(dimension: Dimension) -> Iterator[str | None]:
    return (override for (override,) in _each(dimension))


def _joined(parts: Iterable[Row]) -> Row:
    return tuple(itertools.chain.from_iterable(parts))
