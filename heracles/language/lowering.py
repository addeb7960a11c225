"""From a parse tree to the IR."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lark import Token, Tree

from heracles.errors import HeraclesError, OverrideError
from heracles.ir import SEED_SPACE, Axis, Choice, Generator, RandSeed, Sweep
from heracles.ir.values import Absent, Bare, Dict, Extension, List, Quoted, Value, from_bare
from heracles.language import parser, plugins
from heracles.language.calls import Argument, Call, Context
from heracles.language.functions import concatenate, keyed
from heracles.language.parser import ParseTree

__all__ = ["parse"]


def parse(overrides: Sequence[str], *, seed: int = 0, options: Callable[[str], Sequence[str]] | None = None) -> Sweep:
    """Compile overrides to the sweep that they describe.

    Args:
        overrides: The overrides, one a string (`["lr=0.1,0.01", "seed=__randseed(5)__"]`). Of two that set the
            same key, the last one's values count, at the place of the first.
        seed: What `__randseed(N)__` and `shuffle(...)` depend on: any integer.
        options: Gives the names of the options of a config group, in the order that they are to run in; `glob(...)`
            needs it (see `heracles.language.config_groups.options`).

    Returns:
        The sweep: a sequence of runs, each a tuple of one override string for each key.

    Raises:
        OverrideError: If one cannot be read, or all together ask for more seeds than there are.
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
    axis = _Lowering(override, context).lowered(parser.parse(override))
    assert isinstance(axis, Axis)
    return axis


class _Lowering:
    """One method for each rule and alias of the grammar, which takes the children and gives what they stand for.

    An element becomes an `Argument`: what it is, and where it stands.
    """

    def __init__(self, source: str, context: Context) -> None:
        self._source = source
        self._context = context

    def lowered(self, tree: ParseTree) -> Any:
        """Call the methods from the leaves up, and from left to right; a deep tree is no deep recursion.

        It is what Lark's Transformer_NonRecursive does, at a third of the cost.
        """
        stack, order = [tree], []
        while stack:
            node = stack.pop()
            order.append(node)
            stack += [child for child in node.children if isinstance(child, Tree)]
        done: dict[int, Any] = {}
        for node in reversed(order):
            children = [done[id(child)] if isinstance(child, Tree) else child for child in node.children]
            done[id(node)] = getattr(self, node.data)(children)
        return done[id(tree)]

    def assignment(self, children: list[Any]) -> Axis:
        key, *values = children
        self._context.shuffles = 0
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
        call = Call(self._source, _span(children), str(name), positional, named, self._context)
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
        digits = number.replace("_", "").lstrip("+")
        count = int(digits) if len(digits) <= len(str(SEED_SPACE)) else 0 if digits[0] == "-" else SEED_SPACE + 1
        if count < 1:
            raise OverrideError("the number of seeds must be 1 or more", self._source, _span([number]))
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
            raise OverrideError("extend_list() is a whole value: no list can hold it", self._source, element.span)
        return element.result

    def _spelled(self, tokens: list[Token], elements: Iterable[Argument]) -> str:
        """Give the text of a list or dict as it was typed, but for the values that are not given as typed."""
        pieces: list[str] = []
        start, end = _span(tokens)
        for element in elements:
            pieces += self._source[start : element.span[0]], str(element.result)
            start = element.span[1]
        return "".join([*pieces, self._source[start:end]])


def _span(tokens: list[Token]) -> tuple[int, int]:
    return tokens[0].start_pos or 0, tokens[-1].end_pos or 0
