"""Sequences of runs: what all of them can do, and some of the runs of another one as a sequence of its own.

Everything here is immutable and is compared by its fields. Nothing is listed that can be computed.
"""

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, overload

from heracles.errors import HeraclesError
from heracles.ir import serialize
from heracles.ir.dimensions import Row
from heracles.ir.permutation import Permutation
from heracles.ir.record import Record
from heracles.ir.serialize import Codec, Family, Node
from heracles.ir.values import SEED, numbered
from heracles.text import spelled

if TYPE_CHECKING:
    from heracles.ir.sweep import Sweep

__all__ = ["RUN_KINDS", "SEED_SPACE", "Marks", "Place", "Runs", "Subset", "arranged", "check_seeds", "progressions"]

SEED_SPACE = 2**31
"""The number of seeds, which are drawn from `range(SEED_SPACE)`."""

RUN_KINDS = Family(default="sweep", homes=["heracles.ir.sweep", "heracles.ir.selection"])
"""The kinds of sequences of runs, for the JSON."""

_MOST_NUMBERS = 10**7
_Runs = TypeVar("_Runs", bound="Runs")

Place = tuple["Sweep", tuple[int, ...]]
"""A product, and a position in each of its dimensions."""


class Marks:
    """What the number of a run decides in its overrides.

    Args:
        columns: The keys that the runs set.
        sweeps: The products that the runs come from.

    Attributes:
        random_columns: The columns that hold seeds in some run.
        numbered_columns: The columns that hold the run's number in some run.

    """

    __slots__ = ("numbered_columns", "random_columns")

    def __init__(self, columns: tuple[str, ...], sweeps: "tuple[Sweep, ...]") -> None:
        dimensions = [dimension for sweep in sweeps for dimension in sweep.dimensions]
        random = {key for dimension in dimensions if dimension.is_random for key in dimension.keys}
        marked = {key for dimension in dimensions if dimension.is_numbered for key in dimension.keys}
        self.random_columns = tuple(column for column, key in enumerate(columns) if key in random)
        self.numbered_columns = tuple(column for column, key in enumerate(columns) if key in marked)

    def __bool__(self) -> bool:
        return bool(self.random_columns or self.numbered_columns)

    def check_seeds(self, size: int) -> None:
        """Raise a HeraclesError if so many runs need more seeds than there are."""
        check_seeds(size * len(self.random_columns))


def check_seeds(needed: int) -> None:
    """Raise a HeraclesError if there are not so many seeds."""
    if needed > SEED_SPACE:
        raise HeraclesError(f"{spelled(needed)} seeds are needed, but only {SEED_SPACE:,} do not repeat")


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

    marks: Marks
    """What the number of a run decides in its overrides."""

    @property
    def seed(self) -> int:
        """What seeds depend on."""
        return self.sweeps[0].seed

    @property
    def sweeps(self) -> "tuple[Sweep, ...]":
        """The products that the runs come from."""
        raise NotImplementedError

    def place(self, index: int) -> Place:
        """Return the product that the run at `index` comes from, and the position in each of its dimensions."""
        raise NotImplementedError

    @property
    def whole(self) -> "Runs":
        """The sequence whose numbers the runs have: this one, or of some runs of a sweep, that sweep."""
        return self

    @property
    def numbers(self) -> Sequence[int]:
        """The number of each run in the whole."""
        return range(self.size)

    @property
    def asked(self) -> "Runs":
        """The sweep that was asked for: this one, or the larger one that a sweep was continued with."""
        return self

    @property
    def earlier(self) -> "Runs | None":
        """The sweep that this one continues; None if it continues none."""
        return None

    @property
    def draws(self) -> int:
        """How many draws the runs are made of; 0 if they are not drawn."""
        return 0

    @property
    def times(self) -> int:
        """How often each draw is made."""
        return 1

    @property
    def is_product(self) -> bool:
        """Whether the runs are all combinations of one product, in its order."""
        return False

    @property
    def combinations(self) -> int:
        """The number of combinations that a run is looked up in."""
        return self.size

    @property
    def seeds(self) -> Permutation:
        """The permutation of the seeds: 0 to 2**31 - 1.

        All columns that hold seeds draw from it, in turn, so that no two seeds of a sweep are the same.
        """
        return _seeds(self.seed)

    @property
    def random_columns(self) -> tuple[int, ...]:
        """The columns that hold seeds in some run."""
        return self.marks.random_columns

    @property
    def draws_of_seeds(self) -> int:
        """How many seeds are drawn for all runs."""
        return self.size * len(self.random_columns)

    def row(self, index: int) -> Row:
        """Return the overrides of the run at `index`, for `0 <= index < size`: one for each column, or None."""
        return self.row_as(index, index, index * len(self.random_columns))

    def row_as(self, index: int, number: int, draw: int) -> Row:
        """Return the overrides of the run at `index` as those of run `number`, whose first seed is draw `draw`."""
        sweep, digits = self.place(index)
        return self._filled(number, arranged(sweep.row_at(digits), sweep.columns, self.columns), draw)

    def _filled(self, run: int, row: Row, draw: int) -> Row:
        """Return the row with seeds, the first of which is draw `draw`, and the run's number in their places."""
        if not self.marks:
            return row
        filled = list(row)
        for place, column in enumerate(self.marks.random_columns, draw):
            override = filled[column]
            if override is not None and SEED.text in override:
                filled[column] = override.replace(SEED.text, str(self.seeds(place)))
        for column in self.marks.numbered_columns:
            override = filled[column]
            if override is not None:
                after = len(self.columns[column])
                filled[column] = override[:after] + numbered(override[after:], run)
        return tuple(filled)

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
        for sweep in runs.sweeps:
            sweep.check_tables(runs.size)
        return runs

    def _slice(self, index: slice) -> "Subset":
        return Subset(self, range(self.size)[index])

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
        sweep: The whole.
        numbers: Run numbers of the sweep, each in `range(sweep.size)`. They are kept as a `range` if they are one.

    Attributes:
        size: The number of runs.
        columns: The keys of the sweep.

    Raises:
        IndexError: If a number is not one of the sweep's.

    """

    __slots__ = ("columns", "marks", "numbers", "size", "sweep")
    numbers: Sequence[int]

    def __init__(self, sweep: Runs, numbers: Sequence[int]) -> None:
        parts = progressions(numbers)
        ends = [end for part in parts if part for end in (part[0], part[-1])]
        if ends and not (min(ends) >= 0 and max(ends) < sweep.size):
            raise IndexError(f"a run number is out of range: the sweep has {spelled(sweep.size)} runs, from 0")
        self.sweep = sweep
        self.columns = sweep.columns
        self.marks = sweep.marks
        self.numbers = parts[0] if len(parts) == 1 else tuple(numbers)
        self.size = _length(self.numbers)

    @property
    def sweeps(self) -> "tuple[Sweep, ...]":
        return self.sweep.sweeps

    @property
    def whole(self) -> Runs:
        return self.sweep

    def place(self, index: int) -> Place:
        return self.sweep.place(self.numbers[index])

    def row(self, index: int) -> Row:
        return self.sweep.row(self.numbers[index])

    def _slice(self, index: slice) -> "Subset":
        return Subset(self.sweep, self.numbers[index])


def arranged(row: Row, keys: tuple[str, ...], columns: tuple[str, ...]) -> Row:
    """Return a row of overrides of some keys as one that has a place for each of the columns."""
    if keys == columns:
        return row
    overrides = dict(zip(keys, row, strict=True))
    return tuple(map(overrides.get, columns))


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


def _present(row: Row) -> tuple[str, ...]:
    return row if None not in row else tuple(override for override in row if override is not None)  # type: ignore[return-value]
