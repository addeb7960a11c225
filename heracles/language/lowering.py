"""From the parse tree of an override to a dimension of the sweep."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lark import Token
from lark.exceptions import VisitError
from lark.visitors import Transformer_NonRecursive

from heracles.errors import OverrideError
from heracles.ir import RUN_NUMBER, SEED_SPACE, Axis, Choice, Dimension, Generator, RandSeed, Shuffle, Zip
from heracles.ir.generators import concatenate
from heracles.ir.record import Record
from heracles.ir.values import Absent, Bare, Dict, Extension, List, Quoted, Value, from_bare
from heracles.language import parser
from heracles.language.calls import Argument, Context, FunctionCall
from heracles.lean import load
from heracles.text import listed

__all__ = ["Case", "Formula", "Lowered", "lower"]

_MOST_DIGITS = 2


class Formula(Record):
    """`key=expr(text)`, whose values depend on other overrides.

    Args:
        key: The key.
        text: The expression.
        source: The override.
        start: Where the expression begins in it.

    """

    __slots__ = ("key", "source", "start", "text")

    def __init__(self, key: str, text: str, source: str, start: int) -> None:
        self.key = key
        self.text = text
        self.source = source
        self.start = start

    @property
    def name(self) -> str:
        """What people call it: the key."""
        return self.key

    @property
    def keys(self) -> tuple[str, ...]:
        """The key that it sets."""
        return (self.key,)


Lowered = Dimension | Formula
"""What one override stands for."""

Case = Mapping[str, tuple[Lowered, str]]
"""The overrides of a case by their names: what each stands for, and its text."""


class _Rows(Record):
    """What `zip(...)` stands for, until the override gives it a name: keys that move together, and their values."""

    __slots__ = ("is_shuffled", "members", "span")

    def __init__(self, members: tuple[Axis, ...], span: tuple[int, int], is_shuffled: bool = False) -> None:  # noqa: FBT001, FBT002 - a field
        self.members = members
        self.span = span
        self.is_shuffled = is_shuffled


def lower(override: str, context: Context) -> Lowered:
    """Return what an override stands for.

    Raises:
        OverrideError: If it is not valid.

    """
    nul = override.find("\0")
    if nul >= 0:
        raise OverrideError("a NUL character cannot be passed to a program", override, (nul, nul + 1))
    try:
        lowered: Lowered = _Lowering(override, context).transform(parser.parse(override))
    except VisitError as error:  # which Lark wraps every exception of a method in
        raise error.orig_exc from error.orig_exc.__cause__
    return lowered


class _Lowering(Transformer_NonRecursive[Token, Lowered]):
    """One method for each rule and alias of the grammar, which takes the children and returns what they stand for.

    An element becomes an `Argument`: what it stands for, and where it stands. A deep tree is not a deep recursion.
    """

    def __init__(self, source: str, context: Context) -> None:
        super().__init__(visit_tokens=False)
        self._source = source
        self._context = context
        self._name = ""  # the key of the whole override
        self._interval: tuple[int, int] | None = None
        if "__run(" in source:
            self._check_run_numbers()

    def assignment(self, children: list[Any]) -> Lowered:
        _, *values = children
        key = self._context.key = self._name
        self._context.restart()
        if not values:
            return Axis(key, Choice((Bare(""),)))
        if isinstance(values[0], _Rows):
            return self._zip(key, values[0])
        if isinstance(values[0], Token):
            text = str(values[0])
            return Formula(key, text.rstrip(" \t"), self._source, values[0].start_pos or 0)
        return Axis(key, _keyed(values[0], self._context))

    def _zip(self, name: str, rows: _Rows) -> Zip:
        span = 0, len(name)
        if not name.isidentifier():
            raise OverrideError(
                "the name of a zip is one word: it names the keys that move together", self._source, span
            )
        if name in (member.key for member in rows.members):
            raise OverrideError(f"{name} is a key of this zip: give the zip another name", self._source, span)
        return Zip(name, rows.members, self._context.permutation_key() if rows.is_shuffled else "")

    def rows(self, tokens: list[Token]) -> Zip:
        name, files = str(tokens[0])[1:], self._context.files
        if files is None:
            raise OverrideError(
                "the rows of this file are unknown here: files= returns its text", self._source, _span(tokens)
            )
        read = load("heracles.language.rows:read")  # which most sweeps do without
        return read(name, files(name), lambda override: lower(override, Context()))  # type: ignore[no-any-return]

    def deletion(self, children: list[Any]) -> Axis:
        return Axis(children[0], Choice((Absent(""),)))

    def key(self, tokens: list[Token]) -> str:
        """Return the key with its prefix, which Lark drops, and which nothing but a key can have before it."""
        if not self._name:
            end = tokens[-1].end_pos if tokens else self._source.find("=") % (len(self._source) + 1)
            key = self._name = self._source[:end]
        elif tokens:
            start, end = _span(tokens)
            key = self._source[len(self._source[:start].rstrip("+")) : end]
        else:
            key = ""
        self._context.key = key
        return key

    flag = key

    def expression(self, tokens: list[Token]) -> Token:
        return tokens[1]

    def value(self, elements: list[Any]) -> "Generator | _Rows":
        if len(elements) == 1 and isinstance(elements[0], _Rows):
            return elements[0]
        self._check_no_zip(elements)
        values = concatenate(element.result for element in elements)
        if self._interval and not values.is_drawn:
            raise OverrideError("an interval stands alone: its values are drawn", self._source, self._interval)
        return values

    def zip(self, children: list[Any]) -> _Rows:
        _, *members, _ = children
        span = _span(children)
        axes = tuple(axis for axis, _ in members)
        if len(axes) < 2:
            raise OverrideError("a zip has two keys or more, which move together", self._source, span)
        keys = [axis.key for axis in axes]
        for (axis, place), before in zip(members, range(len(members)), strict=True):
            if axis.key in keys[:before]:
                raise OverrideError(f"{axis.key or 'the empty key'} is in this zip twice", self._source, place)
        if len({axis.size for axis in axes}) > 1:
            lengths = listed([f"{axis.key} has {axis.size:,}" for axis in axes])
            raise OverrideError(f"the keys of a zip have equally many values, but {lengths}", self._source, span)
        if not axes[0].size:
            raise OverrideError("a zip cannot be empty: its keys have no values", self._source, span)
        return _Rows(axes, span)

    def member(self, children: list[Any]) -> tuple[Axis, tuple[int, int]]:
        key, argument = children
        if isinstance(argument, _Rows):
            raise OverrideError("a zip cannot be inside another one", self._source, argument.span)
        return Axis(key, self._column(key, argument)), argument.span

    def _column(self, key: str, argument: Argument) -> Generator:
        """Return the values of a key of a zip."""
        result, span = argument.result, argument.span
        if isinstance(result, List):
            return Choice(result.items)
        problem = ""
        if isinstance(result, Value):
            shown = self._source[span[0] : span[1]]
            problem = f"{key} needs a value for each row: write {key}=[{shown}, …], or {key}={shown} beside the zip"
        elif result.is_drawn:
            problem = "an interval cannot be in a zip: its values are drawn one by one"
        elif result.is_random:
            problem = "a seed cannot be in a zip: each run has its own, whatever moves together"
        elif _has_shuffle(result):
            problem = "shuffle the whole zip, so that its rows stay together: shuffle(zip(…))"
        if problem:
            raise OverrideError(problem, self._source, span)
        return result  # type: ignore[return-value]

    def _check_no_zip(self, elements: Iterable[Any]) -> None:
        for element in elements:
            if isinstance(element, _Rows):
                raise OverrideError("a zip stands alone: NAME=zip(KEY=[…],KEY=[…])", self._source, element.span)

    def _check_run_numbers(self) -> None:
        for match in re.finditer(RUN_NUMBER, self._source):
            if len((match[1] or "").lstrip("0")) > _MOST_DIGITS:
                raise OverrideError("the number of a run has 99 digits at most", self._source, match.span())

    def bare(self, tokens: list[Token]) -> Argument:
        return Argument(from_bare(str(tokens[0])), _span(tokens))

    def quoted(self, tokens: list[Token]) -> Argument:
        return Argument(Quoted(str(tokens[0])), _span(tokens))

    def list_value(self, children: list[Any]) -> Argument:
        elements: list[Argument] = children[1:-1]
        items = tuple(self._literal(element) for element in elements)
        return Argument(List(self._spelled(children, elements), items), _span(children))

    def dict_value(self, children: list[Any]) -> Argument:
        pairs: list[tuple[Value, Argument]] = children[1:-1]
        items = tuple((key, self._literal(element)) for key, element in pairs)
        return Argument(Dict(self._spelled(children, (element for _, element in pairs)), items), _span(children))

    def pair(self, children: list[Any]) -> tuple[Value, Argument]:
        return from_bare(str(children[0])), children[1]

    def call(self, children: list[Any]) -> Argument | _Rows:
        name, _, *arguments, _ = children
        if str(name) == "shuffle" and len(arguments) == 1 and isinstance(arguments[0], _Rows):
            return _Rows(arguments[0].members, _span(children), is_shuffled=True)
        self._check_no_zip(arguments)
        positional = tuple(a for a in arguments if isinstance(a, Argument))
        named = tuple(a for a in arguments if not isinstance(a, Argument))
        call = FunctionCall(self._source, _span(children), str(name), positional, named, self._context)
        if named and arguments[-len(named) :] != list(named):
            late = next(a for a in reversed(arguments) if isinstance(a, Argument))
            raise call.error("an argument without a name cannot follow one with a name", late)
        result = load("heracles.language.plugins:evaluate")(call)
        if isinstance(result, Generator) and result.is_drawn:
            self._interval = call.span
        return Argument(result, call.span)

    def named(self, children: list[Any]) -> tuple[str, Argument]:
        self._check_no_zip(children)
        return str(children[0]), children[1]

    def random(self, tokens: list[Token]) -> Argument:
        if len(tokens) == 1:
            return Argument(RandSeed(1), _span(tokens))
        number = tokens[1]
        digits = number.replace("_", "").lstrip("+0")
        if number.startswith("-") or not digits:
            raise OverrideError("the number of seeds must be 1 or more", self._source, _span([number]))
        count = int(digits) if len(digits) <= len(str(SEED_SPACE)) else SEED_SPACE + 1
        if count > SEED_SPACE:
            raise OverrideError(
                f"there are only {SEED_SPACE:,} seeds that do not repeat", self._source, _span([number])
            )
        return Argument(RandSeed(count), _span(tokens))

    def _literal(self, element: Argument) -> Value:
        self._check_no_zip([element])
        if isinstance(element.result, Generator):
            hint = "write whole lists, as in [1,2],[3,4]" if not element.result.is_random else "a seed stands alone"
            raise OverrideError(f"a list or dict cannot hold a sweep: {hint}", self._source, element.span)
        if isinstance(element.result, Extension):
            raise OverrideError(
                "extend_list() cannot be in a list: Hydra reads it as a whole", self._source, element.span
            )
        return element.result

    def _spelled(self, tokens: list[Token], elements: Iterable[Argument]) -> str:
        """Return a list's or dict's source text, with re-spelled values replaced."""
        pieces: list[str] = []
        start, end = _span(tokens)
        for element in elements:
            pieces += self._source[start : element.span[0]], str(element.result)
            start = element.span[1]
        return "".join([*pieces, self._source[start:end]])


def _span(tokens: list[Token]) -> tuple[int, int]:
    return tokens[0].start_pos or 0, tokens[-1].end_pos or 0


def _keyed(values: Generator, context: Context) -> Generator:
    """Return the generator with a key for each shuffle in it, made of the seed, its number and the override's key, or
    for an interval, made of the seed and the override's key."""
    if values.is_drawn:
        return values.with_key(f"interval {context.seed:x} {context.key}")
    if isinstance(values, Shuffle):
        values = values.with_key(context.permutation_key())
    return values.with_parts(lambda part: _keyed(part, context))


def _has_shuffle(values: Generator) -> bool:
    parts: list[Generator] = []
    values.with_parts(lambda part: parts.append(part) or part)  # type: ignore[func-returns-value]
    return isinstance(values, Shuffle) or any(map(_has_shuffle, parts))
