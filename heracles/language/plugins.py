"""Sweep functions that other packages add to the language, and the evaluation of a call.

A function is an ordinary one that takes and returns Python data:

    @heracles.functions.register("fibonacci")
    def fibonacci(n: int) -> list[int]:
        ...

`x=fibonacci(5)` then has the values that it returns. An installed package adds functions, without being imported,
by entry points of the group `heracles.functions`:

    [project.entry-points."heracles.functions"]
    fibonacci = "my_package.sweeps:fibonacci"

The name of a built-in function cannot be used again; a registered function takes precedence over an installed one.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from heracles.ir import Choice, Generator
from heracles.ir.values import Dict, Extension, List, Value, from_data
from heracles.language.calls import Argument, Function, FunctionCall, Result
from heracles.lean import load

__all__ = ["evaluate", "register", "unregister"]

_MOST_RETURNED = 1_000_000
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_Plain = TypeVar("_Plain", bound=Callable[..., Any])

_OF_THE_GRAMMAR = "zip"

_registered: dict[str, Function] = {}


def register(name: str) -> Callable[[_Plain], _Plain]:
    """Add a function to the language, as a decorator.

    The function takes its arguments as Python data (None, bool, int, float, str, list, dict; of a sweep, the list of
    its values), by the names of its parameters or by their order. It returns the values as an iterable of such data, or
    as a `heracles.Generator`, which need not list them. A ValueError or TypeError that it raises is shown at the call.

    Args:
        name: Its name in an override.

    Raises:
        ValueError: If the name is not a valid one, or there is a function of that name already.

    """
    if not re.fullmatch(_NAME, name):
        raise ValueError(f"'{name}' is not a function name: use letters, digits, _ and -, and begin with a letter or _")
    if name in _built_in() or name == _OF_THE_GRAMMAR:
        raise ValueError(f"'{name}' is a built-in function")
    if name in _registered:
        raise ValueError(f"there is a function '{name}' already")

    def add(function: _Plain) -> _Plain:
        _registered[name] = _adapted(function)
        return function

    return add


def unregister(name: str) -> None:
    """Remove a registered function from the language.

    Raises:
        KeyError: If no function of that name is registered.

    """
    del _registered[name]


def evaluate(call: FunctionCall) -> Result:
    """Return what a call stands for.

    Raises:
        OverrideError: If there is no such function, its arguments do not match its parameters, or it fails.

    """
    function = _built_in().get(call.name) or _registered.get(call.name) or _installed(call)
    positional, named = call.bind(function)
    try:
        return function(call, *positional, **named)
    except RecursionError:
        raise call.error("the values nest too deep for this") from None


def _built_in() -> dict[str, Function]:
    """Return the functions of the language itself, whose names no other one can have."""
    return load("heracles.language.functions:FUNCTIONS")  # type: ignore[no-any-return]


def _installed(call: FunctionCall) -> Function:
    """Return the function of an installed package, which is kept."""
    installed = load("heracles.language.installed")
    function = installed.load(call)
    if function is None:
        raise installed.unknown(call, (*_built_in(), _OF_THE_GRAMMAR, *_registered))
    return _registered.setdefault(call.name, _adapted(function))


def _adapted(function: Callable[..., Any]) -> Function:
    """Return the function as one that takes a call and its arguments."""

    def adapted(call: FunctionCall, *positional: Argument, **named: Argument) -> Result:
        arguments = [_data(call, argument) for argument in positional]
        options = {name: _data(call, argument) for name, argument in named.items()}
        try:
            values = function(*arguments, **options)
            return values if isinstance(values, Generator) else _choice(values)
        except (ValueError, TypeError) as error:
            raise call.error(f"{call.name}(): {error}") from error

    signature = inspect.signature(function)
    first = inspect.Parameter("call", inspect.Parameter.POSITIONAL_ONLY)
    adapted.__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])  # type: ignore[attr-defined]
    return adapted


def _data(call: FunctionCall, argument: Argument) -> Any:
    result = argument.result
    if isinstance(result, Extension) or (isinstance(result, Generator) and result.is_random):
        raise call.error(f"{call.name}() takes neither seeds nor extend_list()", argument)
    if isinstance(result, Generator) and result.size > _MOST_RETURNED:
        raise call.error(f"{call.name}() takes {_MOST_RETURNED:,} values at most", argument)
    try:
        return [value.data for value in result] if isinstance(result, Generator) else result.data
    except ValueError:
        raise call.error("one of these numbers has too many digits", argument) from None


def _choice(returned: Iterable[Any]) -> Choice:
    if isinstance(returned, str | Mapping):
        raise TypeError("the function did not return a sequence of values")
    values: list[Value] = []
    for data in returned:
        if len(values) == _MOST_RETURNED:
            raise ValueError(f"the function returned more than {_MOST_RETURNED:,} values: let it return a Generator")
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
        raise ValueError("the function returned a NUL character, which cannot be passed to a program")
    if data is None or isinstance(data, bool | int | float | str):
        return from_data(data)
    raise TypeError(f"the function returned a value of type {type(data).__name__}, which an override cannot hold")
