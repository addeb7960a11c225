"""The functions of evenly spaced numbers, `linspace(...)` and its like, and of drawn ones, `interval(...)`."""

import math

from heracles.ir import Geomspace, Interval, Linspace, Logspace
from heracles.ir.values import Bool, Float, Int
from heracles.language.calls import Argument, Function, FunctionCall, Result

__all__ = ["FUNCTIONS", "cast_interval", "logarithmic"]

_MOST_EXPONENT = 308  # of the largest power of ten that a float can be
_MOST_COUNT_DIGITS = 18


def _interval(call: FunctionCall, start: Argument, end: Argument) -> Result:
    first, last = _finite(call, start), _finite(call, end)
    if first.data > last.data:
        raise call.error(f"interval() goes up: write interval({last},{first})")
    return Interval(first, last)


def _finite(call: FunctionCall, argument: Argument) -> Int | Float:
    """Return the finite number that an argument is, as it was written."""
    number = call.number(argument)
    if number is None or isinstance(argument.result, Bool):
        raise call.error(f"{call.name}() takes numbers only", argument)
    try:
        is_finite = math.isfinite(float(number))
    except OverflowError:
        is_finite = False
    if not is_finite:
        raise call.error(f"{call.name}() takes finite numbers, which a float can be", argument)
    return argument.result  # type: ignore[return-value]


def _linspace(
    call: FunctionCall, start: Argument, stop: Argument, number: Argument, endpoint: Argument | None = None
) -> Result:
    ends = _finite(call, start), _finite(call, stop)
    return Linspace(*ends, _how_many(call, number), _is_true(call, endpoint, default=True))


def _geomspace(
    call: FunctionCall, start: Argument, stop: Argument, number: Argument, endpoint: Argument | None = None
) -> Result:
    ends = _finite(call, start), _finite(call, stop)
    for end, argument in zip(ends, (start, stop), strict=True):
        if not float(end.data):
            raise call.error("geomspace() cannot begin or end at 0: the ratio of its values would be 0", argument)
    if (ends[0].data < 0) != (ends[1].data < 0):
        raise call.error("geomspace() cannot go through 0: give both ends the same sign")
    return Geomspace(*ends, _how_many(call, number), _is_true(call, endpoint, default=True))


def _logspace(
    call: FunctionCall,
    start: Argument,
    stop: Argument,
    number: Argument,
    base: Argument | None = None,
    endpoint: Argument | None = None,
) -> Result:
    ends = _finite(call, start), _finite(call, stop)
    radix = Int("10") if base is None else _finite(call, base)
    if radix.data <= 0:
        raise call.error("the base of logspace() is more than 0", base)
    if _are_values(float(ends[0].data), float(ends[1].data), float(radix.data)):
        written = f"{ends[0]},{ends[1]},{number.result}"
        hint = f"did you mean geomspace({written})?" if ends[0].data * ends[1].data > 0 else "these are too large"
        raise call.error(f"logspace() takes exponents: {hint}")
    return Logspace(*ends, _how_many(call, number), _is_true(call, endpoint, default=True), radix)


def _are_values(first: float, last: float, base: float) -> bool:
    """Return whether two exponents are surely meant as values: they are too large, or powers of ten between 0 and 1."""
    if max(abs(first), abs(last)) * abs(math.log10(base)) > _MOST_EXPONENT:
        return True
    low, high = min(first, last), max(first, last)
    return 0 < low < 1 and high >= 10 * low


def _how_many(call: FunctionCall, argument: Argument) -> int:
    if not isinstance(argument.result, Int) or len(argument.result.text) > _MOST_COUNT_DIGITS:
        raise call.error(f"{call.name}() takes how many values there are, a whole number", argument)
    if argument.result.data < 1:
        raise call.error(f"{call.name}() needs 1 value or more", argument)
    return argument.result.data


def _is_true(call: FunctionCall, argument: Argument | None, *, default: bool) -> bool:
    if argument is None:
        return default
    if not isinstance(argument.result, Bool):
        raise call.error("endpoint is true or false", argument)
    return argument.result.data


def logarithmic(call: FunctionCall, argument: Argument, values: Interval) -> Interval:
    """Return the interval of which the logarithm is distributed evenly: `tag(log,interval(…))`.

    Args:
        call: The call.
        argument: The argument that the interval is.
        values: The interval.

    Raises:
        OverrideError: If it begins at 0 or below.

    """
    if values.start.data <= 0:
        raise call.error("the logarithm of 0 or less does not exist: begin the interval above 0", argument)
    return Interval(values.start, values.end, is_log=True, is_whole=values.is_whole)


def cast_interval(call: FunctionCall, argument: Argument, values: Interval) -> Interval:
    """Return an interval, cast: `int(interval(…))` draws whole numbers.

    Args:
        call: The call of the cast.
        argument: The argument that the interval is.
        values: The interval.

    Raises:
        OverrideError: If its values cannot be cast to that.

    """
    if call.name not in ("int", "float"):
        raise call.error(f"{call.name}(): the values of an interval are numbers, which are drawn", argument)
    if call.name == "float":
        return values
    if values.is_log and values.start.data < 1:
        raise call.error("int(): the whole numbers of a logarithmic interval begin at 1", argument)
    return Interval(values.start, values.end, values.is_log, is_whole=True)


FUNCTIONS: dict[str, Function] = {
    "geomspace": _geomspace,
    "interval": _interval,
    "linspace": _linspace,
    "logspace": _logspace,
}
"""The functions, by name."""
