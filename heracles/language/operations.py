"""The operators and functions of expressions, on Python data: null, true, numbers, text and lists.

They are Python's, with two exceptions: text, numbers and truth values never equal one another or are computed with one
another, and no result can be so large that computing it takes long.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

__all__ = [
    "ARITHMETIC",
    "COMPARISONS",
    "FUNCTIONS",
    "MOST_BITS",
    "Mismatch",
    "described",
    "is_truth",
    "negated",
    "same",
]

_NUMBERS = frozenset({int, float})
MOST_BITS = 10_000
"""How large the result of a product or power of whole numbers can be."""
_MOST_CHARACTERS = 10_000


class Mismatch(Exception):  # noqa: N818 - the caller makes an error of it
    """Data that an operator or function cannot be applied to; the message says why."""


def described(data: Any) -> str:
    """Return data for a message: `text 'vit'`, `0.1`, `null`."""
    if isinstance(data, str):
        return f"text '{data if len(data) <= 40 else data[:40] + '…'}'"
    if data is None or isinstance(data, bool):
        return "null" if data is None else str(data).lower()
    return "a list" if isinstance(data, list) else "a dict" if isinstance(data, dict) else str(data)


def same(one: Any, other: Any) -> bool:
    """Return whether data is equal and of one kind: 1 equals 1.0, and neither equals true or '1'."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is bool or type(other) is bool:
        return one is other
    return bool(one == other)


def is_truth(data: Any, where: str) -> bool:
    """Return data that is true or false.

    Raises:
        Mismatch: If it is something else.

    """
    if type(data) is not bool:
        raise Mismatch(f"{where} is true or false, and this is {described(data)}")
    return data


def negated(sign: str, data: Any) -> Any:
    """Return `+data` or `-data`.

    Raises:
        Mismatch: If it is no number.

    """
    if type(data) not in _NUMBERS:
        raise Mismatch(f"'{sign}' takes a number, and this is {described(data)}")
    return -data if sign == "-" else data


def _arithmetic(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def computed(one: Any, other: Any) -> Any:
        if type(one) in _NUMBERS and type(other) in _NUMBERS:
            try:
                return compute(one, other)
            except ZeroDivisionError:
                raise Mismatch("this divides by 0") from None
            except OverflowError:
                raise Mismatch("this is too large for a decimal number") from None
        if sign == "+" and type(one) is type(other) is str:
            return _short(one + other)
        odd = other if type(one) in _NUMBERS or (sign == "+" and type(one) is str) else one
        wanted = "numbers, or text and text" if sign == "+" else "numbers"
        hint = ": str(…) makes text of a number" if sign == "+" and {type(one), type(other)} & {str} else ""
        raise Mismatch(f"'{sign}' takes {wanted}, and one of these is {described(odd)}{hint}")

    return computed


def _short(text: str) -> str:
    if len(text) > _MOST_CHARACTERS:
        raise Mismatch(f"this text has more than {_MOST_CHARACTERS:,} characters")
    return text


def _times(one: Any, other: Any) -> Any:
    if type(one) is type(other) is int and one.bit_length() + other.bit_length() > MOST_BITS:
        raise Mismatch("this whole number has too many digits")
    return one * other


def _power(one: Any, other: Any) -> Any:
    if type(one) is type(other) is int and one.bit_length() * abs(other) > MOST_BITS and abs(one) > 1:
        raise Mismatch("this whole number has too many digits")
    if one < 0 and other != int(other):
        raise Mismatch("a negative number has no such power")
    return one**other


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": _arithmetic("+", operator.add),
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", _times),
    "/": _arithmetic("/", operator.truediv),
    "//": _arithmetic("//", operator.floordiv),
    "%": _arithmetic("%", operator.mod),
    "**": _arithmetic("**", _power),
}
"""The operators between numbers; + joins text too. Each raises a Mismatch for other data."""


def _ordering(sign: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(one: Any, other: Any) -> bool:
        if (type(one) in _NUMBERS and type(other) in _NUMBERS) or type(one) is type(other) is str:
            return compare(one, other)
        raise Mismatch(
            f"'{sign}' compares two numbers, or text with text, and these are {described(one)} and {described(other)}"
        )

    return compared


def _within(one: Any, other: Any) -> bool:
    if isinstance(other, list):
        return any(same(one, item) for item in other)
    if type(one) is type(other) is str:
        return one in other
    raise Mismatch(f"'in' takes a list after it, such as [1, 2], or looks for text in text; this is {described(other)}")


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": same,
    "!=": lambda one, other: not same(one, other),
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "in": _within,
    "not in": lambda one, other: not _within(one, other),
}
"""The comparisons. Each raises a Mismatch for data that it cannot compare."""


def _of_numbers(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    def computed(*data: Any) -> Any:
        for item in data:
            if type(item) not in _NUMBERS:
                raise Mismatch(f"{name}() takes numbers, and this is {described(item)}")
        try:
            return compute(*data)
        except (ValueError, OverflowError, ZeroDivisionError):
            raise Mismatch(f"{name}() has no value here: of {', '.join(map(described, data))}") from None

    return computed


def _extreme(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    def computed(*data: Any) -> Any:
        items: Sequence[Any] = data[0] if len(data) == 1 and isinstance(data[0], list) else data
        if not items or not (all(type(item) in _NUMBERS for item in items) or all(type(i) is str for i in items)):
            odd = next((item for item in items if type(item) not in _NUMBERS), None)
            raise Mismatch(f"{name}() takes numbers, or text, and one of these is {described(odd)}")
        return compute(items)

    return computed


def _rounded(number: Any, digits: Any = None) -> Any:
    if digits is not None and type(digits) is not int:
        raise Mismatch(f"round() takes a whole number of digits, and this is {described(digits)}")
    return round(number) if digits is None else round(number, max(-MOST_BITS, min(digits, MOST_BITS)))


def _cast(name: str, kind: Callable[[Any], Any], noun: str) -> Callable[[Any], Any]:
    def computed(data: Any) -> Any:
        if not isinstance(data, int | float | str):
            raise Mismatch(f"{name}(): {described(data)} is not {noun}")
        try:
            return kind(data)
        except (ValueError, OverflowError):
            raise Mismatch(f"{name}(): {described(data)} is not {noun}") from None

    return computed


def _str(data: Any) -> str:
    if data is None or isinstance(data, list | dict):
        raise Mismatch(f"str(): {described(data)} is not text")
    return str(data).lower() if isinstance(data, bool) else str(data)


def _len(data: Any) -> int:
    if not isinstance(data, str | list | dict):
        raise Mismatch(f"len() takes text or a list, and this is {described(data)}")
    return len(data)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "abs": (_of_numbers("abs", abs), 1, 1),
    "ceil": (_of_numbers("ceil", math.ceil), 1, 1),
    "exp": (_of_numbers("exp", math.exp), 1, 1),
    "float": (_cast("float", float, "a number"), 1, 1),
    "floor": (_of_numbers("floor", math.floor), 1, 1),
    "int": (_cast("int", int, "a whole number"), 1, 1),
    "len": (_len, 1, 1),
    "log": (_of_numbers("log", math.log), 1, 2),
    "log10": (_of_numbers("log10", math.log10), 1, 1),
    "log2": (_of_numbers("log2", math.log2), 1, 1),
    "max": (_extreme("max", max), 1, 1000),
    "min": (_extreme("min", min), 1, 1000),
    "round": (_of_numbers("round", _rounded), 1, 2),
    "sqrt": (_of_numbers("sqrt", math.sqrt), 1, 1),
    "str": (_str, 1, 1),
}
"""The functions, by name, with the least and the most number of arguments. Each raises a Mismatch for other data."""
