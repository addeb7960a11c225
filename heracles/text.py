"""Numbers, lists and widths, for people to read."""

import math
import unicodedata
from collections.abc import Sequence

__all__ = ["columns", "counted", "listed", "printable", "spelled"]

_MANY = 10**30
_MOST_SHOWN, _FIRST_SHOWN = 6, 4
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def spelled(number: int) -> str:
    """Return a number for people: `1,000`, or `about 10**400` if nobody would count the digits."""
    return f"{number:,}" if number < _MANY else f"about 10**{int(number.bit_length() * math.log10(2))}"


def printable(text: str) -> str:
    r"""Return `text` as a terminal can show it on one line: control characters, unpaired surrogates and invisible
    characters as escapes (`\n`, `\x1b`, `\u200b`), the rest as it is."""
    return text if text.isascii() and text.isprintable() else "".join(map(_cell, text))


def _cell(character: str) -> str:
    if character.isprintable():
        return character
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def columns(text: str) -> int:
    """Return the number of terminal columns that printed text takes (UAX #11; combining marks take none)."""
    if text.isascii():
        return len(text)
    marks = sum(unicodedata.category(character) in ("Mn", "Me") for character in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def listed(items: Sequence[str]) -> str:
    """Return the items with commas between them; of more than six, the first four and the last."""
    return ", ".join(items if len(items) <= _MOST_SHOWN else [*items[:_FIRST_SHOWN], "…", items[-1]])


def counted(number: int, noun: str) -> str:
    """Return `1 run`, `6 runs`, `1,000 runs`."""
    return f"{spelled(number)} {noun}{'' if number == 1 else 's'}"
