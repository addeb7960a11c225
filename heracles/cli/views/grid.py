"""The grid of a status: the runs of a sweep folded onto two of its dimensions."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from heracles.cli.views.fitting import listing, packed, padded, shortened
from heracles.cli.views.fold import Fold, Side, folded
from heracles.cli.views.marks import RANK, legend, painted
from heracles.ir import Runs
from heracles.ir.values import SEED
from heracles.jobs.statuses import Statuses
from heracles.lean import NamedTuple
from heracles.schedulers.client import State
from heracles.text import columns, counted, printable

__all__ = ["grid"]

_MOST_ROWS = 50
_MOST_IN_LEGEND, _FIRST_IN_LEGEND = 60, 4
_LABEL_WIDTH = 24
_MOST_CELLS_PER_RUN = 4
_PIPED_WIDTH = 120  # of the headings, where there is no terminal


def grid(sweep: Runs, statuses: Statuses, width: int | None, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a grid of two dimensions; none if fewer than two have several values, or few cells have runs.

    A cell has the mark of the worst of its runs; one without runs is empty. If its runs differ in their seeds, and
    there is room, it also says how many of them are done.

    Args:
        sweep: The sweep.
        statuses: What became of its runs.
        width: Where to cut a line, in terminal columns; None for nowhere.
        colour: Whether the marks are in colours.

    """
    fold = folded(sweep)
    if fold is None or fold.rows.size * fold.across.size > _MOST_CELLS_PER_RUN * len(statuses):
        return
    rows, across = fold.rows, fold.across
    labels = _row_labels(rows, width)
    left = max(map(columns, labels))
    room = None if width is None else max(2, width - left - 4)
    each = fold.runs_per_cell
    heading = _counting(across, each, room) if fold.has_seeds else None
    counts = heading is not None
    heading = heading or _heading(across, room)
    yield from map(" ".join, packed(_title(fold, counts=counts), width))
    yield ""
    yield from (f"  {' ' * left}  {line}".rstrip() for line in heading.lines)
    cells = _cells(statuses, fold, (len(labels), len(heading.widths)))
    more = "…" if len(heading.widths) < across.size else ""
    for label, line in zip(labels, cells, strict=True):
        texts = (
            _drawn(cell, wide, colour=colour, counts=counts) for cell, wide in zip(line, heading.widths, strict=True)
        )
        yield f"  {padded(label, left)}  {heading.gap.join(texts)}{more}".rstrip()
    yield from ["  …"] if len(labels) < rows.size else []
    yield from _hidden(rows.size - len(labels), across.size - len(heading.widths), width)
    shown = {cell.worst for cell in itertools.chain(*cells) if cell} - ({State.DONE} if counts else set())
    notes = [*map(" ".join, packed(heading.legend, width)), *legend(shown, width, colour=colour)]
    yield from ["", *notes] if notes else []


def _label(side: Side, place: int, most: int) -> str:
    """Return the value at a place, at most so many columns wide; `#0` for a seed, which differs from run to run."""
    label = side.label(place)
    return f"#{place}" if label == SEED.text else shortened(printable(label) or "(empty)", most)


def _row_labels(rows: Side, width: int | None) -> list[str]:
    most = _LABEL_WIDTH if width is None else min(_LABEL_WIDTH, width // 3)
    return [_label(rows, place, most) for place in range(min(rows.size, _MOST_ROWS))]


def _title(fold: Fold, *, counts: bool) -> list[str]:
    """Return what the sides are and what a cell says, in pieces that stay whole."""
    names = [f"rows: {printable(fold.rows.name)},", f"columns: {printable(fold.across.name)}"]
    if fold.runs_per_cell == 1:
        return names
    names[1] += ";"
    each = fold.runs_per_cell if fold.is_even else 0
    if counts:
        return [*names, "a cell counts", "the runs done,", f"of {each:,}" if each else "of all its runs"]
    return [*names, "a cell is", "the worst of", counted(each, "run") if each else "its runs"]


class _Cell(NamedTuple):
    """What is known of the runs of a cell: the state of the worst, and how many there are and are done."""

    worst: State
    done: int
    runs: int


def _cells(statuses: Statuses, fold: Fold, shown: tuple[int, int]) -> list[list[_Cell | None]]:
    """Return the cells that are shown, row by row; None for one without runs."""
    tally = _tally(statuses, fold, shown)
    return [[_cell(tally.get((row, column))) for column in range(shown[1])] for row in range(shown[0])]


def _cell(counts: Mapping[State, int] | None) -> _Cell | None:
    if not counts:
        return None
    return _Cell(min(counts, key=RANK.__getitem__), counts.get(State.DONE, 0), sum(counts.values()))


def _tally(statuses: Statuses, fold: Fold, shown: tuple[int, int]) -> dict[tuple[int, int], Counter[State]]:
    """Return how many runs are in each state, in each cell that is shown."""
    tally: dict[tuple[int, int], Counter[State]] = defaultdict(Counter)
    if fold.runs is not None:
        for cell in itertools.product(range(shown[0]), range(shown[1])):
            for kind, count in statuses.kinds_of(fold.runs(*cell)).items():
                tally[cell][kind.state] += count
        return tally
    shown_rows, shown_columns = shown
    for run, state in enumerate(statuses.states):
        cell = fold.cell(run)
        if cell[0] < shown_rows and cell[1] < shown_columns:
            tally[cell][state] += 1
    return tally


def _drawn(cell: _Cell | None, wide: int, *, colour: bool, counts: bool) -> str:
    """Return a cell: `F`, or `4/5 F` with a count and no mark if all are done."""
    if cell is None:
        return " " * wide
    number = f"{cell.done}/{cell.runs}" if counts else ""
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


def _counting(across: Side, each: int, room: int | None) -> _Heading | None:
    """Return a heading with the values, wide enough for counts; None if there is no room for that."""
    return _named(across, len(f"{each}/{each} F"), room)


def _named(across: Side, least: int, room: int | None) -> _Heading | None:
    labels = [_label(across, place, _LABEL_WIDTH) for place in range(across.size)]
    widths = [max(least, columns(label)) for label in labels]
    if sum(widths) + 2 * (across.size - 1) > (_PIPED_WIDTH if room is None else room):
        return None
    return _Heading(["  ".join(map(padded, labels, widths))], widths, "  ", [])


def _heading(across: Side, room: int | None) -> _Heading:
    """Return a heading with the values if there is room for them, else with their numbers."""
    return _named(across, 1, room) or _numbered(across, room)


def _numbered(across: Side, room: int | None) -> _Heading:
    size = across.size
    room = max(_PIPED_WIDTH, size) if room is None else room
    gap = " " if 2 * size - 1 <= room else ""
    shown = size if size <= room else room - 1
    numbers = [str(place).rjust(len(str(shown - 1))) for place in range(shown)]
    lines = [gap.join(digits) for digits in zip(*numbers, strict=True)]
    labels = [_label(across, place, _LABEL_WIDTH) for place in range(size)]
    items = [f"{place}: {label}" for place, label in enumerate(labels)]
    if len(items) > _MOST_IN_LEGEND:
        items = [*items[:_FIRST_IN_LEGEND], "…", items[-1]]
    is_plain = labels == [str(place) for place in range(size)]
    return _Heading(lines, [1] * shown, gap, [] if is_plain else ["columns", *listing(items)])


def _hidden(rows: int, across: int, width: int | None) -> Iterator[str]:
    """Yield the lines that say how much there was no room for."""
    unseen = [counted(number, noun) for number, noun in ((rows, "row"), (across, "column")) if number]
    yield from map(" ".join, packed(["not shown:", *listing(unseen)] if unseen else [], width))
