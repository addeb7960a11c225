"""The files that Heracles writes beside a script: whose they are, writing them and removing them."""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from heracles.backends import run_script
from heracles.errors import FileError
from heracles.store.journal import Journal, digest
from heracles.text import counted, printable

__all__ = ["Files"]

_BATCH = 1000
_MOST_DIGITS = 18
_Item = TypeVar("_Item")


class Files:
    """The files that are made of one script, by their names.

    A file is Heracles' own if its content is what the journal says Heracles wrote there, or is to the byte what
    Heracles would write there now. Any other file is foreign, one that was edited since too: it is not touched
    without `force`.

    Args:
        script: Where the script is.
        journal: Its journal.
        force: Whether to overwrite and remove foreign files too.

    """

    def __init__(self, script: Path, journal: Journal, *, force: bool = False) -> None:
        self.script = script
        self.journal = journal
        self.force = force

    def path(self, name: str) -> Path:
        """Give the path of the file of that name."""
        return self.script.with_name(name)

    def names(self) -> list[str]:
        """Give the names of all files beside the script, whoever's they are."""
        try:
            return os.listdir(self.script.parent)
        except OSError as error:
            raise FileError(f"cannot read {printable(str(self.script.parent))}: {error.strerror}") from None

    def runs(self) -> list[int]:
        """Give the numbers of the runs that a file, of whoever's, is there for, in order."""
        found = (run_script.number(str(self.script), name) for name in self.names())
        return sorted(run for run in found if run is not None)

    def logs(self) -> list[str]:
        """Give the names of the logs of runs that were run here, in the order of the runs."""
        of_runs = {run_script.log(str(self.script), run): run for run in self._logged()}
        return sorted(of_runs, key=of_runs.__getitem__)

    def _logged(self) -> Iterator[int]:
        stem = f"{self.script.stem}_hydra"
        for name in self.names():
            number = name.removeprefix(stem).removesuffix(".out")
            if name == f"{stem}{number}.out" and number.isdecimal() and len(number) < _MOST_DIGITS:
                yield int(number)

    def is_in_use(self) -> bool:
        """Tell whether a file that Heracles wrote is there still."""
        return not self.journal.files.keys().isdisjoint(self.names())

    def named(self, names: Sequence[str], noun: str = "script") -> str:
        """Give `6 scripts: sbatch_hydra0.sh … sbatch_hydra5.sh`, of the names of files, which are at least one."""
        ends = " … ".join(printable(str(self.path(name))) for name in [names[0], *names[1:][-1:]])
        return f"{counted(len(names), noun)}: {ends}"

    def check(self, names: Iterable[str], content: Callable[[str], bytes] | None) -> None:
        """Refuse foreign files.

        Args:
            names: Names of files that are there.
            content: What Heracles would write to one; None if that is not known.

        Raises:
            FileError: If there is a foreign one, or one that is no plain file.

        """
        foreign = []
        for name in names:
            path = self.path(name)
            if path.is_dir() and not path.is_symlink():
                raise FileError(f"{printable(str(path))} is a directory: move it out of the way")
            if not self.force and not self._is_own(path, content):
                foreign.append(path)
        if foreign:
            others = f" and {len(foreign) - 1:,} more like it" if len(foreign) > 1 else ""
            changed = (
                "was changed since Heracles wrote it" if self._is_known(foreign[0]) else "was not written by Heracles"
            )
            raise FileError(
                f"{printable(str(foreign[0]))}{others} {changed}: move it away, or use --force to lose its content"
            )

    def write(self, files: Iterable[tuple[str, bytes]], mode: int) -> Iterator[str]:
        """Write files, and give the name of each once it is there.

        A file that a failure, an interrupt or a full disk finds half-written is removed.

        Args:
            files: The name and the content of each.
            mode: The permission bits of the files.

        Raises:
            FileError: If a file cannot be written.

        """
        present = set(self.names())
        folder = str(self.path("_"))[:-1]
        umask = os.umask(0o077)
        os.umask(umask)
        for batch in _batches(iter(files), _BATCH):
            self.journal.append("write", files={name: digest(content) for name, content in batch})
            for name, content in batch:
                path = os.path.join(folder, name)
                try:
                    if name in present:
                        _replace(path, content, mode)
                    else:
                        _create(path, content, mode, exact=bool(mode & umask))
                except OSError as error:
                    raise FileError(f"cannot write {printable(path)}: {error.strerror}") from None
                yield name

    def remove(self, names: Iterable[str]) -> Iterator[str]:
        """Remove files, and give the name of each once it is gone.

        Raises:
            FileError: If one cannot be removed.

        """
        for batch in _batches(iter(names), _BATCH):
            gone: list[str] = []
            try:
                for name in batch:
                    path = self.path(name)
                    try:
                        path.unlink(missing_ok=True)
                    except OSError as error:
                        raise FileError(f"cannot remove {printable(str(path))}: {error.strerror}") from None
                    gone.append(name)
                    yield name
            finally:
                self.journal.append("remove", files=gone)

    def _is_known(self, path: Path) -> bool:
        return path.name in self.journal.files

    def _is_own(self, path: Path, content: Callable[[str], bytes] | None) -> bool:
        if not path.is_file() or path.is_symlink():
            return False
        try:
            found = path.read_bytes()
        except OSError as error:
            raise FileError(f"cannot read {printable(str(path))}: {error.strerror}") from None
        digests = self.journal.files.get(path.name, set())
        if digest(found) in digests or (digests and not found):  # an empty one is what a kill leaves
            return True
        return content is not None and found == content(path.name)


def _batches(items: Iterator[_Item], size: int) -> Iterator[list[_Item]]:
    while batch := list(itertools.islice(items, size)):
        yield batch


def _create(path: str, content: bytes, mode: int, *, exact: bool) -> None:
    """Write a new file; leave none behind if that fails."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            while content:
                content = content[os.write(descriptor, content) :]
            if exact:
                os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)
    except BaseException:
        os.unlink(path)
        raise


def _replace(path: str, content: bytes, mode: int) -> None:
    """Write a file in the place of another; leave that one as it was if it fails."""
    temporary = os.path.join(os.path.dirname(path), f".heracles-{os.urandom(8).hex()}.tmp")
    _create(temporary, content, mode, exact=True)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
