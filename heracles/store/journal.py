"""The journal: what Heracles did for a job script, one JSON object a line, in a file beside the script.

Lines are only ever appended, each in one write that is on the disk before the next step is taken. It is the only state
that there is. A line is

    {"heracles":VERSION,"time":SECONDS,"event":NAME,…,"crc":"xxxxxxxx"}

with the fields of the event, as its class in `heracles.store.events` documents them, and the CRC-32 of all of the file
before `,"crc"`. The first line is an `open` event that holds the number of the format and the journal's folder; a later
one says that the lines after it are of a newer format, or that the folder was moved or copied. A newer format than this
version's is refused, and so is any line that is damaged or unknown: what it said may be that runs were submitted. A
last line without a line end is what a kill or a full disk leaves of one whose recording did not come to its end; it is
cut off before the next line is written.

Version 0.1.0 wrote neither `open` nor `crc`, and left a torn line where it was, before the next one.
"""

import errno
import fcntl
import json
import os
import time
from binascii import crc32
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from heracles.errors import FileError
from heracles.store.codec import as_json, from_json
from heracles.store.events import FORMAT, Event, Opened
from heracles.store.place import home
from heracles.store.plain_files import open_plain
from heracles.store.trust import is_own
from heracles.text import printable

__all__ = ["Journal"]

_START = b'{"heracles":"'
_FIRST_VERSION = "0.1.0"
_START_OF_FIRST = b'{"heracles":"0.1.0",'
_CHECKSUM = ',"crc":"{:08x}"}}\n'
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
_CHECKSUM_LENGTH = len(_CHECKSUM.format(0))


class Journal:
    """The journal of one job script.

    Args:
        path: Where it is, or will be.
        version: The version of Heracles that writes.
        script: The name of the job script.

    Attributes:
        home: The folder that it is in, absolute and without symbolic links.
        opened_for: The name of the job script that it was opened for last; empty if that is not recorded.

    """

    def __init__(self, path: str, version: str, script: str = "") -> None:
        self.home = home(path)
        self._path = os.path.join(self.home, os.path.basename(path))  # the current folder may become another
        self._version = version
        self._script = script
        self.opened_for = ""
        self._name = printable(path)
        self._descriptor = -1
        self._format = 0  # of the last `open`
        self._last_home = ""  # of the last `open` too
        self._first_line = b""
        self._checksum = 0  # of all that is read or written
        self._torn = 0  # how many bytes are to be cut off
        self._size: int | None = None  # of all that is read or written; None if that is not known
        self._lead = b""  # what goes before the next line
        self._status: os.stat_result | None = None
        self._inode: int | None = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the journal, so that it can be appended to and nobody else can; one that stays empty is deleted.

        The lock is one of fcntl's, which NFS knows too.

        Raises:
            FileError: If another process has it locked, if there is something else in its place, or if it cannot be
                used.

        """
        try:
            self._descriptor = self._locked_descriptor()
        except OSError as error:
            raise FileError(f"cannot use {self._name}: {error.strerror}") from None
        try:
            yield
        finally:
            if not os.fstat(self._descriptor).st_size:
                self.delete()
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def is_locked(self) -> bool:
        """Whether this process has it locked, and may append."""
        return self._descriptor >= 0

    @property
    def is_own(self) -> bool:
        """Whether the user wrote it here: what was read last is not a file of others, and was not copied."""
        return self._status is None or is_own(self._status, self._inode)

    def lines(self) -> Iterator[tuple[int, Event]]:
        """Yield the number of each line, from 1, and its event; nothing if there is no journal.

        Raises:
            FileError: If it cannot be read, if a line is damaged or unknown, or if a newer version wrote it.

        """
        self._format = self._checksum = self._torn = 0
        self._lead, self._last_home, self.opened_for = b"", "", ""
        content = self._content()
        if content and not content.startswith(_START[: len(content)]):
            if _START in content:  # an editor put something before it
                raise self.damage(1)
            raise FileError(f"{self._name} is not a journal of Heracles: move it out of the way")
        *lines, last = content.split(b"\n")
        self._first_line = lines[0] if lines else b""
        for number, line in enumerate(lines, 1):
            event = self._event(number, line)
            self._checksum = crc32(line + b"\n", self._checksum)
            if event is not None:
                yield number, event
        if last:
            yield from self._last(len(lines) + 1, last)

    def original(self) -> str:
        """Return the path of the journal that this one was copied from; empty if it is no copy.

        A journal whose folder was moved or renamed is no copy: it is not where it was any more. A hard link of it in
        another folder is one. To be called after `lines`.
        """
        other = os.path.join(self._last_home, os.path.basename(self._path))
        if not self._last_home or self._last_home == self.home:
            return ""
        try:
            # Not by the device too: a folder that is mounted twice is one folder.
            if os.stat(self._last_home).st_ino == os.stat(self.home).st_ino:
                return ""
            with open(open_plain(other, os.O_RDONLY), "rb") as file:
                is_copy = file.readline()[:-1] == self._first_line
        except OSError:
            return ""
        return other if is_copy else ""

    def check_apart(self, original: str) -> None:
        """Refuse a copy that is the same file as the original.

        Raises:
            FileError: If it is.

        """
        if os.path.samefile(original, self._path):
            raise FileError(
                f"{self._name} and {printable(original)} are hard links of one file, so that what is recorded in one "
                "of them would be in both: copy the folder anew, with cp -r"
            )

    def append(self, event: Event) -> Event:
        """Write one event, and return it with its time.

        Raises:
            FileError: If it cannot be written; the journal is then as it was.

        """
        recorded = replace(event, time=round(time.time(), 3))
        opening = self._opening(recorded.time)
        checksum = crc32(self._lead, self._checksum)
        lines = [self._lead]
        for each in (*opening, recorded):
            line = self._line(each, checksum)
            checksum = crc32(line, checksum)
            lines.append(line)
        self._write(b"".join(lines))
        self._checksum, self._format, self._lead, self._torn = checksum, FORMAT, b"", 0
        self._last_home = self.home
        self.opened_for = self._script if opening else self.opened_for
        return recorded

    def _opening(self, time: float) -> list[Opened]:
        """Return the line that goes before those of this format, or of another folder.

        Only a new journal is known to be the user's own, or what comes after the lines that were copied.
        """
        if self._format == FORMAT and self._last_home == self.home:
            return []
        self._status = os.fstat(self._descriptor)
        is_copy = bool(self.original())
        inode = self._status.st_ino if is_copy or self._status.st_size <= self._torn else None
        self._inode = inode or self._inode
        return [Opened(FORMAT, self._script, self.home, is_copy, inode, time=time)]

    def delete(self) -> None:
        """Delete the journal, if it is there.

        Raises:
            FileError: If it cannot be deleted.

        """
        try:
            os.unlink(self._path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise FileError(f"cannot delete {self._name}: {error.strerror}") from None

    def damage(self, number: int) -> FileError:
        """Return the error that a line is damaged or unknown."""
        return FileError(
            f"line {number:,} of {self._name} is damaged, or of another version of Heracles: restore the file from a "
            "backup. If you move it away instead, Heracles forgets which files it wrote and which runs it submitted, "
            "and the same command submits all of them again"
        )

    def _line(self, event: Event, checksum: int) -> bytes:
        head = f'{{"heracles":{json.dumps(self._version)},"time":{event.time},{as_json(event)}'.encode()
        return head + _CHECKSUM.format(crc32(head, checksum)).encode()

    def _event(self, number: int, line: bytes) -> Event | None:
        """Return what a whole line says; None for one that version 0.1.0 left torn."""
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            if self._format < FORMAT and _is_torn(line):
                return None
            raise self.damage(number) from None
        if not isinstance(record, dict):
            raise self.damage(number)
        version, event_format = record.pop("heracles", None), record.get("format")
        if record.get("event") == Opened.name and isinstance(event_format, int) and event_format > FORMAT:
            raise FileError(
                f"{self._name} was written by Heracles {printable(str(version))}: use that version, or a newer one"
            )
        checksum = record.pop("crc", None)
        if version != _FIRST_VERSION or checksum is not None:
            expected = crc32(line[: 1 - _CHECKSUM_LENGTH], self._checksum)
            if not line.endswith(_CHECKSUM.format(expected).encode()[:-1]):
                raise self.damage(number)
        return self._known(number, record)

    def _known(self, number: int, record: dict[str, Any]) -> Event:
        moment = record.pop("time", None)
        if not isinstance(moment, (int, float)):
            raise self.damage(number)
        try:
            event = from_json(record, moment)
        except (ValueError, TypeError):
            raise self.damage(number) from None
        if isinstance(event, Opened):
            self._format, self._last_home, self.opened_for = event.format, event.home, event.script
            self._inode = event.inode if number == 1 or event.is_copy else self._inode
        return event

    def _last(self, number: int, line: bytes) -> Iterator[tuple[int, Event]]:
        """Yield what a last line without a line end says, if it is whole but for that."""
        try:
            event = self._event(number, line)
        except FileError:
            event = None
        if event is None:
            self._torn = len(line)
        else:
            self._lead = b"\n"
            self._checksum = crc32(line, self._checksum)
            yield number, event

    def _content(self) -> bytes:
        try:
            descriptor = self._descriptor if self.is_locked else open_plain(self._path, os.O_RDONLY)
            # To close any descriptor of the file would release the lock: fcntl(2).
            with open(descriptor, "rb", closefd=not self.is_locked) as file:
                content = file.read()
                self._size = len(content)
                self._status = os.fstat(descriptor) if content else None
                return content
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise FileError(f"cannot read {self._name}: {error.strerror}") from None

    def _write(self, data: bytes) -> None:
        """Append data, unless another process did, which the lock prevents but where a file system ignores locks."""
        found = os.fstat(self._descriptor).st_size
        if found != self._size and self._size is not None:
            raise self._is_shared()
        size = found - self._torn
        if problem := self._written(size, data):
            with suppress(OSError):
                os.ftruncate(self._descriptor, size)
            raise FileError(f"cannot write {self._name}: {problem}")
        end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        if end != size + len(data):
            if os.fstat(self._descriptor).st_size == end:
                os.ftruncate(self._descriptor, end - len(data))
            raise self._is_shared()
        self._size = end

    def _is_shared(self) -> FileError:
        return FileError(
            f"another heracles wrote to {self._name} at the same time: the file system does not lock it. Once the "
            "other one has ended, give the same command"
        )

    def _written(self, size: int, data: bytes) -> str:
        """Append data after the first `size` bytes and bring it to the disk; return what prevents that."""
        try:
            if self._torn:
                os.ftruncate(self._descriptor, size)
            while data:
                data = data[os.write(self._descriptor, data) :]
            os.fdatasync(self._descriptor)
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def _locked_descriptor(self) -> int:
        while True:
            is_new = not os.path.lexists(self._path)
            descriptor = open_plain(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            try:
                if self._is_locked(descriptor):
                    if is_new:
                        _flush_folder(self._path)
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _is_locked(self, descriptor: int) -> bool:
        """Lock the file; return whether it is still the journal, which another process may just have deleted."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise FileError(f"another heracles is at work on this script: it has locked {self._name}") from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            if not os.fstat(descriptor).st_size:  # nobody else can have it locked either
                self.delete()
            raise FileError(
                f"cannot lock {self._name}: the file system supports no locks ({error.strerror}), without which two "
                "calls could submit the same runs. Work in another folder, or have it mounted with locks, as Lustre is "
                "with -o flock"
            ) from None
        return os.path.exists(self._path) and os.path.samestat(os.fstat(descriptor), os.stat(self._path))


def _is_torn(line: bytes) -> bool:
    """Return whether a line is the beginning of one of version 0.1.0: its braces, or a string, are still open."""
    if not line.startswith(_START_OF_FIRST[: len(line)]):
        return False
    depth, in_string, is_escaped = 0, False, False
    for character in line.decode("ascii", "replace"):
        if in_string:
            in_string = is_escaped or character != '"'
            is_escaped = character == "\\" and not is_escaped
        else:
            in_string = character == '"'
            depth += (character in "[{") - (character in "]}")
    return in_string or depth > 0


def _flush_folder(path: str) -> None:
    """Bring a new file's name to the disk, where the file system supports that."""
    descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
