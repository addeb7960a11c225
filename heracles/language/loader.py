"""The parsers, made of their saved tables or, if these do not match, of the grammar."""

import json
from functools import cache
from hashlib import blake2b
from pkgutil import get_data
from typing import Any

import lark
from lark import Lark
from lark.grammar import NonTerminal, Rule, RuleOptions, Terminal
from lark.lexer import TerminalDef

__all__ = ["TABLES", "built", "parser", "tables"]

TABLES = {"override": "tables.json", "expression": "expression_tables.json"}
"""The files of saved tables, by the rule that they parse."""


@cache
def parser(start: str = "override") -> Lark:
    """Return the parser of a rule of `TABLES`: of its saved tables if they were made of this grammar by this Lark.

    Raises:
        ImportError: If the grammar's files are missing from the installation.

    """
    saved = json.loads(get_data("heracles.language", TABLES[start]) or b"")
    if saved["made_of"] == _made_of(start):
        # Lark's own way in for the parsers that it generates, which is the only one without pickle.
        return Lark._load_from_dict(_with_integer_keys(saved["data"]), _memo(saved))  # type: ignore[no-any-return,no-untyped-call]  # noqa: SLF001
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
    """Return the text of a file of `TABLES`: what `Lark.save` would pickle, as JSON, but for what several rules have:
    that stands in it once."""
    data, memo = built(start).memo_serialize([TerminalDef, Rule])
    data["options"].update(import_paths=[], source_path=None)
    parts: list[Any] = []
    rules = {number: _folded(made, parts) for number, made in memo.items()}
    saved = {"made_of": _made_of(start), "data": data, "parts": parts, "memo": rules}
    return json.dumps(saved, separators=(",", ":"), sort_keys=True) + "\n"


def _folded(made: dict[str, Any], parts: list[Any]) -> dict[str, Any]:
    """Return a rule with references to its symbols and options, which are added to `parts`; a terminal as it is."""

    def reference(part: Any) -> dict[str, str]:
        if part not in parts:
            parts.append(part)
        return {"@": f"part {parts.index(part)}"}

    if made["__type__"] == "TerminalDef":
        return made
    expansion = [reference(symbol) for symbol in made["expansion"]]
    return {**made, "origin": reference(made["origin"]), "expansion": expansion, "options": reference(made["options"])}


def _memo(saved: dict[str, Any]) -> dict[int, Any]:
    """Return what the tables refer to by numbers: the terminals and the rules."""
    kinds = {kind.__name__: kind for kind in (TerminalDef, Rule, Terminal, NonTerminal, RuleOptions)}
    parts: dict[Any, Any] = {
        f"part {place}": kinds[part["__type__"]].deserialize(part, {}) for place, part in enumerate(saved["parts"])
    }
    return {int(number): kinds[made["__type__"]].deserialize(made, parts) for number, made in saved["memo"].items()}


def _file(start: str) -> str:
    return "expression.lark" if start == "expression" else "override.lark"


def _made_of(start: str = "override") -> list[str]:
    """Return the version of Lark and a digest of the grammar."""
    files = [get_data("heracles.grammar", name) for name in (_file(start), "terminals.lark")]
    if not all(files):
        raise ImportError("the grammar of heracles is not installed: run pip install on its folder")
    return [lark.__version__, blake2b(b"".join(filter(None, files)), digest_size=16).hexdigest()]


def _with_integer_keys(data: dict[str, Any]) -> dict[str, Any]:
    """Return the tables with integers for keys where JSON has made strings of them."""
    table = data["parser"]["parser"]
    table["tokens"] = _by_integers(table["tokens"])
    table["states"] = {int(state): _by_integers(actions) for state, actions in table["states"].items()}
    return data


def _by_integers(items: dict[str, Any]) -> dict[int, Any]:
    return {int(key): value for key, value in items.items()}
