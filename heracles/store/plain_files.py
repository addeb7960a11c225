"""Opening files and folders in whose place somebody may have put something else: a symbolic link, a FIFO, a device.

What a path names is looked at on the open descriptor, and so cannot be replaced after the look.
"""

import errno
import os
import stat
from contextlib import suppress

__all__ = ["open_folder", "open_plain"]

_SAFE = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_ODD = (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ENOTDIR)


def open_plain(path: str, flags: int, mode: int = 0o666, *, folder: int | None = None) -> int:
    """Open a plain file, and return its descriptor; never wait, and never follow a symbolic link to it.

    Args:
        path: Where it is.
        flags: As of `os.open`; those that this needs are added.
        mode: The permission bits of a new file.
        folder: The descriptor of the folder that the path begins at; None for the current folder.

    Raises:
        OSError: If it cannot be opened, or is something else.

    """
    return _opened(path, flags, mode, folder, stat.S_IFREG, "it is not a plain file")


def open_folder(path: str) -> int:
    """Open a folder, to list it and to open or delete what is in it, and return its descriptor.

    Raises:
        OSError: If it cannot be opened, or is something else, such as a symbolic link.

    """
    return _opened(path, os.O_RDONLY, 0, None, stat.S_IFDIR, "it is not a folder")


def _opened(path: str, flags: int, mode: int, folder: int | None, kind: int, problem: str) -> int:
    try:
        descriptor = os.open(path, flags | _SAFE, mode, dir_fd=folder)
    except OSError as error:
        reason = _difference(path, folder, kind, problem) if error.errno in _ODD else ""
        raise OSError(error.errno, reason or os.strerror(error.errno or 0)) from None
    if stat.S_IFMT(os.fstat(descriptor).st_mode) != kind:
        os.close(descriptor)
        raise OSError(errno.EINVAL, problem)
    os.set_blocking(descriptor, True)
    return descriptor


def _difference(path: str, folder: int | None, kind: int, problem: str) -> str:
    """Return what is wrong with what a path names; empty if nothing is, so that it is about a folder on the way."""
    with suppress(OSError):
        found = stat.S_IFMT(os.lstat(path, dir_fd=folder).st_mode)
        return "it is a symbolic link" if stat.S_ISLNK(found) else problem * (found != kind)
    return ""
