"""From a parse tree to the sweep."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lark import Token
from lark.exceptions import VisitError
from lark.visitors import Transformer_NonRecursive

from heracles.errors import HeraclesError, OverrideError
from heracles.ir import SEED_SPACE, Axis, Choice, Generator, RandSeed, Sweep
from heracles.ir.values import Absent, Bare, Dict, Extension, List, Quoted, Value, from_bare
from heracles.language import parser, plugins
from heracles.language.calls import Argument, Context, FunctionCall
from heracles.language.functions import concatenate, keyed

__all__ = ["parse"]


def parse(overrides: Sequence[str], *, seed: int = 0, options: Callable[[str], Sequence[str]] | None = None) -> Sweep:
    """Compile overrides to the sweep that they describe.

    Args:
        overrides: The overrides, one in each string (`["lr=0.1,0.01", "seed=__randseed(5)__"]`). If two set the same
            key, the values of the last one count, at the place of the first.
        seed: What `__randseed(N)__` and `shuffle(...)` depend on: any integer.
        options: Returns the names of the options of a config group, in the order in which they are to run; `glob(...)`
            needs it (see `heracles.language.config_groups.options`).

    Returns:
        The sweep: a sequence of runs, each a tuple of one override string for each key.

    Raises:
        OverrideError: If an override cannot be read, or all of them ask for more seeds than there are.
        TypeError: If `overrides` is one string.

    """
    if isinstance(overrides, str):
        raise TypeError("parse() takes a sequence of overrides, not one string")
    axes: dict[str, Axis] = {}
    last_random = "", 0
    for override in overrides:
        axis = _axis(override, Context(seed=seed, options=options))
        axes[axis.key] = axis
        if axis.values.is_random:
            last_random = override, len(axis.key) + 1
    try:
        return Sweep(tuple(axes.values()), seed)
    except HeraclesError as error:
        override, start = last_random
        raise OverrideError(error.message, override, (start, len(override))) from None


def _axis(override: str, context: Context) -> Axis:
    nul = override.find("\0")
    if nul >= 0:
        raise OverrideError("a NUL character cannot be passed to a program", override, (nul, nul + 1))
    try:
        return _Lowering(override, context).transform(parser.parse(override))
    except VisitError as error:  # which Lark wraps every exception of a method in
        raise error.orig_exc from error.orig_exc.__cause__


class _Lowering(Transformer_NonRecursive[Token, Axis]):
    """One method for each rule and alias of the grammar, which takes the children and returns what they stand for.

    An element becomes an `Argument`: what it stands for, and where it stands. A deep tree is not a deep recursion.
    """

    def __init__(self, source: str, context: Context) -> None:
        super().__init__(visit_tokens=False)
        self._source = source
        self._context = context

    def assignment(self, children: list[Any]) -> Axis:
        key, *values = children
        self._context.restart()
        return Axis(key, keyed(values[0], self._context) if values else Choice((Bare(""),)))

    def deletion(self, children: list[Any]) -> Axis:
        return Axis(children[0], Choice((Absent(""),)))

    def key(self, tokens: list[Token]) -> str:
        end = tokens[-1].end_pos if tokens else self._source.find("=") % (len(self._source) + 1)
        self._context.key = self._source[:end]
        return self._context.key

    flag = key

    def value(self, elements: list[Argument]) -> Generator:
        return concatenate(element.result for element in elements)

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

    def call(self, children: list[Any]) -> Argument:
        name, _, *arguments, _ = children
        positional = tuple(a for a in arguments if isinstance(a, Argument))
        named = tuple(a for a in arguments if not isinstance(a, Argument))
        call = FunctionCall(self._source, _span(children), str(name), positional, named, self._context)
        if named and arguments[-len(named) :] != list(named):
            late = next(a for a in reversed(arguments) if isinstance(a, Argument))
            raise call.error("an argument without a name cannot follow one with a name", late)
        return Argument(plugins.evaluate(call), call.span)

    def named(self, children: list[Any]) -> tuple[str, Argument]:
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
