"""What Heracles did for a script, one JSON object a line, in a file beside the script.

`sbatch.sh` has `sbatch_hydra.jsonl`. Lines are only ever appended, each in one write; a torn last line, as a crash
leaves it, is passed over. The file can be deleted at any time: then Heracles no longer knows which files are its own.

Every line has `heracles`, the version that wrote it, and `event`:

- `sweep`: what was compiled. `overrides` (a list of strings), `seed`, `runs` (their number).
- `write`: files that are about to be written. `files`: name to digest of the content (`digest`).
- `remove`: files that were removed. `files`: a list of names.
"""

import json
import os
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from heracles.errors import FileError, printable

__all__ = ["Journal", "digest"]


def digest(content: bytes) -> str:
    """Give the BLAKE2b hash of a file's content, as 16 hexadecimal digits."""
    return blake2b(content, digest_size=8).hexdigest()


class Journal:
    """The journal of one script.

    Args:
        path: Where it is, or will be.
        version: The version of Heracles that writes.

    Attributes:
        files: For each file that Heracles wrote and did not remove since, the digests of all that it wrote there.

    Raises:
        FileError: If there is something at `path` that is no journal, or cannot be read.

    """

    def __init__(self, path: Path, version: str) -> None:
        self.path = path
        self._version = version
        self.files: dict[str, set[str]] = {}
        self._torn = False
        for record in self._records():
            self._take(record)

    def append(self, event: str, **fields: Any) -> None:
        """Write one line.

        Raises:
            FileError: If it cannot be written; the journal is then as it was.

        """
        record = {"heracles": self._version, "event": event, **fields}
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                size = os.fstat(descriptor).st_size
                if _write(descriptor, b"\n" * self._torn + line):
                    os.ftruncate(descriptor, size)
                    raise OSError("the disk took only a part of it")
            finally:
                os.close(descriptor)
        except OSError as error:
            raise FileError(f"cannot write {printable(str(self.path))}: {error.strerror or error}") from None
        self._torn = False
        self._take(record)

    def remove(self) -> None:
        """Remove the file, if there is one."""
        self.path.unlink(missing_ok=True)

    def _records(self) -> Iterator[Mapping[str, Any]]:
        try:
            content = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise FileError(f"cannot read {printable(str(self.path))}: {error.strerror}") from None
        lines = content.split(b"\n")
        self._torn = bool(lines[-1])
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                record = json.loads(line)
                known = isinstance(record, dict) and "heracles" in record and "event" in record
            except ValueError:
                known = False
            if known:
                yield record
            elif number == 1 and not (self._torn and line.startswith(b'{"heracles":"'[: len(line)])):
                raise FileError(f"{printable(str(self.path))} is no journal of Heracles': move it out of the way")

    def _take(self, record: Mapping[str, Any]) -> None:
        if record["event"] == "write":
            for name, content in record["files"].items():
                self.files.setdefault(name, set()).add(content)
        elif record["event"] == "remove":
            for name in record["files"]:
                self.files.pop(name, None)


def _write(descriptor: int, data: bytes) -> bytes:
    """Write as much of `data` as the disk takes; give what it does not."""
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        pass
    return data
