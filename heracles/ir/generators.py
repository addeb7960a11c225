"""Value generators: the sequences of values that an axis may have.

Everything here is immutable, is compared by what it says, and prints back as the text it was read from.
Nothing is listed that can be computed: `range(0,10**15)` is as small as `range(0,10)`.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from heracles.ir.casts import cast
from heracles.ir.permutation import Permutation
from heracles.ir.values import SEED, Float, Int, Value

__all__ = ["Cast", "Choice", "Concat", "Generator", "RandSeed", "Range", "Shuffle"]

_LARGE = 10**15  # decimals of more digits are not what their float prints as


class Generator(Sequence[Value]):
    """A finite sequence of values, each computed from its position.

    `size` is the number of values, exact where `len()` would overflow (2**63 and more).
    """

    __slots__ = ()

    @property
    def size(self) -> int:
        """The number of values."""
        raise NotImplementedError

    @property
    def is_random(self) -> bool:
        """Whether the run has a part in what is yielded: some of the values are seeds."""
        return False

    def at(self, index: int) -> Value:
        """Give the value at `index`, for `0 <= index < size`."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return self.size > 0

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Value, ...]: ...
    def __getitem__(self, index: int | slice) -> Value | tuple[Value, ...]:
        positions = range(self.size)[index]
        return tuple(map(self.at, positions)) if isinstance(positions, range) else self.at(positions)

    def __iter__(self) -> Iterator[Value]:
        return map(self.at, range(self.size))


@dataclass(frozen=True, slots=True)
class Choice(Generator):
    """`a,b,c`: listed values."""

    values: tuple[Value, ...]

    @property
    def size(self) -> int:
        return len(self.values)

    def at(self, index: int) -> Value:
        return self.values[index]

    def __str__(self) -> str:
        return ",".join(value.text for value in self.values) if self.values else "shuffle()"


@dataclass(frozen=True, slots=True)
class Range(Generator):
    """`range(start,stop,step)`, half-open as Python's, without drift.

    The three numbers are whole multiples of 10**-scale. A scale of 0 gives integers, any other decimals, each the
    float nearest to the exact sum `start + index * step`.
    """

    start: int
    stop: int
    step: int
    scale: int = 0

    @property
    def size(self) -> int:
        return max(0, -((self.start - self.stop) // self.step))

    def at(self, index: int) -> Value:
        number = self.start + index * self.step
        return Float(repr(number / 10**self.scale)) if self.scale else Int(str(number))

    def __str__(self) -> str:
        numbers = [self._exactly(number) for number in (self.start, self.stop, self.step)]
        text = f"range({','.join(numbers)})"
        return f"float({text})" if self.scale and not any("." in number for number in numbers) else text

    def _exactly(self, number: int) -> str:
        """Print a number as one that is read back as the same: large whole ones as integers, which are exact."""
        if not self.scale or (number % 10**self.scale == 0 and abs(number) >= _LARGE * 10**self.scale):
            return str(number // 10**self.scale)
        digits = str(abs(number)).rjust(self.scale + 1, "0")
        return f"{'-' * (number < 0)}{digits[: -self.scale]}.{digits[-self.scale :]}"


@dataclass(frozen=True, slots=True)
class RandSeed(Generator):
    """`__randseed(seeds)__`: a random whole number for each run, none given twice in a sweep."""

    seeds: int

    @property
    def size(self) -> int:
        return self.seeds

    @property
    def is_random(self) -> bool:
        return True

    def at(self, index: int) -> Value:  # noqa: ARG002 - every place is filled by the run
        return SEED

    def __str__(self) -> str:
        return f"__randseed({self.seeds})__"


@dataclass(frozen=True, slots=True)
class Concat(Generator):
    """`range(3),7,__randseed(2)__`: the values of one generator after those of another."""

    parts: tuple[Generator, ...]
    ends: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ends", tuple(itertools.accumulate(part.size for part in self.parts)))

    @property
    def size(self) -> int:
        return self.ends[-1] if self.ends else 0

    @property
    def is_random(self) -> bool:
        return any(part.is_random for part in self.parts)

    def at(self, index: int) -> Value:
        part = bisect_right(self.ends, index)
        return self.parts[part].at(index - (self.ends[part - 1] if part else 0))

    def __str__(self) -> str:
        return ",".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Shuffle(Generator):
    """`shuffle(a,b,c)`: the same values in an order that the key decides."""

    values: Generator
    key: str = ""
    permutation: Permutation = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permutation", Permutation(max(1, self.values.size), self.key))

    @property
    def size(self) -> int:
        return self.values.size

    @property
    def is_random(self) -> bool:
        return self.values.is_random

    def at(self, index: int) -> Value:
        return self.values.at(self.permutation(index))

    def __str__(self) -> str:
        return f"shuffle(choice({self.values}))" if self.values.size else "shuffle()"


@dataclass(frozen=True, slots=True)
class Cast(Generator):
    """`str(range(3))`: each value of another generator, cast."""

    name: str
    values: Generator

    @property
    def size(self) -> int:
        return self.values.size

    def at(self, index: int) -> Value:
        return cast(self.name, self.values.at(index))

    def __str__(self) -> str:
        return f"{self.name}({self.values})"
