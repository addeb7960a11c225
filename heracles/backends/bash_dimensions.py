"""Dimensions of a sweep, in bash: statements, and a shell word for each key."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from heracles.backends.bash_function import Decoder
from heracles.backends.bash_values import Column, permuted
from heracles.backends.bash_words import literal, quote, quoted
from heracles.backends.bash_writer import variable_name
from heracles.ir import Axis, Derived, Repeat, Zip
from heracles.ir.values import Absent, Missing, Value
from heracles.lean import NamedTuple
from heracles.text import counted

__all__ = ["DIMENSIONS", "Spot"]


class Spot(NamedTuple):
    """Where the run is in a product.

    Attributes:
        positions: Its position in each dimension, as arithmetic of bash.
        sizes: The sizes of the dimensions.
        draw, draws: As `Place` has them.

    """

    positions: Sequence[str]
    sizes: Sequence[int]
    draw: str
    draws: int


def _axis(decoder: Decoder, axis: Axis, spot: Spot, number: int) -> list[str]:
    column = _column(decoder, axis)
    if axis.is_drawn:
        return [_listed(column, map(axis.values.at, range(spot.draws)), spot.draw, "draw")]
    if axis.size == 1 and not axis.is_random:
        return [_single(column, axis.values.at(0))]
    seeds = ", and a seed for each run" if axis.is_random else ""
    with decoder.writer.titled(f"{counted(axis.size, 'value')} of {axis.key}{seeds}"):
        return [_chosen(column, axis, spot.positions[number])]


def _zip(decoder: Decoder, rows: Zip, spot: Spot, number: int) -> list[str]:
    position = spot.positions[number]
    columns = [_column(decoder, member) for member in rows.members]
    if rows.size == 1:
        return [_single(column, value) for column, value in zip(columns, rows.values_at(0), strict=True)]
    with decoder.writer.titled(f"{counted(rows.size, 'row')} of {rows.name}"):
        if rows.permutation:
            position = permuted(decoder.writer, rows.permutation, position, "row")
        members = zip(columns, rows.members, strict=True)
        return [_chosen(column, member, position) for column, member in members]


def _derived(decoder: Decoder, derived: Derived, spot: Spot, number: int) -> list[str]:  # noqa: ARG001 - it has no place
    column = _column(decoder, derived)
    if derived.by_draw:
        return [_listed(column, derived.values, spot.draw, "draw")]
    if len(derived.values) == 1:
        return [_single(column, derived.values[0])]
    over = [spot.positions[place] for place in derived.over]
    index = _number(over, [spot.sizes[place] for place in derived.over])
    return [_listed(column, derived.values, index, "value")]


def _repeat(decoder: Decoder, repeat: Repeat, spot: Spot, number: int) -> list[str]:
    return DIMENSIONS[type(repeat.dimension)](decoder, repeat.dimension, spot, number)


def _number(digits: Sequence[str], sizes: Sequence[int]) -> str:
    """Return the mixed-radix number of some digits, as arithmetic of bash."""
    terms: list[str] = []
    stride = 1
    for digit, size in zip(reversed(digits), reversed(sizes), strict=True):
        bare = digit if digit.isidentifier() else f"({digit})"
        terms.append(bare if stride == 1 else f"{bare} * {stride}")
        stride *= size
    return " + ".join(reversed(terms))


def _column(decoder: Decoder, dimension: Axis | Derived) -> Column:
    """Return what the values of a dimension with one key are written into."""
    after = len(dimension.key) + 1
    return Column(
        decoder.writer,
        variable_name(dimension.key),
        str(dimension),
        dimension.key,
        lambda value: dimension.override(value)[after:],
        decoder.seed(dimension.key),
        decoder.number if decoder.is_numbered(dimension.key) else None,
    )


def _chosen(column: Column, axis: Axis, position: str) -> str:
    """Return the word for one of the overrides of an axis; it expands to none where there is none."""
    values = axis.values
    if not values.is_partial:
        return _assignment(column, column.fragment(values, position))
    words = [_single(column, value) or "''" for value in values]
    chosen = f"${{{column.writer.listed(column.name, words)}[{position}]}}"
    return f'{chosen[:-1]}:+"{chosen}"}}'


def _single(column: Column, value: Value) -> str:
    """Return the word for an override that all runs have; empty if there is none."""
    if isinstance(value, Missing):
        return ""
    if isinstance(value, Absent):
        return quote(column.key)
    return quoted([f"{column.key}=", *column.parts(column.text(value))])


def _listed(column: Column, values: Iterable[Value], position: str, noun: str) -> str:
    """Return the word for one of some values that the script lists."""
    listed = tuple(values)
    with column.writer.titled(f"{counted(len(listed), noun)} of {column.key}"):
        return _assignment(column, column.listed(listed, position))


def _assignment(column: Column, fragment: str) -> str:
    return f'"{literal(column.key)}={fragment}"'


DIMENSIONS: dict[type[Any], Callable[[Decoder, Any, Spot, int], list[str]]] = {
    Axis: _axis,
    Zip: _zip,
    Derived: _derived,
    Repeat: _repeat,
}
"""How each kind of dimension is decoded: a function of the decoder, the dimension, where the run is in the product, and
which of its dimensions this is. It returns a shell word for each key."""
