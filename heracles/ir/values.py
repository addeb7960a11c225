"""The values of overrides: what kind of value a text is, and how it is printed.

A value is its text, as a job will receive it, and the kind of that text. What the user typed keeps its spelling
(`1e-5` stays `1e-5`); the Python object that it stands for is computed only on request.
"""

import re
from typing import Any

from heracles.ir.record import Record
from heracles.ir.serialize import TEXT, Family, many

__all__ = [
    "MISSING",
    "RUN_NUMBER",
    "RUN_PREFIX",
    "SEED",
    "VALUE_KINDS",
    "Absent",
    "Bare",
    "Bool",
    "Dict",
    "Extension",
    "Float",
    "Int",
    "List",
    "Missing",
    "Null",
    "Quoted",
    "Seed",
    "Value",
    "from_bare",
    "from_data",
    "from_text",
    "has_run_number",
    "numbered",
    "plain",
]

# The kinds of an unquoted word, tried in this order on the whole of it (OverrideLexer.g4 of hydra-core). They are
# compiled when the first word needs them, by `re`, which keeps them.
_UNSIGNED, _DIGITS = r"(?:0|[1-9](?:_?[0-9])*)", r"[0-9](?:_?[0-9])*"
_INT = rf"[+-]?{_UNSIGNED}"
_FLOAT = (
    rf"[+-]?(?:(?:{_UNSIGNED}\.|{_UNSIGNED}?\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
    rf"|{_UNSIGNED}[eE][+-]?{_DIGITS}|(?i:inf|nan))"
)
_NUMERIC_START = frozenset("+-.0123456789iInN")
_ESCAPED = r"[\\()\[\]{}:=, \t]"
_PLAIN = r"[A-Za-z0-9_/+.$%*@?|-]+"
_RANDOM = r"__rand(?:seed|perm)__"
_HYDRA_BARE = rf"(?:\\{_ESCAPED}|\\(?!{_ESCAPED})|\$\{{[^}}]+\}}|[A-Za-z0-9_/+.$%*@?|: \t-])*"

RUN_PREFIX = "__run"
RUN_NUMBER = r"__run(?:\(([0-9]+)\))?__"
"""A regular expression for what stands for the run's number, as RUN of the grammar: `__run__`, and `__run(4)__` with
zeros before it, up to that many digits."""

VALUE_KINDS = Family()
"""The kinds of values, for the JSON."""

_TEXT = TEXT.checked(lambda text: "\0" not in text, "has a NUL character")


class Value(Record):
    """One value: `text` is what stands after the `=` of the override that a job receives."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def data(self) -> Any:
        """The Python object that the text stands for."""
        raise NotImplementedError


@VALUE_KINDS.add(text=_TEXT)
class Absent(Value):
    """No value and no `=` either: the deletion `~key`."""

    __slots__ = ()

    @property
    def data(self) -> None:
        return None


@VALUE_KINDS.add(since=3, text=TEXT.checked(lambda text: not text, "is text, where there is no override"))
class Missing(Value):
    """No override at all: an empty cell of a file of rows."""

    __slots__ = ()

    @property
    def data(self) -> None:
        return None


MISSING = Missing("")


@VALUE_KINDS.add(text=_TEXT)
class Null(Value):
    """`null`, in any case."""

    __slots__ = ()

    @property
    def data(self) -> None:
        return None


@VALUE_KINDS.add(text=_TEXT)
class Bool(Value):
    """`true` or `false`, in any case."""

    __slots__ = ()

    @property
    def data(self) -> bool:
        return self.text.lower() == "true"


@VALUE_KINDS.add(text=_TEXT)
class Int(Value):
    """A whole number: `8`, `-1`, `1_000`."""

    __slots__ = ()

    @property
    def data(self) -> int:
        """The number; ValueError if it has more digits than Python converts (4,300)."""
        return int(self.text)


@VALUE_KINDS.add(text=_TEXT)
class Float(Value):
    """A decimal number: `0.1`, `1e-5`, `inf`, `nan`."""

    __slots__ = ()

    @property
    def data(self) -> float:
        return float(self.text)


@VALUE_KINDS.add(text=_TEXT)
class Bare(Value):
    """Unquoted text that is nothing else: `HalfCheetah`, `a b`, `${x}`; also the empty value."""

    __slots__ = ()

    @property
    def data(self) -> str:
        """The text with its escapes removed (those inside an interpolation belong to that)."""
        return re.sub(rf"(\$\{{[^}}]+\}})|\\({_ESCAPED})", lambda m: m[1] or m[2], self.text)


@VALUE_KINDS.add(text=_TEXT)
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
    """A place that every run fills with a random whole number of its own; never in a list."""

    __slots__ = ()


SEED = Seed("\0")  # a text that no other value can have


@VALUE_KINDS.add(text=_TEXT)
class Extension(Value):
    """`extend_list(a,b)`: what Hydra 1.4 appends to a list."""

    __slots__ = ()

    @property
    def data(self) -> str:
        return self.text


@VALUE_KINDS.add(text=_TEXT, items=many(VALUE_KINDS))
class List(Value):
    """`[a,b]`."""

    __slots__ = ("items",)

    def __init__(self, text: str, items: tuple[Value, ...]) -> None:
        super().__init__(text)
        self.items = items

    @classmethod
    def of(cls, items: tuple[Value, ...]) -> "List":
        """Return the list of `items`, printed without spaces."""
        return cls(f"[{','.join(item.text for item in items)}]", items)

    @property
    def data(self) -> list[Any]:
        return [item.data for item in self.items]


@VALUE_KINDS.add(
    text=_TEXT,
    items=many(many(VALUE_KINDS)).checked(
        lambda pairs: all(len(pair) == 2 for pair in pairs), "has an item that is not a pair"
    ),
)
class Dict(Value):
    """`{k:v}`; of a repeated key the last one counts."""

    __slots__ = ("items",)

    def __init__(self, text: str, items: tuple[tuple[Value, Value], ...]) -> None:
        super().__init__(text)
        self.items = items

    @classmethod
    def of(cls, items: tuple[tuple[Value, Value], ...]) -> "Dict":
        """Return the dict of `items`, printed without spaces."""
        return cls(f"{{{','.join(f'{key.text}:{value.text}' for key, value in items)}}}", items)

    @property
    def data(self) -> dict[Any, Any]:
        return {key.data: value.data for key, value in self.items}


def from_bare(text: str) -> Value:
    """Return the value that the unquoted `text` stands for, with `text` as its spelling.

    Text that Hydra's own grammar refuses unquoted (`#`, `é`, a second `=`) is returned in quotes.
    """
    if text[:1] in _NUMERIC_START:
        is_plain = text.isascii() and text.isdigit() and text[0] != "0"  # most are, and no pattern has to be compiled
        if is_plain or re.fullmatch(_INT, text):
            return Int(text)
        if re.fullmatch(_FLOAT, text):
            return Float(text)
    lowered = text.lower() if len(text) <= len("false") else ""
    if lowered == "null":
        return Null(text)
    if lowered in ("true", "false"):
        return Bool(text)
    if text.isidentifier() and text.isascii():  # nearly all of them, and no pattern has to be compiled
        return Bare(text)
    spelled = numbered(text, 0) if RUN_PREFIX in text else text
    return Bare(text) if re.fullmatch(_HYDRA_BARE, spelled) else from_text(Bare(text).data)


def from_data(data: object) -> Value:
    """Return the value of a computed null, bool, int, float or str, as Hydra's grammar reads it back."""
    if data is None:
        return Null("null")
    if isinstance(data, bool):
        return Bool("true" if data else "false")
    if isinstance(data, int):
        return Int(str(data))
    if isinstance(data, float):
        return Float(repr(data))
    text = str(data)
    bare = from_bare(text) if re.fullmatch(_PLAIN, text) else None
    return bare if isinstance(bare, Bare) and not re.fullmatch(_RANDOM, text) else from_text(text)


def has_run_number(text: str) -> bool:
    """Return whether a value's text has the run's number in it."""
    return re.search(RUN_NUMBER, text) is not None


def numbered(text: str, number: int) -> str:
    """Return a value's text with a run's number where that belongs."""
    return re.sub(RUN_NUMBER, lambda m: str(number).zfill(int(m[1] or 0)), text)


def plain(value: Value) -> str:
    """Return the value as a program without Hydra's grammar expects it: text without its quotes and escapes."""
    return str(value.data) if isinstance(value, Bare | Quoted) else value.text


def from_text(text: str) -> Quoted:
    """Return `text` as a quoted value, in the quotes that need fewer escapes."""
    quote = '"' if "'" in text and '"' not in text else "'"
    escaped = re.sub(
        rf"(\\*)({quote}|\Z)",
        lambda m: m[1] * 2 + (f"\\{quote}" if m[2] else ""),
        text,
    )
    return Quoted(f"{quote}{escaped}{quote}")
