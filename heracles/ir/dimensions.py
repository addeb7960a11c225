"""Dimensions: the parts of a sweep that multiply it."""

from heracles.ir.generators import GENERATOR_KINDS, Choice, Generator
from heracles.ir.record import Record
from heracles.ir.serialize import TEXT, Family
from heracles.ir.values import Absent, Value, plain

__all__ = ["DIMENSION_KINDS", "Axis", "Dimension", "Row", "value_text"]

DIMENSION_KINDS = Family(default="axis")
"""The kinds of dimensions, for the JSON."""

Row = tuple[str | None, ...]
"""The overrides of one run, one for each column; None for a column that the run has no override for."""


class Dimension:
    """A part of a sweep that multiplies it: at each of its positions, it sets one key or several keys together.

    A kind of dimension is immutable and hashable, and `str` of it is the override text that it is read from.
    """

    __slots__ = ()

    @property
    def name(self) -> str:
        """What people call it: a heading for its values."""
        raise NotImplementedError

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it sets, in order; no other dimension of the sweep sets one of them."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """The number of positions, which it multiplies the sweep by."""
        raise NotImplementedError

    @property
    def is_random(self) -> bool:
        """Whether some values are seeds, which the run fills."""
        return False

    def at(self, index: int) -> Row:
        """Return the overrides at `index`, for `0 <= index < size`: one for each key, or None if it is not set there.

        A seed is a NUL, which the run replaces.
        """
        raise NotImplementedError

    def label(self, index: int) -> str:
        """Return the values at `index` for people, with a space between those of several keys; a seed is a NUL."""
        return " ".join(map(value_text, self.keys, self.at(index)))


@DIMENSION_KINDS.add(key=TEXT, values=GENERATOR_KINDS)
class Axis(Record, Dimension):
    """One override: a key (`env.num_envs`, `+model@pkg`, `~lr`: all that stands before the `=`) and its values."""

    __slots__ = ("key", "values")

    def __init__(self, key: str, values: Generator) -> None:
        self.key = key
        self.values = values

    @property
    def name(self) -> str:
        return self.key

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def size(self) -> int:
        return self.values.size

    @property
    def is_random(self) -> bool:
        return self.values.is_random

    def at(self, index: int) -> tuple[str]:
        return (self.override(self.values.at(index)),)

    def override(self, value: Value) -> str:
        """Return the override that sets `value`; if the key is a flag, which Hydra does not read, as plain text."""
        if isinstance(value, Absent):
            return self.key
        return f"{self.key}={plain(value) if self.key.startswith('-') else value.text}"

    def __str__(self) -> str:
        if self.values == Choice((Absent(""),)):
            return self.key
        return f"{self.key}={self.values}"


def value_text(key: str, override: str | None) -> str:
    """Return the text after a key and its `=`; empty for a deletion, and for None."""
    return "" if override is None else override[len(key) + 1 :]
