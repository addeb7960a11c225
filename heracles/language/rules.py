"""The rules `--exclude` and `--where`, and equal runs in two cases: which runs of a product each of them keeps."""

import itertools
import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from heracles.errors import HeraclesError, OverrideError
from heracles.ir import Axis, Derived, Dimension, Range, Repeat, Sweep
from heracles.ir.diagram import Diagram, both, everything, from_table, without
from heracles.ir.values import Absent, Bool, Dict, Extension, Float, Int, List, Null, Seed, Value
from heracles.language.calls import Context
from heracles.language.columns import Column, Columns
from heracles.language.expressions import Evaluate, Expression, unknown_key
from heracles.language.lowering import lower
from heracles.language.operations import Mismatch
from heracles.text import counted, listed

__all__ = ["Condition", "Exclusion", "Keys", "Table", "data_of", "duplicates"]

_MOST_COMBINATIONS = 10**7
_MOST_EXCLUDED = 1_000_000
_MOST_AT_ONCE = 2**20
_OPENERS, _CLOSERS = "([{", ")]}"

Span = tuple[int, int]


class Keys:
    """The keys that the overrides of all cases set, and what a rule may say about them.

    Args:
        sweeps: The products of the cases.

    """

    def __init__(self, sweeps: Sequence[Sweep]) -> None:
        self._dimensions: dict[str, list[Dimension]] = {}
        self._zips: dict[str, tuple[str, ...]] = {}
        for dimension in itertools.chain.from_iterable(sweep.dimensions for sweep in sweeps):
            for key in dimension.keys:
                self._dimensions.setdefault(key, []).append(dimension)
            if dimension.name not in dimension.keys:
                self._zips[dimension.name] = dimension.keys

    def resolved(self, name: str, source: str, span: Span) -> str:
        """Return the key that a name stands for: the key itself, or one with a prefix that the name leaves out.

        Raises:
            OverrideError: If no override sets it, or several that differ in their prefixes do.

        """
        if name in self._dimensions:
            return name
        prefixed = [key for key in self._dimensions if key.lstrip("+~-") == name]
        if len(prefixed) == 1:
            return prefixed[0]
        if prefixed:
            raise OverrideError(f"'{name}' is {listed(prefixed)}: write one of them", source, span)
        if name in self._zips:
            keys = " or ".join(self._zips[name])
            raise OverrideError(f"{name} is the name of a zip: name one of its keys, {keys}", source, span)
        raise unknown_key(name, list(self._dimensions), source, span)

    def ruled(self, name: str, source: str, span: Span) -> str:
        """Return the key that a name in a rule stands for.

        Raises:
            OverrideError: If there is none, or its value is not known before the rules are applied.

        """
        key = self.resolved(name, source, span)
        for dimension in self._dimensions[key]:
            problem = ""
            if isinstance(dimension, Derived):
                problem = "is computed from other keys, after the rules: name those in the rule"
            elif dimension.is_drawn:
                problem = "is drawn from an interval, after the rules"
            problem = problem or _unknown_before_the_run(dimension)
            if problem:
                raise OverrideError(f"{key} {problem}", source, span)
        return key

    def computed(self, name: str, source: str, span: Span) -> str:
        """Return the key that a name in `expr(...)` stands for.

        Raises:
            OverrideError: If there is none, or its value is not known before the run.

        """
        key = self.resolved(name, source, span)
        for dimension in self._dimensions[key]:
            if problem := _unknown_before_the_run(dimension):
                raise OverrideError(f"{key} {problem}", source, span)
        return key


def _unknown_before_the_run(dimension: Dimension) -> str:
    if dimension.is_random:
        return "is a seed, which only the run knows"
    return "has the number of the run in it, which only the run knows" if dimension.is_numbered else ""


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
        return [_column(self.sweep.dimensions[place]) for place in self.over]

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


def _column(dimension: Dimension) -> Sequence[Any]:
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


def _places(sweep: Sweep, keys: Sequence[str]) -> list[int]:
    """Return the positions of the dimensions that set the keys."""
    return [place for place, dimension in enumerate(sweep.dimensions) if set(keys) & set(dimension.keys)]


class Condition:
    """`--where 'lr * steps < 100'`: the runs of which an expression is true are kept.

    Raises:
        OverrideError: If it is not valid.

    """

    kind = "where"

    def __init__(self, text: str, keys: Keys) -> None:
        self.text = text
        if not text.strip():
            raise OverrideError("this rule is empty: write an expression, such as 'lr < 0.1'", text, (0, len(text)))
        self._expression = Expression(text, 0, len(text))
        self._keys = {name: keys.ruled(name, text, span) for name, span in self._expression.names.items()}
        if not self._keys:
            raise OverrideError("this rule names no key, so that it keeps all runs or none", text, (0, len(text)))

    def kept(self, sweep: Sweep, before: Diagram) -> Diagram:
        """Return the runs of a product that the rule keeps; what the rules before it drop may be kept or not.

        Raises:
            OverrideError: If it cannot be evaluated for a run, or names too many combinations.

        """
        table = Table(sweep, _places(sweep, tuple(self._keys.values())))
        table.check_size(_MOST_COMBINATIONS, self.text, (0, len(self.text)))

        def value_of(name: str, _: Span) -> Evaluate:
            return table.value_of(self._keys[name])

        found = table.evaluated(self._expression, self._keys.__getitem__)
        if found is None or set(map(type, found)) - {bool}:
            evaluate = self._expression.compiled(value_of, is_rule=True)
            found = list(self._kept_one_by_one(table, before, evaluate, value_of))
        kept = bytes(found)
        return from_table([dimension.size for dimension in sweep.dimensions], table.over, kept)

    def _kept_one_by_one(
        self, table: Table, before: Diagram, evaluate: Evaluate, value_of: Callable[[str, Span], Evaluate]
    ) -> Iterator[bool]:
        for index, row in enumerate(table.rows()):
            try:
                yield evaluate(row)
            except Mismatch:  # noqa: PERF203 - a row at a time, since the others go on
                if before.keeps(table.digits(index)):
                    message, span = self._expression.failure(value_of, row, is_rule=True)
                    raise OverrideError(f"{message}{table.described(index)}", self.text, span) from None
                yield False


class Exclusion:
    """`--exclude 'model=vit lr=0.1,0.3'`: the runs that match all of it are left out.

    Raises:
        OverrideError: If it is not valid.

    """

    kind = "exclude"

    def __init__(self, text: str, keys: Keys) -> None:
        self.text = text
        self._wanted: dict[str, frozenset[Hashable]] = {}
        for start, word in _words(text):
            axis = _matched(text, start, word)
            span = start, start + len(axis.key)
            key = keys.ruled(axis.key, text, span)
            if key in self._wanted:
                raise OverrideError(f"{axis.key} is in this rule twice: write {axis.key}=A,B", text, span)
            self._wanted[key] = frozenset(map(identity, axis.values))
        if not self._wanted:
            raise OverrideError("this rule is empty: write what to leave out, KEY=VALUE", text, (0, len(text)))

    def kept(self, sweep: Sweep, before: Diagram) -> Diagram:  # noqa: ARG002 - as Condition.kept
        """Return the runs of a product that the rule keeps.

        Raises:
            OverrideError: If a key has too many values.

        """
        sizes = [dimension.size for dimension in sweep.dimensions]
        inside = everything(sizes)
        missing = [key for key in self._wanted if key not in sweep.columns]
        if any(identity(Null("null")) not in self._wanted[key] for key in missing):
            return inside
        for place in _places(sweep, tuple(self._wanted)):
            table = Table(sweep, [place])
            table.check_size(_MOST_COMBINATIONS, self.text, (0, len(self.text)))
            dimension = sweep.dimensions[place]
            wanted = [self._wanted.get(key) for key in dimension.keys]
            matches = bytes(_matches(dimension, wanted))
            inside = both(inside, from_table(sizes, [place], matches))
        return without(sizes, inside)


def _matches(dimension: Dimension, wanted: Sequence[frozenset[Hashable] | None]) -> Iterator[bool]:
    """Yield whether the values at each position of a dimension are wanted; None is any value."""
    if isinstance(dimension, Axis) and isinstance(dimension.values, Range) and wanted[0] is not None:
        numbers = {name[1] for name in wanted[0] if isinstance(name, tuple) and name[0] == "number"}
        return map(numbers.__contains__, _column(dimension))
    return (_is_match(dimension.values_at(position), wanted) for position in range(dimension.size))


def _is_match(values: Sequence[Value], wanted: Sequence[frozenset[Hashable] | None]) -> bool:
    return all(some is None or identity(value) in some for value, some in zip(values, wanted, strict=True))


def _matched(text: str, start: int, word: str) -> Axis:
    """Return what an override of a rule stands for, whose values can be listed."""
    try:
        axis = lower(word, Context())
    except OverrideError as error:
        first, stop = error.span or (0, len(word))
        raise OverrideError(error.message, text, (start + first, start + stop)) from None
    span = start, start + len(word)
    if not isinstance(axis, Axis) or axis.is_random or axis.is_drawn:
        raise OverrideError("a rule lists the values to leave out: KEY=VALUE,VALUE", text, span)
    if axis.size > _MOST_EXCLUDED:
        raise OverrideError(f"this rule lists more than {counted(_MOST_EXCLUDED, 'value')}", text, span)
    return axis


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Yield the overrides of a rule, and where each starts; spaces in quotes or brackets belong to them."""
    start, depth, quote, is_escaped = 0, 0, "", False
    for place, character in enumerate(f"{text} "):
        if quote:
            if character == quote and not is_escaped:
                quote = ""
            is_escaped = character == "\\" and not is_escaped
        elif character in "'\"":
            quote = character
        elif character in " \t\n" and not depth:
            if start < place:
                yield start, text[start:place]
            start = place + 1
        depth += not quote and (character in _OPENERS) - (character in _CLOSERS)
    if start < len(text):
        yield start, text[start:]


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


def duplicates(earlier: Sweep, later: Sweep) -> Diagram | None:
    """Return the runs of a case that equal one of an earlier case; None if there are none.

    Two runs are equal if they set the same keys to equal values, in whatever order. A seed is that of its number among
    the values; of what is computed or drawn, the expression or the interval has to be the same.

    Raises:
        HeraclesError: If a key has too many values to compare.

    """
    if set(earlier.columns) != set(later.columns) or not earlier.size or not later.size:
        return None
    sizes = [dimension.size for dimension in later.dimensions]
    same = everything(sizes)
    for dimension in earlier.dimensions:
        places = _places(later, dimension.keys)
        others = [later.dimensions[place] for place in places]
        if others == [dimension]:
            continue
        if any(isinstance(each, Derived | Repeat) or each.is_drawn for each in (dimension, *others)):
            computed = [each for each in (dimension, *others) if isinstance(each, Derived)]
            if len(computed) == 2 and computed[0].text == computed[1].text:
                continue
            return None
        same = both(same, _equal_rows(dimension, later, places))
        if not same.size:
            return None
    return same


def _equal_rows(dimension: Dimension, later: Sweep, places: Sequence[int]) -> Diagram:
    """Return the runs of a product that have a row of a dimension of another one."""
    table = Table(later, places)
    keys = ", ".join(dimension.keys)
    if max(table.size, dimension.size) > _MOST_COMBINATIONS:
        raise HeraclesError(f"{keys} has too many values to find the runs that are equal in two cases")
    rows = set(zip(*_identities(dimension, dimension.keys), strict=True))
    columns: list[list[tuple[Hashable, ...]]] = []
    order: list[str] = []
    for place in places:
        other = later.dimensions[place]
        order += other.keys
        columns.append(list(zip(*_identities(other, other.keys), strict=True)))
    chosen = [order.index(key) for key in dimension.keys]
    flat = (tuple(itertools.chain.from_iterable(parts)) for parts in itertools.product(*columns))
    table_of = bytes(tuple(row[place] for place in chosen) in rows for row in flat)
    return from_table([each.size for each in later.dimensions], table.over, table_of)


def _identities(dimension: Dimension, keys: Sequence[str]) -> list[list[Hashable]]:
    """Return, for each key, the identities of its values in order."""
    columns: list[list[Hashable]] = [[] for _ in keys]
    seeds = itertools.count()
    for position in range(dimension.size):
        for column, value in zip(columns, dimension.values_at(position), strict=True):
            column.append(("seed", next(seeds)) if isinstance(value, Seed) else identity(value))
    return columns
