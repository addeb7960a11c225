"""Text as words of a bash script, which is more than POSIX words: arrays, and what shellcheck asks about."""

from collections.abc import Iterable, Sequence

from heracles.lean import pattern
from heracles.shell.quoting import escaped

__all__ = [
    "INDENT",
    "WIDTH",
    "Variable",
    "array",
    "beside",
    "between_quotes",
    "braces",
    "filled",
    "is_literal",
    "literal",
    "quote",
    "quoted",
]

INDENT = "  "
WIDTH = 100
"""The most characters of a line that can be divided."""
_PLAIN = pattern(r"[A-Za-z0-9@%+:./_-]+")
# Control characters; `!`, which `bash -i` expands; and characters that shellcheck takes for a mistyped quote.
_ODD = pattern("[\x00-\x1f\x7f!\u2018-\u201f\u2032-\u2037]")
_SPECIAL = pattern(r'[\\"$`]')


class Variable(str):
    """The name of a variable whose value is wanted."""

    __slots__ = ()


def quote(word: str) -> str:
    """Return `word` as bash reads it back, on one line, and so that shellcheck does not ask what `$` or `“` is for.

    Some words are ASCII with escapes (`$'…'`): in an array's `"…"`, bash (5.2 too) puts a 0x01 before a 0x01 or 0x7F,
    and in GBK or Big5 the last byte of a character in UTF-8 takes the backslash after it.
    """
    if _PLAIN.fullmatch(word):
        return word
    if not is_literal(word):
        return escaped(word)
    return f'"{literal(word)}"' if word[:1] != "~" else f'"~"{quote(word[1:]) if word[1:] else ""}'


def is_literal(text: str) -> bool:
    """Return whether `literal` text means itself in every locale and in every mode of bash."""
    return not _ODD.search(text) and (text.isascii() or not _SPECIAL.search(text))


def literal(text: str) -> str:
    """Return `text` as it stands between double quotes."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def quoted(parts: Iterable[str | Variable]) -> str:
    """Return a word that is made of texts, which mean themselves, and of the values of variables."""
    listed = list(parts)
    if not any(isinstance(part, Variable) for part in listed):
        return quote("".join(map(str, listed)))
    if all(isinstance(part, Variable) or is_literal(part) for part in listed):
        return f'"{between_quotes(listed)}"'
    return "".join(f'"${{{part}}}"' if isinstance(part, Variable) else quote(part) for part in listed if part)


def between_quotes(parts: Iterable[str | Variable]) -> str:
    """Return literal texts and the values of variables as they stand between double quotes."""
    return "".join(f"${{{part}}}" if isinstance(part, Variable) else literal(part) for part in parts)


def array(name: str, words: Iterable[str]) -> list[str]:
    """Return the lines that assign an array of words, which are quoted already."""
    listed = list(words)
    line = f"{name}=({' '.join(listed)})"
    return [line] if len(line) <= WIDTH else [f"{name}=(", *(INDENT + part for part in filled(listed)), ")"]


def beside(lines: Sequence[str]) -> list[str]:
    """Return lines of bash, with a comment about an array that has room beside it at the end of the array's line."""
    joined: list[str] = []
    for line in lines:
        comment = joined[-1] if joined else ""
        is_array = line.endswith(")") and "=(" in line and not line.startswith("heracles_")
        if comment.startswith("# ") and is_array and len(f"{line} {comment}") <= WIDTH:
            joined[-1] = f"{line} {comment}"
        else:
            joined.append(line)
    return joined


def filled(words: Iterable[str]) -> list[str]:
    """Return words on lines that are as long as is allowed."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) < WIDTH - len(INDENT):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def braces(numbers: range) -> str:
    """Return a range of numbers as a word that bash expands: `{0..9..3}`."""
    if len(numbers) == 1:
        return str(numbers[0])
    return f"{{{numbers[0]}..{numbers[-1]}{f'..{numbers.step}' if numbers.step > 1 else ''}}}"
