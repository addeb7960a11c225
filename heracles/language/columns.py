"""Expressions over whole columns: one call of a C function for all combinations, where each alone would take longer.

A column has a value for each combination of the dimensions that it depends on, and no more: in `a * b < 9 and c > 1`,
the products are as many as the combinations of a and b. All parts are computed for all combinations, without Python's
short cuts, so where anything goes wrong the caller computes one combination after another instead.
"""

import itertools
import operator
from collections.abc import Callable, Sequence
from typing import Any

from heracles.language.operations import ARITHMETIC, COMPARISONS, MOST_BITS

__all__ = ["Column", "Columns", "Unsuited"]

_NUMBERS = frozenset({int, float})
_PLAIN = frozenset({int, float, str, type(None)})
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Unsuited(Exception):  # noqa: N818 - never seen
    """What cannot be computed by columns."""


class Column:
    """Values for each combination of some dimensions.

    Args:
        over: The dimensions, by their numbers, ascending.
        data: The values, those of the last dimension fastest.

    Attributes:
        types: The types of the values.

    """

    __slots__ = ("data", "over", "types")

    def __init__(self, over: tuple[int, ...], data: Sequence[Any]) -> None:
        self.over = over
        self.data = data
        self.types = frozenset(map(type, data))


class Columns:
    """What computes with columns.

    Args:
        sizes: The size of each dimension.
        of: Returns the column of the values of a key.

    """

    def __init__(self, sizes: Sequence[int], of: Callable[[str], Column]) -> None:
        self._sizes = sizes
        self.of = of

    def applied(self, function: Callable[..., Any], *parts: Column) -> Column:
        """Return the column of what a function makes of the values of others."""
        over, columns = self._met(parts)
        return Column(over, list(map(function, *columns)) if columns else [function()])

    def binary(self, sign: str, one: Column, other: Column) -> Column:
        """Return the column of an operator of `operations` between two others."""
        is_plain = sign in _OPERATORS and _is_plain(sign, one, other)
        return self.applied(_OPERATORS[sign] if is_plain else (ARITHMETIC | COMPARISONS)[sign], one, other)

    def both(self, one: Column, other: Column) -> Column:
        """Return the column of `one and other`."""
        return self.applied(operator.and_, _truth(one), _truth(other))

    def either(self, one: Column, other: Column) -> Column:
        """Return the column of `one or other`."""
        return self.applied(operator.or_, _truth(one), _truth(other))

    def denial(self, part: Column) -> Column:
        """Return the column of `not part`."""
        return self.applied(operator.not_, _truth(part))

    def conditional(self, value: Column, condition: Column, other: Column) -> Column:
        """Return the column of `value if condition else other`."""
        return self.applied(lambda a, c, b: a if c else b, value, _truth(condition), other)

    def _met(self, parts: Sequence[Column]) -> tuple[tuple[int, ...], list[Sequence[Any]]]:
        """Return the dimensions of all columns, and each column over all of these."""
        over = tuple(sorted({number for part in parts for number in part.over}))
        return over, [self.spread(part, over) for part in parts]

    def spread(self, column: Column, over: tuple[int, ...]) -> Sequence[Any]:
        """Return the values of a column for each combination of more dimensions than its own."""
        data, inner = column.data, 1
        for number in reversed(over):
            size = self._sizes[number]
            if number in column.over:
                inner *= size
                continue
            data = _repeated(data, inner, size)
            inner *= size
        return data


def _repeated(data: Sequence[Any], inner: int, times: int) -> Sequence[Any]:
    """Return the data with each block of `inner` values repeated."""
    if inner == len(data):
        return list(data) * times
    if inner == 1:
        return list(itertools.chain.from_iterable(map(itertools.repeat, data, itertools.repeat(times))))
    blocks = (list(data[start : start + inner]) * times for start in range(0, len(data), inner))
    return list(itertools.chain.from_iterable(blocks))


def _is_plain(sign: str, one: Column, other: Column) -> bool:
    """Return whether Python's own operator does the same to these values."""
    types = one.types | other.types
    if sign in ("==", "!="):
        return types <= _PLAIN
    if sign == "*" and int in types:
        return types <= _NUMBERS and _bits(one) + _bits(other) <= MOST_BITS
    return types <= _NUMBERS or (types <= {str} and sign in ("<", "<=", ">", ">="))


def _bits(column: Column) -> int:
    return max((value.bit_length() for value in column.data if type(value) is int), default=0)


def _truth(column: Column) -> Column:
    if column.types <= {bool}:
        return column
    raise Unsuited
