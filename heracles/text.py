"""Numbers, lists and widths, for people to read."""

import math
import unicodedata
from collections.abc import Sequence

__all__ = ["columns", "counted", "listed", "printable", "spelled"]

_MANY = 10**30
_MOST_SHOWN = 5
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def spelled(number: int) -> str:
    """Give a number for a person: `1,000`, or `about 10**400` where nobody would count the digits."""
    return f"{number:,}" if number < _MANY else f"about 10**{int(number.bit_length() * math.log10(2))}"


def printable(text: str) -> str:
    r"""Give `text` as it can be shown on one line of a terminal: control characters, unpaired surrogates and
    invisible characters as escapes (`\n`, `\x1b`, `\u200b`), the rest as it is."""
    return text if text.isascii() and text.isprintable() else "".join(map(_cell, text))


def _cell(character: str) -> str:
    if character.isprintable():
        return character
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def columns(text: str) -> int:
    """Count the columns that printed text takes on a terminal (UAX #11; combining marks take none)."""
    marks = sum(unicodedata.category(character) in ("Mn", "Me") for character in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def listed(items: Sequence[str]) -> str:
    """Give the items, or the first of them and the last where they are many."""
    return ", ".join(items if len(items) <= _MOST_SHOWN else [*items[: _MOST_SHOWN - 1], "…", items[-1]])


def counted(number: int, noun: str) -> str:
    """Give `1 run`, `6 runs`, `1,000 runs`."""
    return f"{spelled(number)} {noun}{'' if number == 1 else 's'}"
