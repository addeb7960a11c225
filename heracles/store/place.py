"""Where a journal is, and whose work it records."""

import os
import pwd
from functools import cache

__all__ = ["home", "user"]


@cache
def user() -> str:
    """Return the name of the user whose process this is; the number if there is no name."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def home(path: str) -> str:
    """Return the folder of a file, absolute and without symbolic links; empty if it has been deleted."""
    try:
        return os.path.realpath(os.path.dirname(path) or ".")
    except OSError:
        return ""
