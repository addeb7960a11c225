"""The sweep as data: the product of its dimensions, as a sequence of runs.

Everything here is immutable, is compared by its fields, and prints back as the text that it was read from.
Nothing is listed that can be computed: a sweep of 10**15 runs is as small as one of ten.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar, overload

from heracles.errors import HeraclesError
from heracles.ir import serialize
from heracles.ir.dimensions import DIMENSION_KINDS, Dimension, Row
from heracles.ir.permutation import Permutation
from heracles.ir.record import Record
from heracles.ir.serialize import INTEGER, Codec, Family, Node, many
from heracles.ir.values import SEED
from heracles.text import spelled

__all__ = ["RUN_KINDS", "SEED_SPACE", "Runs", "Subset", "Sweep", "progressions"]

SEED_SPACE = 2**31
"""The number of seeds, which are drawn from `range(SEED_SPACE)`."""

RUN_KINDS = Family(default="sweep")
"""The kinds of sequences of runs, for the JSON."""

_LISTED = 2**16
_MOST_NUMBERS = 10**7
_Runs = TypeVar("_Runs", bound="Runs")


class Runs(Sequence[tuple[str, ...]]):
    """A sequence of runs: the runs of a sweep, or some of them.

    `runs[i]` is the tuple of the override strings of the run at `i`, in the order of the columns; a slice is a
    `Subset`. Any run is computed without the others.
    """

    __slots__ = ()

    size: int
    """The number of runs, exact where `len()` overflows."""

    columns: tuple[str, ...]
    """The keys that the runs set, in order."""

    def row(self, index: int) -> Row:
        """Return the overrides of the run at `index`, for `0 <= index < size`: one for each column, or None."""
        raise NotImplementedError

    def rows(self) -> Iterator[Row]:
        """Return the rows of all runs, in order."""
        return map(self.row, range(self.size))

    def run(self, index: int) -> tuple[str, ...]:
        """Return the overrides of the run at `index`, for `0 <= index < size`."""
        return _present(self.row(index))

    def to_json(self) -> str:
        """Return the runs as JSON, on one line; `heracles.ir.serialize` describes the format.

        Raises:
            HeraclesError: If an axis has a generator that a plug-in defined, of more than 1,000,000 values, or values
                that nest too deep.

        """
        try:
            return serialize.dumps(RUN_KINDS.write(self))
        except RecursionError:
            raise HeraclesError("the values nest too deep for JSON") from None

    @classmethod
    def from_json(cls: type[_Runs], text: str) -> _Runs:  # noqa: PYI019 - typing has Self from 3.11 on
        """Return runs that equal those which `to_json` was called of.

        Raises:
            HeraclesError: If the text is not such JSON; the message says where it goes wrong.

        """
        runs = serialize.loads(text, RUN_KINDS)
        if not isinstance(runs, cls):
            raise HeraclesError(f"this JSON is a {type(runs).__name__}, not a {cls.__name__}")
        return runs

    def _slice(self, index: slice) -> "Subset":
        raise NotImplementedError

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return self.size > 0

    @overload
    def __getitem__(self, index: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> "Subset": ...
    def __getitem__(self, index: int | slice) -> "tuple[str, ...] | Subset":
        return self._slice(index) if isinstance(index, slice) else self.run(range(self.size)[index])

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return map(_present, self.rows())

    def __reversed__(self) -> Iterator[tuple[str, ...]]:
        return map(self.run, reversed(range(self.size)))


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
        random_dimensions: The positions of the dimensions that hold seeds.

    Raises:
        HeraclesError: If the runs need more seeds than there are.

    """

    __slots__ = ("_seeded", "columns", "dimensions", "random_dimensions", "seed", "size")

    def __init__(self, dimensions: tuple[Dimension, ...] = (), seed: int = 0) -> None:
        self.dimensions = dimensions
        self.seed = seed
        self.size = math.prod(dimension.size for dimension in dimensions)
        self.columns = tuple(key for dimension in dimensions for key in dimension.keys)
        self.random_dimensions = tuple(i for i, dimension in enumerate(dimensions) if dimension.is_random)
        streams = {key: stream for stream, i in enumerate(self.random_dimensions) for key in dimensions[i].keys}
        self._seeded = tuple((column, streams[key]) for column, key in enumerate(self.columns) if key in streams)
        needed = self.size * len(self.random_dimensions)
        if needed > SEED_SPACE:
            raise HeraclesError(f"{spelled(needed)} seeds are needed, but only {SEED_SPACE:,} do not repeat")

    @property
    def seeds(self) -> Permutation:
        """The permutation that all seeds are drawn from."""
        return _seeds(self.seed)

    def seed_of(self, run: int, stream: int) -> int:
        """Return the seed of run number `run` in the `stream`-th of the dimensions that hold seeds: 0 to 2**31 - 1.

        All of these draw from one permutation, in turn, so that no two seeds of a sweep are the same.
        """
        return self.seeds(run * len(self.random_dimensions) + stream)

    def positions(self, run: int) -> tuple[int, ...]:
        """Return the position in each dimension of run number `run`: its mixed-radix digits."""
        digits = []
        for dimension in reversed(self.dimensions):
            run, digit = divmod(run, dimension.size)
            digits.append(digit)
        return tuple(reversed(digits))

    def row(self, index: int) -> Row:
        places = zip(self.dimensions, self.positions(index), strict=True)
        return self._sown(index, _joined(dimension.at(place) for dimension, place in places))

    def rows(self) -> Iterator[Row]:
        if not self.size:
            return iter(())
        if all(len(dimension.keys) == 1 for dimension in self.dimensions):
            rows = _product(self.dimensions, _only)
        else:
            rows = map(_joined, _product(self.dimensions, _each))
        return itertools.starmap(self._sown, enumerate(rows)) if self._seeded else rows

    def _sown(self, run: int, row: Row) -> Row:
        """Return the row with the run's seeds in their places."""
        if not self._seeded:
            return row
        sown = list(row)
        for column, stream in self._seeded:
            override = sown[column]
            if override is not None and SEED.text in override:
                sown[column] = override.replace(SEED.text, str(self.seed_of(run, stream)))
        return tuple(sown)

    def _slice(self, index: slice) -> "Subset":
        return Subset(self, range(self.size)[index])

    def __str__(self) -> str:
        return " ".join(map(str, self.dimensions))


def _written_numbers(numbers: Sequence[int]) -> list[list[int]]:
    return [[part.start, part.stop, part.step] for part in progressions(numbers)]


def _read_numbers(node: Node) -> Sequence[int]:
    parts = [_read_progression(part) for part in node.items()]
    if len(parts) == 1:
        return parts[0]
    if sum(map(_length, parts)) > _MOST_NUMBERS:
        raise node.error(f"has more than {_MOST_NUMBERS:,} numbers")
    return tuple(itertools.chain.from_iterable(parts))


def _read_progression(node: Node) -> range:
    numbers = [number.of(int) for number in node.items()]
    if len(numbers) != 3 or not numbers[2]:
        raise node.error("is not a start, a stop and a step")
    return range(*numbers)


@RUN_KINDS.add(sweep=RUN_KINDS, numbers=Codec(_written_numbers, _read_numbers))
class Subset(Record, Runs):
    """Some runs of a sweep, as a sequence of its own: `subset[k]` is run `numbers[k]` of the sweep.

    Args:
        sweep: The sweep.
        numbers: Run numbers of the sweep, each in `range(sweep.size)`. They are kept as a `range` if they are one.

    Attributes:
        size: The number of runs.
        columns: The keys of the sweep.

    Raises:
        IndexError: If a number is not one of the sweep's.

    """

    __slots__ = ("columns", "numbers", "size", "sweep")

    def __init__(self, sweep: Sweep, numbers: Sequence[int]) -> None:
        parts = progressions(numbers)
        ends = [end for part in parts if part for end in (part[0], part[-1])]
        if ends and not (min(ends) >= 0 and max(ends) < sweep.size):
            raise IndexError(f"a run number is out of range: the sweep has {spelled(sweep.size)} runs, from 0")
        self.sweep = sweep
        self.columns = sweep.columns
        self.numbers = parts[0] if len(parts) == 1 else tuple(numbers)
        self.size = _length(self.numbers)

    def row(self, index: int) -> Row:
        return self.sweep.row(self.numbers[index])

    def _slice(self, index: slice) -> "Subset":
        return Subset(self.sweep, self.numbers[index])


def progressions(numbers: Sequence[int]) -> tuple[range, ...]:
    """Return numbers, in their order, as arithmetic progressions: rising ones of three and more, and single numbers."""
    if isinstance(numbers, range):
        return (numbers,)
    parts: list[range] = []
    place = 0
    while place < len(numbers):
        parts.append(_progression(numbers, place))
        place += len(parts[-1])
    return tuple(parts)


def _progression(numbers: Sequence[int], place: int) -> range:
    """Return the longest progression that begins at `place`."""
    first = numbers[place]
    step = numbers[place + 1] - first if place + 1 < len(numbers) else 0
    end = place + 1
    while step > 0 and end < len(numbers) and numbers[end] == first + (end - place) * step:
        end += 1
    return range(first, numbers[end - 1] + 1, step) if end - place > 2 else range(first, first + 1)


def _length(numbers: Sequence[int]) -> int:
    if isinstance(numbers, range):
        return max(0, -((numbers.start - numbers.stop) // numbers.step))
    return len(numbers)


@lru_cache(maxsize=8)
def _seeds(seed: int) -> Permutation:
    return Permutation(SEED_SPACE, f"seeds {seed:x}")


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


def _each(dimension: Dimension) -> Iterator[Row]:
    return map(dimension.at, range(dimension.size))


def _only(dimension: Dimension) -> Iterator[str | None]:
    return (override for (override,) in _each(dimension))


def _joined(parts: Iterable[Row]) -> Row:
    return tuple(itertools.chain.from_iterable(parts))


def _present(row: Row) -> tuple[str, ...]:
    return row if None not in row else tuple(override for override in row if override is not None)  # type: ignore[return-value]
