"""The exit records of array scripts: which runs started and how they ended, as recorded by the runs themselves.

They are in a folder beside the job script, `<stem>_hydra.exits`, in one file for each node. A line is

    COMPILATION JOB TASK TASKJOB ITEM WORD TIME

with the compilation's key, the ids of the job and of the task (`-` for none), the task's own job id, the item, `start`
or the exit code, and the seconds since 1970. A line that is torn or foreign is ignored: over NFS, lines that two runs
append at once may be mixed.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from heracles.errors import FileError
from heracles.lean import NamedTuple, pattern
from heracles.store.plain_files import open_folder, open_plain
from heracles.text import printable

__all__ = ["ExitRecord", "ExitRecords", "delete_records", "make_folder"]

_RECORD = pattern(r"\S{1,99} \S{1,99} (?:-|\d{1,19}) \S{1,99} \d{1,19} (?:start|\d{1,3}) \d{1,15}", re.ASCII)
_TORN = 10  # of so many lines, one may be torn
_FOLDER_MODE = 0o775  # not everybody may put something there


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
        try:
            with _opened(path) as folder:
                self.is_there = folder is not None
                for name in sorted(os.listdir(folder)) if folder is not None else ():
                    path = os.path.join(self._path, name)
                    self._read(_content(name, folder), name)
        except OSError as error:
            raise FileError(f"cannot read {printable(path)}: {error.strerror}") from None

    def _read(self, text: str, node: str) -> None:
        for line in text.split("\n"):
            if not _RECORD.fullmatch(line):
                continue
            compilation, job, task, task_job_id, item, word, time = line.split(" ")
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
            if of_compilation == compilation:
                yield job, int(item), record


@contextmanager
def _opened(path: str) -> Iterator[int | None]:
    """Open a folder of exit records; None if there is none."""
    try:
        descriptor = open_folder(path)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def make_folder(path: str) -> None:
    """Make the folder of the exit records, which not everybody may write to; it may exist.

    Raises:
        FileError: If it cannot be made, or something else is in its place.

    """
    try:
        with _opened(path) as folder:
            if folder is None:
                os.mkdir(path, _FOLDER_MODE)
    except OSError as error:
        raise FileError(f"cannot make the folder of the exit records, {printable(path)}: {error.strerror}") from None


def delete_records(path: str) -> bool:
    """Delete the exit records, and their folder if nothing else is in it; what others put there stays.

    Returns:
        Whether the folder was there and is gone.

    Raises:
        FileError: If they cannot be deleted, or something else is in the place of the folder.

    """
    try:
        with _opened(path) as folder:
            names = os.listdir(folder) if folder is not None else []
            ours = [name for name in sorted(names) if _has_records_alone(name, folder)]
            for name in ours:
                os.unlink(name, dir_fd=folder)
            if folder is None or len(ours) < len(names):
                return False
            os.rmdir(path)
            return True
    except OSError as error:
        raise FileError(f"cannot delete {printable(path)}: {error.strerror}") from None


def _has_records_alone(name: str, folder: int | None) -> bool:
    """Return whether a file consists of exit records, but for a line that is torn."""
    try:
        *lines, last = _content(name, folder).split("\n")
    except OSError:
        return False
    torn = sum(not _RECORD.fullmatch(line) for line in lines)
    return torn <= len(lines) // _TORN and (not last or bool(lines))


def _content(name: str, folder: int | None) -> str:
    with open(open_plain(name, os.O_RDONLY, folder=folder), "rb") as file:
        return file.read().decode("ascii", "replace")
