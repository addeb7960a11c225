"""What is printed, and where: results to standard output; errors, warnings and what is waited for to standard error."""

import errno
import io
import itertools
import os
import select
import shutil
import sys
from collections.abc import Iterable
from typing import Any

import click

__all__ = ["Terminal", "open_streams", "to_nowhere"]

_BATCH = 1000
_STANDARD_ERROR = 2
_NOBODY_READS = (errno.EPIPE, errno.EIO)
"""The reader of a pipe left; a terminal was closed."""


def open_streams() -> None:
    """Open /dev/null in the place of each standard stream that is closed; else the next file that is opened takes that
    place, and receives what is printed."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - its one argument; programs that are run print there too
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - stays open
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.stderr is None or isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _unheeded(sys.stderr.encoding if sys.stderr else "utf-8")


class _Unheeded(io.FileIO):
    """A file in which whatever cannot be written is lost: that is no reason to stop the work."""

    def write(self, data: Any, /) -> int:
        try:
            while (written := super().write(data)) is None:  # another program has made it non-blocking
                select.select([], [self], [])
        except OSError:
            return len(data)
        return written


def _unheeded(encoding: str) -> io.TextIOWrapper:
    """Return what prints to standard error, whatever became of that."""
    buffer = io.BufferedWriter(_Unheeded(_STANDARD_ERROR, "w", closefd=False))
    return io.TextIOWrapper(buffer, encoding, errors="backslashreplace", write_through=True)


def to_nowhere() -> None:
    """Discard what is printed to standard output from now on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class Terminal:
    """The standard output and error of the command line.

    Args:
        quiet: Whether only errors, and what is asked for, are printed.

    """

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._held: list[object] = []

    @property
    def width(self) -> int | None:
        """The number of columns; None if standard output is no terminal."""
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    @property
    def has_colours(self) -> bool:
        """Whether colours can be shown, and are wanted (https://no-color.org)."""
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def hold(self, warnings: Iterable[object]) -> None:
        """Print warnings before the next output; after the error, if an error ends the command before that."""
        self._held += warnings

    def release(self) -> None:
        """Print the warnings that were held back."""
        held, self._held = self._held, []
        for warning in held:
            self.warn(warning)

    def say(self, line: str) -> None:
        """Print a line, unless quiet."""
        if not self.quiet:
            self.write(f"{line}\n")

    def write(self, text: str) -> None:
        """Print text, quiet or not. It is no error if nobody reads it, and no reason to stop the work."""
        self.release()
        try:
            click.echo(text, nl=False)
        except OSError as error:
            if error.errno not in _NOBODY_READS:
                raise
            to_nowhere()

    def stream(self, lines: Iterable[str]) -> None:
        """Print lines, however many, quiet or not.

        Raises:
            OSError: If they cannot be written.

        """
        pieces = iter(lines)
        while batch := "".join(itertools.islice(pieces, _BATCH)):
            self.stream_bytes(batch.encode("utf-8", "surrogateescape"))

    def stream_bytes(self, data: bytes) -> None:
        """Print bytes as they are, quiet or not.

        Raises:
            OSError: If they cannot be written.

        """
        self.release()
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def note(self, message: object) -> None:
        """Print to standard error what is waited for, unless quiet."""
        self.release()
        if not self.quiet:
            click.echo(message, err=True)

    def warn(self, message: object) -> None:
        """Print a warning to standard error, unless quiet."""
        self.note(f"Warning: {message}")
