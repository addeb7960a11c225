"""Value generators: the sequences of values that an axis can have.

All of them are immutable, are compared by their fields, and print back as the text that they were read from.
Nothing is listed that can be computed: `range(0,10**15)` is as small as `range(0,10)`.
"""

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

from heracles.errors import HeraclesError
from heracles.ir.casts import CASTS, cast
from heracles.ir.permutation import Permutation
from heracles.ir.record import Record
from heracles.ir.serialize import INTEGER, TEXT, Family, many
from heracles.ir.values import RUN_PREFIX, SEED, VALUE_KINDS, Float, Int, Missing, Value, has_run_number

__all__ = ["GENERATOR_KINDS", "Cast", "Choice", "Concat", "Generator", "RandSeed", "Range", "Shuffle", "concatenate"]

_MOST_COMPARED = 10_000
_LARGE = 10**15  # decimals of more digits are not what their float prints as
_MOST_LISTED = 1_000_000


def _listed(values: "Generator") -> "Choice":
    if values.size > _MOST_LISTED:
        raise HeraclesError(f"{values}: JSON would have to list these {values.size:,} values")
    return Choice(tuple(values))


GENERATOR_KINDS = Family(otherwise=_listed, homes=["heracles.ir.spaces"])
"""The kinds of generators, for the JSON; one that a plug-in defines is listed there."""


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
        """Whether some values are seeds, which differ from run to run."""
        return False

    @property
    def is_numbered(self) -> bool:
        """Whether some values have `__run__` in them, which stands for the number of the run."""
        return False

    @property
    def is_drawn(self) -> bool:
        """Whether there is a value for each draw from a `Sample`, however many there are; `size` is then 1."""
        return False

    @property
    def is_partial(self) -> bool:
        """Whether some values are missing, where the override is not set."""
        return False

    @property
    def is_seeds(self) -> bool:
        """Whether all values are seeds, whose position does not matter."""
        return False

    @property
    def is_uniform(self) -> bool:
        """Whether all values are of one kind, so that what can be done with one can be done with all."""
        return False

    @property
    def repeated(self) -> int:
        """How many values repeat an earlier one because of a cast; 0 for more values than are worth a comparison."""
        return 0

    def at(self, index: int) -> Value:
        """Return the value at `index`, for `0 <= index < size`."""
        raise NotImplementedError

    def with_parts(self, function: Callable[["Generator"], "Generator"]) -> "Generator":  # noqa: ARG002 - it has none
        """Return the generator with `function` applied to each of the generators that it is made of."""
        return self

    def with_key(self, key: str) -> "Generator":  # noqa: ARG002 - it has none
        """Return the generator with a key that decides the values, or their order, if one does."""
        return self

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


@GENERATOR_KINDS.add(values=many(VALUE_KINDS))
class Choice(Record, Generator):
    """`a,b,c`: listed values."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Value, ...]) -> None:
        self.values = values

    @property
    def size(self) -> int:
        return len(self.values)

    @property
    def is_numbered(self) -> bool:
        return any(RUN_PREFIX in value.text and has_run_number(value.text) for value in self.values)

    @property
    def is_partial(self) -> bool:
        return any(isinstance(value, Missing) for value in self.values)

    def at(self, index: int) -> Value:
        return self.values[index]

    def __str__(self) -> str:
        return ",".join(value.text for value in self.values) if self.values else "shuffle()"


@GENERATOR_KINDS.add(
    start=INTEGER,
    stop=INTEGER,
    step=INTEGER.checked(bool, "is 0"),
    scale=INTEGER.checked(lambda scale: 0 <= scale < 400, "is not from 0 to 399"),
)
class Range(Record, Generator):
    """`range(start,stop,step)`, half-open as Python's, without drift.

    The three numbers are whole multiples of 10**-scale. A scale of 0 gives integers, any other decimals, each the
    float nearest to the exact sum `start + index * step`.
    """

    __slots__ = ("scale", "start", "step", "stop")

    def __init__(self, start: int, stop: int, step: int, scale: int = 0) -> None:
        self.start = start
        self.stop = stop
        self.step = step
        self.scale = scale

    @property
    def is_uniform(self) -> bool:
        return True

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
        """Return the text of a number that is read back as equal: a large whole one as an integer, which is exact."""
        if not self.scale or (number % 10**self.scale == 0 and abs(number) >= _LARGE * 10**self.scale):
            return str(number // 10**self.scale)
        digits = str(abs(number)).rjust(self.scale + 1, "0")
        return f"{'-' * (number < 0)}{digits[: -self.scale]}.{digits[-self.scale :]}"


@GENERATOR_KINDS.add(seeds=INTEGER.checked(lambda seeds: seeds >= 0, "is negative"))
class RandSeed(Record, Generator):
    """`__randseed(seeds)__`: a random whole number for each run, all of them different within a sweep."""

    __slots__ = ("seeds",)

    def __init__(self, seeds: int) -> None:
        self.seeds = seeds

    @property
    def size(self) -> int:
        return self.seeds

    @property
    def is_uniform(self) -> bool:
        return True

    @property
    def is_random(self) -> bool:
        return True

    @property
    def is_seeds(self) -> bool:
        return True

    def at(self, index: int) -> Value:  # noqa: ARG002 - the run fills every place
        return SEED

    def __str__(self) -> str:
        return f"__randseed({self.seeds})__"


@GENERATOR_KINDS.add(parts=many(GENERATOR_KINDS))
class Concat(Record, Generator):
    """`range(3),7,__randseed(2)__`: the values of one generator after those of another.

    Attributes:
        ends: The position after the last value of each part.

    """

    __slots__ = ("ends", "parts")

    def __init__(self, parts: tuple[Generator, ...]) -> None:
        self.parts = parts
        self.ends = tuple(itertools.accumulate(part.size for part in parts))

    @property
    def size(self) -> int:
        return self.ends[-1] if self.ends else 0

    @property
    def is_random(self) -> bool:
        return any(part.is_random for part in self.parts)

    @property
    def is_numbered(self) -> bool:
        return any(part.is_numbered for part in self.parts)

    def at(self, index: int) -> Value:
        part = bisect_right(self.ends, index)
        return self.parts[part].at(index - (self.ends[part - 1] if part else 0))

    def with_parts(self, function: Callable[[Generator], Generator]) -> "Concat":
        return Concat(tuple(map(function, self.parts)))

    def __str__(self) -> str:
        return ",".join(map(str, self.parts))


@GENERATOR_KINDS.add(key=TEXT, values=GENERATOR_KINDS)
class Shuffle(Record, Generator):
    """`shuffle(a,b,c)`: the same values in an order that the key decides.

    Attributes:
        permutation: The position of each value in `values`.

    """

    __slots__ = ("key", "permutation", "values")

    def __init__(self, values: Generator, key: str = "") -> None:
        self.values = values
        self.key = key
        self.permutation = Permutation(values.size, key)

    @property
    def size(self) -> int:
        return self.values.size

    @property
    def is_random(self) -> bool:
        return self.values.is_random

    @property
    def is_numbered(self) -> bool:
        return self.values.is_numbered

    def at(self, index: int) -> Value:
        return self.values.at(self.permutation(index))

    def with_parts(self, function: Callable[[Generator], Generator]) -> "Shuffle":
        return Shuffle(function(self.values), self.key)

    def with_key(self, key: str) -> "Shuffle":
        return Shuffle(self.values, key)

    def __str__(self) -> str:
        return f"shuffle(choice({self.values}))" if self.values.size else "shuffle()"


@GENERATOR_KINDS.add(
    name=TEXT.checked(CASTS.__contains__, f"is none of {', '.join(CASTS)}"),
    values=GENERATOR_KINDS,
)
class Cast(Record, Generator):
    """`str(range(3))`: each value of another generator, cast."""

    __slots__ = ("name", "values")

    def __init__(self, name: str, values: Generator) -> None:
        self.name = name
        self.values = values

    @property
    def size(self) -> int:
        return self.values.size

    @property
    def is_uniform(self) -> bool:
        return self.values.is_uniform

    @property
    def is_numbered(self) -> bool:
        return self.values.is_numbered

    @property
    def repeated(self) -> int:
        return self.size - len(set(self)) if self.size <= _MOST_COMPARED else 0

    def at(self, index: int) -> Value:
        return cast(self.name, self.values.at(index))

    def with_parts(self, function: Callable[[Generator], Generator]) -> "Cast":
        return Cast(self.name, function(self.values))

    def __str__(self) -> str:
        return f"{self.name}({self.values})"


def concatenate(results: Iterable[Value | Generator]) -> Generator:
    """Return one generator of all values, and of the values of all generators, in order."""
    parts: list[Generator] = []
    values: list[Value] = []
    for result in results:
        for part in result.parts if isinstance(result, Concat) else (result,):
            if isinstance(part, Value):
                values.append(part)
            elif isinstance(part, Choice):
                values.extend(part.values)
            else:
                if values:
                    parts.append(Choice(tuple(values)))
                    values = []
                parts.append(part)
    if values or not parts:
        parts.append(Choice(tuple(values)))
    return parts[0] if len(parts) == 1 else Concat(tuple(parts))
