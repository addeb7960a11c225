"""Words for a POSIX shell."""

from heracles.lean import pattern

__all__ = ["escaped", "quote", "shown"]

_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./_-"
_DOUBLE_QUOTABLE = pattern(r'[^"$`\\!]*')


def quote(word: str) -> str:
    """Return `word` as a POSIX shell reads it back: unchanged if nothing in it has a meaning for a shell.

    `word` must hold no NUL character, which no program can be given.
    """
    if word and not word.strip(_SAFE) and word[0] != "=":  # zsh expands =ls
        return word
    if "'" not in word:
        return f"'{word}'"
    if _DOUBLE_QUOTABLE.fullmatch(word):
        return f'"{word}"'
    return "'" + word.replace("'", "'\\''") + "'"


def escaped(word: str) -> str:
    r"""Return `word` in ASCII and on one line, as bash, ksh, zsh and POSIX.1-2024 read it back: `$'a\012b'`."""
    return f"$'{''.join(map(_escape, word.encode('utf-8', 'surrogateescape')))}'"


def _escape(byte: int) -> str:
    character = chr(byte)
    if character in "\\'":
        return f"\\{character}"
    return character if 0x20 <= byte < 0x7F and character != "!" else f"\\{byte:03o}"


def shown(word: str) -> str:
    """Return `word` as a shell reads it back, on one line that a terminal can show."""
    return quote(word) if word.isprintable() else escaped(word)
