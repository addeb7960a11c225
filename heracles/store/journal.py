"""What Heracles did for a script, one JSON object a line, in a file beside the script.

`sbatch.sh` has `sbatch_hydra.jsonl`. Lines are only ever appended, each in one write, and each is on the disk before
the next step is taken; a torn line, as a crash or a full disk leaves it, is passed over. It is the only state there is.
The file can be deleted at any time: then Heracles no longer knows which files are its own, nor what it submitted.

Every line has `heracles`, the version that wrote it, `time`, in seconds since 1970, and `event`:

- `sweep`: what was compiled. `sweep` (names the sweep) and `key` (names what was compiled of it: digests), `overrides`
  (a list of strings), `seed`, `runs` (the number of runs of the whole sweep), `array` (whether it is one script for all
  runs), `file` (its name then), `numbers` (the runs that are compiled, as [first, end, step] each; null for all), `own`
  (how many tasks each run has), `pack` (how many of them are in a task of the array).
- `write`: files that are about to be written. `files`: name to digest of the content (`digest`).
- `remove`: files that were removed. `files`: a list of names.
- `intent`: calls that are about to be made. `token`, `key`, `command` (its words), `engine` (`slurm`, `gridengine`,
  `pbs`, `lsf` or `local`), `cwd`, `items` (for each call which items it submits, as [first, end]: an item is a run, or
  a task of one that has several, as numbered from 0 in what was compiled), and for a scheduler `log` (the pattern of
  the logs' names), `held` (whether the jobs are to be let go afterwards), `single` (whether a job is no array) and
  `attempt` (0, or how many retries there were with this one), else `pid` and `host` of the Heracles that runs them.
  Call k has the token `<token>.k`.
- `submit`: a call was taken. `token`, `call`, `job` (its id; `id;cluster` where there are clusters; null if it was not
  said).
- `refuse`: calls were surely not taken. `token`, `calls` (a list).
- `release`: jobs that were submitted held may run. `token`, `calls` (a list).
- `skip`: what became of a call is not known, and the user takes it for submitted. `token`, `call`.
- `start`: a run that is run here started. `token`, `item`, `pid` (its process group), `host`.
- `end`: it ended. `token`, `item`, `code` (128 and the signal for a killed one; null if it was interrupted).
- `seen`: how tasks ended, by a scheduler that soon forgets. `tasks`: a list of [job, task id or null, state, code].
"""

import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from heracles.errors import FileError
from heracles.text import printable

__all__ = ["Journal", "digest"]

_START = b'{"heracles":"'


def digest(content: bytes) -> str:
    """Give the BLAKE2b hash of a file's content, as 16 hexadecimal digits."""
    return blake2b(content, digest_size=8).hexdigest()


class Journal:
    """The journal of one script.

    Args:
        path: Where it is, or will be.
        version: The version of Heracles that writes.

    Attributes:
        records: The lines, in order.
        files: For each file that Heracles wrote and did not remove since, the digests of all that it wrote there.

    """

    def __init__(self, path: Path, version: str) -> None:
        self.path = path
        self._version = version
        self._name = printable(str(path))
        self.records: list[dict[str, Any]] = []
        self.files: dict[str, set[str]] = {}
        self._descriptor = -1
        self._is_torn = False

    @contextmanager
    def held(self) -> Iterator["Journal"]:
        """Read the journal and keep it: nobody else can, until this ends. A journal that says nothing is removed.

        The lock is one of fcntl's, which NFS knows too.

        Raises:
            FileError: If another process keeps it, if there is something else in its place, or if it cannot be read.

        """
        try:
            self._open()
            try:
                self._read()
                yield self
            finally:
                if not self.files and not os.fstat(self._descriptor).st_size:
                    self.path.unlink(missing_ok=True)
                os.close(self._descriptor)
        except OSError as error:
            raise FileError(f"cannot use {self._name}: {error.strerror}") from None

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        """Write one line, and give what it says.

        Raises:
            FileError: If it cannot be written; the journal is then as it was.

        """
        record = {"heracles": self._version, "time": round(time.time(), 3), "event": event, **fields}
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        if self._is_torn:
            line = b"\n" + line
        size = os.fstat(self._descriptor).st_size
        problem = _written(self._descriptor, line) or _flushed(self._descriptor)
        if problem:
            os.ftruncate(self._descriptor, size)
            raise FileError(f"cannot write {self._name}: {problem}")
        self._is_torn = False
        self._take(record)
        return record

    def peek(self) -> "Journal":
        """Read the journal without keeping it, as another process may.

        Raises:
            FileError: If it cannot be read, or is none.

        """
        try:
            with open(self.path, "rb") as file:
                self._take_all(file.read())
        except FileNotFoundError:
            pass
        except OSError as error:
            raise FileError(f"cannot read {self._name}: {error.strerror}") from None
        return self

    def clear(self) -> None:
        """Remove the journal, of which nothing is of worth any more."""
        self.path.unlink(missing_ok=True)

    def _open(self) -> None:
        while True:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(self.path, flags, 0o666)
            try:
                if self._is_kept(descriptor):
                    self._descriptor = descriptor
                    return
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _is_kept(self, descriptor: int) -> bool:
        """Lock the file; tell whether it is still the journal, which another process may just have removed."""
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError(f"{self._name} is not a plain file: move it out of the way")
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise FileError(f"another heracles is at work on this script: it keeps {self._name}") from None
        return os.path.exists(self.path) and os.path.samestat(os.fstat(descriptor), os.stat(self.path))

    def _read(self) -> None:
        with open(self._descriptor, "rb", closefd=False) as file:
            content = file.read()
        if not content:
            _flush_folder(self.path.parent)
        self._take_all(content)

    def _take_all(self, content: bytes) -> None:
        self._is_torn = content[-1:] not in (b"", b"\n")
        records = list(filter(None, map(_record, content.split(b"\n"))))
        is_ours = content[: len(_START)] == _START[: len(content)]
        if content and not records and not is_ours:
            raise FileError(f"{self._name} is no journal of Heracles': move it out of the way")
        for record in records:
            self._take(record)

    def _take(self, record: dict[str, Any]) -> None:
        self.records.append(record)
        files = record.get("files")
        if record["event"] == "write" and isinstance(files, dict):
            for name, content in files.items():
                self.files.setdefault(name, set()).add(str(content))
        elif record["event"] == "remove" and isinstance(files, list):
            for name in files:
                self.files.pop(str(name), None)


def _record(line: bytes) -> dict[str, Any] | None:
    """Give what a line says; None for a line that is torn, or no line of a journal's."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and "heracles" in record and "event" in record else None


def _written(descriptor: int, data: bytes) -> str:
    """Write all of `data`; say what hinders it, empty if nothing does."""
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _flushed(descriptor: int) -> str:
    """Bring what was written to the disk; say what hinders it, empty if nothing does."""
    try:
        os.fdatasync(descriptor)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _flush_folder(path: Path) -> None:
    """Bring a new file's name to the disk, where the file system knows how."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
