"""Lark's contextual lexer, but that it is made of saved tables, and no more of it than a text needs.

Lark joins the terminals of each state of the parser into one regular expression, and most of these are not needed:
`lr=0.1` is over before the half of them are tried. To compile them takes a tenth of a short command.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from lark.lexer import BasicLexer, ContextualLexer, Scanner

from heracles.lean import Lazy, pattern

__all__ = ["LazyLexer"]

_NEEDS = {
    "GROUP": ["/"],
    "ITEM": ["[", "\\"],
    "NAME": ["("],
    "ZIP_OPEN": ["("],
    "EXPRESSION_OPEN": ["("],
    "RANDOM": ["__rand"],
    "RANDOM_OPEN": ["__rand"],
}
"""Texts of which an override has one where a terminal matches: of the terminals that are tried on most overrides."""


class _Scanner(Scanner):
    """Tries terminals in their order, as alternatives of one regular expression are tried."""

    def __init__(self, terminals: Mapping[str, re.Pattern[str]]) -> None:
        self.allowed_types = set(terminals)
        self._mres = list(terminals.values())


class _Lexer(BasicLexer):
    """The lexer of the states of a parser that accept the same terminals.

    It counts no lines. Lark's also tells words like `if` from a regular expression of the same priority that matches
    them; the grammars have none.
    """

    newline_types = frozenset()

    def __init__(self, terminals: Mapping[str, re.Pattern[str]], ignored: frozenset[str]) -> None:
        self.ignore_types = ignored
        self.callback = {}
        self.terminals_by_name = {}
        self._scanner = _Scanner(terminals)


class LazyLexer(ContextualLexer):
    """The lexer of a parser.

    Args:
        terminals: The name and the regular expression of each terminal, in the order in which they are tried.
        ignored: The names of the terminals that are left out, and accepted anywhere.
        accepted: Returns the symbols that a state of the parser accepts, among which are the terminals.

    """

    def __init__(
        self,
        terminals: Iterable[tuple[str, str]],
        ignored: Iterable[str],
        accepted: Mapping[int, Collection[str]],
    ) -> None:
        self._patterns = {
            name: pattern(f"(?P<{name}>{regexp})", needs=_NEEDS.get(name, ())) for name, regexp in terminals
        }
        self._ignored = frozenset(ignored)
        self._accepted = accepted
        self.lexers = Lazy(self._lexer)

    def _lexer(self, state: int) -> _Lexer:
        accepted = self._ignored.union(self._accepted[state])
        patterns = {name: expression for name, expression in self._patterns.items() if name in accepted}
        return _Lexer(patterns, self._ignored)

    @cached_property
    def root_lexer(self) -> _Lexer:  # type: ignore[override]
        """What tells, where no terminal of the state matches, whether another one does."""
        return _Lexer(self._patterns, self._ignored)
