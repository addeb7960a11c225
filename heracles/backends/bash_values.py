"""The values of a generator, computed by bash 4.2 alone at a position that bash computes too.

A kind of generator becomes statements, where it needs any, and a fragment: text between double quotes that expands to
the value. Python and bash are two readers of one sweep, and the tests compare them by running the bash.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from heracles.backends.bash_words import Variable, between_quotes, is_literal, literal, quoted
from heracles.backends.bash_writer import BashWriter
from heracles.errors import HeraclesError
from heracles.ir import (
    RUN_NUMBER,
    Cast,
    Choice,
    Concat,
    Generator,
    Geomspace,
    Interval,
    Linspace,
    Logspace,
    RandSeed,
    Range,
    Shuffle,
)
from heracles.ir.casts import cast
from heracles.ir.permutation import Permutation
from heracles.ir.values import Int, Quoted, Value
from heracles.lean import NamedTuple

__all__ = ["KINDS", "Column", "Kind", "permuted"]

_LISTED = 64
_MOST_LISTED = 100_000
_INT = 2**63
_EXACT = 10**15  # decimals of up to 15 digits are what the floats nearest to them print as (IEEE 754, binary64)
_MOST_PLACES = 300
_DIGITS = 19
_MARK = "0"
_G = TypeVar("_G", bound=Generator)


class Column(NamedTuple):
    """The key that values belong to, and the function that they are written into.

    Attributes:
        writer: The function.
        name: The wanted name of variables.
        label: The override, for messages.
        key: The key.
        text: A function that returns the text of a value after the key's `=`.
        seed: A function that adds the statements for a seed of the run, and returns the name of its variable; None if
            no value is a seed.
        number: A function that takes a width, and returns the name of a variable that has the run's number with zeros
            up to that width; None if no value has the run's number in it.

    """

    writer: BashWriter
    name: str
    label: str
    key: str
    text: Callable[[Value], str]
    seed: Callable[[str], str] | None = None
    number: Callable[[int], str] | None = None

    def parts(self, text: str) -> list[str | Variable]:
        """Return a text as literal texts, and variables for the run's number."""
        if self.number is None:
            return [text]
        parts, end = list[str | Variable](), 0
        for match in re.finditer(RUN_NUMBER, text):
            parts += [text[end : match.start()], Variable(self.number(int(match[1] or 0)))]
            end = match.end()
        return [*parts, text[end:]]

    def fragment(self, values: Generator, position: str) -> str:
        """Add the statements for the values; return a fragment for the one at a position.

        Args:
            values: The values.
            position: Their position, as arithmetic of bash.

        Raises:
            HeraclesError: If bash cannot compute them, and there are too many to list.

        """
        simple = _kind(values).simplified(values)
        return _kind(simple).fragment(self, simple, position)

    def listed(self, values: Iterable[Value], position: str) -> str:
        """Return a fragment for one of some values that the script lists."""
        texts = [self.parts(self.text(value)) for value in values]
        if len(texts) == 1 and all(isinstance(part, Variable) or is_literal(part) for part in texts[0]):
            return between_quotes(texts[0])
        return f"${{{self.writer.listed(self.name, list(map(quoted, texts)))}[{position}]}}"

    def computed(self, number: "Number", position: str) -> str:
        """Return a fragment for a number that arithmetic gives."""
        quoted = Quoted(number.before + _MARK + number.after)
        before, after = self.text(quoted).split(_MARK) if number.before else ("", "")
        return literal(before) + self._printed(number, position) + literal(after)

    def _printed(self, number: "Number", position: str) -> str:
        is_bare = position.isidentifier() or number.expression == "POSITION"
        expression = number.expression.replace("POSITION", position if is_bare else f"({position})")
        if number.places:
            name = self.writer.call("decimal", [f'"$(({expression}))" {number.places}'], self.name)
            return f"${{{name}}}"
        if number.is_truth:
            return f"${{{self.writer.listed(self.name, ['false', 'true'])}[{expression}]}}"
        return f"$(({expression}))"


def permuted(writer: BashWriter, permutation: Permutation, position: str, name: str) -> str:
    """Add the statements that permute a position; return the name of the variable with the result."""
    place = f"${position}" if position.isidentifier() else f"$(({position}))"
    numbers = f"{permutation.size} {permutation.mask} {permutation.shift}"
    rounds = " ".join(f"{addend}:{factor}" for addend, factor in permutation.constants)
    return writer.call("permute", [f'"{place}" {numbers}', rounds], name)


class Number(NamedTuple):
    """Values that are numbers, or texts with a number in them, and that arithmetic gives.

    Attributes:
        expression: Arithmetic of bash for the whole number, or for the decimal times 10**places, from `POSITION`.
        bound: An upper bound on the absolute values.
        places: The decimal places; 0 for a whole number.
        is_truth: Whether 0 and 1 stand for false and true.
        before, after: The quotes around it in a text; empty around a number.

    """

    expression: str
    bound: int
    places: int = 0
    is_truth: bool = False
    before: str = ""
    after: str = ""

    @property
    def is_printed(self) -> bool:
        """Whether more than arithmetic is needed."""
        return bool(self.places or self.is_truth or self.before)

    def cast(self, name: str) -> "Number | None":
        """Return such values after a cast, which agrees with `heracles.ir.casts`; None if they grow too large."""
        if name == "json_str" or (name == "str" and not self.before):
            text = cast(name, Quoted(self.before + _MARK + self.after) if self.before else Int(_MARK)).text
            before, after = text.split(_MARK)
            return self._replace(before=before, after=after)
        if name == "str":
            return self
        bare = self._replace(before="", after="", is_truth=False)
        if name == "bool":
            return bare._replace(expression=f"({self.expression}) != 0", bound=1, places=0, is_truth=True)
        if name == "int" and self.places:
            divided = f"({self.expression}) / {10**self.places}" if self.places < _DIGITS else "0"
            return bare._replace(expression=divided, places=0)
        if name == "float" and not self.places:
            scaled = bare._replace(expression=f"({self.expression}) * 10", bound=self.bound * 10, places=1)
            return scaled if scaled.bound < _EXACT else None
        return bare


class Kind(Generic[_G]):
    """How bash computes the values of a kind of generator; this one lists them, as those of a plug-in's generator."""

    def is_listed(self, values: _G) -> bool:
        """Return whether the values are listed in the script, and not computed."""
        return not values.is_random and values.size <= _LISTED

    def simplified(self, values: _G) -> Generator:
        """Return the same values with casts around ranges alone, and with lists merged."""
        return values

    def cast(self, name: str, values: _G) -> Generator:
        """Return the cast of simplified values, simplified."""
        return Cast(name, values)

    def number(self, values: _G) -> Number | None:  # noqa: ARG002 - most are no arithmetic
        """Return the arithmetic that gives the values; None if there is none."""
        return None

    def fragment(self, column: Column, values: _G, position: str) -> str:
        """Return a fragment for one of some simplified values."""
        number = self.number(values)
        if number is not None and not (number.is_printed and values.size <= _LISTED):
            return column.computed(number, position)
        if values.size > _MOST_LISTED:
            raise HeraclesError(
                f"{column.label}: bash has 64-bit numbers and cannot compute these {values.size:,} values; "
                f"up to {_MOST_LISTED:,} would be listed"
            )
        return column.listed(values, position)


class _ChoiceKind(Kind[Choice]):
    def is_listed(self, values: Choice) -> bool:  # noqa: ARG002 - however many they are
        return True

    def cast(self, name: str, values: Choice) -> Generator:
        return Choice(tuple(cast(name, value) for value in values.values))

    def fragment(self, column: Column, values: Choice, position: str) -> str:
        return column.listed(values, position)


class _RangeKind(Kind[Range]):
    def number(self, values: Range) -> Number | None:
        bound = max(abs(values.start), abs(values.start + (values.size - 1) * values.step))
        if bound >= (_EXACT if values.scale else _INT) or values.scale > _MOST_PLACES:
            return None
        step = "POSITION" if values.step == 1 else f"{values.step} * POSITION"
        return Number(f"{values.start} + {step}" if values.start else step, bound, values.scale)


class _CastKind(Kind[Cast]):
    def simplified(self, values: Cast) -> Generator:
        inner = _kind(values.values).simplified(values.values)
        return _kind(inner).cast(values.name, inner)

    def number(self, values: Cast) -> Number | None:
        number = _kind(values.values).number(values.values)
        return number and number.cast(values.name)


class _RandSeedKind(Kind[RandSeed]):
    def cast(self, name: str, values: RandSeed) -> Generator:  # noqa: ARG002 - a seed is a number, however it is cast
        return values

    def fragment(self, column: Column, values: RandSeed, position: str) -> str:  # noqa: ARG002 - the run decides
        return f"${{{column.seed(column.name)}}}" if column.seed else ""


class _ConcatKind(Kind[Concat]):
    def simplified(self, values: Concat) -> Generator:
        return _merged(_kind(part).simplified(part) for part in values.parts)

    def cast(self, name: str, values: Concat) -> Generator:
        return _merged(_kind(part).cast(name, part) for part in values.parts)

    def fragment(self, column: Column, values: Concat, position: str) -> str:
        """Write an `if` with a branch for each part."""
        writer = column.writer
        place, name = writer.new_name("place"), writer.new_name(column.name)
        writer.write(f"{place}=$(({position}))")
        start, keyword = 0, "if"
        for part, end in zip(values.parts, values.ends, strict=True):
            writer.write(f"{keyword} (({place} < {end})); then" if end < values.size else "else")
            with writer.indented():
                fragment = _kind(part).fragment(column, part, f"{place} - {start}" if start else place)
                writer.write(f'{name}="{fragment}"')
            start, keyword = end, "elif"
        writer.write("fi")
        return f"${{{name}}}"


class _ShuffleKind(Kind[Shuffle]):
    def simplified(self, values: Shuffle) -> Generator:
        return Shuffle(_kind(values.values).simplified(values.values), values.key)

    def cast(self, name: str, values: Shuffle) -> Generator:
        return Shuffle(_kind(values.values).cast(name, values.values), values.key)

    def fragment(self, column: Column, values: Shuffle, position: str) -> str:
        kind = _kind(values.values)
        if kind.is_listed(values.values):
            return column.listed(values, position)
        order = permuted(column.writer, values.permutation, position, "order")
        return kind.fragment(column, values.values, order)


_OTHER = Kind[Generator]()

KINDS: dict[type[Generator], Kind[Any]] = {
    Choice: _ChoiceKind(),
    Range: _RangeKind(),
    RandSeed: _RandSeedKind(),
    Concat: _ConcatKind(),
    Shuffle: _ShuffleKind(),
    Cast: _CastKind(),
    **dict.fromkeys([Linspace, Geomspace, Logspace, Interval], _OTHER),
}
"""How bash computes each kind of generator; any other is listed."""


def _kind(values: Generator) -> Kind[Any]:
    return KINDS.get(type(values), _OTHER)


def _merged(parts: Iterable[Generator]) -> Generator:
    """Return the concatenation, with neighbours that are listed anyway as one list, and without empty parts."""
    merged: list[Generator] = []
    for part in (part for part in parts if part.size):
        if not _kind(part).is_listed(part):
            merged.append(part)
        elif merged and isinstance(merged[-1], Choice):
            merged[-1] = Choice((*merged[-1].values, *part))
        else:
            merged.append(Choice(tuple(part)))
    return merged[0] if len(merged) == 1 else Concat(tuple(merged))
