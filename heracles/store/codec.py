"""Events as JSON: what their classes declare says how they are written and read.

A field that has its default value is left out. Tuples are written as lists, a range as [start, stop, step].
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from json import dumps
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from heracles.lean import NamedTuple
from heracles.store.events import EVENTS, Event

__all__ = ["as_json", "from_json"]


def as_json(event: Event) -> str:
    """Return the event's name and its fields as members of a JSON object: `"event":"start","token":"ab",…`."""
    members: dict[str, object] = {"event": event.name}
    for each in _fields(event.name):
        value = getattr(event, each.attribute)
        if value != each.default:
            members[each.name] = value
    return dumps(members, separators=(",", ":"), default=_plain)[1:-1]


def from_json(members: Mapping[str, Any], time: float) -> Event:
    """Return the event that the members of a JSON object describe, as `as_json` writes them.

    Args:
        members: All members, the event's name too.
        time: When it was recorded.

    Raises:
        ValueError: If there is no such event, or it has other fields.

    """
    kind = EVENTS.get(members.get("event", ""))
    if kind is None:
        raise ValueError("this version knows no such event")
    values: dict[str, Any] = {}
    for each in _fields(kind.name):
        if each.name in members:
            values[each.attribute] = each.read(members[each.name])
        elif each.default is MISSING:
            raise ValueError(f"the event has no '{each.name}'")
    if len(values) + 1 < len(members):
        raise ValueError("the event has a field that this version does not know")
    return kind(**values, time=time)


class _Field(NamedTuple):
    """A field of an event: its names here and in JSON, its default, and what reads its value."""

    attribute: str
    name: str
    default: object
    read: Callable[[Any], Any]


@cache
def _fields(name: str) -> tuple[_Field, ...]:
    kind = EVENTS[name]
    hints = get_type_hints(kind)
    return tuple(
        _Field(each.name, each.metadata.get("json", each.name), each.default, _reader(hints[each.name]))
        for each in fields(kind)
        if each.name != "time"
    )


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return what turns a JSON value into a value of a type, and raises ValueError for any other."""
    parts, origin = get_args(hint), get_origin(hint)
    if origin is UnionType:  # `X | None` is the only one
        inner = _reader(parts[0])
        return lambda value: None if value is None else inner(value)
    if origin is dict:
        item = _reader(parts[1])
        return lambda value: {key: item(each) for key, each in _checked(dict, value).items()}
    if origin is tuple and parts[1:] == (...,):
        item = _reader(parts[0])
        return lambda value: tuple(map(item, _checked(list, value)))
    if origin is tuple:
        readers = list(map(_reader, parts))
        return lambda value: tuple(_read_each(readers, value))
    return _plain_reader(hint)


def _plain_reader(hint: Any) -> Callable[[Any], Any]:
    if hint is range:
        numbers = [_reader(int)] * 3
        return lambda value: range(*_read_each(numbers, value))
    if issubclass(hint, enum.Enum):
        by_value: Callable[[Any], Any] = hint
        return by_value
    if issubclass(hint, tuple):  # a NamedTuple
        readers = list(map(_reader, get_type_hints(hint).values()))
        return lambda value: hint(*_read_each(readers, value))
    return lambda value: _checked(hint, value)


def _read_each(readers: list[Callable[[Any], Any]], value: Any) -> Iterable[Any]:
    return [read(each) for read, each in zip(readers, _checked(list, value), strict=True)]


def _checked(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value


def _plain(value: object) -> object:
    """Return what JSON has for a value that it does not know."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, range):
        return [value.start, value.stop, value.step]
    raise TypeError(value)
