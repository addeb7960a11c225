"""The tables of the parsers as text, which `make tables` writes."""

from collections.abc import Iterable, Mapping
from typing import Any

from lark import Lark
from lark.grammar import RuleOptions, Symbol
from lark.parsers.lalr_analysis import Shift

from heracles.language.loader import built, made_of

__all__ = ["tables"]


def tables(start: str = "override") -> str:
    """Return the text of a module of the tables of a rule's parser: nested tuples, which Python loads fastest.

    The tables are those that Lark makes of the grammar. `SAVED` has

    - `made_of`: The version of Lark and a checksum of the grammar.
    - `terminals`: The name and the regular expression of each, in the order in which they are tried.
    - `ignored`: The names of the terminals that are left out, such as spaces.
    - `names`: The names of the symbols, which states have by their positions.
    - `states`: For each state, by turns a symbol and what to do there: a state to go to or, negative, ~i for rule i.
    - `first` and `last`: The state to begin in, and the one that ends a text.
    - `rules`: Of each its origin and its expansion, as positions in `symbols`; its order, its alias and its options.
    - `symbols`: A rule's name, or a terminal's and whether it is filtered out of the tree.
    - `options`: The arguments of Lark's `RuleOptions`.

    """
    saved = {"made_of": tuple(made_of(start)), **_Tables(built(start), start).saved}
    lines = "".join(f"    {name!r}: {value!r},\n" for name, value in sorted(saved.items()))
    docstring = f'"""The tables of the parser of `{start}`, made of the grammar by `make tables`."""'
    return f"{docstring}\n\nfrom typing import Any\n\nSAVED: dict[str, Any] = {{\n{lines}}}\n"


class _Tables:
    """The tables of a parser that was built."""

    def __init__(self, parser: Lark, start: str) -> None:
        table: Any = parser.parser.parser._parse_table  # noqa: SLF001 - what Lark.save writes
        lexer: Any = parser.parser.lexer
        self._rules = {rule: place for place, rule in enumerate(parser.rules)}
        self._names: list[str] = []
        self._symbols: list[tuple[Any, ...]] = []
        self._options: list[tuple[Any, ...]] = []
        order = _order(table.states, table.start_states[start])
        states = [self._actions(table.states[state].items(), order) for state in order]
        rules = [self._rule(rule) for rule in parser.rules]
        self.saved: dict[str, Any] = {
            "terminals": tuple((str(each.name), str(each.pattern.to_regexp())) for each in lexer.root_lexer.terminals),
            "ignored": tuple(map(str, sorted(parser.ignore_tokens))),
            "names": tuple(self._names),
            "states": tuple(states),
            "first": order[table.start_states[start]],
            "last": order[table.end_states[start]],
            "rules": tuple(rules),
            "symbols": tuple(self._symbols),
            "options": tuple(self._options),
        }

    def _actions(self, actions: Iterable[tuple[str, tuple[Any, Any]]], order: dict[int, int]) -> tuple[int, ...]:
        codes: list[int] = []
        for name, (action, argument) in sorted(actions, key=lambda item: item[0]):
            codes += _place(str(name), self._names), order[argument] if action is Shift else ~self._rules[argument]
        return tuple(codes)

    def _rule(self, rule: Any) -> tuple[Any, ...]:
        origin, *expansion = (_place(_symbol(each), self._symbols) for each in (rule.origin, *rule.expansion))
        alias = rule.alias and str(rule.alias)
        return origin, tuple(expansion), rule.order, alias, _place(_option_values(rule.options), self._options)


def _order(states: Mapping[int, Mapping[str, tuple[Any, Any]]], first: int) -> dict[int, int]:
    """Return the number of each state, in the order in which texts get there: Lark's own differ from time to time."""
    reached = [first]
    for state in reached:
        following = (states[state][name] for name in sorted(states[state]))
        reached += dict.fromkeys(place for action, place in following if action is Shift and place not in reached)
    return {state: number for number, state in enumerate(reached)}


def _place(item: Any, known: list[Any]) -> int:
    """Return the place of an item in a list, which it is added to if it is new."""
    if item not in known:
        known.append(item)
    return known.index(item)


def _symbol(symbol: Symbol) -> tuple[Any, ...]:
    return (str(symbol.name), symbol.filter_out) if symbol.is_term else (str(symbol.name),)  # type: ignore[attr-defined]


def _option_values(options: RuleOptions) -> tuple[Any, ...]:
    fields = ("keep_all_tokens", "expand1", "priority", "template_source", "empty_indices")
    return tuple(tuple(value) if isinstance(value := getattr(options, name), list) else value for name in fields)
