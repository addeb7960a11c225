"""The files that Heracles writes beside a job script: whether they are its own, and writing and deleting them."""

import itertools
import os
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from heracles.errors import FileError
from heracles.paths import Siblings
from heracles.store.digests import digest
from heracles.store.events import Deleted, Written
from heracles.store.history import History
from heracles.store.plain_files import open_plain
from heracles.text import printable

__all__ = ["Files"]

_BATCH = 1000
_TEMPORARY = ".heracles-"
_Item = TypeVar("_Item")


class Files:
    """The files beside one job script.

    A file belongs to Heracles if its content matches the journal, or is byte for byte what Heracles would write now.
    Any other file is foreign, also one that was edited since: it is not touched without `force`.

    Args:
        siblings: Their names.
        history: What is recorded of them; its journal is locked.
        force: Whether to overwrite and delete foreign files too.

    """

    def __init__(self, siblings: Siblings, history: History, *, force: bool = False) -> None:
        self.siblings = siblings
        self.history = history
        self.force = force

    def names(self) -> list[str]:
        """Return the names of all files beside the script, whoever wrote them."""
        folder = self.siblings.path("") or "."
        try:
            return os.listdir(folder)
        except OSError as error:
            raise FileError(f"cannot read {printable(folder)}: {error.strerror}") from None

    def runs(self) -> list[int]:
        """Return the numbers of the runs that have a script, whoever wrote it, in order."""
        numbers = map(self.siblings.run_of_script, self.names())
        return sorted(number for number in numbers if number is not None)

    def logs(self) -> list[str]:
        """Return the names of the logs of local runs, in the order of the runs."""
        numbers = map(self.siblings.run_of_log, self.names())
        return list(map(self.siblings.log, sorted(number for number in numbers if number is not None)))

    def leftovers(self) -> list[str]:
        """Return the names of the files that a kill left in the midst of a replacement of one that Heracles wrote."""
        found = [name for name in self.names() if name.startswith(_TEMPORARY)]
        known = set(map(_temporary, self.history.files)) if found else set()
        return [name for name in found if name in known and self._is_plain(name)]

    def is_in_use(self) -> bool:
        """Return whether a file that Heracles wrote is still there."""
        return not self.history.files.keys().isdisjoint(self.names())

    def check(self, names: Iterable[str], content: Callable[[str], bytes] | None) -> None:
        """Refuse foreign files.

        Args:
            names: Names of files that exist.
            content: Returns what Heracles would write to one; None if that is unknown.

        Raises:
            FileError: If one is foreign, or is no plain file.

        """
        foreign = [name for name in names if self._is_foreign(name, content)]
        if foreign:
            is_known = foreign[0] in self.history.files
            others = f" and {len(foreign) - 1:,} more like it" if len(foreign) > 1 else ""
            problem = "was changed since Heracles wrote it" if is_known else "was not written by Heracles"
            raise FileError(
                f"{self._shown(foreign[0])}{others} {problem}: move it away, or use --force to lose its content"
            )

    def write(self, files: Iterable[tuple[str, bytes]], mode: int) -> Iterator[str]:
        """Write files, and yield the name of each once it exists.

        A file that a failure, an interrupt or a full disk leaves half-written is deleted.

        Args:
            files: The name and the content of each.
            mode: The permission bits of the files.

        Raises:
            FileError: If a file cannot be written.

        """
        present = set(self.names())
        folder = self.siblings.path("")
        umask = os.umask(0o077)
        os.umask(umask)
        is_exact = bool(mode & umask)
        for batch in _batches(files):
            self.history.record(Written({name: digest(content) for name, content in batch}))
            for name, content in batch:
                path = folder + name
                try:
                    if name in present:
                        _replace(path, content, mode)
                    else:
                        _create(path, content, mode, is_exact=is_exact)
                except OSError as error:
                    raise FileError(f"cannot write {printable(path)}: {error.strerror}") from None
                yield name

    def delete(self, names: Iterable[str]) -> Generator[str, None, None]:
        """Delete files, and yield the name of each once it is gone.

        Raises:
            FileError: If one cannot be deleted.

        """
        for batch in _batches(names):
            gone: list[str] = []
            try:
                for name in batch:
                    self._delete(name)
                    gone.append(name)
                    yield name
            finally:
                self.history.record(Deleted(tuple(gone)))

    def _delete(self, name: str) -> None:
        try:
            os.unlink(self.siblings.path(name))
        except FileNotFoundError:
            pass
        except OSError as error:
            raise FileError(f"cannot delete {self._shown(name)}: {error.strerror}") from None

    def _shown(self, name: str) -> str:
        return printable(self.siblings.path(name))

    def _is_foreign(self, name: str, content: Callable[[str], bytes] | None) -> bool:
        try:
            kind = os.lstat(self.siblings.path(name)).st_mode
            if stat.S_ISDIR(kind):
                raise FileError(f"{self._shown(name)} is a directory: move it out of the way")
            return not self.force and not (stat.S_ISREG(kind) and self._is_ours(name, content))
        except OSError as error:
            raise FileError(f"cannot read {self._shown(name)}: {error.strerror}") from None

    def _is_ours(self, name: str, content: Callable[[str], bytes] | None) -> bool:
        with open(open_plain(self.siblings.path(name), os.O_RDONLY), "rb") as file:
            current = file.read()
        digests = self.history.files.get(name, set())
        if digest(current) in digests or (digests and not current):  # an empty file is what a kill leaves
            return True
        if content is None:
            return False
        return current == content(name) or (bool(digests) and content(name).startswith(current))  # or a part of it

    def _is_plain(self, name: str) -> bool:
        try:
            return stat.S_ISREG(os.lstat(self.siblings.path(name)).st_mode)
        except OSError:
            return False


def _batches(items: Iterable[_Item]) -> Iterator[Sequence[_Item]]:
    remaining = iter(items)
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield batch


def _temporary(name: str) -> str:
    """Return the name of the file that becomes the one of another name, so that it can be told whose a leftover is."""
    return f"{_TEMPORARY}{digest(os.fsencode(name))}.tmp"


def _create(path: str, content: bytes, mode: int, *, is_exact: bool) -> None:
    """Write a new file; leave none if that fails."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            while content:
                content = content[os.write(descriptor, content) :]
            if is_exact:
                os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)
    except BaseException:
        os.unlink(path)
        raise


def _replace(path: str, content: bytes, mode: int) -> None:
    """Write a file in place of another; leave that one as it was if it fails."""
    temporary = os.path.join(os.path.dirname(path), _temporary(os.path.basename(path)))
    with suppress(FileNotFoundError):
        os.unlink(temporary)  # a kill left it
    _create(temporary, content, mode, is_exact=True)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
