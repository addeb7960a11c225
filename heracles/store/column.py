"""Columns of natural numbers, in as few bytes as they need: a sweep may have millions of runs."""

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

__all__ = ["Column"]

_TYPES = "BHIQ"


class Column:
    """Natural numbers, each in as few bytes as the largest of them needs.

    Args:
        size: How many; all are 0 at first.
        most: A number up to which there is room from the start.

    Attributes:
        numbers: The numbers; another array once there was no room for one.

    """

    def __init__(self, size: int = 0, most: int = 0) -> None:
        self.numbers = array(_type(most), [0]) * size

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: range) -> "array[int]": ...
    def __getitem__(self, place: int | range) -> "int | array[int]":
        """Return the number at a place, or those at the places of a range."""
        return self.numbers[place if isinstance(place, int) else _slice(place)]

    def __setitem__(self, place: int, number: int) -> None:
        """Set the number at a place."""
        self.fit(number)
        self.numbers[place] = number

    def assign(self, places: range, numbers: Sequence[int]) -> None:
        """Set the numbers at the places of a range."""
        self.fit(max(numbers))
        self.numbers[_slice(places)] = array(self.numbers.typecode, numbers)

    def fit(self, number: int) -> None:
        """Make room for numbers up to one."""
        if number >= 1 << 8 * self.numbers.itemsize:
            self.numbers = array(_type(number), self.numbers)

    def grow(self, size: int) -> None:
        """Add so many zeros."""
        self.numbers.frombytes(bytes(size * self.numbers.itemsize))


def _type(most: int) -> str:
    """Return the narrowest type of an array that numbers up to one fit into."""
    return next(each for each in _TYPES if most < 1 << 8 * array(each).itemsize)


def _slice(places: range) -> slice:
    """Return the slice for the places of a range, which may go down to 0."""
    return slice(places.start, places.stop if places.stop >= 0 else None, places.step)
