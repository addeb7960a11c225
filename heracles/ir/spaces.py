"""Evenly spaced numbers, as NumPy has them, and intervals that numbers are drawn from."""

import math
from typing import Any

from heracles.errors import HeraclesError
from heracles.ir.generators import GENERATOR_KINDS, Generator
from heracles.ir.permutation import digest
from heracles.ir.record import Record
from heracles.ir.serialize import INTEGER, TEXT, TRUTH, Codec
from heracles.ir.values import VALUE_KINDS, Float, Int, Value, from_data
from heracles.lean import load

__all__ = ["Geomspace", "Interval", "Linspace", "Logspace", "Space"]

_BITS = 53
_PRECISION = 60  # significant digits, of the three times 17 that a float can need when it lies close to half way
_SHOWN_DIGITS = 9
_MOST_PLACES = 400  # no float is so small

_NUMBER = Codec(VALUE_KINDS.write, VALUE_KINDS.read).checked(
    lambda value: isinstance(value, Int | Float) and math.isfinite(value.data), "is not a finite number"
)
_COUNT = INTEGER.checked(lambda number: number >= 0, "is negative")


class Space(Record, Generator):
    """Numbers from `start` to `stop`, each computed alone from its exact value.

    The ends are printed as they were written; what lies between them is the float nearest to the exact value of the
    decimals that were written, printed as the shortest text that is read back as it.

    Args:
        start: The first value.
        stop: The last value, or, without `endpoint`, the one that would follow the last.
        number: How many values there are.
        endpoint: Whether `stop` is the last value.

    """

    __slots__ = ("endpoint", "number", "start", "stop")

    def __init__(self, start: Value, stop: Value, number: int, endpoint: bool = True) -> None:  # noqa: FBT001, FBT002 - a field
        self.start = start
        self.stop = stop
        self.number = number
        self.endpoint = endpoint

    @property
    def size(self) -> int:
        return self.number

    @property
    def is_uniform(self) -> bool:
        return True

    @property
    def _steps(self) -> int:
        return self.number - 1 if self.endpoint else self.number

    def _at_end(self, index: int) -> Value | None:
        """Return the end that is at `index`, if one is."""
        if index == 0:
            return self.start
        return self.stop if self.endpoint and index == self.number - 1 else None

    def _arguments(self) -> str:
        return f"{self.start},{self.stop},{self.number}"

    def __str__(self) -> str:
        endpoint = "" if self.endpoint else ",endpoint=false"
        return f"{type(self).__name__.lower()}({self._arguments()}{endpoint})"


@GENERATOR_KINDS.add(since=3, start=_NUMBER, stop=_NUMBER, number=_COUNT, endpoint=TRUTH)
class Linspace(Space):
    """`linspace(0,1,5)`: with equal differences."""

    __slots__ = ()

    def at(self, index: int) -> Value:
        if end := self._at_end(index):
            return end
        numerator, denominator = _linear(self.start, self.stop, index, self._steps)
        return from_data(numerator / denominator)  # the division of whole numbers rounds once


@GENERATOR_KINDS.add(since=3, start=_NUMBER, stop=_NUMBER, number=_COUNT, endpoint=TRUTH)
class Geomspace(Space):
    """`geomspace(1e-5,1e-1,5)`: with equal ratios; both ends are positive, or both negative."""

    __slots__ = ()

    def __init__(self, start: Value, stop: Value, number: int, endpoint: bool = True) -> None:  # noqa: FBT001, FBT002 - a field
        if not start.data * stop.data > 0:
            raise HeraclesError("the ends of a geometric space are both positive or both negative")
        super().__init__(start, stop, number, endpoint)

    def at(self, index: int) -> Value:
        if end := self._at_end(index):
            return end
        first, last = _decimal(self.start), _decimal(self.stop)
        sign = -1 if first < 0 else 1
        return from_data(sign * _power(abs(first), abs(first), abs(last), index, self._steps))


@GENERATOR_KINDS.add(since=3, start=_NUMBER, stop=_NUMBER, number=_COUNT, endpoint=TRUTH, base=_NUMBER)
class Logspace(Space):
    """`logspace(-5,-1,5)`: the powers of a positive base whose exponents have equal differences."""

    __slots__ = ("base",)

    def __init__(self, start: Value, stop: Value, number: int, endpoint: bool, base: Value) -> None:  # noqa: FBT001 - a field
        if not base.data > 0:
            raise HeraclesError("the base of a logarithmic space is positive")
        super().__init__(start, stop, number, endpoint)
        self.base = base

    def at(self, index: int) -> Value:
        exponent = _linear(self.start, self.stop, index, self._steps or 1)
        return from_data(_power(1, 1, _decimal(self.base), *exponent))

    def _arguments(self) -> str:
        base = "" if self.base == Int("10") else f",base={self.base}"
        return f"{super()._arguments()}{base}"


@GENERATOR_KINDS.add(since=3, start=_NUMBER, end=_NUMBER, is_log=TRUTH, is_whole=TRUTH, key=TEXT)
class Interval(Record, Generator):
    """`interval(0,1)`: a number from `start` to `end` for each draw from a `Sample`.

    Each value depends on the key and on the number of the draw alone.

    Args:
        start, end: The bounds. A whole number can be either; of others, `end` is never drawn but by rounding.
        is_log: Whether the logarithm is what is distributed evenly; the bounds are then positive.
        is_whole: Whether the numbers are whole ones.
        key: What chooses the numbers.

    """

    __slots__ = ("end", "is_log", "is_whole", "key", "start")

    def __init__(self, start: Value, end: Value, is_log: bool = False, is_whole: bool = False, key: str = "") -> None:  # noqa: FBT001, FBT002 - fields
        first, last = start.data, end.data
        if first > last or (is_log and first <= 0):
            raise HeraclesError("an interval goes up, and if its logarithm is drawn, from a positive number")
        self.start = start
        self.end = end
        self.is_log = is_log
        self.is_whole = is_whole
        self.key = key

    @property
    def size(self) -> int:
        return 1

    @property
    def is_drawn(self) -> bool:
        return True

    def with_key(self, key: str) -> "Interval":
        return Interval(self.start, self.end, self.is_log, self.is_whole, key)

    def at(self, index: int) -> Value:
        """Return the value of the draw `index`, from 0."""
        part = (int.from_bytes(digest(f"{index} {self.key}", 8), "big") >> 64 - _BITS) / 2**_BITS
        first, last = float(self.start.data), float(self.end.data)
        if self.is_whole:
            first, last = math.trunc(first), math.trunc(last)
            number = self._between(max(first - 0.5, first / 2), last + 0.5, part) if self.is_log else None
            return Int(str(min(last, max(first, round(number) if number else first + int(part * (last - first + 1))))))
        number = float(f"{self._between(first, last, part):.{_SHOWN_DIGITS}g}")
        return Float(repr(min(last, max(first, number))))

    def _between(self, first: float, last: float, part: float) -> float:
        if self.is_log:
            return first * math.exp(part * math.log(last / first))
        return first * (1 - part) + last * part

    def __str__(self) -> str:
        text = f"interval({self.start},{self.end})"
        text = f"int({text})" if self.is_whole else text
        return f"tag(log,{text})" if self.is_log else text


def _decimal(value: Value) -> Any:
    """Return the number that was written, exactly, as a `decimal.Decimal`."""
    number = load("decimal:Decimal")(value.text)
    return number if number.adjusted() > -_MOST_PLACES else number * 0


def _linear(start: Value, stop: Value, index: int, steps: int) -> tuple[int, int]:
    """Return `start + (stop - start) * index / steps`, exactly, as a numerator and a denominator."""
    (first, one), (last, other) = _decimal(start).as_integer_ratio(), _decimal(stop).as_integer_ratio()
    return first * other * (steps - index) + last * one * index, one * other * steps


def _power(factor: Any, below: Any, base: Any, numerator: int, denominator: int) -> float:
    """Return the float nearest to `factor * (base / below)**(numerator / denominator)`, of positive decimals."""
    decimal = load("decimal")
    with decimal.localcontext(decimal.Context(prec=_PRECISION, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)):
        power = factor * ((base / below).ln() * numerator / denominator).exp()
        # What is exact, such as 10**23, which lies half way between two floats, must not be a little more or less.
        return float(decimal.Context(prec=_PRECISION - 10).plus(power))
