"""The exit records of array scripts: which runs started and how they ended, as recorded by the runs themselves.

They are in a folder beside the job script, `<stem>_hydra.exits`, in one file for each node; what their lines are is
said in `heracles.store.record_lines`. A line that is damaged says nothing, but that this file may lack something.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from heracles.errors import FileError
from heracles.lean import NamedTuple
from heracles.store.plain_files import open_folder, open_plain
from heracles.store.record_columns import CUT_SHORT, ENDED, STARTED, JobRecords, RecordColumns, Row
from heracles.store.record_lines import pieces
from heracles.text import printable

__all__ = ["ExitRecord", "ExitRecords", "delete_records", "make_folder"]

_TORN = 10  # of so many lines, one may be damaged
_CODES = {STARTED: None, CUT_SHORT: 0}
_FOLDER_MODE = 0o775  # not everybody may put something there


class ExitRecord(NamedTuple):
    """The latest record of an item by one task.

    `code` is None until the item has ended; a 0 with `is_cut_short` is that of a run whose task was told to end before.
    """

    code: int | None
    time: int
    task_job_id: str
    node: str
    job: str
    is_cut_short: bool = False


class ExitRecords:
    """All exit records of a folder.

    Args:
        path: The folder; it may be missing.

    Attributes:
        damaged: For each file in it with a damaged line, which is the name of a node, the number of the first one.
        incomplete: The files that a run could not add something to.

    Raises:
        FileError: If it cannot be read.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._nodes: list[str] = []
        self._columns = RecordColumns()
        self._of: dict[str, dict[str, JobRecords]] = {}
        self.damaged: dict[str, int] = {}
        self.incomplete: set[str] = set()
        try:
            with _opened(path) as folder:
                self._nodes = sorted(os.listdir(folder)) if folder is not None else []
                for number, name in enumerate(self._nodes):
                    path = os.path.join(self._path, name)
                    self._read(open_plain(name, os.O_RDONLY, folder=folder), number)
        except OSError as error:
            raise FileError(f"cannot read {printable(path)}: {error.strerror}") from None

    def _read(self, file: int, node: int) -> None:
        lines = 0
        if os.fstat(file).st_mode & stat.S_ISVTX:
            self.incomplete.add(self._nodes[node])
        for piece in pieces(file, node):
            for batch in piece.batches:
                of_job = self._of_job(batch.compilation, batch.job)
                of_job.extend(batch.items, batch.columns, node)
                of_job.add_task(batch.items[0], batch.task)
            for compilation, job, item, task, row in piece.others:
                of_job = self._of_job(compilation, job)
                of_job.add(item, row)
                of_job.add_task(item, task)
            for place in piece.damaged[:1]:
                self.damaged.setdefault(self._nodes[node], lines + place + 1)
            lines += piece.lines

    def _of_job(self, compilation: str, job: str) -> JobRecords:
        jobs = self._of.setdefault(compilation, {})
        if job not in jobs:
            jobs[job] = JobRecords(self._columns)
        return jobs[job]

    @property
    def can_grow(self) -> bool:
        """Whether runs can record something now: the folder can be written to, and the disk has room."""
        try:
            return os.access(self._path, os.W_OK) and os.statvfs(self._path).f_bavail > 0
        except OSError:
            return False

    def of(self, compilation: str, job: str, item: int) -> ExitRecord | None:
        """Return what a job recorded of an item of a compilation."""
        of_job = self.by_job(compilation).get(job)
        row = of_job.get(item) if of_job else None
        return self.record(row, job) if row else None

    def latest(self, compilation: str, item: int) -> ExitRecord | None:
        """Return the latest record of an item, by whichever job."""
        rows = [(row, job) for job, of_job in self.by_job(compilation).items() if (row := of_job.get(item))]
        return self.record(*max(rows, key=lambda each: (each[0].time, each[0].node))) if rows else None

    def record(self, row: Row, job: str) -> ExitRecord:
        """Return what is recorded of an item by a job."""
        code = _CODES.get(row.mark, row.mark - ENDED)
        return ExitRecord(code, row.time, row.task_job_id, self._nodes[row.node], job, row.mark == CUT_SHORT)

    def by_job(self, compilation: str) -> dict[str, JobRecords]:
        """Return what is recorded of the items of a compilation, by the id of the job that recorded it."""
        return self._of.get(compilation, {})


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
        FileError: If it cannot be made or written to, or something else is in its place.

    """
    try:
        with _opened(path) as folder:
            if folder is None:
                os.mkdir(path, _FOLDER_MODE)
            elif not os.access(path, os.W_OK | os.X_OK, effective_ids=True):
                raise FileError(
                    f"runs could not record their exit codes in {printable(path)}, which you may not write to: move it "
                    "away"
                )
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
    """Return whether a file consists of exit records, but for a few lines that are damaged."""
    lines = damaged = 0
    try:
        for piece in pieces(open_plain(name, os.O_RDONLY, folder=folder), 0):
            lines += piece.lines
            damaged += len(piece.damaged) - (piece.is_torn and lines > 1)
    except OSError:
        return False
    return damaged <= lines // _TORN
