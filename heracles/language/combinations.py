"""The combinations of the values of some dimensions of a product, and what expressions come to for each of them."""

import itertools
import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from heracles.errors import OverrideError
from heracles.ir import Axis, Dimension, Range, Sweep
from heracles.ir.values import Absent, Bool, Dict, Extension, Float, Int, List, Null, Value
from heracles.language.columns import Column, Columns
from heracles.language.expressions import Evaluate, Expression
from heracles.text import listed

__all__ = ["MOST_COMBINATIONS", "Table", "column_of", "data_of", "identity", "places"]

MOST_COMBINATIONS = 10**7
"""How many combinations are computed."""

_MOST_AT_ONCE = 2**20

Span = tuple[int, int]


class Table:
    """The combinations of the values of some dimensions of a product.

    Args:
        sweep: The product.
        over: The positions of the dimensions, ascending.

    Attributes:
        size: How many combinations there are.

    """

    def __init__(self, sweep: Sweep, over: Sequence[int]) -> None:
        self.sweep = sweep
        self.over = tuple(over)
        self.size = math.prod(sweep.dimensions[place].size for place in over)

    def check_size(self, most: int, source: str, span: Span) -> None:
        """Raise an OverrideError if there are more combinations than that."""
        if self.size > most:
            names = [self.sweep.dimensions[place].name for place in self.over]
            raise OverrideError(
                f"this names {listed(names)}, which have {self.size:,} combinations: {most:,} can be computed",
                source,
                span,
            )

    @cached_property
    def _data(self) -> "list[Sequence[Any]]":
        return [column_of(self.sweep.dimensions[place]) for place in self.over]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Return, for each combination, the data of each dimension: that of its value, or the list of several keys'."""
        return itertools.product(*self._data)

    def evaluated(self, expression: Expression, key_of: Callable[[str], str]) -> list[Any] | None:
        """Return what an expression comes to for each combination, in order; None if it has to be found one by one.

        Args:
            expression: The expression.
            key_of: Returns the key that a name in it stands for.

        """
        found: list[Any] = []
        sizes = [len(data) for data in self._data]
        step = max(1, _MOST_AT_ONCE // math.prod(sizes[1:] or [1]))
        for start in range(0, sizes[0], step) if sizes else [0]:
            part = [self._data[0][start : start + step], *self._data[1:]] if sizes else []

            def of(name: str, part: "list[Sequence[Any]]" = part) -> Column:
                return self._column_of(key_of(name), part)

            columns = Columns([len(data) for data in part], of)
            column = expression.column(columns)
            if column is None:
                return None
            found += columns.spread(column, tuple(range(len(part))))
        return found

    def _column_of(self, key: str, data: "list[Sequence[Any]]") -> Column:
        for slot, place in enumerate(self.over):
            keys = self.sweep.dimensions[place].keys
            if key in keys:
                member = keys.index(key)
                return Column((slot,), data[slot] if len(keys) == 1 else [row[member] for row in data[slot]])
        return Column((), [None])

    def value_of(self, key: str) -> Evaluate:
        """Return the function that takes the value of a key from a row; None if the product has no such key."""
        for slot, place in enumerate(self.over):
            keys = self.sweep.dimensions[place].keys
            if key in keys:
                if len(keys) == 1:
                    return itemgetter(slot)
                member = keys.index(key)
                return lambda row: row[slot][member]
        return lambda _: None

    def digits(self, index: int) -> dict[int, int]:
        """Return the position in each dimension of the combination at `index`."""
        digits = {}
        for place in reversed(self.over):
            index, digits[place] = divmod(index, self.sweep.dimensions[place].size)
        return digits

    def described(self, index: int) -> str:
        """Return the overrides of a combination, for a message."""
        digits = self.digits(index)
        texts = [text for place in self.over for text in self.sweep.dimensions[place].at(digits[place]) if text]
        return f" (in the runs with {' '.join(texts)})" if texts else ""


def column_of(dimension: Dimension) -> Sequence[Any]:
    """Return the data of each value of a dimension, or the lists of those of several keys."""
    if isinstance(dimension, Axis) and isinstance(dimension.values, Range):
        numbers = dimension.values
        whole = range(numbers.start, numbers.stop, numbers.step)
        return [number / 10**numbers.scale for number in whole] if numbers.scale else list(whole)
    rows = map(dimension.values_at, range(dimension.size))
    if len(dimension.keys) == 1:
        return [data_of(value) for (value,) in rows]
    return [[data_of(value) for value in row] for row in rows]


def data_of(value: Value) -> Any:
    """Return the Python data of a value, as expressions compute with it."""
    try:
        return value.data
    except ValueError:  # a number of more digits than Python converts
        return float(value.text)


def places(sweep: Sweep, keys: Sequence[str]) -> list[int]:
    """Return the positions of the dimensions that set the keys."""
    return [place for place, dimension in enumerate(sweep.dimensions) if set(keys) & set(dimension.keys)]


def identity(value: Value) -> Hashable:
    """Return what two values have in common if they are equal: kind and data; all numbers are of one kind."""
    if isinstance(value, Int | Float):
        data = data_of(value)
        return "number", data if data == data else "nan"  # noqa: PLR0124 - but for nan, which no number equals
    if isinstance(value, List):
        return "list", tuple(map(identity, value.items))
    if isinstance(value, Dict):
        return "dict", frozenset({identity(key): identity(item) for key, item in value.items}.items())
    if isinstance(value, Null | Absent):
        return ("null",)
    kind = "truth" if isinstance(value, Bool) else "extension" if isinstance(value, Extension) else "text"
    return kind, value.data
