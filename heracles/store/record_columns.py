"""The exit records of one job in columns: a few bytes for each item, as a sweep may have millions of runs."""

from array import array
from collections.abc import Iterator, Sequence
from itertools import chain

from heracles.lean import NamedTuple

__all__ = ["ABSENT", "CUT_SHORT", "STARTED", "RecordColumns", "Row"]

ABSENT = -2
"""The code of an item that nothing is recorded of."""

STARTED = -1
"""The code of an item that started and has not ended."""

CUT_SHORT = 1000
"""The code of an item that ended with exit code 0 after its task was told to end."""

_LEAST = 1024  # items that a job's columns may span, however few of them have a record
_SPARSE = 16  # the columns may span so many items for each that has a record


class Row(NamedTuple):
    """What is recorded of an item.

    Attributes:
        code: The exit code, or `STARTED` or `CUT_SHORT`.
        time: When it was recorded, in seconds since 1970.
        task_job_id: The task's own job id.
        task: The id of the task; -1 for none.
        node: The number of the file that it is recorded in.

    """

    code: int
    time: int
    task_job_id: str
    task: int
    node: int


class RecordColumns:
    """The latest record of each item of a compilation that one job has recorded.

    In one file, the order of its lines says which record of an item is the latest; between files, clocks do.

    The items of a job are consecutive, or nearly so: a column has a place for each item of a range, and what is not in
    this range, or does not fit into a column, is kept as an object.
    """

    def __init__(self) -> None:
        self._first = 0
        self._number = 0
        self._codes = array("h")
        self._times = array("I")
        self._ids = array("I")
        self._tasks = array("I")
        self._nodes = array("I")
        self._others: dict[int, Row] = {}

    def extend(self, items: Sequence[int], rows: Sequence[Sequence[int]], node: int) -> None:
        """Add records of one file, in the order of its lines.

        Args:
            items: The items.
            rows: The codes, the times, the tasks' own job ids, and the ids of the tasks, -1 for none; none of them is
                too large for a column.
            node: The number of the file.

        """
        latest = dict(zip(items, range(len(items)), strict=True))
        self._number += len(latest)
        fits = self._fits(min(latest), max(latest))
        for item in self._others.keys() & latest.keys() if fits else list(latest):
            code, time, task_job_id, task = (column[latest[item]] for column in rows)
            self.add(item, Row(code, time, str(task_job_id), task, node))
            del latest[item]
        first = self._first
        new_codes, new_times, new_ids, new_tasks = rows
        codes, times, ids, tasks, nodes = self._codes, self._times, self._ids, self._tasks, self._nodes
        for item, place in latest.items():
            at, time = item - first, new_times[place]
            if times[at] <= time or nodes[at] == node:
                codes[at], times[at], ids[at] = new_codes[place], time, new_ids[place]
                tasks[at], nodes[at] = new_tasks[place] + 1, node

    def add(self, item: int, row: Row) -> None:
        """Add a record of any form."""
        before = self.get(item)
        if before is None or before.node == row.node or before.time <= row.time:
            self._others[item] = row
            place = item - self._first
            if 0 <= place < len(self._codes):
                self._codes[place], self._times[place] = ABSENT, 0

    def _fits(self, first: int, last: int) -> bool:
        """Return whether the columns have places for a range of items, which they get if that is not too many."""
        if not self._codes:
            self._first = first
        start, end = min(first, self._first), max(last + 1, self._first + len(self._codes))
        if end - start > max(_LEAST, _SPARSE * self._number):
            return False
        if start < self._first:
            start = max(0, start - len(self._codes) // 4)  # not again for each item
            self._grow(self._first - start, at_start=True)
            self._first = start
        self._grow(end - start - len(self._codes), at_start=False)
        return True

    def _grow(self, number: int, *, at_start: bool) -> None:
        if number <= 0:
            return
        for column in (self._codes, self._times, self._ids, self._tasks, self._nodes):
            value = ABSENT if column is self._codes else 0
            if at_start:
                column[:0] = array(column.typecode, [value]) * number
            else:
                column.extend(array(column.typecode, [value]) * number)

    def get(self, item: int) -> Row | None:
        """Return the record of an item; None for none."""
        if item in self._others:
            return self._others[item]
        place = item - self._first
        if not 0 <= place < len(self._codes) or self._codes[place] == ABSENT:
            return None
        where = str(self._ids[place]), self._tasks[place] - 1, self._nodes[place]
        return Row(self._codes[place], self._times[place], *where)

    def codes(self, items: range) -> "array[int]":
        """Return the exit code of each of some consecutive items, or `STARTED`, `CUT_SHORT` or `ABSENT`."""
        start = min(max(items.start - self._first, 0), len(self._codes))
        end = min(max(items.stop - self._first, start), len(self._codes))
        found = self._codes[start:end]
        if len(found) < len(items):
            before = min(max(self._first - items.start, 0), len(items))
            after = len(items) - before - len(found)
            absent = array("h", [ABSENT])
            found = absent * before + found + absent * after
        for item in self._others.keys() & items if len(self._others) < len(items) else filter(self._others.get, items):
            found[item - items.start] = self._others[item].code
        return found

    def spans(self) -> list[range]:
        """Return ascending ranges of items that together hold all with a record, and no more than needed otherwise."""
        column = [range(self._first, self._first + len(self._codes))] if self._codes else []
        others = (range(item, item + 1) for item in self._others if not (column and item in column[0]))
        return sorted([*column, *others], key=lambda items: items.start)

    def times(self) -> tuple[int, int]:
        """Return the earliest and the latest of the times; 0 is none."""
        others = [row.time for row in self._others.values()]
        return min(filter(None, chain(self._times, others)), default=0), max(chain(self._times, others), default=0)

    def __iter__(self) -> Iterator[int]:
        """Yield the items that have a record, in order."""
        for span in self.spans():
            yield from (item for item, code in zip(span, self.codes(span), strict=True) if code != ABSENT)
