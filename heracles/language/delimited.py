"""The cells of a text in CSV (RFC 4180) or TSV, each with its place, and whether it is quoted.

The `csv` module of Python does not say before 3.12 whether a cell was quoted, and never where it stood.
"""

import re
from collections.abc import Callable, Iterator

from heracles.errors import OverrideError

__all__ = ["Record", "records"]

_END = r"\r?\n|\r|\Z"
_CELL = r'[ ]*"(?P<quoted>(?:[^"]|"")*)"[ ]*(?={0}|\r|\n|\Z)|(?P<plain>[^{0}\r\n]*)'


class Record:
    """The cells of one record.

    Attributes:
        texts: What each cell holds: without its quotes, or without the spaces and tabs around it.
        quoted: Whether each cell is quoted; empty if none is.

    """

    __slots__ = ("_spans", "quoted", "texts")

    def __init__(self, cells: list[str], spans: list[tuple[int, int]], quoted: list[bool]) -> None:
        self.texts = cells
        self.quoted = quoted
        self._spans = spans

    def span(self, number: int) -> tuple[int, int]:
        """Return where a cell stands in the text."""
        return self._spans[number]


class _Plain(Record):
    """A record without quotes: where its cells stand is found when it is asked for."""

    __slots__ = ("_cells", "_start")

    def __init__(self, cells: list[str], start: int) -> None:
        super().__init__([cell.strip(" \t") for cell in cells], [], [])
        self._cells = cells
        self._start = start

    def span(self, number: int) -> tuple[int, int]:
        start = self._start + sum(len(cell) + 1 for cell in self._cells[:number])
        start += self._cells[number].find(self.texts[number])
        return start, start + len(self.texts[number])


def records(text: str, delimiter: str, error: Callable[[str, tuple[int, int]], OverrideError]) -> Iterator[Record]:
    """Yield the records; an empty line is none.

    Args:
        text: The text.
        delimiter: What stands between two cells.
        error: Returns the error to raise about a place in the text.

    Raises:
        OverrideError: If a quote is not closed, or something follows the closing one.

    """
    ends = re.compile(_END)
    cells = re.compile(_CELL.format(delimiter))
    place = 0
    while place < len(text):
        end = ends.search(text, place)
        assert end
        line = text[place : end.start()]
        record: Record = _Plain(line.split(delimiter), place)
        if '"' in line:
            record, after = _with_quotes(text, place, cells, error)
            end = ends.match(text, after)
            assert end
        place = end.end()
        if record.texts != [""] or record.quoted:
            yield record


def _with_quotes(
    text: str, place: int, cells: re.Pattern[str], error: Callable[[str, tuple[int, int]], OverrideError]
) -> tuple[Record, int]:
    """Return the record that begins at a place, and the place after it."""
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    quoted: list[bool] = []
    while True:
        match = cells.match(text, place)
        assert match
        inside = match["quoted"]
        cell = match["plain"].strip(" \t") if inside is None else inside.replace('""', '"')
        if inside is None and cell.startswith('"'):
            start = text.index('"', match.start())
            message = 'this quote is not closed at the end of the cell: in quoted text, "" is a quote'
            raise error(message, (start, start + 1))
        texts.append(cell)
        quoted.append(inside is not None)
        spans.append(_span(match, cell))
        place = match.end()
        if place == len(text) or text[place] in "\r\n":
            return Record(texts, spans, quoted), place
        place += 1


def _span(match: re.Match[str], cell: str) -> tuple[int, int]:
    if match["quoted"] is not None:
        start, stop = match.span("quoted")
        return start - 1, stop + 1
    start = match.start() + match["plain"].find(cell)
    return start, start + len(cell)
