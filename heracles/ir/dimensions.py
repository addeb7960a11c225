"""Dimensions: the parts of a sweep that multiply it."""

from heracles.errors import HeraclesError
from heracles.ir.generators import GENERATOR_KINDS, Choice, Concat, Generator
from heracles.ir.permutation import Permutation
from heracles.ir.record import Record
from heracles.ir.serialize import INTEGER, TEXT, TRUTH, Family, many
from heracles.ir.values import VALUE_KINDS, Absent, Missing, Value, plain

__all__ = ["DIMENSION_KINDS", "Axis", "Derived", "Dimension", "OfOneKey", "Repeat", "Row", "Zip", "value_text"]

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
    def described(self) -> str:
        """What a message calls it."""
        return self.name

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it sets, in order; no other dimension of the sweep sets one of them."""
        raise NotImplementedError

    def member(self, key: str) -> "Dimension":  # noqa: ARG002 - of one key, it is that
        """Return what sets one of its keys: itself, or a part of it."""
        return self

    @property
    def size(self) -> int:
        """The number of positions, which it multiplies the sweep by."""
        raise NotImplementedError

    @property
    def is_random(self) -> bool:
        """Whether some values are seeds, which the run fills."""
        return False

    @property
    def is_numbered(self) -> bool:
        """Whether some values have `__run__` in them, which the run replaces."""
        return False

    @property
    def is_drawn(self) -> bool:
        """Whether the position is the number of the draw from a `Sample`, however many there are; `size` is then 1."""
        return False

    @property
    def is_derived(self) -> bool:
        """Whether other dimensions decide the values."""
        return False

    @property
    def is_repeated(self) -> bool:
        """Whether it multiplies the draws of a `Sample`, `times` times, and not what they are drawn from."""
        return False

    @property
    def times(self) -> int:
        """How often it makes each draw of a `Sample`."""
        return 1

    @property
    def unrepeated(self) -> "Dimension":
        """The dimension as it is without a `Sample`."""
        return self

    @property
    def is_seeds(self) -> bool:
        """Whether all values are seeds, whose position does not matter."""
        return False

    @property
    def repeated(self) -> int:
        """How many values repeat an earlier one because of a cast; 0 for more values than are worth a comparison."""
        return 0

    @property
    def is_file(self) -> bool:
        """Whether it is rows of a file."""
        return False

    @property
    def places(self) -> int:
        """The number of places that values are found at: `size`, or for derived values, the size of their table."""
        return self.size

    def values_at(self, index: int) -> tuple[Value, ...]:
        """Return the values at `index`, one for each key."""
        raise NotImplementedError

    def at(self, index: int) -> Row:
        """Return the overrides at `index`, for `0 <= index < size`: one for each key, or None if it is not set there.

        A seed is a NUL, which the run replaces.
        """
        return tuple(map(_override, self.keys, self.values_at(index)))

    def label(self, index: int) -> str:
        """Return the values at `index` for people, with a space between those of several keys, and `-` for a key that
        is not set; a seed is a NUL."""
        overrides = zip(self.keys, self.at(index), strict=True)
        return " ".join("-" if override is None else value_text(key, override) for key, override in overrides)


class OfOneKey(Record, Dimension):
    """A dimension that sets one key, which names it."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key

    @property
    def name(self) -> str:
        return self.key

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)


@DIMENSION_KINDS.add(key=TEXT, values=GENERATOR_KINDS)
class Axis(OfOneKey):
    """One override: a key (`env.num_envs`, `+model@pkg`, `~lr`: all that stands before the `=`) and its values."""

    __slots__ = ("values",)

    def __init__(self, key: str, values: Generator) -> None:
        super().__init__(key)
        self.values = values

    @property
    def size(self) -> int:
        return self.values.size

    @property
    def is_random(self) -> bool:
        return self.values.is_random

    @property
    def is_numbered(self) -> bool:
        return self.values.is_numbered

    @property
    def is_drawn(self) -> bool:
        return self.values.is_drawn

    @property
    def is_seeds(self) -> bool:
        return self.values.is_seeds

    @property
    def repeated(self) -> int:
        return self.values.repeated

    def values_at(self, index: int) -> tuple[Value]:
        return (self.values.at(index),)

    def at(self, index: int) -> Row:
        return (_override(self.key, self.values.at(index)),)

    def override(self, value: Value) -> str:
        """Return the override that sets `value`; if the key is a flag, which Hydra does not read, as plain text."""
        return _override(self.key, value) or ""

    def __str__(self) -> str:
        if self.values == Choice((Absent(""),)):
            return self.key
        return f"{self.key}={self.values}"


@DIMENSION_KINDS.add(
    since=3,
    name=TEXT,
    members=many(DIMENSION_KINDS).checked(
        lambda members: all(isinstance(member, Axis) and not member.is_random for member in members),
        "has a member that is no axis without seeds",
    ),
    shuffle=TEXT,
)
class Zip(Record, Dimension):
    """`mo=zip(model=[cnn,vit],lr=choice(0.1,0.3))`, or the rows of a file, `@rows.csv`: keys that move together.

    Args:
        name: What people call it; it is no key. That of a file begins with `@`.
        members: The keys and their values, none of them seeds: one member or more, all of one size.
        shuffle: The key of the permutation of the rows; empty if they have the order of the values.

    Attributes:
        permutation: The position of each row in the members; None if they have the order of the values.

    Raises:
        HeraclesError: If there are no members, or they have different sizes.

    """

    __slots__ = ("members", "name", "permutation", "shuffle")
    name: str

    def __init__(self, name: str, members: tuple[Axis, ...], shuffle: str = "") -> None:
        if len({member.size for member in members}) != 1:
            raise HeraclesError("a zip has one member or more, of one size")
        self.name = name
        self.members = members
        self.shuffle = shuffle
        self.permutation = Permutation(members[0].size, shuffle) if shuffle else None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(member.key for member in self.members)

    @property
    def size(self) -> int:
        return self.members[0].size

    @property
    def is_numbered(self) -> bool:
        return any(member.is_numbered for member in self.members)

    @property
    def is_file(self) -> bool:
        return self.name.startswith("@")

    @property
    def described(self) -> str:
        return self.name if self.is_file else f"the zip {self.name}"

    def member(self, key: str) -> Axis:
        return next(member for member in self.members if member.key == key)

    def values_at(self, index: int) -> tuple[Value, ...]:
        index = self.permutation(index) if self.permutation else index
        return tuple(member.values.at(index) for member in self.members)

    def __str__(self) -> str:
        if self.is_file:
            return self.name
        rows = f"zip({','.join(map(_member, self.members))})"
        return f"{self.name}={f'shuffle({rows})' if self.shuffle else rows}"


@DIMENSION_KINDS.add(since=3, key=TEXT, text=TEXT, over=many(INTEGER), values=many(VALUE_KINDS), by_draw=TRUTH)
class Derived(OfOneKey):
    """`warmup=expr(steps // 10)`: one override whose value depends on other dimensions; it multiplies nothing.

    Args:
        key: The key.
        text: The expression.
        over: The positions, ascending, of the sweep's dimensions that the value depends on.
        values: The value at each combination of the positions in these dimensions, the last one fastest.
        by_draw: Whether the values are those of the draws of a `Sample` instead, in turn.

    """

    __slots__ = ("by_draw", "over", "text", "values")

    def __init__(
        self,
        key: str,
        text: str,
        over: tuple[int, ...],
        values: tuple[Value, ...],
        by_draw: bool = False,  # noqa: FBT001, FBT002 - a field
    ) -> None:
        super().__init__(key)
        self.text = text
        self.over = over
        self.values = values
        self.by_draw = by_draw

    @property
    def size(self) -> int:
        return 1

    @property
    def is_drawn(self) -> bool:
        return self.by_draw

    @property
    def is_derived(self) -> bool:
        return True

    @property
    def places(self) -> int:
        return len(self.values)

    def values_at(self, index: int) -> tuple[Value]:
        """Return the value at a place of the table, or of a draw."""
        return (self.values[index],)

    def override(self, value: Value) -> str:
        """Return the override that sets `value`, as `Axis.override` does."""
        return _override(self.key, value) or ""

    def __str__(self) -> str:
        return f"{self.key}=expr({self.text})"


@DIMENSION_KINDS.add(since=3, dimension=DIMENSION_KINDS)
class Repeat(Record, Dimension):
    """A dimension that multiplies the draws of a `Sample`, and not what they are drawn from: one that holds seeds.

    `at` takes positions up to `times`, the size of the dimension.
    """

    __slots__ = ("dimension",)

    def __init__(self, dimension: Dimension) -> None:
        self.dimension = dimension

    @property
    def name(self) -> str:
        return self.dimension.name

    @property
    def keys(self) -> tuple[str, ...]:
        return self.dimension.keys

    @property
    def size(self) -> int:
        return 1

    @property
    def is_repeated(self) -> bool:
        return True

    @property
    def times(self) -> int:
        return self.dimension.size

    @property
    def unrepeated(self) -> Dimension:
        return self.dimension

    @property
    def is_random(self) -> bool:
        return self.dimension.is_random

    @property
    def is_numbered(self) -> bool:
        return self.dimension.is_numbered

    def values_at(self, index: int) -> tuple[Value, ...]:
        return self.dimension.values_at(index)

    def __str__(self) -> str:
        return str(self.dimension)


def _override(key: str, value: Value) -> str | None:
    if isinstance(value, Missing):
        return None
    if isinstance(value, Absent):
        return key
    return f"{key}={plain(value) if key.startswith('-') else value.text}"


def _member(axis: Axis) -> str:
    """Return a member of a zip as text; a list alone would be its rows."""
    values = f"choice({axis.values})" if isinstance(axis.values, Choice | Concat) else str(axis.values)
    return f"{axis.key}={values}"


def value_text(key: str, override: str | None) -> str:
    """Return the text after a key and its `=`; empty for a deletion, and for None."""
    return "" if override is None else override[len(key) + 1 :]
