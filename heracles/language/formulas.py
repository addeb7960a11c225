"""The values of `KEY=expr(...)`: the table of each expression over the dimensions that it depends on."""

from collections.abc import Iterator, Mapping, Sequence

from heracles.errors import OverrideError
from heracles.ir import Derived, Filtered, Runs, Sample, Sweep, Union
from heracles.ir.values import Dict, List, Null, Value, from_data
from heracles.language.combinations import Table, data_of
from heracles.language.expressions import Evaluate, Expression, ValueOf
from heracles.language.keys import Keys
from heracles.language.lowering import Formula
from heracles.language.operations import Mismatch

__all__ = ["Formulas"]

_MOST_VALUES = 1_000_000
_NOTHING = Null("null")  # at a place of a table that no run has

Span = tuple[int, int]


class Formulas:
    """The formulas of one case.

    Args:
        formulas: The formulas, by their keys.
        sweep: The product, with a `Derived` without values for each of them.
        keys: The keys of all cases.

    Raises:
        OverrideError: If one is not valid, or depends on itself.

    """

    def __init__(self, formulas: Mapping[str, Formula], sweep: Sweep, keys: Keys) -> None:
        self._formulas = formulas
        self._sweep = sweep
        self._read: dict[str, Expression] = {}
        self._names: dict[str, dict[str, str]] = {}
        for key, formula in formulas.items():
            expression = Expression(formula.source, formula.start, formula.start + len(formula.text))
            self._read[key] = expression
            self._names[key] = {
                name: keys.computed(name, formula.source, span) for name, span in expression.names.items()
            }
        for key in formulas:
            self._check_cycles(key, (key,))

    def _check_cycles(self, key: str, path: tuple[str, ...]) -> None:
        formula = self._formulas[key]
        for name, other in self._names[key].items():
            if other not in self._formulas:
                continue
            if other in path:
                circle = " needs ".join([*path[path.index(other) :], other])
                raise OverrideError(
                    f"this expr(…) depends on itself: {circle}", formula.source, self._read[key].names[name]
                )
            self._check_cycles(other, (*path, other))

    def _needed(self, key: str) -> set[str]:
        """Return the keys that a formula depends on, but for other formulas."""
        found: set[str] = set()
        for other in self._names[key].values():
            found |= self._needed(other) if other in self._formulas else {other}
        return found

    def derived(self, key: str, runs: Runs) -> Derived:
        """Return the dimension of a formula.

        Args:
            key: The key of the formula.
            runs: The runs of all cases, with the products that have no values of formulas yet.

        Raises:
            OverrideError: If the formula cannot be computed for a run, or depends on too many combinations.

        """
        needed = self._needed(key)
        places = [i for i, each in enumerate(self._sweep.dimensions) if needed & set(each.keys)]
        text, is_drawn = self._formulas[key].text, any(self._sweep.dimensions[place].is_drawn for place in places)
        if is_drawn and isinstance(runs, Sample):
            return Derived(key, text, (), tuple(self._drawn(key, places, runs)), by_draw=True)
        return Derived(key, text, tuple(places), tuple(self._listed(key, Table(self._sweep, places), runs)))

    def _listed(self, key: str, table: Table, runs: Runs) -> Iterator[Value]:
        """Yield the value at each combination."""
        expression = self._read[key]
        span = expression.start, expression.end
        table.check_size(_MOST_VALUES, expression.source, span)
        if not self._formulas.keys() & self._names[key].values():
            found = table.evaluated(expression, self._names[key].__getitem__)
            if values := _values(found or []):
                yield from values
                return
        evaluate = expression.compiled(self._value_of(key, table))
        for index, row in enumerate(table.rows()):
            try:
                yield _value(evaluate(row))
            except Mismatch:  # noqa: PERF203 - a row at a time, since the others go on
                if _has_run(runs, self._sweep, table.digits(index)):
                    raise self._error(key, table, row, table.described(index)) from None
                yield _NOTHING

    def _drawn(self, key: str, places: Sequence[int], runs: Sample) -> Iterator[Value]:
        """Yield the value of each draw."""
        table = Table(self._sweep, places)
        expression = self._read[key]
        if runs.draws > _MOST_VALUES:
            message = f"a sample with an expr(…) of what is drawn has {_MOST_VALUES:,} draws at most"
            raise OverrideError(message, expression.source, (expression.start, expression.end))
        evaluate = expression.compiled(self._value_of(key, table))
        for draw in range(runs.draws):
            sweep, digits = runs.place(draw * runs.times)
            if sweep is not self._sweep:
                yield _NOTHING
                continue
            values = [sweep.dimensions[place].values_at(digits[place]) for place in places]
            row = [data_of(each[0]) if len(each) == 1 else [*map(data_of, each)] for each in values]
            try:
                yield _value(evaluate(row))
            except Mismatch:
                raise self._error(key, table, row, f" (in draw {draw})") from None

    def _value_of(self, key: str, table: Table) -> ValueOf:
        """Return how the values of the names in a formula are taken from a row of a table."""

        def value_of(name: str, _: Span) -> Evaluate:
            other = self._names[key][name]
            if other in self._formulas:
                return self._read[other].compiled(self._value_of(other, table))
            return table.value_of(other)

        return value_of

    def _error(self, key: str, table: Table, row: Sequence[object], problem: str) -> OverrideError:
        """Return the error to raise about a row that a formula cannot be computed of; `problem` ends with the run."""
        expression = self._read[key]
        message, span = expression.failure(self._value_of(key, table), row)
        return OverrideError(f"{message}{problem}", expression.source, span)


def _has_run(runs: Runs, sweep: Sweep, digits: Mapping[int, int]) -> bool:
    """Return whether a run of a product has these positions in these of its dimensions."""
    if isinstance(runs, Sample):
        drawn = (runs.place(draw * runs.times) for draw in range(runs.draws))
        return any(other is sweep and all(at[i] == digit for i, digit in digits.items()) for other, at in drawn)
    cases = runs.cases if isinstance(runs, Union) else (runs,)
    case = next(case for case in cases if case.sweeps[0] is sweep)
    return case.diagram.keeps(digits) if isinstance(case, Filtered) else case.size > 0


def _values(found: Sequence[object]) -> tuple[Value, ...]:
    """Return the values of numbers, texts and truth values, one object for the same; none if others are there."""
    if not set(map(type, found)) <= {bool, float, int, str}:
        return ()
    try:
        names = list(map(repr, found))  # not the data: 1, 1.0 and true are equal, and 0.0 and -0.0
        made = {name: _value(data) for name, data in dict(zip(names, found, strict=True)).items()}
    except (Mismatch, ValueError):
        return ()
    return tuple(map(made.__getitem__, names))


def _value(data: object) -> Value:
    """Return the value that a result stands for.

    Raises:
        Mismatch: If it cannot be printed.

    """
    if isinstance(data, list):
        return List.of(tuple(map(_value, data)))
    if isinstance(data, dict):
        return Dict.of(tuple((_value(key), _value(item)) for key, item in data.items()))
    try:
        return from_data(data)
    except ValueError:
        raise Mismatch("this whole number has too many digits") from None
