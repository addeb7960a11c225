"""The exceptions of Heracles, which a person can read.

An error holds its message, the text that it is about and the place in that text. The caret under the place is drawn
only when the error is printed.
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
    """Anything that Heracles refuses to do.

    Args:
        message: What is wrong and what to do about it, with no trailing newline.
        source: The text that the error is about: an override, or a line of a script. Empty if there is none.
        span: The place in `source`: (start, end) in characters, `0 <= start <= end <= len(source)`; or None.

    """

    def __init__(self, message: str, source: str = "", span: tuple[int, int] | None = None) -> None:
        super().__init__(message, source, span)
        self.message = message
        self.source = source
        self.span = span

    def __str__(self) -> str:
        """Return the message and, if there is a span, its line with a caret under each of its columns."""
        if self.span is None:
            return self.message
        excerpt, column, width = _excerpt(self.source, *self.span)
        return f"{self.message}\n  {excerpt}\n  {' ' * column}{'^' * width}"


class OverrideError(HeraclesError):
    """An override that is not valid, or that asks for something impossible; it always has a source and a span."""


class ScriptError(HeraclesError):
    """A job script that Heracles cannot add overrides to.

    Args:
        message: What is wrong and what to do about it.
        source: The line of the script.
        span: Where in the line.
        choices: The commands that could get the overrides, a line each: `line 7: srun python train.py`.

    """

    def __init__(
        self, message: str, source: str = "", span: tuple[int, int] | None = None, choices: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, source, span)
        self.choices = choices

    def __str__(self) -> str:
        """Return the message, the line with carets, and the choices."""
        return "\n".join([super().__str__(), *(f"  {choice}" for choice in self.choices)])


class FileError(HeraclesError):
    """A file that cannot be read, written or deleted, or that Heracles must not change."""


class RunError(HeraclesError):
    """A command that was called with a script and failed.

    Args:
        message: What failed.
        output: The output of the command, if it was not printed yet.

    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


def _excerpt(source: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the part of the line to show, the first caret's column and the number of carets."""
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
