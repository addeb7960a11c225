"""Regular expressions that are compiled at their first use: a command needs few of them, and compiling takes long."""

import re
from typing import Any, cast

__all__ = ["pattern"]


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what `re.compile` returns, as far as its methods go.

    Args:
        text: The regular expression; that it is valid shows at its first use.
        flags: Flags of `re`.

    """
    return cast("re.Pattern[str]", _Pattern(text, flags))


class _Pattern:
    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return a method of the regular expression, and have it found without this from now on."""
        method = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, method)
        return method
