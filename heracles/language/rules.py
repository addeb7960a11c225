"""Rules about runs: which runs of a product `--exclude` and `--where` keep, and which ones `--with` is about."""

from collections.abc import Callable, Hashable, Iterator, Sequence

from heracles.errors import OverrideError
from heracles.ir import Axis, Dimension, Range, Sweep
from heracles.ir.diagram import Diagram, both, everything, from_table, without
from heracles.ir.values import Null, Value
from heracles.language.calls import Context
from heracles.language.combinations import MOST_COMBINATIONS, Table, column_of, identity, places
from heracles.language.expressions import Evaluate, Expression
from heracles.language.keys import Keys
from heracles.language.lowering import lower
from heracles.language.operations import Mismatch
from heracles.text import counted

__all__ = ["Condition", "Exclusion", "Match", "split_options"]

_MOST_EXCLUDED = 1_000_000
_OPENERS, _CLOSERS = "([{", ")]}"

Span = tuple[int, int]


class Condition:
    """`--where 'lr * steps < 100'`: the runs of which an expression is true are kept.

    Raises:
        OverrideError: If it is not valid.

    """

    kind = "where"

    def __init__(self, text: str, keys: Keys) -> None:
        self.text = text
        if not text.strip():
            raise OverrideError("this rule is empty: write an expression, such as 'lr < 0.1'", text, (0, len(text)))
        self._expression = Expression(text, 0, len(text))
        self._keys = {name: keys.ruled(name, text, span) for name, span in self._expression.names.items()}
        if not self._keys:
            raise OverrideError("this rule names no key, so that it keeps all runs or none", text, (0, len(text)))

    def kept(self, sweep: Sweep, before: Diagram) -> Diagram:
        """Return the runs of a product that the rule keeps; what the rules before it drop may be kept or not.

        Raises:
            OverrideError: If it cannot be evaluated for a run, or names too many combinations.

        """
        table = Table(sweep, places(sweep, tuple(self._keys.values())))
        table.check_size(MOST_COMBINATIONS, self.text, (0, len(self.text)))

        def value_of(name: str, _: Span) -> Evaluate:
            return table.value_of(self._keys[name])

        found = table.evaluated(self._expression, self._keys.__getitem__)
        if found is None or set(map(type, found)) - {bool}:
            evaluate = self._expression.compiled(value_of, is_rule=True)
            found = list(self._kept_one_by_one(table, before, evaluate, value_of))
        kept = bytes(found)
        return from_table([dimension.size for dimension in sweep.dimensions], table.over, kept)

    def _kept_one_by_one(
        self, table: Table, before: Diagram, evaluate: Evaluate, value_of: Callable[[str, Span], Evaluate]
    ) -> Iterator[bool]:
        for index, row in enumerate(table.rows()):
            try:
                yield evaluate(row)
            except Mismatch:  # noqa: PERF203 - a row at a time, since the others go on
                if before.keeps(table.digits(index)):
                    message, span = self._expression.failure(value_of, row, is_rule=True)
                    raise OverrideError(f"{message}{table.described(index)}", self.text, span) from None
                yield False


class Match:
    """The runs that have one of the values of each override: `model=vit lr=0.1,0.3`.

    Args:
        text: What the errors show.
        keys: The keys of the sweep.
        words: The overrides, each with its place in the text; None for those of the whole text.

    Raises:
        OverrideError: If it is not valid.

    """

    def __init__(self, text: str, keys: Keys, words: Sequence[tuple[int, str]] | None = None) -> None:
        self.text = text
        self._wanted: dict[str, frozenset[Hashable]] = {}
        for start, word in _words(text) if words is None else words:
            axis = _matched(text, start, word)
            span = start, start + len(axis.key)
            key = keys.ruled(axis.key, text, span)
            if key in self._wanted:
                raise OverrideError(f"{axis.key} is in this rule twice: write {axis.key}=A,B", text, span)
            self._wanted[key] = frozenset(map(identity, axis.values))
        if not self._wanted:
            raise OverrideError("this rule is empty: write which runs it is about, KEY=VALUE", text, (0, len(text)))

    def places(self, sweep: Sweep) -> list[int]:
        """Return the positions of the dimensions of a product that decide whether a run matches."""
        return places(sweep, tuple(self._wanted))

    def matched(self, sweep: Sweep) -> Diagram:
        """Return the runs of a product that match.

        Raises:
            OverrideError: If a key has too many values.

        """
        sizes = [dimension.size for dimension in sweep.dimensions]
        inside = everything(sizes)
        missing = [key for key in self._wanted if key not in sweep.columns]
        if any(identity(Null("null")) not in self._wanted[key] for key in missing):
            return without(sizes, inside)
        for place in self.places(sweep):
            table = Table(sweep, [place])
            table.check_size(MOST_COMBINATIONS, self.text, (0, len(self.text)))
            dimension = sweep.dimensions[place]
            wanted = [self._wanted.get(key) for key in dimension.keys]
            matches = bytes(_matches(dimension, wanted))
            inside = both(inside, from_table(sizes, [place], matches))
        return inside


class Exclusion(Match):
    """`--exclude 'model=vit lr=0.1,0.3'`: the runs that match all of it are left out."""

    kind = "exclude"

    def kept(self, sweep: Sweep, before: Diagram) -> Diagram:  # noqa: ARG002 - as Condition.kept
        """Return the runs of a product that the rule keeps.

        Raises:
            OverrideError: If a key has too many values.

        """
        return without([dimension.size for dimension in sweep.dimensions], self.matched(sweep))


def split_options(text: str) -> tuple[list[tuple[int, str]], int]:
    """Split `model=vit lr=0.1: --mem=64G` after the colon that ends its overrides.

    Returns:
        The overrides, each with its place in the text, and the place after the colon.

    Raises:
        OverrideError: If there is no such colon.

    """
    found: list[tuple[int, str]] = []
    for start, word in _words(text):
        if word.endswith(":"):
            found += [(start, word[:-1])] if len(word) > 1 else []
            return found, start + len(word)
        found.append((start, word))
    message = "this rule has no options: write which runs it is about, a colon, a space and the options"
    raise OverrideError(f"{message}, as in 'model=large: --mem=64G'", text, (0, len(text)))


def _matches(dimension: Dimension, wanted: Sequence[frozenset[Hashable] | None]) -> Iterator[bool]:
    """Yield whether the values at each position of a dimension are wanted; None is any value."""
    if isinstance(dimension, Axis) and isinstance(dimension.values, Range) and wanted[0] is not None:
        numbers = {name[1] for name in wanted[0] if isinstance(name, tuple) and name[0] == "number"}
        return map(numbers.__contains__, column_of(dimension))
    return (_is_match(dimension.values_at(position), wanted) for position in range(dimension.size))


def _is_match(values: Sequence[Value], wanted: Sequence[frozenset[Hashable] | None]) -> bool:
    return all(some is None or identity(value) in some for value, some in zip(values, wanted, strict=True))


def _matched(text: str, start: int, word: str) -> Axis:
    """Return what an override of a rule stands for, whose values can be listed."""
    try:
        axis = lower(word, Context())
    except OverrideError as error:
        first, stop = error.span or (0, len(word))
        raise OverrideError(error.message, text, (start + first, start + stop)) from None
    span = start, start + len(word)
    if not isinstance(axis, Axis) or axis.is_random or axis.is_drawn:
        raise OverrideError("a rule lists the values that it is about: KEY=VALUE,VALUE", text, span)
    if axis.size > _MOST_EXCLUDED:
        raise OverrideError(f"this rule lists more than {counted(_MOST_EXCLUDED, 'value')}", text, span)
    return axis


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Yield the overrides of a rule, and where each starts; spaces in quotes or brackets belong to them."""
    start, depth, quote, is_escaped = 0, 0, "", False
    for place, character in enumerate(f"{text} "):
        if quote:
            if character == quote and not is_escaped:
                quote = ""
            is_escaped = character == "\\" and not is_escaped
        elif character in "'\"":
            quote = character
        elif character in " \t\n" and not depth:
            if start < place:
                yield start, text[start:place]
            start = place + 1
        depth += not quote and (character in _OPENERS) - (character in _CLOSERS)
    if start < len(text):
        yield start, text[start:]
