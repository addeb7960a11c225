"""The back end that says what became of a sweep's runs: for people as lines of text, for programs as JSON."""

import itertools
import json
import math
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from heracles.backends import run_script
from heracles.ir import Dimension, Sweep
from heracles.ir.values import SEED
from heracles.jobs.status import RunStatus
from heracles.schedulers.client import State
from heracles.text import columns, counted, printable, spelled

__all__ = ["as_json", "grid", "summary", "troubled"]

# The worst first: the mark of each state in the grid, and how a terminal shows it.
_MARKS = {
    State.FAILED: ("F", "31"),
    State.OUT_OF_MEMORY: ("M", "33"),
    State.TIMED_OUT: ("T", "33"),
    State.CANCELLED: ("C", "33"),
    State.LOST: ("L", "35"),
    State.UNKNOWN: ("?", "35"),
    State.RUNNING: ("R", "34"),
    State.PENDING: ("-", "2"),
    State.NEW: ("_", ""),
    State.DONE: (".", "32"),
}
_RANK = {state: rank for rank, state in enumerate(_MARKS)}
_TROUBLE = frozenset(State) - {State.DONE, State.RUNNING, State.PENDING, State.NEW}
_ORDINARY = frozenset({"", "None", "Priority", "Resources", "BeginTime", "JobArrayTaskLimit"})
_WORDS_WIDTH = max(len(state.words) for state in State)

_MOST_REASONS = 4
_MOST_ROWS = 50
_MOST_IN_LEGEND, _FIRST_IN_LEGEND = 60, 4
_LABEL_WIDTH = 24
_LEAST_OVERRIDES = 20  # columns: where there are fewer, they have a line of their own
_PIPED_WIDTH = 120  # of the headings, where there is no terminal
_LAST_SIGNAL = 31  # the last that is no real-time one: a larger code is a program's own


def summary(name: str, statuses: Sequence[RunStatus], width: int | None) -> Iterator[str]:
    """Give the lines that count the runs in each state, and the reasons of those that wait for a person.

    Args:
        name: The script's name.
        statuses: What became of the runs.
        width: Where to cut a line, in terminal columns; None for nowhere.

    """
    runs = f": {counted(len(statuses), 'run')}"
    attempts = max((status.attempts for status in statuses), default=0)
    tried = f"in up to {attempts:,} attempts"
    title = f"{_shortened(printable(name), None if width is None else width - len(runs))}{runs}"
    if attempts > 1 and _fits(f"{title}, {tried}", width):
        yield f"{title}, {tried}"
    else:
        yield title
        yield from [tried] if attempts > 1 else []
    yield ""
    counts = _counts(statuses)
    numbers = {state: spelled(count) for state, count in counts.items()}
    wide = max(map(len, numbers.values()), default=0)
    for state, number in numbers.items():
        line = f"  {state.words.ljust(_WORDS_WIDTH)}  {number.rjust(wide)}"
        reasons = _reasons(statuses) if state is State.PENDING else []
        together = "  ".join([line, ", ".join(reasons)]) if reasons else line
        if _fits(together, width):
            yield together
        else:
            yield from (_cut(each, width) for each in [line, *(f"    {reason}" for reason in reasons)])


def troubled(
    sweep: Sweep, statuses: Sequence[RunStatus], log: Callable[[RunStatus], str], width: int | None, most: int = 20
) -> Iterator[str]:
    """Give the lines of a table of the runs that went wrong, or that nobody knows of; none if there are none.

    Args:
        sweep: The sweep.
        statuses: What became of its runs.
        log: Gives the path of a run's log; empty if that is not known.
        width: Where to cut a line, in terminal columns; None for nowhere.
        most: How many runs to show.

    """
    found = [status for status in statuses if status.state in _TROUBLE]
    shown = found[:most]
    again = any(status.attempts > 1 for status in shown)
    rows = [_row(sweep, status, log, again=again) for status in shown]
    yield from _table(rows, width) or _blocks(rows, width)
    if len(found) > len(shown):
        more = ["…", "and", spelled(len(found) - len(shown)), "more:", "--json", "lists", "them", "all"]
        yield from map(" ".join, _packed(more, width))


def grid(sweep: Sweep, statuses: Sequence[RunStatus], width: int | None, *, colour: bool) -> Iterator[str]:
    """Give the lines of a grid of the two largest axes, with a mark for the worst of the runs in each cell.

    There are none where fewer than two axes have several values.

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
    yield from map(" ".join, _packed(_title(sweep, rows, across), width))
    yield ""
    most = _LABEL_WIDTH if width is None else min(_LABEL_WIDTH, width // 3)
    labels = [_label(rows.axis, place, most) for place in range(min(rows.axis.size, _MOST_ROWS))]
    left = max(map(columns, labels))
    heading = _heading(across.axis, None if width is None else max(2, width - left - 4))
    yield from (f"  {' ' * left}  {line}".rstrip() for line in heading.lines)
    shown = len(heading.widths)
    cells = _folded(statuses, rows, across, (len(labels), shown))
    more = "…" if shown < across.axis.size else ""
    for label, states in zip(labels, cells, strict=True):
        marks = (_painted(state, colour=colour) for state in states)
        line = heading.gap.join(f"{mark}{' ' * (wide - 1)}" for mark, wide in zip(marks, heading.widths, strict=True))
        yield f"  {_padded(label, left)}  {line}{more}".rstrip()
    yield from ["  …"] if len(labels) < rows.axis.size else []
    hidden = [(rows.axis.size - len(labels), "row"), (across.axis.size - shown, "column")]
    unseen = [counted(number, noun) for number, noun in hidden if number]
    yield from map(" ".join, _packed(["not shown:", *_listing(unseen)] if unseen else [], width))
    yield ""
    yield from map(" ".join, _packed(heading.legend, width))
    yield from _legend(set(itertools.chain(*cells)), width, colour=colour)


def as_json(name: str, sweep: Sweep, statuses: Sequence[RunStatus], log: Callable[[RunStatus], str]) -> Iterator[str]:
    """Give a JSON object in pieces: the counts, and in its `list` an object for each run, on a line of its own.

    Args:
        name: The script's name.
        sweep: The sweep.
        statuses: What became of each run, in order.
        log: Gives the path of a run's log; empty if that is not known.

    """
    head = {
        "script": name,
        "runs": len(statuses),
        "counts": {state.value: count for state, count in _counts(statuses).items()},
        "attempts": max((status.attempts for status in statuses), default=0),
    }
    yield f'{json.dumps(head)[:-1]}, "list": ['
    words = {state: state.value for state in State}
    before = "\n"
    for status, overrides in zip(statuses, sweep, strict=True):
        last = status.last
        entry = {
            "run": status.run,
            "overrides": overrides,
            "state": words[status.state],
            "exit_code": last.code,
            "reason": last.reason,
            "job": last.job or None,
            "node": last.node or None,
            "attempts": status.attempts,
            "log": log(status) or None,
        }
        yield f"{before}{json.dumps(entry)}"
        before = ",\n"
    yield "\n]}\n"


def _counts(statuses: Iterable[RunStatus]) -> dict[State, int]:
    """Count the runs in each state that occurs, in the order of the states."""
    counts = Counter(status.state for status in statuses)
    return {state: counts[state] for state in State if counts[state]}


def _reasons(statuses: Iterable[RunStatus]) -> list[str]:
    """Say why runs wait for a person: `10 of them JobHeldUser`, `2 BadConstraints`; the commonest first."""
    reasons = Counter(status.last.reason for status in statuses if status.state is State.PENDING)
    telling = [(reason, count) for reason, count in reasons.most_common() if reason not in _ORDINARY]
    texts = [
        f"{count:,} {'' if place else 'of them '}{printable(reason)}" for place, (reason, count) in enumerate(telling)
    ]
    return texts if len(texts) <= _MOST_REASONS else [*texts[:_MOST_REASONS], "…"]


class _Row(NamedTuple):
    """A run that went wrong, as it is shown."""

    run: str
    state: str
    exit: str
    job: str
    attempts: str
    log: str
    overrides: str


def _row(sweep: Sweep, status: RunStatus, log: Callable[[RunStatus], str], *, again: bool) -> _Row:
    varying = {key for part in sweep.dimensions if part.size > 1 or part.is_random for key in part.keys}
    row = zip(sweep.columns, sweep.row(status.run), strict=True)
    telling = [override for key, override in row if override is not None and key in varying]
    return _Row(
        str(status.run),
        status.state.words,
        "" if status.code is None else _ended(status.code),
        printable(status.last.job),
        str(status.attempts) if again else "",
        printable(log(status)),
        printable(run_script.words(telling)),
    )


def _ended(code: int) -> str:
    """Give an exit code, and the signal's name behind what stands for one: `137 SIGKILL`."""
    try:
        return f"{code} {signal.Signals(code - 128).name}" if code <= 128 + _LAST_SIGNAL else str(code)
    except ValueError:
        return str(code)


def _table(rows: Sequence[_Row], width: int | None) -> list[str]:
    """Give a table with a line for each run; no lines at all where that would be too wide."""
    header = _Row(*_Row._fields)
    used = [place for place in range(len(header)) if any(row[place] for row in rows)]
    fixed = [place for place in used if header[place] != "overrides"]
    wide = {place: max(columns(row[place]) for row in (header, *rows)) for place in fixed}
    least = sum(wide.values()) + 2 * len(fixed)
    if len(used) > len(fixed):
        least += 2 + max(columns(_start(row.overrides, _LEAST_OVERRIDES)) for row in (header, *rows))
    if width is not None and least > width:
        return []
    lines = []
    for row in [header, *rows] if rows else []:
        cells = [_padded(row[place], wide.get(place, 0)) for place in used]
        cells[0] = _padded("", wide[0] - len(row.run)) + row.run
        lines.append(_cut(f"  {'  '.join(cells)}".rstrip(), width))
    return lines


def _blocks(rows: Iterable[_Row], width: int | None) -> Iterator[str]:
    """Give some lines for each run, for a narrow window."""
    room = None if width is None else max(1, width - 4)
    for row in rows:
        job = row.job if not row.job or row.job.startswith("process") else f"job {row.job}"
        again = f"{row.attempts} attempts" if row.attempts not in ("", "1") else ""
        told = [row.state, row.exit and f"exit {row.exit}", job, again]
        items = _packed([f"run {row.run}:", *_listing([item for item in told if item])], room)
        for place, line in enumerate(map(" ".join, items)):
            yield f"{'    ' if place else '  '}{line}"
        yield from (f"    {text}" for text in (_cut(row.overrides, room), _shortened(row.log, room)) if text)


class _Side(NamedTuple):
    """An axis along a side of the grid: run r is at place `r // stride % axis.size` of it."""

    axis: Dimension
    stride: int


def _sides(sweep: Sweep) -> list[_Side]:
    """Give the rows and the columns of the grid; fewer than two where it would be none."""
    several = [place for place, axis in enumerate(sweep.dimensions) if axis.size > 1]
    several.sort(key=lambda place: (sweep.dimensions[place].is_random, -sweep.dimensions[place].size))
    chosen = sorted(several[:2], key=lambda place: (-sweep.dimensions[place].size, place))
    return [
        _Side(sweep.dimensions[place], math.prod(axis.size for axis in sweep.dimensions[place + 1 :]))
        for place in chosen
    ]


def _title(sweep: Sweep, rows: _Side, across: _Side) -> list[str]:
    runs = sweep.size // (rows.axis.size * across.axis.size)
    names = [f"rows: {printable(rows.axis.name)},", f"columns: {printable(across.axis.name)}"]
    return [*names[:1], f"{names[1]};", "a cell is", "the worst of", counted(runs, "run")] if runs > 1 else names


def _folded(statuses: Iterable[RunStatus], rows: _Side, across: _Side, shown: tuple[int, int]) -> list[list[State]]:
    """Give the worst state in each of the cells that are shown, row by row."""
    cells: dict[tuple[int, int], State] = {}
    row_stride, row_size, column_stride, column_size = rows.stride, rows.axis.size, across.stride, across.axis.size
    shown_rows, shown_columns = shown
    for status in statuses:
        run, state = status.run, status.state
        row, column = run // row_stride % row_size, run // column_stride % column_size
        if row < shown_rows and column < shown_columns:
            before = cells.get((row, column))
            if before is None or (before is not state and _RANK[state] < _RANK[before]):
                cells[row, column] = state
    return [[cells.get((row, column), State.NEW) for column in range(shown_columns)] for row in range(shown_rows)]


class _Heading(NamedTuple):
    """What stands above the grid's columns, how wide each of those shown is, and what is said of them below."""

    lines: list[str]
    widths: list[int]
    gap: str
    legend: list[str]


def _heading(axis: Dimension, room: int | None) -> _Heading:
    """Name the columns by their values where there is room for that, else number them."""
    labels = [_label(axis, place, _LABEL_WIDTH) for place in range(axis.size)]
    widths = [max(1, columns(label)) for label in labels]
    if sum(widths) + 2 * (axis.size - 1) <= (_PIPED_WIDTH if room is None else room):
        return _Heading(["  ".join(map(_padded, labels, widths))], widths, "  ", [])
    room = max(_PIPED_WIDTH, axis.size) if room is None else room
    gap = " " if 2 * axis.size - 1 <= room else ""
    shown = axis.size if axis.size <= room else room - 1
    numbers = [str(place).rjust(len(str(shown - 1))) for place in range(shown)]
    lines = [gap.join(digits) for digits in zip(*numbers, strict=True)]
    legend = [f"{place}: {label}" for place, label in enumerate(labels)]
    if len(legend) > _MOST_IN_LEGEND:
        legend = [*legend[:_FIRST_IN_LEGEND], "…", legend[-1]]
    is_plain = labels == [str(place) for place in range(axis.size)]
    return _Heading(lines, [1] * shown, gap, [] if is_plain else ["columns", *_listing(legend)])


def _label(axis: Dimension, place: int, most: int) -> str:
    """Give the value at a place; where that is a seed, which every run has another of, its number."""
    label = axis.label(place)
    return f"#{place}" if label == SEED.text else _shortened(printable(label) or "(empty)", most)


def _legend(states: Iterable[State], width: int | None, *, colour: bool) -> Iterator[str]:
    """Say what the marks mean that occur."""
    meant = {f"{_MARKS[state][0]} {state.words}": state for state in State if state in states}
    for line in _packed(meant, None if width is None else max(width, _WORDS_WIDTH + 2), 2):
        yield "  ".join(f"{_painted(meant[item], colour=colour)}{item[1:]}" for item in line)


def _painted(state: State, *, colour: bool) -> str:
    mark, code = _MARKS[state]
    return f"\x1b[{code}m{mark}\x1b[0m" if colour and code else mark


def _listing(items: Sequence[str]) -> list[str]:
    """Put a comma behind each but the last."""
    return [f"{item}," if place < len(items) - 1 else item for place, item in enumerate(items)]


def _packed(items: Iterable[str], width: int | None, gap: int = 1) -> Iterator[list[str]]:
    """Give the items that stand on each line, as many as fit; one that is wider than a line is cut."""
    line: list[str] = []
    used = 0
    for item in (_cut(item, width) for item in items):
        wide = columns(item)
        if line and width is not None and used + gap + wide > width:
            yield line
            line, used = [], 0
        used += wide + (gap if line else 0)
        line.append(item)
    if line:
        yield line


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _fits(text: str, width: int | None) -> bool:
    return width is None or len(_start(text, width)) == len(text)


def _start(text: str, width: int) -> str:
    """Give as much of the text's start as fits."""
    if text.isascii():
        return text[: max(0, width)]
    used = 0
    for place, character in enumerate(text):
        used += columns(character)
        if used > width:
            return text[:place]
    return text


def _cut(text: str, width: int | None) -> str:
    return text if width is None or _fits(text, width) else f"{_start(text, width - 1)}…"


def _shortened(text: str, width: int | None) -> str:
    """Cut the text in its middle: what names and paths differ in is mostly at their ends."""
    if width is None or _fits(text, width):
        return text
    behind = width // 2
    return f"{_start(text, width - 1 - behind)}…{_start(text[::-1], behind)[::-1]}"
