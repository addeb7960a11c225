"""The exit records of array scripts: which runs started and how they ended, as recorded by the runs themselves.

They are in a folder beside the job script, `<stem>_hydra.exits`, in one file for each node. A line is

    COMPILATION JOB TASK TASKJOB ITEM WORD TIME

with the compilation's key, the ids of the job and of the task (`-` for none), the task's own job id, the item, `start`
or the exit code, and the seconds since 1970. A line that is torn or foreign is ignored.
"""

import os
from collections.abc import Iterator
from typing import NamedTuple

from heracles.errors import FileError
from heracles.text import printable

__all__ = ["ExitRecord", "ExitRecords"]

_FIELDS = 7


class ExitRecord(NamedTuple):
    """The latest record of an item by one task; `code` is None until the item has ended."""

    code: int | None
    time: int
    task_job_id: str
    node: str
    job: str
    task: str


class ExitRecords:
    """All exit records of a folder.

    Args:
        path: The folder; it may be missing.

    Attributes:
        is_there: Whether the folder exists.

    Raises:
        FileError: If it cannot be read.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._of: dict[tuple[str, str, str, str], ExitRecord] = {}
        self._latest: dict[tuple[str, str], ExitRecord] = {}
        self.is_there = os.path.isdir(path)
        try:
            for name in sorted(os.listdir(path)) if self.is_there else ():
                with open(os.path.join(path, name), "rb") as file:
                    self._read(file.read().decode("ascii", "replace"), name)
        except OSError as error:
            raise FileError(f"cannot read {printable(path)}: {error.strerror}") from None

    def _read(self, text: str, node: str) -> None:
        for line in text.split("\n"):
            fields = line.split(" ")
            if len(fields) != _FIELDS:
                continue
            compilation, job, task, task_job_id, item, word, time = fields
            if not time.isdigit() or not (word == "start" or word.isdigit()):
                continue
            record = ExitRecord(None if word == "start" else int(word), int(time), task_job_id, node, job, task)
            before = self._of.get((compilation, job, task, item))
            if before is None or before.time <= record.time:
                self._of[compilation, job, task, item] = record
            before = self._latest.get((compilation, item))
            if before is None or before.time <= record.time:
                self._latest[compilation, item] = record

    @property
    def can_grow(self) -> bool:
        """Whether runs can record something now: the folder can be written to, and the disk has room."""
        try:
            return os.access(self._path, os.W_OK) and os.statvfs(self._path).f_bavail > 0
        except OSError:
            return False

    def of(self, compilation: str, job: str, task: int | None, item: int) -> ExitRecord | None:
        """Return what a task of a job recorded of an item of a compilation."""
        return self._of.get((compilation, job, "-" if task is None else str(task), str(item)))

    def latest(self, compilation: str, item: int) -> ExitRecord | None:
        """Return the latest record of an item, by whichever job."""
        return self._latest.get((compilation, str(item)))

    def by_job(self, compilation: str) -> dict[str, list[tuple[int, ExitRecord]]]:
        """Return the recorded items of a compilation with their records, by job."""
        jobs: dict[str, list[tuple[int, ExitRecord]]] = {}
        for job, item, record in self._items(compilation):
            jobs.setdefault(job, []).append((item, record))
        return jobs

    def _items(self, compilation: str) -> Iterator[tuple[str, int, ExitRecord]]:
        for (of_compilation, job, _, item), record in self._of.items():
            if of_compilation == compilation and item.isdigit():
                yield job, int(item), record
