"""The sweep as data: the axes, and their product.

Everything here is immutable, is compared by what it says, and prints back as the text it was read from.
Nothing is listed that can be computed: a sweep of 10**15 runs is as small as one of ten.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from heracles.errors import HeraclesError
from heracles.ir import serialize
from heracles.ir.generators import Choice, Generator
from heracles.ir.permutation import Permutation
from heracles.ir.values import SEED, Absent, Value, plain
from heracles.text import spelled

__all__ = ["SEED_SPACE", "Axis", "Subset", "Sweep", "progressions"]

SEED_SPACE = 2**31
"""How many seeds there are: they are drawn from `range(SEED_SPACE)`."""

_LISTED = 2**16


@dataclass(frozen=True, slots=True)
class Axis:
    """One override: a key (`env.num_envs`, `+model@pkg`, `~lr`: all that stands before the `=`) and its values."""

    key: str
    values: Generator

    @property
    def size(self) -> int:
        """The number of values, which the axis multiplies the sweep by."""
        return self.values.size

    def at(self, index: int) -> str:
        """Give the override that sets the value at `index`; where that is a seed, with a NUL in its place."""
        return self.override(self.values.at(index))

    def override(self, value: Value) -> str:
        """Give the override that sets `value`; a key with a dash is no key of Hydra's, nor are its values."""
        if isinstance(value, Absent):
            return self.key
        return f"{self.key}={plain(value) if self.key.startswith('-') else value.text}"

    def __str__(self) -> str:
        if self.values == Choice((Absent(""),)):
            return self.key
        return f"{self.key}={self.values}"


class _Runs(Sequence[tuple[str, ...]]):
    """What a sweep and a subset of one share: runs by position, whatever the number of them."""

    size: int

    def run(self, index: int) -> tuple[str, ...]:
        """Give the overrides of the run at `index`, for `0 <= index < size`: one string for each axis."""
        raise NotImplementedError

    def _subset(self, index: slice) -> "Subset":
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
        return self._subset(index) if isinstance(index, slice) else self.run(range(self.size)[index])

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return map(self.run, range(self.size))

    def __reversed__(self) -> Iterator[tuple[str, ...]]:
        return map(self.run, reversed(range(self.size)))


@dataclass(frozen=True)
class Sweep(_Runs):
    """The product of the axes, an immutable sequence of runs; the last axis varies fastest.

    `sweep[i]` is the tuple of override strings of run `i`, one for each axis and in their order, and takes the same
    time for any `i`; a slice is a `Subset`. With no axes there is one run, with no overrides.

    Args:
        axes: The axes; no two of them have the same key.
        seed: What `__randseed(N)__` depends on.

    Attributes:
        size: The number of runs, exact where `len()` overflows: the product of the axes' sizes.
        random_axes: The positions of the axes that hold seeds.

    Raises:
        HeraclesError: If the runs need more seeds than there are.

    """

    axes: tuple[Axis, ...] = ()
    seed: int = 0
    size: int = field(init=False, compare=False, repr=False)
    random_axes: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        random_axes = tuple(i for i, axis in enumerate(self.axes) if axis.values.is_random)
        object.__setattr__(self, "size", math.prod(axis.size for axis in self.axes))
        object.__setattr__(self, "random_axes", random_axes)
        needed = self.size * len(random_axes)
        if needed > SEED_SPACE:
            raise HeraclesError(f"{spelled(needed)} seeds are needed, and there are {SEED_SPACE:,} that do not repeat")

    @cached_property
    def seeds(self) -> Permutation:
        """The permutation that all seeds are drawn from."""
        return Permutation(SEED_SPACE, f"seeds {self.seed:x}")

    def seed_of(self, run: int, stream: int) -> int:
        """Give the seed of run number `run` in the `stream`-th of the axes that hold seeds: 0 to 2**31 - 1.

        All axes draw from one permutation, in turn, so that no two seeds of a sweep are the same.
        """
        return self.seeds(run * len(self.random_axes) + stream)

    def positions(self, run: int) -> tuple[int, ...]:
        """Give the position in each axis of run number `run`: its mixed-radix digits."""
        digits = []
        for axis in reversed(self.axes):
            run, digit = divmod(run, axis.size)
            digits.append(digit)
        return tuple(reversed(digits))

    def run(self, index: int) -> tuple[str, ...]:
        overrides = tuple(axis.at(position) for axis, position in zip(self.axes, self.positions(index), strict=True))
        return self._sown(index, overrides) if self.random_axes else overrides

    def _sown(self, run: int, overrides: tuple[str, ...]) -> tuple[str, ...]:
        sown = list(overrides)
        for stream, position in enumerate(self.random_axes):
            key = self.axes[position].key
            if sown[position] == f"{key}={SEED.text}":
                sown[position] = f"{key}={self.seed_of(run, stream)}"
        return tuple(sown)

    def _subset(self, index: slice) -> "Subset":
        return Subset(self, range(self.size)[index])

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        if not self.size:
            return iter(())
        runs = _product(self.axes)
        return itertools.starmap(self._sown, enumerate(runs)) if self.random_axes else runs

    def to_json(self) -> str:
        """Give the sweep as JSON, on one line; `heracles.ir.serialize` says what it is made of.

        Raises:
            HeraclesError: If an axis has a generator that others defined, of more than 1,000,000 values.

        """
        return serialize.dumped([(axis.key, axis.values) for axis in self.axes], self.seed)

    @classmethod
    def from_json(cls, text: str) -> "Sweep":
        """Read a sweep from what `to_json` gives: an equal one.

        Raises:
            HeraclesError: If the text is no such JSON; the message says where it goes wrong.

        """
        axes, seed = serialize.loaded(text)
        return cls(tuple(Axis(key, values) for key, values in axes), seed)

    def __str__(self) -> str:
        return " ".join(map(str, self.axes))


@dataclass(frozen=True)
class Subset(_Runs):
    """Some runs of a sweep, as a sequence of its own: `subset[k]` is run `numbers[k]` of the sweep.

    Args:
        sweep: The sweep.
        numbers: Run numbers of the sweep, each in `range(sweep.size)`.

    Attributes:
        size: The number of runs.

    Raises:
        IndexError: If a number is none of the sweep's.

    """

    sweep: Sweep
    numbers: Sequence[int]
    size: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        numbers = self.numbers
        ends = [numbers[0], numbers[-1]] if isinstance(numbers, range) and numbers else numbers
        if ends and not (min(ends) >= 0 and max(ends) < self.sweep.size):
            raise IndexError(f"the sweep has runs 0 to {self.sweep.size - 1:,} alone")
        object.__setattr__(self, "size", _length(numbers))

    def run(self, index: int) -> tuple[str, ...]:
        return self.sweep.run(self.numbers[index])

    def _subset(self, index: slice) -> "Subset":
        return Subset(self.sweep, self.numbers[index])


def progressions(numbers: Sequence[int]) -> tuple[range, ...]:
    """Give numbers, in their order, as arithmetic progressions: of three and more numbers, or of one each."""
    if isinstance(numbers, range):
        return (numbers,)
    found: list[range] = []
    place = 0
    while place < len(numbers):
        first, step, count = numbers[place], 1, 1
        if place + 2 < len(numbers) and (step := numbers[place + 1] - first) > 0:
            while place + count < len(numbers) and numbers[place + count] == first + count * step:
                count += 1
        count = count if count > 2 else 1
        found.append(range(first, first + (count - 1) * step + 1, max(1, step)))
        place += count
    return tuple(found)


def _length(numbers: Sequence[int]) -> int:
    if isinstance(numbers, range):
        return max(0, -((numbers.start - numbers.stop) // numbers.step))
    return len(numbers)


def _product(axes: tuple[Axis, ...]) -> Iterator[tuple[str, ...]]:
    """Give `itertools.product` over the overrides of the axes, without listing an axis that is long."""
    long = next((place for place, axis in enumerate(axes) if axis.size > _LISTED), None)
    if long is None:
        return itertools.product(*(tuple(map(axis.override, axis.values)) for axis in axes))
    return (
        (*before, override, *after)
        for before in _product(axes[:long])
        for override in map(axes[long].override, axes[long].values)
        for after in _product(axes[long + 1 :])
    )
