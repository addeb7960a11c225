"""What one value of an override is, and how it prints.

A value is its text, as a job will receive it, and the kind that text is of. What the user typed keeps its spelling
(`1e-5` stays `1e-5`); the Python object behind it is worked out only when somebody asks for it.
"""

import re
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "SEED",
    "Absent",
    "Bare",
    "Bool",
    "Dict",
    "Extension",
    "Float",
    "Int",
    "List",
    "Null",
    "Quoted",
    "Seed",
    "Value",
    "from_bare",
    "from_data",
    "from_text",
    "plain",
]

# The kinds of an unquoted word, tried in this order on the whole of it (OverrideLexer.g4 of hydra-core).
_UNSIGNED, _DIGITS = r"(?:0|[1-9](?:_?[0-9])*)", r"[0-9](?:_?[0-9])*"
_INT = re.compile(rf"[+-]?{_UNSIGNED}")
_FLOAT = re.compile(
    rf"[+-]?(?:(?:{_UNSIGNED}\.|{_UNSIGNED}?\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
    rf"|{_UNSIGNED}[eE][+-]?{_DIGITS}|(?i:inf|nan))"
)
_NUMERIC_START = frozenset("+-.0123456789iInN")
_ESCAPE_OR_INTERPOLATION = re.compile(r"(\$\{[^}]+\})|\\([\\()\[\]{}:=, \t])")
_PLAIN = re.compile(r"[A-Za-z0-9_/+.$%*@?|-]+")
_RANDOM = re.compile(r"__rand(?:seed|perm)__")
_HYDRA_BARE = re.compile(r"(?:\\[\\()\[\]{}:=, \t]|\\(?![\\()\[\]{}:=, \t])|\$\{[^}]+\}|[A-Za-z0-9_/+.$%*@?|: \t-])*")


@dataclass(frozen=True, slots=True)
class Value:
    """One value: `text` is what stands behind the `=` of the override that a job receives."""

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def data(self) -> Any:
        """The Python object that the text stands for."""
        raise NotImplementedError


class Absent(Value):
    """No value and no `=` either: the deletion `~key`."""

    __slots__ = ()

    @property
    def data(self) -> None:
        return None


class Null(Value):
    """`null`, in any case."""

    __slots__ = ()

    @property
    def data(self) -> None:
        return None


class Bool(Value):
    """`true` or `false`, in any case."""

    __slots__ = ()

    @property
    def data(self) -> bool:
        return self.text.lower() == "true"


class Int(Value):
    """A whole number: `8`, `-1`, `1_000`."""

    __slots__ = ()

    @property
    def data(self) -> int:
        """The number; ValueError where it has more digits than Python converts (4,300)."""
        return int(self.text)


class Float(Value):
    """A decimal number: `0.1`, `1e-5`, `inf`, `nan`."""

    __slots__ = ()

    @property
    def data(self) -> float:
        return float(self.text)


class Bare(Value):
    """Unquoted text that is nothing else: `HalfCheetah`, `a b`, `${x}`; also the empty value."""

    __slots__ = ()

    @property
    def data(self) -> str:
        """The text with its escapes removed (those inside an interpolation belong to that)."""
        return _ESCAPE_OR_INTERPOLATION.sub(lambda m: m[1] or m[2], self.text)


class Quoted(Value):
    """Text in single or double quotes."""

    __slots__ = ()

    @property
    def data(self) -> str:
        quote, inner = self.text[0], self.text[1:-1]
        return re.sub(
            rf"(\\+)({quote}|\Z)",
            lambda m: "\\" * (len(m[1]) // 2) + m[2],
            inner,
        )


class Seed(Value):
    """A place that every run fills with a random whole number of its own."""

    __slots__ = ()


SEED = Seed("\0")  # which no other value can be


class Extension(Value):
    """`extend_list(a,b)`: what Hydra 1.4 appends to a list."""

    __slots__ = ()

    @property
    def data(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class List(Value):
    """`[a,b]`."""

    items: tuple[Value, ...] = field(compare=False)

    @classmethod
    def of(cls, items: tuple[Value, ...]) -> "List":
        """Give the list of `items`, printed without blanks."""
        return cls(f"[{','.join(item.text for item in items)}]", items)

    @property
    def data(self) -> list[Any]:
        return [item.data for item in self.items]


@dataclass(frozen=True, slots=True)
class Dict(Value):
    """`{k:v}`; of a repeated key the last one counts."""

    items: tuple[tuple[Value, Value], ...] = field(compare=False)

    @classmethod
    def of(cls, items: tuple[tuple[Value, Value], ...]) -> "Dict":
        """Give the dict of `items`, printed without blanks."""
        return cls(f"{{{','.join(f'{key.text}:{value.text}' for key, value in items)}}}", items)

    @property
    def data(self) -> dict[Any, Any]:
        return {key.data: value.data for key, value in self.items}


def from_bare(text: str) -> Value:
    """Give the value that the unquoted `text` stands for, with `text` as its spelling.

    Text that Hydra's own grammar refuses unquoted (`#`, `é`, a second `=`) is given in quotes.
    """
    if text[:1] in _NUMERIC_START:
        if _INT.fullmatch(text):
            return Int(text)
        if _FLOAT.fullmatch(text):
            return Float(text)
    lowered = text.lower() if len(text) <= len("false") else ""
    if lowered == "null":
        return Null(text)
    if lowered in ("true", "false"):
        return Bool(text)
    if _HYDRA_BARE.fullmatch(text):
        return Bare(text)
    return from_text(Bare(text).data)


def from_data(data: object) -> Value:
    """Give the value of a computed null, bool, int, float or str, as Hydra's grammar reads it back."""
    if data is None:
        return Null("null")
    if isinstance(data, bool):
        return Bool("true" if data else "false")
    if isinstance(data, int):
        return Int(str(data))
    if isinstance(data, float):
        return Float(repr(data))
    text = str(data)
    bare = from_bare(text) if _PLAIN.fullmatch(text) else None
    return bare if isinstance(bare, Bare) and not _RANDOM.fullmatch(text) else from_text(text)


def plain(value: Value) -> str:
    """Give the value as a program without Hydra's grammar expects it: text without its quotes and escapes."""
    return str(value.data) if isinstance(value, Bare | Quoted) else value.text


def from_text(text: str) -> Quoted:
    """Give `text` as a quoted value, in the quotes that need fewer escapes."""
    quote = '"' if "'" in text and '"' not in text else "'"
    escaped = re.sub(
        rf"(\\*)({quote}|\Z)",
        lambda m: m[1] * 2 + (f"\\{quote}" if m[2] else ""),
        text,
    )
    return Quoted(f"{quote}{escaped}{quote}")
