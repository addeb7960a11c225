"""How long the tasks of job arrays were busy, from the exit records: from the start of a run to its end."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator

from heracles.errors import FileError
from heracles.lean import NamedTuple
from heracles.store.plain_files import open_folder, open_plain
from heracles.text import printable

__all__ = ["BusyTime", "task_times"]

_MOST_BYTES = 2**25
_FIELDS = 7


class BusyTime(NamedTuple):
    """How long the tasks of a job were busy on a node.

    Attributes:
        compilation, job: The key of the compilation, and the id of the job.
        seconds: For how long they ran one or more items, as far as these have ended, added up.
        since: When each task that still runs an item started to be busy, in seconds since 1970.

    """

    compilation: str
    job: str
    seconds: int
    since: tuple[int, ...] = ()


def task_times(path: str) -> list[BusyTime] | None:
    """Return how long the tasks were busy; None if there are too many records to be read for that.

    Args:
        path: The folder of the exit records; it may be missing.

    Raises:
        FileError: If it cannot be read.

    """
    try:
        folder = open_folder(path)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileError(f"cannot read {printable(path)}: {error.strerror}") from None
    try:
        names = sorted(os.listdir(folder))
        if sum(os.stat(name, dir_fd=folder, follow_symlinks=False).st_size for name in names) > _MOST_BYTES:
            return None
        return [time for name in names for time in _of_node(_lines(name, folder))]
    except OSError as error:
        raise FileError(f"cannot read {printable(path)}: {error.strerror}") from None
    finally:
        os.close(folder)


def _lines(name: str, folder: int) -> Iterator[list[str]]:
    """Yield the fields of the lines of a file that are whole, in their order."""
    with os.fdopen(open_plain(name, os.O_RDONLY, folder=folder), encoding="ascii", errors="replace") as file:
        for line in file:
            fields = line.split()
            if len(fields) == _FIELDS and fields[-1].isdecimal():
                yield fields


def _of_node(lines: Iterable[list[str]]) -> list[BusyTime]:
    """Return the times by job: a task runs items one after another, or some of them at a time."""
    seconds: dict[tuple[str, str], int] = {}
    busy: dict[tuple[str, str, str], tuple[int, set[str]]] = {}  # since when, and with which items
    for compilation, job, task, _, item, word, time in lines:
        key = compilation, job, task
        known = busy.get(key)
        if word == "start":
            if known and item not in known[1]:
                known[1].add(item)
            else:  # the first one, or started once more: when its first time ended is not recorded
                busy[key] = int(time), {item}
        elif known and item in known[1]:
            known[1].remove(item)
            if not known[1]:
                seconds[key[:2]] = seconds.get(key[:2], 0) + max(0, int(time) - known[0])
                del busy[key]
    started = defaultdict[tuple[str, str], list[int]](list)
    for (compilation, job, _), (since, _) in busy.items():
        started[compilation, job].append(since)
    jobs = dict.fromkeys([*seconds, *started])
    return [BusyTime(*key, seconds.get(key, 0), tuple(started.get(key, ()))) for key in jobs]
