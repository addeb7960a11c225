"""The exit records that the array script leaves: which run started, and how it ended, as the run itself noted it.

They are in a folder beside the script, `<stem>_hydra.exits`, in one file for each node. A line is

    KEY JOB TASK OWNJOB ITEM WORD TIME

of what was compiled (`Compiled.key`), the job and the task's id (`-` for none), the task's own job id, the item,
`start` or the exit code, and the seconds since 1970. A line that is torn or foreign says nothing.
"""

import os
from pathlib import Path
from typing import NamedTuple

from heracles.errors import FileError
from heracles.text import printable

__all__ = ["Record", "Records", "folder"]

_FIELDS = 7


class Record(NamedTuple):
    """The latest that a task noted of an item; `code` is None as long as it has not ended."""

    code: int | None
    time: int
    own: str
    node: str
    job: str
    task: str


class Records:
    """All records of a folder.

    Args:
        path: The folder; it may be missing.

    Attributes:
        is_there: Whether there is such a folder.

    Raises:
        FileError: If it cannot be read.

    """

    def __init__(self, path: Path) -> None:
        self._of: dict[tuple[str, str, str, str], Record] = {}
        self._latest: dict[tuple[str, str], Record] = {}
        self.is_there = path.is_dir()
        try:
            for name in sorted(os.listdir(path)) if self.is_there else ():
                with open(path / name, "rb") as file:
                    self._read(file.read().decode("ascii", "replace"), name)
        except OSError as error:
            raise FileError(f"cannot read {printable(str(path))}: {error.strerror}") from None

    def _read(self, text: str, node: str) -> None:
        of, latest = self._of, self._latest
        for line in text.split("\n"):
            fields = line.split(" ")
            if len(fields) != _FIELDS:
                continue
            key, job, task, own, item, word, time = fields
            if not time.isdigit() or not (word == "start" or word.isdigit()):
                continue
            record = Record(None if word == "start" else int(word), int(time), own, node, job, task)
            before = of.get((key, job, task, item))
            if before is None or before.time <= record.time:
                of[key, job, task, item] = record
            before = latest.get((key, item))
            if before is None or before.time <= record.time:
                latest[key, item] = record

    def of(self, key: str, job: str, task: int | None, item: int) -> Record | None:
        """Give what a task of a job noted of an item."""
        return self._of.get((key, job, "-" if task is None else str(task), str(item)))

    def latest(self, key: str, item: int) -> Record | None:
        """Give what was noted of an item last, by whichever job."""
        return self._latest.get((key, str(item)))

    def jobs(self, key: str) -> dict[str, list[tuple[int, Record]]]:
        """Give the items of what was compiled, with what was noted of each, by job."""
        jobs: dict[str, list[tuple[int, Record]]] = {}
        for (of_key, job, _, item), record in self._of.items():
            if of_key == key and item.isdigit():
                jobs.setdefault(job, []).append((int(item), record))
        return jobs


def folder(script: Path) -> Path:
    """Give the folder of a script's records."""
    return script.with_name(f"{script.stem}_hydra.exits")
