"""The parsers, made of their saved tables or, if these do not match, of the grammar."""

import zlib
from functools import cache
from pkgutil import get_data
from typing import Any

import lark
from lark import Lark
from lark.grammar import NonTerminal, Rule, RuleOptions, Terminal
from lark.lexer import TerminalDef

from heracles.language.lexer import LazyLexer
from heracles.lean import load

__all__ = ["TABLES", "built", "parser", "tables"]

TABLES = {"override": "heracles.language.override_tables", "expression": "heracles.language.expression_tables"}
"""The modules of saved tables, by the rule that they parse: Python's compiled modules are what it reads fastest."""


@cache
def parser(start: str = "override") -> Lark:
    """Return the parser of a rule of `TABLES`: of its saved tables if they were made of this grammar by this Lark.

    Raises:
        ImportError: If the grammar's files are missing from the installation.

    """
    saved = load(f"{TABLES[start]}:SAVED")
    if saved["made_of"] == _made_of(start):
        # Lark's own way in for the parsers that it generates, which is the only one without pickle.
        data, memo, plugins = saved["data"], _memo(saved), {"ContextualLexer": LazyLexer}
        return Lark._load_from_dict(data, memo, _plugins=plugins)  # type: ignore[no-any-return,no-untyped-call]  # noqa: SLF001
    return built(start)


def built(start: str = "override") -> Lark:
    """Return a parser of a rule, built from the grammar's files, which takes much longer than loading the tables."""
    return Lark.open_from_package(
        "heracles.grammar",
        _file(start),
        parser="lalr",
        start=start,
        maybe_placeholders=False,
    )


def tables(start: str = "override") -> str:
    """Return the text of a module of `TABLES`: what `Lark.save` would pickle, but for what several rules have: that
    stands in it once."""
    data, memo = built(start).memo_serialize([TerminalDef, Rule])
    data["options"].update(import_paths=[], source_path=None)
    parts: list[Any] = []
    rules = {number: _folded(made, parts) for number, made in memo.items()}
    saved = {"made_of": _made_of(start), "data": data, "parts": parts, "memo": rules}
    docstring = f'"""The tables of the parser of `{start}`, made of the grammar by `make tables`."""'
    return f"{docstring}\n\nfrom typing import Any\n\nSAVED: dict[str, Any] = {_literal(saved)}\n"


def _literal(data: Any) -> str:
    """Return Python's text of tables, with the keys of each dict in order."""
    if isinstance(data, dict):
        return f"{{{','.join(f'{key!r}:{_literal(data[key])}' for key in sorted(data))}}}"
    if isinstance(data, list | tuple):
        return f"[{','.join(map(_literal, data))}]"
    return repr(str(data) if isinstance(data, str) else data)


def _folded(made: dict[str, Any], parts: list[Any]) -> dict[str, Any]:
    """Return a rule with numbers for its symbols and options, which are added to `parts`; a terminal as it is."""

    def reference(part: Any) -> int:
        if part not in parts:
            parts.append(part)
        return parts.index(part)

    if made["__type__"] == "TerminalDef":
        return made
    expansion = [reference(symbol) for symbol in made["expansion"]]
    return {**made, "origin": reference(made["origin"]), "expansion": expansion, "options": reference(made["options"])}


def _memo(saved: dict[str, Any]) -> dict[int, Any]:
    """Return what the tables refer to by numbers: the terminals and the rules."""
    kinds = {kind.__name__: kind for kind in (TerminalDef, Terminal, NonTerminal, RuleOptions)}
    parts = [kinds[part["__type__"]].deserialize(part, {}) for part in saved["parts"]]
    return {
        number: _rule(made, parts) if "expansion" in made else TerminalDef.deserialize(made, {})
        for number, made in saved["memo"].items()
    }


def _rule(made: dict[str, Any], parts: list[Any]) -> Rule:
    """Return a rule, whose tables have numbers for its symbols and options."""
    expansion = [parts[number] for number in made["expansion"]]
    return Rule(parts[made["origin"]], expansion, made["order"], made["alias"], parts[made["options"]])


def _file(start: str) -> str:
    return "expression.lark" if start == "expression" else "override.lark"


def _made_of(start: str = "override") -> list[str]:
    """Return the version of Lark and a checksum of the grammar."""
    files = [get_data("heracles.grammar", name) for name in (_file(start), "terminals.lark")]
    if not all(files):
        raise ImportError("the grammar of heracles is not installed: run pip install on its folder")
    return [lark.__version__, f"{zlib.crc32(b''.join(filter(None, files))):08x}"]
