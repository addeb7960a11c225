"""Words for a POSIX shell."""

import re

__all__ = ["quote"]

_SAFE = re.compile(r"[A-Za-z0-9@%+=:,./_-]+")
_DOUBLE_QUOTABLE = re.compile(r'[^"$`\\!]*')


def quote(word: str) -> str:
    """Give `word` as a POSIX shell reads it back: as it is, where nothing in it means anything to a shell.

    `word` must hold no NUL character, which no program can be given.
    """
    if _SAFE.fullmatch(word) and word[0] != "=":  # zsh expands =ls
        return word
    if "'" not in word:
        return f"'{word}'"
    if _DOUBLE_QUOTABLE.fullmatch(word):
        return f'"{word}"'
    return "'" + word.replace("'", "'\\''") + "'"
