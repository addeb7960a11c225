"""The sweep functions of the language: what `range(...)` and `choice(...)` make of their arguments."""

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from heracles.errors import OverrideError
from heracles.ir import Choice, Concat, Generator, Range
from heracles.values import Bool, Float, Int, Null, Value

__all__ = ["FUNCTIONS", "Argument", "Call", "concatenate"]

_SEEDS = {"randseed": "__randseed(N)__", "randperm": "__randperm(N)__"}

Result = Value | Generator


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: what it is, and where it stands in the override."""

    result: Result
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Call:
    """A call as written: its name and arguments, and the override that it stands in."""

    source: str
    span: tuple[int, int]
    name: str
    positional: tuple[Argument, ...]
    named: tuple[tuple[str, Argument], ...]

    def error(self, message: str, at: Argument | None = None) -> OverrideError:
        """Give the error to raise, with the caret under the argument `at` or under the whole call."""
        return OverrideError(message, self.source, at.span if at else self.span)

    def evaluate(self) -> Result:
        """Give what the call stands for: one value, or a generator.

        Raises:
            OverrideError: If there is no such function, or its arguments do not fit it.

        """
        function = FUNCTIONS.get(self.name)
        if function is None:
            from difflib import get_close_matches  # noqa: PLC0415 - spares every other process the import

            spellings = {name: f"{name}()" for name in FUNCTIONS} | _SEEDS
            close = get_close_matches(self.name, spellings, 1)
            hint = f"did you mean {spellings[close[0]]}?" if close else f"there are {', '.join(sorted(FUNCTIONS))}"
            start = self.span[0]
            raise OverrideError(f"no function {self.name!r}: {hint}", self.source, (start, start + len(self.name)))
        positional, named = self._bind(function)
        return function(self, *positional, **named)

    def _bind(self, function: Callable[..., Result]) -> tuple[tuple[Argument, ...], dict[str, Argument]]:
        parameters = list(inspect.signature(function).parameters.values())[1:]
        names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD or p.kind is p.KEYWORD_ONLY]
        places = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        if not any(p.kind is p.VAR_POSITIONAL for p in parameters) and len(self.positional) > len(places):
            raise self.error(
                f"{self.name}() takes {len(places)} arguments at most: {', '.join(places)}",
                self.positional[len(places)],
            )
        given = dict(zip(places, self.positional, strict=False))
        for name, argument in self.named:
            if name not in names:
                known = f"it has {', '.join(names)}" if names else "its arguments have no names"
                raise self.error(f"{self.name}() has no argument named {name!r}: {known}", argument)
            if name in given:
                raise self.error(f"{self.name}() is given {name!r} twice", argument)
            given[name] = argument
        for parameter in parameters:
            wanted = parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
            if wanted and parameter.name not in given:
                raise self.error(f"{self.name}() needs an argument {parameter.name!r}")
        return self.positional, dict(self.named)


def concatenate(results: Iterable[Result]) -> Generator:
    """Give one generator of the values of all `results`, in order."""
    parts: list[Generator] = []
    values: list[Value] = []
    for result in results:
        if isinstance(result, Value):
            values.append(result)
        elif isinstance(result, Choice):
            values.extend(result.values)
        else:
            if values:
                parts.append(Choice(tuple(values)))
                values = []
            parts.extend(result.parts if isinstance(result, Concat) else [result])
    if values or not parts:
        parts.append(Choice(tuple(values)))
    return parts[0] if len(parts) == 1 else Concat(tuple(parts))


def _choice(call: Call, *elements: Argument) -> Result:
    if not elements:
        raise call.error("choice() needs at least one value")
    return concatenate(element.result for element in elements)


def _range(call: Call, start: Argument, stop: Argument | None = None, step: Argument | None = None) -> Result:
    first, last, by = _number(call, start), _number(call, stop), _number(call, step)
    if last is None:
        first, last = 0, first
    by = 1 if by is None else by
    assert first is not None and last is not None  # noqa: PT018 - `start` is always given
    if isinstance(first, float) and math.isinf(first):
        raise call.error("range() cannot start at infinity", start)
    if by == 0:
        raise call.error("range() needs a step that is not 0", step)
    if isinstance(by, float) and math.isinf(by):
        raise call.error("range() cannot step by infinity", step)
    if isinstance(last, float) and math.isinf(last):
        if (last > 0) == (by > 0):
            raise call.error("this range never ends: give it a finite stop", stop or start)
        last = first
    if isinstance(first, int) and isinstance(last, int) and isinstance(by, int):
        return Range(first, last, by)
    numbers = [_exactly(number) for number in (first, last, by)]
    scale = max(1, *(-exponent for _, exponent in numbers))
    scaled = [digits * 10 ** (exponent + scale) for digits, exponent in numbers]
    return Range(scaled[0], scaled[1], scaled[2], scale)


def _exactly(number: float) -> tuple[int, int]:
    """Give (digits, exponent), where `digits * 10**exponent` is what a finite number prints as."""
    mantissa, _, power = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    return int(whole + fraction), int(power or 0) - len(fraction)


def _number(call: Call, argument: Argument | None) -> int | float | None:
    """Give the number that an argument is; None for `null` and for no argument."""
    if argument is None or isinstance(argument.result, Null):
        return None
    if not isinstance(argument.result, Int | Float | Bool):
        raise call.error(f"{call.name}() takes numbers only", argument)
    try:
        number = argument.result.data
    except ValueError:
        raise call.error("this number has too many digits", argument) from None
    if number != number:  # noqa: PLR0124 - what only nan does
        raise call.error(f"{call.name}() takes numbers only", argument)
    return int(number) if isinstance(number, bool) else number


FUNCTIONS: dict[str, Callable[..., Result]] = {
    "choice": _choice,
    "range": _range,
}
