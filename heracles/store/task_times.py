"""How long the tasks of job arrays were busy, from the exit records: from the start of a run to its end."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from heracles.errors import FileError
from heracles.lean import NamedTuple
from heracles.store.plain_files import open_folder, open_plain
from heracles.text import printable

__all__ = ["TaskTime", "task_times"]

_MOST_BYTES = 2**25
_FIELDS = 7


class TaskTime(NamedTuple):
    """How long a task of a job was busy on a node.

    Attributes:
        compilation, job: The key of the compilation, and the id of the job.
        seconds: For how long it ran one or more items, as far as these have ended.
        since: When the item that it still runs was started, in seconds since 1970; None if all have ended.

    """

    compilation: str
    job: str
    seconds: int
    since: int | None


def task_times(path: str) -> list[TaskTime] | None:
    """Return how long each task was busy; None if there are too many records to be read for that.

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


def _of_node(lines: Iterable[list[str]]) -> list[TaskTime]:
    tasks: dict[tuple[str, str, str], _Task] = {}
    for compilation, job, task, _, item, word, time in lines:
        known = tasks.setdefault((compilation, job, task), _Task())
        if word == "start":
            known.start(item, int(time))
        else:
            known.end(item, int(time))
    return [TaskTime(key[0], key[1], task.seconds, task.since) for key, task in tasks.items()]


@dataclass
class _Task:
    """A task that runs items one after another, or some of them at a time."""

    seconds: int = 0
    since: int | None = None
    running: set[str] = field(default_factory=set)

    def start(self, item: str, time: int) -> None:
        if item in self.running:  # the task was started once more, and when its first time ended is not recorded
            self.running.clear()
        if not self.running:
            self.since = time
        self.running.add(item)

    def end(self, item: str, time: int) -> None:
        if item not in self.running:
            return
        self.running.remove(item)
        if not self.running and self.since is not None:
            self.seconds += max(0, time - self.since)
            self.since = None
