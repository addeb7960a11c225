"""A sweep as JSON, for programs in any language; `ir.schema.json` is its schema (JSON Schema, 2020-12).

A sweep is `{"heracles": 1, "seed": 0, "axes": [{"key": "lr", "values": …}]}`, where 1 is the version of this format.
Values are generators, told apart by `kind`; each value that a generator lists has its `kind` and the `text` that stands
behind the `=`. Integers are exact, whatever their size. Text that is no Unicode has lone surrogates, as Python has it.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from heracles.errors import HeraclesError
from heracles.ir import values
from heracles.ir.casts import CASTS
from heracles.ir.generators import Cast, Choice, Concat, Generator, RandSeed, Range, Shuffle
from heracles.ir.values import Dict, List, Value

__all__ = ["VERSION", "dumped", "loaded"]

VERSION = 1
"""The version of the format: another one where an older reader would misread it."""

_MOST_LISTED = 1_000_000
_KINDS: dict[str, Any] = {
    kind.__name__.lower(): kind
    for kind in (
        *(values.Absent, values.Null, values.Bool, values.Int, values.Float, values.Bare, values.Quoted),
        *(values.Extension, List, Dict),
    )
}
_Read = TypeVar("_Read")


def dumped(axes: list[tuple[str, Generator]], seed: int) -> str:
    """Give the JSON text of a sweep.

    Args:
        axes: The key and the values of each axis.
        seed: The sweep's seed.

    Raises:
        HeraclesError: If an axis has a generator that others defined, of more than 1,000,000 values.

    """
    listed = [{"key": key, "values": _generator(generator)} for key, generator in axes]
    return json.dumps({"heracles": VERSION, "seed": seed, "axes": listed}, separators=(",", ":"))


def _generator(generator: Generator) -> dict[str, Any]:
    if isinstance(generator, Range):
        numbers = {"start": generator.start, "stop": generator.stop, "step": generator.step, "scale": generator.scale}
        return {"kind": "range", **numbers}
    if isinstance(generator, RandSeed):
        return {"kind": "randseed", "seeds": generator.seeds}
    if isinstance(generator, Concat):
        return {"kind": "concat", "parts": list(map(_generator, generator.parts))}
    if isinstance(generator, Shuffle):
        return {"kind": "shuffle", "key": generator.key, "values": _generator(generator.values)}
    if isinstance(generator, Cast):
        return {"kind": "cast", "name": generator.name, "values": _generator(generator.values)}
    if generator.size > _MOST_LISTED:
        raise HeraclesError(f"{generator}: JSON would have to list these {generator.size:,} values")
    return {"kind": "choice", "values": list(map(_value, generator))}


def _value(value: Value) -> dict[str, Any]:
    plain = {"kind": type(value).__name__.lower(), "text": value.text}
    if isinstance(value, List):
        return {**plain, "items": list(map(_value, value.items))}
    if isinstance(value, Dict):
        return {**plain, "items": [[_value(key), _value(item)] for key, item in value.items]}
    return plain


def loaded(text: str) -> tuple[list[tuple[str, Generator]], int]:
    """Read the JSON text of a sweep; give the key and the values of each axis, and the seed.

    Raises:
        HeraclesError: If it is no such text; the message says where it goes wrong, as in `axes[0].values.kind`.

    """
    try:
        whole = _Node(json.loads(text), "")
        version = whole["heracles"].of(int)
        if version != VERSION:
            raise HeraclesError(f"this sweep is of version {version} of the format, and version {VERSION} is known")
        axes = [(axis["key"].of(str), _read_generator(axis["values"])) for axis in whole["axes"].items()]
        return axes, whole["seed"].of(int)
    except json.JSONDecodeError as error:
        raise HeraclesError(f"this is no JSON: {error}") from None
    except RecursionError:
        raise HeraclesError("the values nest too deep") from None


class _Node:
    """A part of what was read, and its place."""

    def __init__(self, data: Any, place: str) -> None:
        self.data = data
        self.place = place

    def __getitem__(self, name: str) -> "_Node":
        fields: dict[str, Any] = self.of(dict)
        place = f"{self.place}.{name}".lstrip(".")
        if name not in fields:
            raise HeraclesError(f"this sweep is not whole: there is no {place}")
        return _Node(fields[name], place)

    def of(self, kind: Callable[..., _Read]) -> _Read:
        """Give the data, if it is of that kind."""
        if type(self.data) is not kind:
            nouns = {int: "a whole number", str: "a string", list: "a list", dict: "an object"}
            raise self.error(f"is not {nouns[kind]}")  # type: ignore[index]
        return self.data  # type: ignore[no-any-return]

    def items(self) -> "list[_Node]":
        """Give the parts of a list."""
        items: list[Any] = self.of(list)
        return [_Node(item, f"{self.place}[{i}]") for i, item in enumerate(items)]

    def error(self, problem: str) -> HeraclesError:
        """Give the error to raise about this part."""
        return HeraclesError(f"this is no sweep: {self.place or 'it'} {problem}")


def _read_generator(node: _Node) -> Generator:
    kind = node["kind"]
    reader = _GENERATORS.get(kind.of(str))
    if reader is None:
        raise kind.error(f"is none of {', '.join(_GENERATORS)}")
    return reader(node)


def _read_range(node: _Node) -> Range:
    start, stop, step, scale = (node[name].of(int) for name in ("start", "stop", "step", "scale"))
    if step == 0:
        raise node["step"].error("is 0")
    if not 0 <= scale < 400:
        raise node["scale"].error("is not from 0 to 399")
    return Range(start, stop, step, scale)


def _read_seeds(node: _Node) -> RandSeed:
    if node["seeds"].of(int) < 0:
        raise node["seeds"].error("is negative")
    return RandSeed(node["seeds"].of(int))


def _read_cast(node: _Node) -> Cast:
    if node["name"].of(str) not in CASTS:
        raise node["name"].error(f"is none of {', '.join(CASTS)}")
    return Cast(node["name"].of(str), _read_generator(node["values"]))


_GENERATORS: dict[str, Callable[[_Node], Generator]] = {
    "choice": lambda node: Choice(tuple(map(_read_value, node["values"].items()))),
    "range": _read_range,
    "randseed": _read_seeds,
    "concat": lambda node: Concat(tuple(map(_read_generator, node["parts"].items()))),
    "shuffle": lambda node: Shuffle(_read_generator(node["values"]), node["key"].of(str)),
    "cast": _read_cast,
}


def _read_value(node: _Node) -> Value:
    kind = _KINDS.get(node["kind"].of(str))
    if kind is None:
        raise node["kind"].error(f"is none of {', '.join(_KINDS)}")
    text = node["text"].of(str)
    if "\0" in text:
        raise node["text"].error("has a NUL character")
    if kind is List:
        return List(text, tuple(map(_read_value, node["items"].items())))
    if kind is Dict:
        pairs = [pair.items() for pair in node["items"].items()]
        if any(len(pair) != 2 for pair in pairs):
            raise node["items"].error("are not pairs")
        return Dict(text, tuple((_read_value(key), _read_value(item)) for key, item in pairs))
    plain: Value = kind(text)
    return plain
