"""From the text of an override to its parse tree. No exception of Lark's leaves this module."""

from lark import Token, Tree
from lark.exceptions import UnexpectedInput

from heracles.language.loader import parser
from heracles.lean import load

__all__ = ["MAX_DEPTH", "ParseTree", "parse"]

ParseTree = Tree[Token]

MAX_DEPTH = 500
"""How deep brackets may nest."""


def parse(text: str) -> ParseTree:
    """Parse one override.

    Args:
        text: One word of a command line, such as `lr=0.1,0.01`.

    Returns:
        The tree of the rule `override` of `grammar/override.lark`; every token knows its place in `text`.

    Raises:
        OverrideError: If the text is not an override, with the place where it stops being one.

    """
    if text.count("[") + text.count("{") + text.count("(") > MAX_DEPTH:
        load("heracles.language.diagnostics:check_depth")(text, MAX_DEPTH)
    try:
        return parser().parse(text)
    except UnexpectedInput:
        raise load("heracles.language.diagnostics:explained")(text) from None
