"""The built-in sweep functions: what `range(...)`, `sort(...)` and the others make of their arguments."""

import math
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch

from heracles.errors import FileError
from heracles.ir import Cast, Choice, Concat, Generator, Interval, RandSeed, Range, Shuffle
from heracles.ir.casts import CASTS, cast
from heracles.ir.generators import concatenate
from heracles.ir.permutation import Permutation
from heracles.ir.values import Bare, Bool, Dict, Extension, List, Null, Quoted, Value, from_data
from heracles.language import spaces
from heracles.language.calls import Argument, Function, FunctionCall, Result

__all__ = ["FUNCTIONS"]

_MOST_SORTED = 1_000_000


def _choice(call: FunctionCall, *elements: Argument) -> Result:
    if not elements:
        raise call.error("choice() needs at least one value")
    return concatenate(element.result for element in elements)


def _range(call: FunctionCall, start: Argument, stop: Argument | None = None, step: Argument | None = None) -> Result:
    first, last, by = call.number(start), call.number(stop), call.number(step)
    if first is None:
        raise call.error("range() cannot start at null", start)
    if step is not None and by is None:
        raise call.error("range() cannot step by null", step)
    first, last = (0, first) if last is None else (first, last)
    by = 1 if by is None else by
    if by == 0:
        raise call.error("range() needs a step that is not 0", step)
    if first == last or (first < last) != (by > 0):
        return Range(0, 0, 1)
    if _is_infinite(first) or (_is_infinite(last) and not _is_infinite(by)):
        at = start if _is_infinite(first) and stop is not None else stop or start
        raise call.error("this range never ends: give it a finite start and stop", at)
    if _is_infinite(by):
        return Choice((from_data(float(first)),))
    if isinstance(first, int) and isinstance(last, int) and isinstance(by, int):
        return Range(first, last, by)
    try:
        float(first), float(last)
    except OverflowError:
        raise call.error("these numbers are too large for a range of decimals") from None
    numbers = [_exactly(number) for number in (first, last, by)]
    scale = max(1, *(-exponent for _, exponent in numbers))
    scaled = [digits * 10 ** (exponent + scale) for digits, exponent in numbers]
    return Range(scaled[0], scaled[1], scaled[2], scale)


def _is_infinite(number: float) -> bool:
    return isinstance(number, float) and math.isinf(number)


def _exactly(number: float) -> tuple[int, int]:
    """Return (digits, exponent): a finite number is printed as `digits * 10**exponent`."""
    mantissa, _, power = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    return int(whole + fraction), int(power or 0) - len(fraction)


def _expr(call: FunctionCall, *_: Argument) -> Result:
    raise call.error("expr(…) stands alone, as in warmup=expr(steps // 10): it has one value in each run")


def _tag(call: FunctionCall, *tags: Argument, sweep: Argument | None = None) -> Result:
    if not tags:
        raise call.error("tag() needs at least one argument before sweep=" if sweep else "tag() needs a sweep")
    *names, last = (*tags, sweep) if sweep else tags
    for name in names:
        if not isinstance(name.result, Bare | Quoted):
            raise call.error("a tag is text", name)
    if not isinstance(last.result, Generator):
        raise call.error("the last argument of tag() is a sweep, such as choice(a,b) or range(3)", last)
    if isinstance(last.result, Interval) and any(str(name.result) == "log" for name in names):
        return spaces.logarithmic(call, last, last.result)
    return last.result


def _sort(
    call: FunctionCall,
    *values: Argument,
    sweep: Argument | None = None,
    list: Argument | None = None,  # noqa: A002 - Hydra's name
    reverse: Argument | None = None,
) -> Result:
    if reverse is not None and not isinstance(reverse.result, Bool):
        raise call.error("reverse is true or false", reverse)
    descending = reverse is not None and bool(reverse.result.data)  # type: ignore[union-attr]
    chosen = _chosen(call, values, sweep, list)
    if not chosen:
        raise call.error("sort() needs something to sort")
    alone = chosen[0].result
    if len(chosen) == 1 and isinstance(alone, List):
        return List.of(tuple(_ordered(call, alone.items, descending=descending)))
    if len(chosen) == 1 and isinstance(alone, Value):
        return alone
    for argument in chosen:
        if isinstance(argument.result, List | Dict | Null):
            raise call.error("sort() takes numbers and text, or one list, or sweeps", argument)
    return _sorted(call, concatenate(argument.result for argument in chosen), descending=descending)


def _sorted(call: FunctionCall, values: Generator, *, descending: bool) -> Generator:
    if isinstance(values, Shuffle):
        return _sorted(call, values.values, descending=descending)
    if isinstance(values, Range):
        if not values.size or (values.step < 0) == descending:
            return values
        return _reversed(values)
    if values.is_random:
        raise call.error("seeds cannot be sorted: each run has its own")
    if values.size > _MOST_SORTED:
        raise call.error(f"sort() takes {_MOST_SORTED:,} values at most")
    return Choice(tuple(_ordered(call, values, descending=descending)))


def _reversed(values: Range) -> Range:
    """Return the values from the last to the first, with a stop that a float can be, if there is one."""
    last = values.start + (values.size - 1) * values.step
    exact = Range(last, values.start - values.step, -values.step, values.scale)
    try:
        digits, exponent = _exactly(exact.stop / 10**values.scale)
    except OverflowError:
        return exact
    if exponent + values.scale < 0:
        return exact
    rounded = Range(last, digits * 10 ** (exponent + values.scale), -values.step, values.scale)
    return rounded if rounded.size == exact.size else exact


def _ordered(call: FunctionCall, values: Iterable[Value], *, descending: bool) -> list[Value]:
    try:
        return sorted(values, key=lambda value: value.data, reverse=descending)
    except TypeError:
        raise call.error("sort() cannot compare these: they are of different kinds") from None
    except ValueError:
        raise call.error("one of these numbers has too many digits to be sorted") from None


def _shuffle(
    call: FunctionCall,
    *values: Argument,
    sweep: Argument | None = None,
    list: Argument | None = None,  # noqa: A002 - Hydra's name
) -> Result:
    chosen = _chosen(call, values, sweep, list)
    alone = chosen[0].result if len(chosen) == 1 else None
    if isinstance(alone, List):
        order = Permutation(len(alone.items), f"list {call.context.permutation_key()}")
        return List.of(tuple(alone.items[order(i)] for i in range(len(alone.items))))
    if isinstance(alone, Null):
        raise call.error("null cannot be shuffled", chosen[0])
    if isinstance(alone, Extension):
        raise call.error("extend_list() cannot be in a list: Hydra reads it as a whole", chosen[0])
    if isinstance(alone, Value):
        return List.of((alone,))
    shuffled = concatenate(argument.result for argument in chosen)
    return Shuffle(shuffled) if shuffled.size else Choice(())


def _chosen(
    call: FunctionCall, values: Sequence[Argument], sweep: Argument | None, listed: Argument | None
) -> Sequence[Argument]:
    """Return what is to be ordered: as in Hydra, `list=` counts before `sweep=`, and that before the others."""
    if listed is not None and not isinstance(listed.result, Null):
        if not isinstance(listed.result, List):
            raise call.error("list= takes a list, such as [1,2]", listed)
        return [listed]
    if sweep is not None and not isinstance(sweep.result, Null):
        if not isinstance(sweep.result, Generator):
            raise call.error("sweep= takes a sweep, such as choice(a,b) or range(3)", sweep)
        return [sweep]
    return values


def _cast(call: FunctionCall, *values: Argument, value: Argument | None = None) -> Result:
    if value is not None and isinstance(value.result, Null):
        value = None
    if value is not None and values:
        raise call.error(f"{call.name}() takes values or value=, not both", value)
    arguments = values if value is None else (value,)
    if not arguments:
        raise call.error(f"{call.name}() needs a value")
    results = [_cast_result(call, argument, argument.result) for argument in arguments]
    return results[0] if len(results) == 1 else concatenate(results)


def _cast_result(call: FunctionCall, argument: Argument, result: Result) -> Result:
    return _cast_value(call, argument, result) if isinstance(result, Value) else _cast_all(call, argument, result)


def _cast_all(call: FunctionCall, argument: Argument, values: Generator) -> Generator:
    if isinstance(values, Choice):
        return Choice(tuple(_cast_value(call, argument, value) for value in values.values))
    if isinstance(values, Concat | Shuffle):
        return values.with_parts(lambda part: _cast_all(call, argument, part))
    if isinstance(values, Range):
        return _cast_range(call, values)
    if isinstance(values, Interval):
        return spaces.cast_interval(call, argument, values)
    checked = values[:1] if values.is_uniform or values.size > _MOST_SORTED else values
    for value in checked:
        _cast_value(call, argument, value)
    return values if isinstance(values, RandSeed) else Cast(call.name, values)


def _cast_value(call: FunctionCall, argument: Argument, value: Value) -> Value:
    try:
        return cast(call.name, value)
    except ValueError as error:
        raise call.error(f"{call.name}(): {error}", argument) from None


def _cast_range(call: FunctionCall, values: Range) -> Generator:
    if not values.size or call.name == ("float" if values.scale else "int"):
        return values
    if call.name == "float":
        return Range(values.start * 10, values.stop * 10, values.step * 10, 1)
    return Cast(call.name, values)


def _extend_list(call: FunctionCall, *values: Argument) -> Result:
    key = call.context.key
    if prefix := key[: len(key) - len(key.lstrip("+~"))]:
        raise call.error(f"Hydra refuses extend_list() for a key with '{prefix}': write {key[len(prefix) :]}=")
    for argument in values:
        if isinstance(argument.result, Generator):
            raise call.error("extend_list() cannot hold a sweep: write extend_list(1),extend_list(2)", argument)
    return Extension(f"extend_list({','.join(str(argument.result) for argument in values)})")


def _glob(call: FunctionCall, include: Argument, exclude: Argument | None = None) -> Result:
    if call.context.options is None:
        raise call.error("glob() needs the folder of your configs: add --config-dir DIR")
    wanted, unwanted = _patterns(call, include), _patterns(call, exclude)
    group = call.context.key.lstrip("+~").partition("@")[0]
    try:
        names = call.context.options(group)
    except FileError as error:
        raise call.error(f"glob(): {error.message}") from None
    chosen = [
        name
        for name in names
        if any(fnmatch(name, pattern) for pattern in wanted) and not any(fnmatch(name, pattern) for pattern in unwanted)
    ]
    return Choice(tuple(map(from_data, chosen)))


def _patterns(call: FunctionCall, argument: Argument | None) -> list[str]:
    if argument is None or isinstance(argument.result, Null):
        return []
    values = argument.result.items if isinstance(argument.result, List) else (argument.result,)
    if not all(isinstance(value, Bare | Quoted) for value in values):
        raise call.error("glob() takes a pattern such as a*, or a list of them", argument)
    return [str(value.data) for value in values if isinstance(value, Value)]


FUNCTIONS: dict[str, Function] = {
    "choice": _choice,
    "expr": _expr,
    "extend_list": _extend_list,
    "glob": _glob,
    "range": _range,
    "shuffle": _shuffle,
    "sort": _sort,
    "tag": _tag,
    **dict.fromkeys(CASTS, _cast),
    **spaces.FUNCTIONS,
}
"""The functions, by name."""
