"""The exit records of all jobs in columns: a few bytes for each item, as a sweep may have millions of runs."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from heracles.lean import NamedTuple
from heracles.schedulers.indices import consecutive
from heracles.store.column import Column

__all__ = ["ABSENT", "CUT_SHORT", "ENDED", "STARTED", "JobRecords", "RecordColumns", "Row"]

ABSENT = 0
"""The mark of an item that nothing is recorded of."""

STARTED = 1
"""The mark of an item that started and has not ended."""

ENDED = 2
"""The mark of an item that ended with exit code 0; that of another code, up to 999, is larger by the code."""

CUT_SHORT = ENDED + 1000
"""The mark of an item that ended with exit code 0 after its task was told to end."""

_BLOCK = 64  # places that are added at a time; with more, the jobs' first and last blocks would be emptier


class Row(NamedTuple):
    """What is recorded of an item.

    Attributes:
        mark: `STARTED`, `CUT_SHORT`, or `ENDED` and the exit code.
        time: When it was recorded, in seconds since 1970.
        task_job_id: The task's own job id.
        node: The number of the file that it is recorded in.

    """

    mark: int
    time: int
    task_job_id: str
    node: int


class RecordColumns:
    """The columns that the records of all jobs share, with a place for each item.

    Columns of each job's own would be many small pieces of memory, which grow by turns and leave gaps.

    Attributes:
        marks, times, ids, nodes: The fields of each row.

    """

    def __init__(self) -> None:
        self.marks = Column()
        self.times = array("I")
        self.ids = array("I")
        self.nodes = Column()

    def add_block(self) -> int:
        """Add places for a block of items, and return the first of them."""
        first = len(self.times)
        self.marks.grow(_BLOCK)
        self.nodes.grow(_BLOCK)
        for column in (self.times, self.ids):
            column.frombytes(bytes(_BLOCK * column.itemsize))
        return first

    def row(self, place: int) -> Row | None:
        """Return what is at a place; None for nothing."""
        mark = self.marks[place]
        return Row(mark, self.times[place], str(self.ids[place]), self.nodes[place]) if mark else None


class JobRecords:
    """The latest record of each item of a compilation that one job has recorded.

    In one file, the order of its lines says which record of an item is the latest; between files, clocks do.

    Args:
        columns: Where the rows are; one that does not fit into a column is kept as an object.

    """

    def __init__(self, columns: RecordColumns) -> None:
        self._columns = columns
        self._blocks: dict[int, int] = {}  # the first place of each block of items
        self._others: dict[int, Row] = {}
        self._known: tuple[int, int] | None = None

    def extend(self, items: Sequence[int], rows: Sequence[Sequence[int]], node: int) -> None:
        """Add records of one file, in the order of its lines.

        Args:
            items: The items.
            rows: The marks, the times and the tasks' own job ids; none of them is too large for a column.
            node: The number of the file.

        """
        latest = dict(zip(items, range(len(items)), strict=True))
        for item in self._others.keys() & latest.keys():
            mark, time, task_job_id = (column[latest[item]] for column in rows)
            self.add(item, Row(mark, time, str(task_job_id), node))
            del latest[item]
        blocks = self._blocks_of(latest)
        new_marks, new_times, new_ids = rows
        self._columns.marks.fit(max(new_marks))
        self._columns.nodes.fit(node)
        marks, nodes = self._columns.marks.numbers, self._columns.nodes.numbers
        times, ids = self._columns.times, self._columns.ids
        for item, line in latest.items():
            at, time = blocks[item // _BLOCK] + item % _BLOCK, new_times[line]
            if times[at] <= time or nodes[at] == node:
                marks[at], times[at], ids[at], nodes[at] = new_marks[line], time, new_ids[line], node

    def _blocks_of(self, items: Iterable[int]) -> dict[int, int]:
        """Return the first place of each block, with those of some items, which are added if they are missing."""
        for number in sorted({item // _BLOCK for item in items} - self._blocks.keys()):
            self._blocks[number] = self._columns.add_block()
        return self._blocks

    def add(self, item: int, row: Row) -> None:
        """Add a record of any form."""
        before = self.get(item)
        if before is None or before.node == row.node or before.time <= row.time:
            self._others[item] = row

    def add_task(self, item: int, task: int) -> None:
        """Add the id of the task that has an item; -1 if the job is no array. Of one job, one item says all."""
        self._known = self._known or (item, task)

    def task(self, item: int, pack: int) -> int | None:
        """Return the id of the task that has an item; None if the job is no array.

        Args:
            item: The item.
            pack: How many items a task has.

        """
        known, task = self._known or (item, -1)
        return None if task < 0 else task + item // pack - known // pack

    def get(self, item: int) -> Row | None:
        """Return the record of an item; None for none."""
        if item in self._others:
            return self._others[item]
        block = self._blocks.get(item // _BLOCK)
        return None if block is None else self._columns.row(block + item % _BLOCK)

    def marks(self, items: range) -> "array[int]":
        """Return the mark of each of some consecutive items."""
        column = self._columns.marks.numbers
        absent = array(column.typecode, [ABSENT]) * _BLOCK
        found = array(column.typecode)
        for number in range(items.start // _BLOCK, -(-items.stop // _BLOCK)):
            block = self._blocks.get(number)
            found.extend(absent if block is None else column[block : block + _BLOCK])
        start = items.start % _BLOCK
        found = found[start : start + len(items)]
        few = self._others.keys() & items if len(self._others) < len(items) else filter(self._others.get, items)
        others = {item - items.start: self._others[item].mark for item in few}
        if others:
            found = array("H", found)
        for place, mark in others.items():
            found[place] = mark
        return found

    def spans(self) -> list[range]:
        """Return ascending ranges of items that together hold all with a record, and few others."""
        numbers = self._blocks.keys() | {item // _BLOCK for item in self._others}
        return [range(each.start * _BLOCK, each.stop * _BLOCK) for each in consecutive(sorted(numbers))]

    def times(self) -> tuple[int, int]:
        """Return the earliest and the latest of the times; 0 is none."""
        parts = [self._columns.times[block : block + _BLOCK] for block in self._blocks.values()]
        others = [row.time for row in self._others.values()]
        return min(filter(None, chain(*parts, others)), default=0), max(chain(*parts, others), default=0)

    def __iter__(self) -> Iterator[int]:
        """Yield the items that have a record, in order."""
        for span in self.spans():
            yield from (item for item, mark in zip(span, self.marks(span), strict=True) if mark != ABSENT)
