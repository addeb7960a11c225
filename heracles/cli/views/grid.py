"""The grid of a status: the runs of a sweep folded onto two of its dimensions."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from heracles.cli.views.fitting import listing, packed, padded, shortened
from heracles.cli.views.marks import RANK, legend, painted
from heracles.ir import Dimension, Sweep
from heracles.ir.values import SEED
from heracles.jobs.status import RunStatus
from heracles.schedulers.client import State
from heracles.text import columns, counted, printable

__all__ = ["grid"]

_MOST_ROWS = 50
_MOST_IN_LEGEND, _FIRST_IN_LEGEND = 60, 4
_LABEL_WIDTH = 24
_PIPED_WIDTH = 120  # of the headings, where there is no terminal


def grid(sweep: Sweep, statuses: Sequence[RunStatus], width: int | None, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a grid of two dimensions; none if fewer than two have several values.

    A cell has the mark of the worst of its runs. If its runs differ in their seeds, and there is room, it also says how
    many of them are done.

    Args:
        sweep: The sweep.
        statuses: What became of its runs.
        width: Where to cut a line, in terminal columns; None for nowhere.
        colour: Whether the marks are in colours.

    """
    sides = _sides(sweep)
    if len(sides) < 2 or not statuses:
        return
    rows, across = sides
    each = sweep.size // (rows.size * across.size)
    labels = _row_labels(rows, width)
    left = max(map(columns, labels))
    room = None if width is None else max(2, width - left - 4)
    heading = _counting(across, each, room) if _folds_seeds(sweep, sides) else None
    counts = heading is not None
    heading = heading or _heading(across, room)
    yield from map(" ".join, packed(_title(rows, across, each, counts=counts), width))
    yield ""
    yield from (f"  {' ' * left}  {line}".rstrip() for line in heading.lines)
    cells = _folded(statuses, rows, across, (len(labels), len(heading.widths)))
    more = "…" if len(heading.widths) < across.size else ""
    for label, line in zip(labels, cells, strict=True):
        texts = (
            _drawn(cell, each, wide, colour=colour, counts=counts)
            for cell, wide in zip(line, heading.widths, strict=True)
        )
        yield f"  {padded(label, left)}  {heading.gap.join(texts)}{more}".rstrip()
    yield from ["  …"] if len(labels) < rows.size else []
    yield from _hidden(rows.size - len(labels), across.size - len(heading.widths), width)
    shown = {cell.worst for cell in itertools.chain(*cells)} - ({State.DONE} if counts else set())
    notes = [*map(" ".join, packed(heading.legend, width)), *legend(shown, width, colour=colour)]
    yield from ["", *notes] if notes else []


class _Side(NamedTuple):
    """A dimension along a side of the grid: run r is at place `r // stride % size` of it."""

    dimension: Dimension
    stride: int

    @property
    def name(self) -> str:
        """Its name, as it is shown."""
        return printable(self.dimension.name)

    @property
    def size(self) -> int:
        """The number of its values."""
        return self.dimension.size

    def label(self, place: int, most: int) -> str:
        """Return the value at a place, at most so many columns wide; `#0` for a seed, which differs from run to run."""
        label = self.dimension.label(place)
        return f"#{place}" if label == SEED.text else shortened(printable(label) or "(empty)", most)


def _sides(sweep: Sweep) -> list[_Side]:
    """Return the rows and the columns: the largest dimensions, and seeds only if there are no others."""
    several = [place for place, each in enumerate(sweep.dimensions) if each.size > 1]
    several.sort(key=lambda place: (_is_seed(sweep.dimensions[place]), -sweep.dimensions[place].size))
    chosen = sorted(several[:2], key=lambda place: (-sweep.dimensions[place].size, place))
    return [
        _Side(sweep.dimensions[place], math.prod(each.size for each in sweep.dimensions[place + 1 :]))
        for place in chosen
    ]


def _is_seed(dimension: Dimension) -> bool:
    """Return whether the values of a dimension are seeds: runs that differ in nothing else repeat one another."""
    return dimension.is_random or "seed" in dimension.name.lower()


def _folds_seeds(sweep: Sweep, sides: Sequence[_Side]) -> bool:
    shown = {side.dimension.name for side in sides}
    return any(each.size > 1 and each.name not in shown and _is_seed(each) for each in sweep.dimensions)


def _row_labels(rows: _Side, width: int | None) -> list[str]:
    most = _LABEL_WIDTH if width is None else min(_LABEL_WIDTH, width // 3)
    return [rows.label(place, most) for place in range(min(rows.size, _MOST_ROWS))]


def _title(rows: _Side, across: _Side, each: int, *, counts: bool) -> list[str]:
    """Return what the sides are and what a cell says, in pieces that stay whole."""
    names = [f"rows: {rows.name},", f"columns: {across.name}"]
    if each == 1:
        return names
    names[1] += ";"
    if counts:
        return [*names, "a cell counts", "the runs done,", f"of {each:,}"]
    return [*names, "a cell is", "the worst of", counted(each, "run")]


class _Cell(NamedTuple):
    """What is known of the runs of a cell: the state of the worst, and how many are done."""

    worst: State
    done: int


def _folded(statuses: Iterable[RunStatus], rows: _Side, across: _Side, shown: tuple[int, int]) -> list[list[_Cell]]:
    """Return the cells that are shown, row by row."""
    worst: dict[tuple[int, int], State] = {}
    done: dict[tuple[int, int], int] = {}
    row_stride, row_size, column_stride, column_size = rows.stride, rows.size, across.stride, across.size
    shown_rows, shown_columns = shown
    for status in statuses:
        run, state = status.run, status.state
        row, column = run // row_stride % row_size, run // column_stride % column_size
        if row < shown_rows and column < shown_columns:
            if state is State.DONE:
                done[row, column] = done.get((row, column), 0) + 1
            before = worst.get((row, column))
            if before is None or (before is not state and RANK[state] < RANK[before]):
                worst[row, column] = state
    return [
        [_Cell(worst.get((row, column), State.NEW), done.get((row, column), 0)) for column in range(shown_columns)]
        for row in range(shown_rows)
    ]


def _drawn(cell: _Cell, each: int, wide: int, *, colour: bool, counts: bool) -> str:
    """Return a cell: `F`, or `4/5 F` with a count and no mark if all are done."""
    number = f"{cell.done}/{each}" if counts else ""
    is_marked = not counts or cell.worst is not State.DONE
    mark = painted(cell.worst, colour=colour) if is_marked else ""
    used = len(number) + (len(number) > 0) * is_marked + is_marked
    return f"{number}{' ' if number and mark else ''}{mark}{' ' * (wide - used)}"


class _Heading(NamedTuple):
    """What stands above the columns, how wide each of those shown is, and what explains them below."""

    lines: list[str]
    widths: list[int]
    gap: str
    legend: list[str]


def _counting(across: _Side, each: int, room: int | None) -> _Heading | None:
    """Return a heading with the values, wide enough for counts; None if there is no room for that."""
    return _named(across, len(f"{each}/{each} F"), room)


def _named(across: _Side, least: int, room: int | None) -> _Heading | None:
    labels = [across.label(place, _LABEL_WIDTH) for place in range(across.size)]
    widths = [max(least, columns(label)) for label in labels]
    if sum(widths) + 2 * (across.size - 1) > (_PIPED_WIDTH if room is None else room):
        return None
    return _Heading(["  ".join(map(padded, labels, widths))], widths, "  ", [])


def _heading(across: _Side, room: int | None) -> _Heading:
    """Return a heading with the values if there is room for them, else with their numbers."""
    return _named(across, 1, room) or _numbered(across, room)


def _numbered(across: _Side, room: int | None) -> _Heading:
    size = across.size
    room = max(_PIPED_WIDTH, size) if room is None else room
    gap = " " if 2 * size - 1 <= room else ""
    shown = size if size <= room else room - 1
    numbers = [str(place).rjust(len(str(shown - 1))) for place in range(shown)]
    lines = [gap.join(digits) for digits in zip(*numbers, strict=True)]
    labels = [across.label(place, _LABEL_WIDTH) for place in range(size)]
    items = [f"{place}: {label}" for place, label in enumerate(labels)]
    if len(items) > _MOST_IN_LEGEND:
        items = [*items[:_FIRST_IN_LEGEND], "…", items[-1]]
    is_plain = labels == [str(place) for place in range(size)]
    return _Heading(lines, [1] * shown, gap, [] if is_plain else ["columns", *listing(items)])


def _hidden(rows: int, across: int, width: int | None) -> Iterator[str]:
    """Yield the lines that say how much there was no room for."""
    unseen = [counted(number, noun) for number, noun in ((rows, "row"), (across, "column")) if number]
    yield from map(" ".join, packed(["not shown:", *listing(unseen)] if unseen else [], width))
