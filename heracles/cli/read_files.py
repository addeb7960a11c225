"""The files that a part of a sweep is read from: their text, what is recorded of it, and what changed since."""

import os
from typing import TYPE_CHECKING

from heracles.language.source import Source
from heracles.lean import load
from heracles.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from heracles.store.events import Compilation
    from heracles.store.history import History

__all__ = ["ReadFiles"]


class ReadFiles:
    """The files that a sweep is read from.

    Args:
        script: The path of the job script, whose folder recorded paths are relative to.

    """

    def __init__(self, script: str) -> None:
        self._folder = os.path.dirname(os.path.abspath(script))
        self._texts: dict[str, str] = {}

    def text(self, path: str) -> str:
        """Return the text of a file of rows, which is read once.

        Raises:
            FileError: If it cannot be read.

        """
        if path not in self._texts:
            self._texts[path] = load("heracles.language.row_files:read_rows")(path)
        return self._texts[path]

    def recorded(self, source: Source) -> Source:
        """Return the text of a sweep with that of the files that were read for it, and with their digests."""
        if not (self._texts or source.digests):
            return source
        digest: Callable[[bytes], str] = load("heracles.store.digests:digest")
        rows = [(path, digest(text.encode())) for path, text in self._texts.items()]
        digests = tuple((self._recorded_path(path), number) for path, number in (*source.digests, *rows))
        return source._replace(files=tuple(self._texts.items()), digests=digests)

    def _recorded_path(self, path: str) -> str:
        return path if os.path.isabs(path) else os.path.relpath(path, self._folder)

    def changed(self, compilation: "Compilation") -> str:
        """Return the beginning of a sentence about the files that a sweep was read from and that are others now; empty
        if all of them are the same."""
        return " and ".join(part for path, number in compilation.digests if (part := self._changed(path, number)))

    def _changed(self, recorded: str, number: str) -> str:
        place = os.path.join(self._folder, recorded)
        name = printable(recorded if os.path.isabs(recorded) else os.path.relpath(place))
        digest: Callable[[bytes], str] = load("heracles.store.digests:digest")
        try:
            if not os.path.isfile(place):  # but a FIFO, which nobody may write to
                raise FileNotFoundError
            with open(place, "rb") as file:
                content = file.read()
        except OSError:
            return f"{name}, which this sweep was written from, cannot be read any more"
        return "" if digest(content) == number else f"{name} has changed since this sweep was written"

    def earlier(self, source: Source, history: "History") -> "Compilation | None":
        """Return the latest compilation of a sweep that was read from the same files when they had other content; None
        if there is none.

        Args:
            source: The text of the sweep as it is recorded.
            history: What is recorded.

        """
        now = dict(source.digests)
        for each in reversed(history.compilations.values()):
            then = dict(each.digests)
            if now and then.keys() == now.keys():
                return each if then != now else None
        return None
