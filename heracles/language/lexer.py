"""Lark's contextual lexer, but that each terminal is compiled once, where a text first may have it.

Lark joins the terminals of each state of the parser into one regular expression, and most of these are not needed:
`lr=0.1` is over before the half of them are tried. To compile them takes a tenth of a short command.
"""

import re
from collections.abc import Sequence
from functools import cache

from lark.lexer import BasicLexer, ContextualLexer, Scanner, TerminalDef

from heracles.lean import pattern

__all__ = ["LazyLexer"]


class _Scanner(Scanner):
    """Tries terminals in their order, as alternatives of one regular expression are tried."""

    def _build_mres(self, terminals: Sequence[TerminalDef], _max_size: int) -> list[re.Pattern[str]]:
        return [_compiled(terminal.name, terminal.pattern.to_regexp()) for terminal in terminals]


class _Lexer(BasicLexer):
    """The lexer of the states of a parser that accept the same terminals.

    Lark's also tells words like `if` from a regular expression of the same priority that matches them; the grammar
    has none.
    """

    def _build_scanner(self) -> Scanner:
        self.callback = {}
        return _Scanner(self.terminals, self.g_regex_flags, self.re, self.use_bytes)  # type: ignore[no-untyped-call]


class LazyLexer(ContextualLexer):
    """The lexer for `Lark(_plugins={"ContextualLexer": LazyLexer})`."""

    BasicLexer = _Lexer


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


@cache
def _compiled(name: str, regexp: str) -> re.Pattern[str]:
    """Return the regular expression of a terminal, which compiles when a text first may have it."""
    return pattern(f"(?P<{name}>{regexp})", needs=_NEEDS.get(name, ()))
