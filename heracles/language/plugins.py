"""The sweep functions that others add to the language.

A function is a plain one, of Python data:

    @heracles.functions.register("fibonacci")
    def fibonacci(n: int) -> list[int]:
        ...

`x=fibonacci(5)` then has the values that it gives. A package that is installed adds functions with no import of
theirs, by entry points of the group `heracles.functions`:

    [project.entry-points."heracles.functions"]
    fibonacci = "my_package.sweeps:fibonacci"

A name that the language has itself cannot be added, and one that is registered goes before an installed one.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from heracles.ir import Choice, Generator
from heracles.ir.values import Dict, Extension, List, Value, from_data
from heracles.language.calls import Argument, Call, Function, Result

__all__ = ["GROUP", "evaluate", "register", "reserve", "unregister"]

GROUP = "heracles.functions"
"""The group of entry points that installed packages add functions by."""

_MOST_GIVEN = 1_000_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SEEDS = {"randseed": "__randseed(N)__", "randperm": "__randperm(N)__"}
_Plain = TypeVar("_Plain", bound=Callable[..., Any])

_built_in: dict[str, Function] = {}
_registered: dict[str, Function] = {}


def reserve(functions: Mapping[str, Function]) -> None:
    """Give the functions that the language has itself, whose names nobody else can have."""
    _built_in.update(functions)


def register(name: str) -> Callable[[_Plain], _Plain]:
    """Add a function to the language, as a decorator.

    The function takes its arguments as Python data (None, bool, int, float, str, list, dict; of a sweep, the list of
    its values), by the names of its parameters or by their order. It gives the values as an iterable of such data, or
    as a `heracles.Generator`, which need not list them. A ValueError or TypeError that it raises is shown at the call.

    Args:
        name: What it is called in an override.

    Raises:
        ValueError: If it is no name, or there is a function of that name already.

    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no name of a function: it has letters, digits, _ and - alone")
    if name in _built_in:
        raise ValueError(f"the language has a function '{name}' itself")
    if name in _registered:
        raise ValueError(f"there is a function '{name}' already")

    def add(function: _Plain) -> _Plain:
        _registered[name] = _adapted(function)
        return function

    return add


def unregister(name: str) -> None:
    """Take a function that was registered out of the language.

    Raises:
        KeyError: If there is none of that name.

    """
    del _registered[name]


def evaluate(call: Call) -> Result:
    """Give what a call stands for.

    Raises:
        OverrideError: If there is no such function, its arguments do not fit it, or it fails.

    """
    function = _built_in.get(call.name) or _registered.get(call.name) or _installed(call)
    if function is None:
        raise _unknown(call)
    positional, named = call.bind(function)
    try:
        return function(call, *positional, **named)
    except RecursionError:
        raise call.error("the values nest too deep for this") from None


def _unknown(call: Call) -> Exception:
    # Imported here, which spares every other process that.
    from difflib import get_close_matches  # noqa: PLC0415
    from importlib.metadata import entry_points  # noqa: PLC0415

    names = {*_built_in, *_registered, *entry_points(group=GROUP).names}
    spellings = {name: f"{name}()" for name in names} | _SEEDS
    close = get_close_matches(call.name, spellings, 1)
    hint = f"did you mean {spellings[close[0]]}?" if close else f"there are {', '.join(sorted(names))}"
    start = call.span[0]
    return call.error(f"no function '{call.name}': {hint}", at=Argument(Choice(()), (start, start + len(call.name))))


def _installed(call: Call) -> Function | None:
    """Load the function of an installed package; None if none has it."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - spares every other process that

    found = list({entry.value: entry for entry in entry_points(group=GROUP, name=call.name)}.values())
    if not found:
        return None
    if len(found) > 1:
        raise call.error(
            f"there are {len(found)} installed functions '{call.name}': {found[0].value}, {found[1].value}"
        )
    try:
        function = _adapted(found[0].load())
    except Exception as error:
        raise call.error(f"{call.name}() of {found[0].value} cannot be loaded: {error}") from error
    return _registered.setdefault(call.name, function)


def _adapted(function: Callable[..., Any]) -> Function:
    """Give the function as one that takes a call and its arguments."""

    def adapted(call: Call, *positional: Argument, **named: Argument) -> Result:
        arguments = [_data(call, argument) for argument in positional]
        options = {name: _data(call, argument) for name, argument in named.items()}
        try:
            given = function(*arguments, **options)
            return given if isinstance(given, Generator) else _choice(given)
        except (ValueError, TypeError) as error:
            raise call.error(f"{call.name}(): {error}") from error

    signature = inspect.signature(function)
    first = inspect.Parameter("call", inspect.Parameter.POSITIONAL_ONLY)
    adapted.__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])  # type: ignore[attr-defined]
    return adapted


def _data(call: Call, argument: Argument) -> Any:
    result = argument.result
    if isinstance(result, Extension) or (isinstance(result, Generator) and result.is_random):
        raise call.error(f"{call.name}() takes neither seeds nor extend_list()", argument)
    if isinstance(result, Generator) and result.size > _MOST_GIVEN:
        raise call.error(f"{call.name}() takes {_MOST_GIVEN:,} values at most", argument)
    try:
        return [value.data for value in result] if isinstance(result, Generator) else result.data
    except ValueError:
        raise call.error("one of these numbers has too many digits", argument) from None


def _choice(given: Iterable[Any]) -> Choice:
    if isinstance(given, str | Mapping):
        raise TypeError("the function gave no sequence of values")
    values: list[Value] = []
    for data in given:
        if len(values) == _MOST_GIVEN:
            raise ValueError(f"the function gave more than {_MOST_GIVEN:,} values: it may give a Generator")
        values.append(_value(data))
    return Choice(tuple(values))


def _value(data: Any) -> Value:
    if isinstance(data, Value):
        return data
    if isinstance(data, Mapping):
        return Dict.of(tuple((_value(key), _value(item)) for key, item in data.items()))
    if isinstance(data, list | tuple):
        return List.of(tuple(map(_value, data)))
    if isinstance(data, str) and "\0" in data:
        raise ValueError("the function gave a NUL character, which no program can be passed")
    if data is None or isinstance(data, bool | int | float | str):
        return from_data(data)
    raise TypeError(f"the function gave a value of the type {type(data).__name__}, which no override can hold")
