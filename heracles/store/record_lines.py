"""The lines of exit records: text → columns of numbers, many lines at once, and which lines are damaged.

A line is

    COMPILATION JOB TASK TASKJOB ITEM WORD TIME

with the compilation's key, the ids of the job and of the task (`-` for none), the task's own job id, the item, `start`
or the exit code, and the seconds since 1970. The exit code is 00 if it was 0 but the task was told to end before, so
that the run may have saved its state and not be done.
"""

import json
import os
import re
from array import array
from collections.abc import Iterator, Sequence

from heracles.lean import NamedTuple, pattern
from heracles.store.record_columns import CUT_SHORT, ENDED, STARTED, Row

__all__ = ["Batch", "Piece", "pieces"]

_RECORD = pattern(r"\S{1,99} \S{1,99} (?:-|\d{1,19}) \S{1,99} \d{1,19} (?:start|\d{1,3}) \d{1,15}", re.ASCII)
_FIELDS = 7  # of a line in JSON, with the null that stands for its end
_TYPES = "QiIQhI"  # of the job, the task, its own job id, the item, the code and the time, as of an array
_MARKS = {"start": STARTED, "00": CUT_SHORT}
_CUT_SHORT = CUT_SHORT - ENDED  # in the place of an exit code, of which 999 is the largest
_LONGEST = 99
_SIZE = 2**18


class Batch(NamedTuple):
    """Records of items of a compilation by one job, in the order of the lines.

    Attributes:
        compilation, job: The compilation's key, and the id of the job.
        task: The id of the task that has the first of them; -1 for none.
        items: The items.
        columns: As `JobRecords.extend` takes them.

    """

    compilation: str
    job: str
    task: int
    items: Sequence[int]
    columns: Sequence[Sequence[int]]


class Piece(NamedTuple):
    """What some consecutive lines of a file say.

    Attributes:
        batches: The records in lines of the usual form.
        others: The other records, each with the compilation's key, the id of the job, the item and the task's id.
        lines: How many lines these are.
        damaged: The places of the lines that are no records: torn, or mixed with others over NFS.
        is_torn: Whether the last line has no end, so that it may be one that is being written.

    """

    batches: Sequence[Batch]
    others: Sequence[tuple[str, str, int, int, Row]]
    lines: int
    damaged: Sequence[int] = ()
    is_torn: bool = False


def pieces(descriptor: int, node: int) -> Iterator[Piece]:
    """Yield what a file says, piece by piece, and close it.

    Args:
        descriptor: The file, open.
        node: Its number.

    Raises:
        OSError: If it cannot be read.

    """
    with os.fdopen(descriptor, "rb") as file:
        while text := file.read(_SIZE):
            text += b"" if text.endswith(b"\n") else file.readline()
            yield _usual(text) or _any(text, node)


def _usual(text: bytes) -> Piece | None:
    """Read lines that all have numbers of the usual size, and are of one compilation; None if they are not.

    Such lines are an array in JSON once their compilation, spaces and ends are replaced, and JSON is read by C.
    """
    compilation, _, rest = text[:-1].partition(b" ")
    lines, starts, cuts, dashes = text.count(b"\n"), *map(rest.count, (b" start ", b" 00 ", b" - "))
    if not text.endswith(b"\n") or rest.count(b"-") != dashes or len(compilation) > _LONGEST:
        return None
    for word, number in ((b" start ", -1), (b" 00 ", _CUT_SHORT), (b" - ", -1)):
        rest = rest.replace(word, b" %d " % number)
    rest = rest.replace(b"\n%b " % compilation, b",null,")
    jobs, tasks, ids, items, codes, times = _numbers(rest.replace(b" ", b","), lines) or [array("b")] * 6
    if not items or tasks.count(-1) != dashes or min(tasks) < -1:
        return None
    if (codes.count(-1), codes.count(_CUT_SHORT)) != (starts, cuts) or min(codes) < -1 or max(codes) > _CUT_SHORT:
        return None
    marks = array("H", [code + ENDED for code in codes])
    columns = items, marks, times, ids
    return Piece(list(_batches(compilation.decode("ascii", "replace"), jobs, tasks, columns)), (), lines)


def _numbers(text: bytes, lines: int) -> "list[array[int]] | None":
    """Return the columns of an array in JSON, whose lines end with null; None if it is none, or numbers are too large.

    Args:
        text: The array, without its brackets and the last null.
        lines: How many lines it has.

    """
    if text.translate(None, b"0123456789,-nul"):
        return None
    try:
        numbers = json.loads(b"[%b,null]" % text)
        columns = [array(of, numbers[at::_FIELDS]) for at, of in enumerate(_TYPES)]
    except (ValueError, TypeError, OverflowError):
        return None
    is_whole = len(numbers) == lines * _FIELDS and numbers[_FIELDS - 1 :: _FIELDS].count(None) == lines
    return columns if is_whole else None


def _batches(
    compilation: str, jobs: "array[int]", tasks: "array[int]", columns: Sequence["array[int]"]
) -> Iterator[Batch]:
    if jobs.count(jobs[0]) == len(jobs):
        yield Batch(compilation, str(jobs[0]), tasks[0], columns[0], columns[1:])
        return
    places: dict[int, list[int]] = {}
    for place, job in enumerate(jobs):
        places.setdefault(job, []).append(place)
    for job, chosen in places.items():
        parts = [list(map(column.__getitem__, chosen)) for column in columns]
        yield Batch(compilation, str(job), tasks[chosen[0]], parts[0], parts[1:])


def _any(text: bytes, node: int) -> Piece:
    """Read lines of any kind: those of a compilation that are as usual together, the others one by one."""
    *lines, last = text.split(b"\n")
    lines += [last] if last else []
    damaged = {place for place, line in enumerate(lines) if not _RECORD.fullmatch(line.decode("ascii", "replace"))}
    by_compilation: dict[bytes, list[bytes]] = {}
    for line in (line for place, line in enumerate(lines) if place not in damaged):
        by_compilation.setdefault(line.partition(b" ")[0], []).append(line)
    batches: list[Batch] = []
    others: list[tuple[str, str, int, int, Row]] = []
    for of_compilation in by_compilation.values():
        if usual := _usual(b"\n".join([*of_compilation, b""])):
            batches += usual.batches
        else:
            others += [_one(line.decode("ascii", "replace"), node) for line in of_compilation]
    return Piece(batches, others, len(lines), sorted(damaged), is_torn=bool(last))


def _one(line: str, node: int) -> tuple[str, str, int, int, Row]:
    """Read a line that is not damaged."""
    compilation, job, task, task_job_id, item, word, time = line.split(" ")
    mark = _MARKS.get(word) or ENDED + int(word)
    number = -1 if task == "-" else int(task)
    return compilation, job, int(item), number, Row(mark, int(time), task_job_id, node)
