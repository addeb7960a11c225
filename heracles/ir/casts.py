"""The casts of the language, applied to one value: `int(1.5)` is `1`, `str(1)` is `'1'`, `bool(0)` is `false`."""

from collections.abc import Callable
from typing import Any

from heracles.ir.values import (
    Bare,
    Dict,
    Extension,
    List,
    Null,
    Quoted,
    Seed,
    Value,
    from_data,
    from_text,
    has_run_number,
)
from heracles.lean import load
from heracles.text import printable

__all__ = ["CASTS", "cast"]


def cast(name: str, value: Value) -> Value:
    """Return a value, cast. Of a list or dict, each value inside is cast, except by `json_str`, which takes it whole.

    Args:
        name: One of `CASTS`.
        value: The value to cast.

    Raises:
        ValueError: If the value cannot be cast; the message says why.

    """
    if isinstance(value, Seed):
        if name == "int":
            return value
        raise ValueError("a seed cannot be cast: it is a whole number, and each run has its own")
    if isinstance(value, Extension):
        raise ValueError("extend_list() cannot be cast: Hydra reads it as a whole")  # noqa: TRY004 - the user's value
    if name != "json_str":
        if isinstance(value, List):
            return List.of(tuple(cast(name, item) for item in value.items))
        if isinstance(value, Dict):
            return Dict.of(tuple((key, cast(name, item)) for key, item in value.items))
    if isinstance(value, Bare | Quoted) and name == "str":
        return from_text(value.data) if isinstance(value, Bare) and has_run_number(value.text) else value
    return from_data(CASTS[name](value))


def _int(value: Value) -> Any:
    return _number(int, "a whole number", value)


def _float(value: Value) -> Any:
    return _number(float, "a number", value)


def _number(kind: Callable[[Any], Any], noun: str, value: Value) -> Any:
    if isinstance(value, Null):
        raise ValueError(f"null is not {noun}")  # noqa: TRY004 - the user's value, not the caller's
    try:
        return kind(value.data)
    except (ValueError, OverflowError):
        raise ValueError(f"'{printable(str(value.data))}' is not {noun}") from None


def _str(value: Value) -> str:
    if isinstance(value, Null):
        raise ValueError("null is not text")  # noqa: TRY004
    data = value.data
    return str(data).lower() if isinstance(data, bool) else str(data)


def _bool(value: Value) -> bool:
    data = value.data
    if isinstance(data, str):
        if data.lower() not in ("true", "false"):
            raise ValueError(f"'{printable(data)}' is neither true nor false")
        return data.lower() == "true"
    return bool(data)


def _json(value: Value) -> str:
    text: str = load("json:dumps")(value.data)
    return text


CASTS: dict[str, Callable[[Value], Any]] = {
    "int": _int,
    "float": _float,
    "str": _str,
    "bool": _bool,
    "json_str": _json,
}
"""The Python object that each cast turns a value into, which is neither a list nor a dict except for `json_str`."""
