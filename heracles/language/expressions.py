"""The expressions of `--where` and of `KEY=expr(...)`: from text to a function of the values that a run has."""

import functools
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.visitors import Transformer_NonRecursive

from heracles.errors import OverrideError
from heracles.ir.values import Quoted
from heracles.language.columns import Column, Columns, Unsuited
from heracles.language.loader import parser
from heracles.language.operations import ARITHMETIC, COMPARISONS, FUNCTIONS, Mismatch, is_truth, negated
from heracles.text import printable

__all__ = ["Evaluate", "Expression", "ValueOf", "unknown_key"]

Evaluate = Callable[[Any], Any]
"""A function of the values of a run, in whatever form they are kept, that returns what an expression comes to."""

ValueOf = Callable[[str, tuple[int, int]], Evaluate]
"""A function that returns how the value of a key is taken from those of a run."""

_MOST_DEEP = 150  # of operators, each of which is one Python call or two
_WORDS = {"True": "true", "False": "false", "None": "null"}
_OPERATORS = {"&&": "and", "||": "or", "!": "not", "=": "==", "&": "and", "|": "or", "^": "**"}


class _Located(Exception):  # noqa: N818 - never seen
    def __init__(self, message: str, span: tuple[int, int]) -> None:
        super().__init__(message, span)
        self.message = message
        self.span = span


class Expression:
    """An expression, read.

    Args:
        source: The text that it stands in.
        start, end: Where it stands there.

    Attributes:
        names: The keys that it names, in order, with the place of the first mention of each.

    Raises:
        OverrideError: If it is not valid.

    """

    def __init__(self, source: str, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end
        self._tree = _parsed(source, start, end)
        self.names: dict[str, tuple[int, int]] = {}
        self._column = self._compiled(self._note, is_located=False).column

    def _note(self, name: str, span: tuple[int, int]) -> Evaluate:
        self.names.setdefault(name, span)
        return lambda _: None

    def compiled(self, value_of: ValueOf, *, is_rule: bool = False) -> Evaluate:
        """Return the function that evaluates the expression; it raises a `Mismatch` where it cannot.

        Args:
            value_of: Returns the function that takes the value of a key, which stands at a place, from a run's values.
            is_rule: Whether the value has to be true or false.

        """
        return self._compiled(value_of, is_rule=is_rule, is_located=False).evaluate

    def column(self, columns: Columns) -> Column | None:
        """Return the values for all combinations of the dimensions that the expression depends on.

        Returns:
            The column; None if it has to be evaluated one by one, perhaps because that fails for some combination.

        """
        try:
            return self._column(columns)
        except (Mismatch, Unsuited, ArithmeticError, TypeError):
            return None

    def failure(self, value_of: ValueOf, values: Any, *, is_rule: bool = False) -> tuple[str, tuple[int, int]]:
        """Return why the expression cannot be evaluated for some values, and the part of it that cannot.

        It is compiled anew for this: to keep track of the place would take as long as the rest of an evaluation.
        """
        try:
            self._compiled(value_of, is_rule=is_rule, is_located=True).evaluate(values)
        except _Located as located:
            return located.message, located.span
        return "this cannot be computed", (self.start, self.end)  # not printed, with too many digits

    def _compiled(self, value_of: ValueOf, *, is_located: bool, is_rule: bool = False) -> "_Node":
        compiler = _Compiler(self.source, self.start, value_of, is_located=is_located)
        try:
            node: _Node = compiler.transform(self._tree)
        except VisitError as error:
            raise error.orig_exc from error.orig_exc.__cause__
        if is_rule:
            node.evaluate = compiler.truth(node, "a rule")
        return node


def unknown_key(name: str, known: list[str], source: str, span: tuple[int, int]) -> OverrideError:
    """Return the error to raise about a key that no override sets."""
    close = get_close_matches(name, known, 1, 0.5)
    if name in _WORDS:
        hint = f"did you mean {_WORDS[name]}?"
    elif close:
        hint = f"did you mean {close[0] if _is_plain(close[0]) else _quoted_key(close[0])}?"
    elif known:
        hint = f"there {'is' if len(known) == 1 else 'are'} {', '.join(known[:8])}{', …' if len(known) > 8 else ''}"
    else:
        hint = "there are no others"
    return OverrideError(f"no override sets '{printable(name)}': {printable(hint)}", source, span)


def _is_plain(key: str) -> bool:
    return all(
        part.replace("$", "_").isidentifier() or (place and part.isdigit()) for place, part in enumerate(key.split("."))
    )


def _quoted_key(key: str) -> str:
    return f"key('{key}')"


def _parsed(source: str, start: int, end: int) -> Tree[Token]:
    text = source[start:end]
    try:
        tree = parser("expression").parse(text)
    except UnexpectedInput as error:
        raise _explained(source, start, end, error) from None
    return tree if isinstance(tree, Tree) else Tree("group", [tree])


def _explained(source: str, start: int, end: int, error: UnexpectedInput) -> OverrideError:
    text, place = source[start:end], end - start
    if isinstance(error, UnexpectedCharacters):
        place = error.pos_in_stream or 0
    elif isinstance(error, UnexpectedToken) and error.token.type != "$END":
        place = error.token.start_pos or 0
    rest = text[place:]
    span = start + place, min(start + place + 1, max(end, start + place))
    for sign, instead in _OPERATORS.items():
        if rest.startswith(sign) and not rest.startswith("=="):
            return OverrideError(f"'{sign}' is written {instead} here", source, (span[0], span[0] + len(sign)))
    if rest[:1] in ("'", '"'):
        return OverrideError(f"this quote is never closed: expected another {rest[0]}", source, span)
    if not rest.strip():
        what = "')'" if text.count("(") > text.count(")") else "']'" if text.count("[") > text.count("]") else "a value"
        return OverrideError(f"expected {what} at the end of the expression", source, (start + place, start + place))
    if rest[0] == ")" and text.count(")") > text.count("("):
        return OverrideError("nothing is open that this ')' could close", source, span)
    return OverrideError(f"an expression cannot have '{printable(rest[:1])}' here", source, span)


class _Node:
    """A part of an expression: how it is evaluated, also by columns, where it stands, and how deep it nests."""

    __slots__ = ("column", "depth", "evaluate", "span", "text")

    def __init__(
        self,
        evaluate: Evaluate,
        column: Callable[[Columns], Column],
        span: tuple[int, int],
        depth: int = 0,
        text: str | None = None,
    ) -> None:
        self.evaluate = evaluate
        self.column = column
        self.span = span
        self.depth = depth
        self.text = text


class _Compiler(Transformer_NonRecursive[Token, _Node]):
    """One method for each rule and alias of the grammar, which makes a function of those of its parts."""

    def __init__(self, source: str, start: int, value_of: ValueOf, *, is_located: bool) -> None:
        super().__init__(visit_tokens=False)
        self._source = source
        self._start = start
        self._value_of = value_of
        self._is_located = is_located

    def _span(self, token: Token) -> tuple[int, int]:
        return self._start + (token.start_pos or 0), self._start + (token.end_pos or 0)

    def _made(
        self,
        parts: list[_Node],
        evaluate: Evaluate,
        column: Callable[..., Column],
        span: tuple[int, int] | None = None,
    ) -> _Node:
        """Return the node of an operator or function.

        Args:
            parts: Its operands.
            evaluate: How it is evaluated.
            column: Returns its column, from the `Columns` and the columns of the operands.
            span: Where it stands, if not from the first operand to the last.

        """
        span = span or (parts[0].span[0], parts[-1].span[1])
        depth = 1 + max((part.depth for part in parts), default=0)
        if depth > _MOST_DEEP:
            raise OverrideError(f"this expression nests more than {_MOST_DEEP} deep", self._source, span)
        inner = [part.column for part in parts]
        return _Node(
            self._watched(evaluate, span),
            lambda columns: column(columns, *[each(columns) for each in inner]),
            span,
            depth,
        )

    def _constant(self, data: Any, token: Token, text: str | None = None) -> _Node:
        return _Node(lambda _: data, lambda _: Column((), [data]), self._span(token), text=text)

    def _value(self, name: str, span: tuple[int, int], whole: tuple[int, int]) -> _Node:
        return _Node(self._watched(self._value_of(name, span), span), lambda columns: columns.of(name), whole)

    def _watched(self, evaluate: Evaluate, span: tuple[int, int]) -> Evaluate:
        """Return a function that raises what it is about with the place, if the place is wanted."""
        if not self._is_located:
            return evaluate

        def watched(values: Any) -> Any:
            try:
                return evaluate(values)
            except Mismatch as mismatch:
                raise _Located(str(mismatch), span) from None

        return watched

    def truth(self, part: "_Node", subject: str) -> Evaluate:
        """Return the function of a part that has to be true or false; `subject` is what messages call it."""
        evaluate = part.evaluate

        def truth(values: Any) -> bool:
            data = evaluate(values)
            return data if data is True or data is False else is_truth(data, subject)

        return self._watched(truth, part.span)

    def group(self, parts: list[_Node]) -> _Node:
        return parts[0]

    def number(self, tokens: list[Token]) -> _Node:
        token = tokens[0]
        text = token.replace("_", "")
        try:
            number = int(text) if text.isdigit() else float(text)
        except ValueError:
            raise OverrideError("this number has too many digits", self._source, self._span(token)) from None
        return self._constant(number, token)

    def text(self, tokens: list[Token]) -> _Node:
        text = Quoted(str(tokens[0])).data
        return self._constant(text, tokens[0], text)

    def constant(self, tokens: list[Token]) -> _Node:
        return self._constant({"true": True, "false": False, "null": None}[str(tokens[0])], tokens[0])

    def key(self, tokens: list[Token]) -> _Node:
        span = self._span(tokens[0])
        return self._value(str(tokens[0]), span, span)

    def list_value(self, children: list[Any]) -> _Node:
        items = [part.evaluate for part in children[1:]]
        span = self._span(children[0])
        if len(children) > 1:
            span = span[0], children[-1].span[1]
        return self._made(
            children[1:],
            lambda values: [item(values) for item in items],
            lambda columns, *parts: columns.applied(lambda *data: list(data), *parts),
            span,
        )

    def operation(self, children: list[Any]) -> _Node:
        left, sign, right = children
        compute, one, other = ARITHMETIC[str(sign)], left.evaluate, right.evaluate
        return self._made(
            [left, right],
            lambda values: compute(one(values), other(values)),
            lambda columns, *parts: columns.binary(str(sign), *parts),
        )

    def sign(self, children: list[Any]) -> _Node:
        sign, part = children
        evaluate, name = part.evaluate, str(sign)
        return self._made(
            [part],
            lambda values: negated(name, evaluate(values)),
            lambda columns, column: columns.applied(lambda data: negated(name, data), column),
            (self._span(sign)[0], part.span[1]),
        )

    def comparison(self, children: list[Any]) -> _Node:
        parts = children[::2]
        signs = [" ".join(sign.split()) for sign in children[1::2]]
        compares = [COMPARISONS[sign] for sign in signs]

        def column(columns: Columns, *found: Column) -> Column:
            pairs = zip(signs, found, found[1:], strict=False)  # a chain has one sign less than parts
            return functools.reduce(columns.both, (columns.binary(*pair) for pair in pairs))

        if len(compares) == 1:
            compare, one, other = compares[0], parts[0].evaluate, parts[1].evaluate
            return self._made(parts, lambda values: compare(one(values), other(values)), column)

        def chained(values: Any) -> bool:
            before = parts[0].evaluate(values)
            for compare, part in zip(compares, parts[1:], strict=True):
                after = part.evaluate(values)
                if not compare(before, after):
                    return False
                before = after
            return True

        return self._made(parts, chained, column)

    def denial(self, parts: list[_Node]) -> _Node:
        part = self.truth(parts[0], "what stands beside 'not'")
        return self._made(parts, lambda values: not part(values), Columns.denial)

    def both(self, parts: list[_Node]) -> _Node:
        one, other = self.truth(parts[0], "what stands beside 'and'"), self.truth(parts[1], "what stands beside 'and'")
        return self._made(parts, lambda values: one(values) and other(values), Columns.both)

    def either(self, parts: list[_Node]) -> _Node:
        one, other = self.truth(parts[0], "what stands beside 'or'"), self.truth(parts[1], "what stands beside 'or'")
        return self._made(parts, lambda values: one(values) or other(values), Columns.either)

    def conditional(self, parts: list[_Node]) -> _Node:
        value, condition, other = parts[0].evaluate, self.truth(parts[1], "what stands beside 'if'"), parts[2].evaluate
        return self._made(
            parts, lambda values: value(values) if condition(values) else other(values), Columns.conditional
        )

    def call(self, children: list[Any]) -> _Node:
        name, parts = str(children[0]), children[1:]
        at = self._span(children[0])
        span = at[0], (parts[-1].span[1] if parts else at[1])
        if name == "key":
            if len(parts) != 1 or parts[0].text is None:
                raise OverrideError("key() takes a key in quotes, as in key('env/robot')", self._source, at)
            return self._value(parts[0].text, parts[0].span, span)
        if name not in FUNCTIONS:
            close = get_close_matches(name, FUNCTIONS, 1)
            hint = f"did you mean {close[0]}()?" if close else f"there are {', '.join(FUNCTIONS)}"
            raise OverrideError(f"no function '{name}': {hint}", self._source, at)
        compute, least, most = FUNCTIONS[name]
        if not least <= len(parts) <= most:
            wanted = f"{least}" if least == most else f"{least} or more" if most > 2 else f"{least} or {most}"
            plural = "" if wanted == "1" else "s"
            raise OverrideError(f"{name}() takes {wanted} argument{plural}", self._source, at)
        evaluates = [part.evaluate for part in parts]
        return self._made(
            parts,
            lambda values: compute(*[evaluate(values) for evaluate in evaluates]),
            lambda columns, *found: columns.applied(compute, *found),
            span,
        )
