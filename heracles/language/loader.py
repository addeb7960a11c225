"""The parsers, made of their saved tables or, if these do not match, of the grammar."""

import zlib
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING

import lark
from lark import Lark

from heracles.lean import load

if TYPE_CHECKING:
    from heracles.language.saved_parser import SavedParser

__all__ = ["TABLES", "built", "made_of", "parser"]

TABLES = {"override": "heracles.language.override_tables", "expression": "heracles.language.expression_tables"}
"""The modules of saved tables, by the rule that they parse: Python's compiled modules are what it reads fastest."""


@cache
def parser(start: str = "override") -> "SavedParser | Lark":
    """Return the parser of a rule of `TABLES`: of its saved tables if they were made of this grammar by this Lark.

    Raises:
        ImportError: If the grammar's files are missing from the installation.

    """
    saved = load(f"{TABLES[start]}:SAVED")
    if saved["made_of"] != made_of(start):
        return built(start)
    # It uses what another Lark may not have.
    return load("heracles.language.saved_parser:SavedParser")(start, saved)  # type: ignore[no-any-return]


def built(start: str = "override") -> Lark:
    """Return a parser of a rule, built from the grammar's files, which takes much longer than loading the tables."""
    return Lark.open_from_package(
        "heracles.grammar",
        _file(start),
        parser="lalr",
        start=start,
        maybe_placeholders=False,
    )


def _file(start: str) -> str:
    return "expression.lark" if start == "expression" else "override.lark"


def made_of(start: str = "override") -> tuple[str, str]:
    """Return what the tables of a rule's parser depend on: the version of Lark and a checksum of the grammar.

    Raises:
        ImportError: If the grammar's files are missing from the installation.

    """
    files = [get_data("heracles.grammar", name) for name in (_file(start), "terminals.lark")]
    if not all(files):
        raise ImportError("the grammar of heracles is not installed: run pip install on its folder")
    return lark.__version__, f"{zlib.crc32(b''.join(filter(None, files))):08x}"
