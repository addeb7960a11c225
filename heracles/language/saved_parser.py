"""A parser that is made of saved tables, with no more of their rules and states than a text needs.

It is Lark's LALR parser, with the data that Lark makes of a grammar. To make all of them takes a tenth of a short
command.
"""

from collections.abc import Callable
from typing import Any

from lark import Token, Tree
from lark.grammar import NonTerminal, Rule, RuleOptions, Terminal
from lark.lexer import LexerThread
from lark.parse_tree_builder import ParseTreeBuilder
from lark.parsers.lalr_analysis import IntParseTable, Reduce, Shift
from lark.parsers.lalr_interactive_parser import InteractiveParser
from lark.parsers.lalr_parser import _Parser

from heracles.language.lexer import LazyLexer
from heracles.lean import Lazy

__all__ = ["SavedParser"]


class SavedParser:
    """A parser, with those methods of `lark.Lark` that are used.

    Args:
        start: The rule that it parses.
        saved: The tables, as `heracles.language.saving` writes them.

    """

    def __init__(self, start: str, saved: dict[str, Any]) -> None:
        self._start = start
        self._saved = saved
        self._symbols: Lazy[int, Any] = Lazy(lambda i: _symbol(*saved["symbols"][i]))
        self._rules: Lazy[int, Rule] = Lazy(lambda i: self._rule(*saved["rules"][i]))
        states: Lazy[int, dict[str, Any]] = Lazy(lambda i: self._actions(saved["states"][i]))
        table = IntParseTable(states, {start: saved["first"]}, {start: saved["last"]})  # type: ignore[no-untyped-call]
        self._parser: Any = _Parser(table, Lazy(_callback))  # type: ignore[arg-type]
        self._lexer = LazyLexer(saved["terminals"], saved["ignored"], states)

    def parse(self, text: str) -> Tree[Token]:
        """Return the tree of a text.

        Raises:
            lark.exceptions.UnexpectedInput: If it has none.

        """
        tree: Tree[Token] = self._parser.parse(LexerThread.from_text(self._lexer, text), self._start)
        return tree

    def parse_interactive(self, text: str) -> InteractiveParser:
        """Return what parses a text step by step."""
        lexer = LexerThread.from_text(self._lexer, text)
        steps: InteractiveParser = self._parser.parse(lexer, self._start, start_interactive=True)
        return steps

    def _actions(self, codes: tuple[int, ...]) -> dict[str, tuple[Any, Any]]:
        """Return what to do at each symbol: go to a state, or reduce by a rule, which is a negative number here."""
        names = map(self._saved["names"].__getitem__, codes[::2])
        actions = ((Shift, code) if code >= 0 else (Reduce, self._rules[~code]) for code in codes[1::2])
        return dict(zip(names, actions, strict=True))

    def _rule(self, origin: int, expansion: tuple[int, ...], order: int, alias: str | None, options: int) -> Rule:
        symbols = self._symbols
        options_ = RuleOptions(*self._saved["options"][options])
        return Rule(symbols[origin], [symbols[i] for i in expansion], order, alias, options_)


def _symbol(name: str, *is_filtered: bool) -> Any:
    """Return a rule's name or, with whether it is filtered out of the tree, a terminal's."""
    return Terminal(name, *is_filtered) if is_filtered else NonTerminal(name)


def _callback(rule: Rule) -> Callable[[list[Any]], Any]:
    """Return what makes a tree of the children that a rule has."""
    builder: Any = ParseTreeBuilder([rule], Tree)  # type: ignore[no-untyped-call]
    callbacks: dict[Rule, Callable[[list[Any]], Any]] = builder.create_callback()
    return callbacks[rule]
