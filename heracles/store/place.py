"""Where a journal is, whose work it records, and which named sweeps have one."""

import os
import pwd
from functools import cache

from heracles.paths import Siblings

__all__ = ["home", "named_sweeps", "user"]


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


def named_sweeps(siblings: Siblings) -> list[str]:
    """Return the names of the sweeps of a script that have a journal beside it, in order."""
    try:
        files = set(os.listdir(siblings.path("") or "."))
    except OSError:
        return []
    names = sorted(filter(None, map(siblings.sweep_of_journal, files)))
    return [name for name in names if Siblings(siblings.script, name).namesake not in files]
