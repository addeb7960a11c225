"""A sweep as JSON, for programs in any language; `ir.schema.json` is its schema (JSON Schema, 2020-12).

A sweep is `{"heracles": 1, "seed": 0, "axes": [{"key": "lr", "values": …}]}`, where 1 is the version of this format.
Values are generators, told apart by `kind`; each value that a generator lists has its `kind` and the `text` that stands
after the `=`. Integers are exact, whatever their size. Text that is not Unicode has lone surrogates, as in Python.

This module reads and writes; what the JSON of one kind consists of stands above its class, as in
`@GENERATOR_KINDS.add(seeds=COUNT)`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from heracles.errors import HeraclesError
from heracles.lean import load

__all__ = ["INTEGER", "TEXT", "TRUTH", "VERSIONS", "Codec", "Family", "Node", "dumps", "loads", "many"]

VERSIONS = (1, 2, 3)
"""The versions of the format that are read: a new one where an older reader would misread it. 2 added `kind` to the
sweep itself and to its axes, 3 the kinds with `since=3` and the run's number in values; a sweep is written in the
first version that has all of it."""

_RUN_PREFIX = "__run"
_SINCE: dict[str, int] = {}  # the version that a kind came with, but for those of the first
_Read = TypeVar("_Read")
_Class = TypeVar("_Class", bound=type)
_NOUNS = {bool: "true or false", int: "a whole number", str: "a string", list: "a list", dict: "an object"}


class Node:
    """A part of the JSON that is read, and its place in it, as in `axes[0].values.kind`."""

    __slots__ = ("data", "place")

    def __init__(self, data: Any, place: str) -> None:
        self.data = data
        self.place = place

    def __contains__(self, name: str) -> bool:
        return name in self.of(dict)

    def __getitem__(self, name: str) -> "Node":
        fields: dict[str, Any] = self.of(dict)
        place = f"{self.place}.{name}".lstrip(".")
        if name not in fields:
            raise HeraclesError(f"this sweep is incomplete: it has no {place}")
        return Node(fields[name], place)

    def of(self, kind: Callable[..., _Read]) -> _Read:
        """Return the data, which has to be of that type.

        Raises:
            HeraclesError: If it is not.

        """
        if type(self.data) is not kind:
            raise self.error(f"is not {_NOUNS[kind]}")  # type: ignore[index]
        return self.data  # type: ignore[no-any-return]

    def items(self) -> "list[Node]":
        """Return the parts of a list."""
        items: list[Any] = self.of(list)
        return [Node(item, f"{self.place}[{i}]") for i, item in enumerate(items)]

    def error(self, problem: str) -> HeraclesError:
        """Return the error to raise about this part."""
        return HeraclesError(f"this is not a sweep: {self.place or 'it'} {problem}")


class Codec:
    """How one field is written and read.

    Args:
        write: Returns the JSON data of a field's value.
        read: Returns the value, from its `Node`.

    """

    __slots__ = ("read", "write")

    def __init__(self, write: Callable[[Any], Any], read: Callable[[Node], Any]) -> None:
        self.write = write
        self.read = read

    def checked(self, is_valid: Callable[[Any], bool], problem: str) -> "Codec":
        """Return a codec that refuses to read other values than valid ones; `problem` is what is said of them."""

        def read(node: Node) -> Any:
            value = self.read(node)
            if not is_valid(value):
                raise node.error(problem)
            return value

        return Codec(self.write, read)


def _unchanged(value: Any) -> Any:
    return value


INTEGER = Codec(_unchanged, lambda node: node.of(int))
"""A whole number."""

TEXT = Codec(_unchanged, lambda node: node.of(str))
"""A string."""

TRUTH = Codec(_unchanged, lambda node: node.of(bool))
"""True or false."""


def many(codec: "Codec | Family") -> Codec:
    """Return the codec of a tuple of values that each have `codec`."""
    return Codec(lambda values: list(map(codec.write, values)), lambda node: tuple(map(codec.read, node.items())))


class Family:
    """The classes of one family, such as the generators, by the `kind` that tells them apart in the JSON.

    Args:
        default: The kind that is meant where none is written.
        otherwise: Turns an object of no kind into one of some kind.
        homes: The modules that define classes of it, which are loaded before JSON is read.

    """

    __slots__ = ("_default", "_homes", "_kinds", "_otherwise")

    def __init__(
        self, default: str = "", otherwise: Callable[[Any], Any] | None = None, homes: Sequence[str] = ()
    ) -> None:
        self._default = default
        self._otherwise = otherwise
        self._homes = homes
        self._kinds: dict[str, tuple[type, dict[str, tuple[str, Codec | Family]]]] = {}

    @property
    def classes(self) -> tuple[type, ...]:
        """The classes, in the order in which they were defined."""
        self._load()
        return tuple(kind for kind, _ in self._kinds.values())

    def _load(self) -> None:
        homes, self._homes = self._homes, ()
        for home in homes:
            load(home)

    def add(
        self, *, names: dict[str, str] | None = None, since: int = 1, **fields: "Codec | Family"
    ) -> Callable[[_Class], _Class]:
        """Add a class to the family, as a decorator; its kind is its name in lower case.

        Args:
            names: What a field is called in the JSON, where that is not its name.
            since: The version of the format that added the kind; a new one is of the latest version, or of a next one
                if that was released.
            fields: The codec of each parameter of the class's constructor.

        """

        def added(kind: _Class) -> _Class:
            named = {name: ((names or {}).get(name, name), codec) for name, codec in fields.items()}
            self._kinds[kind.__name__.lower()] = kind, named
            if since > VERSIONS[0]:
                _SINCE[kind.__name__.lower()] = since
            return kind

        return added

    def write(self, value: Any) -> dict[str, Any]:
        """Return the JSON data of an object of one of the kinds."""
        kind = type(value).__name__.lower()
        known, fields = self._kinds.get(kind, (None, {}))
        if known is not type(value):
            return self.write(self._otherwise(value))  # type: ignore[misc]
        data: dict[str, Any] = {} if kind == self._default else {"kind": kind}
        for name, (written, codec) in fields.items():
            data[written] = codec.write(getattr(value, name))
        return data

    def read(self, node: Node) -> Any:
        """Return the object that JSON data describes.

        Raises:
            HeraclesError: If it describes none of this family.

        """
        self._load()
        kind = node["kind"].of(str) if "kind" in node or not self._default else self._default
        if kind not in self._kinds:
            raise node["kind"].error(f"is none of {', '.join(self._kinds)}")
        known, fields = self._kinds[kind]
        values = {}
        for name, (written, codec) in fields.items():
            values[name] = codec.read(node[written])
        return known(**values)


def dumps(data: dict[str, Any]) -> str:
    """Return the JSON text of a sweep, on one line, from its JSON data."""
    parts: Iterable[dict[str, Any]] = (data, *data.get("axes", ()))
    text = load("json:dumps")(data, separators=(",", ":"))
    needed = [since for kind, since in _SINCE.items() if f'"kind":"{kind}"' in text]
    needed += [2] if any("kind" in part for part in parts) else []
    needed += [3] if _RUN_PREFIX in text else []
    return f'{{"heracles":{max(needed, default=1)},{text[1:]}'


def loads(text: str, family: Family) -> Any:
    """Return the object of the family that a JSON text describes.

    Raises:
        HeraclesError: If it describes none; the message says where it goes wrong, as in `axes[0].values.kind`.

    """
    json = load("json")
    try:
        whole = Node(json.loads(text), "")
        version = whole["heracles"].of(int)
        if version not in VERSIONS:
            raise HeraclesError(
                f"this sweep has version {version} of the format; this Heracles reads the versions up to {VERSIONS[-1]}"
            )
        return family.read(whole)
    except json.JSONDecodeError as error:
        raise HeraclesError(f"this is not JSON: {error}") from None
    except IndexError as error:
        raise HeraclesError(str(error)) from None
    except RecursionError:
        raise HeraclesError("the values nest too deep") from None
