"""What can go wrong, as exceptions that a person can read.

An error holds its message, the text it speaks of and the place in that text; the caret under the place is
drawn when the error is printed and nowhere else.
"""

from heracles.text import columns, printable

__all__ = [
    "FileError",
    "HeraclesError",
    "OverrideError",
    "RunError",
    "ScriptError",
]

_SHOWN, _BEFORE = 72, 48


class HeraclesError(ValueError):
    """Anything that Heracles refuses.

    Args:
        message: What is wrong and what to do about it, with no trailing newline.
        source: The text that the error speaks of: an override, or a script's line. Empty if there is none.
        span: Where in `source`: (start, end) in characters, `0 <= start <= end <= len(source)`; None for no place.

    """

    def __init__(self, message: str, source: str = "", span: tuple[int, int] | None = None) -> None:
        super().__init__(message, source, span)
        self.message = message
        self.source = source
        self.span = span

    def __str__(self) -> str:
        """Give the message and, where there is a span, the line it is in and a caret under each of its columns."""
        if self.span is None:
            return self.message
        excerpt, column, width = _excerpt(self.source, *self.span)
        return f"{self.message}\n  {excerpt}\n  {' ' * column}{'^' * width}"


class OverrideError(HeraclesError):
    """An override that cannot be read, or that asks for something impossible; always has a source and a span."""


class ScriptError(HeraclesError):
    """A job script that Heracles cannot add overrides to."""


class FileError(HeraclesError):
    """A file that cannot be read, written or removed, or that Heracles must not touch."""


class RunError(HeraclesError):
    """A command that was called with a script, and failed.

    Args:
        message: What failed.
        output: What the command printed, if that was not printed yet.

    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


def _excerpt(source: str, start: int, end: int) -> tuple[str, int, int]:
    """Give the shown part of the line with `start` in it, the caret's first column and the carets' number."""
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", start)
    line_end = len(source) if line_end < 0 else line_end
    first, last = line_start, line_end
    if line_end - line_start > _SHOWN:
        first = max(line_start, min(start - _BEFORE, line_end - _SHOWN))
        last = min(line_end, first + _SHOWN)
    left = ("…" if first > line_start else "") + printable(source[first:start])
    marked = printable(source[start : min(end, last)])
    right = printable(source[min(end, last) : last]) + ("…" if last < line_end else "")
    return left + marked + right, columns(left), max(1, columns(marked))
