"""What is believed of a journal that is not one's own: neither its commands nor its processes.

Anybody can write a journal that says to run a program, or which processes to stop, and put it into a shared folder or a
repository. A journal is one's own if the user owns the file, and its first line has the number of its inode: one that
was cloned, unpacked or copied has another number than its author could have written.
"""

import os
from collections.abc import Iterable
from dataclasses import replace

from heracles.schedulers.registry import SCHEDULERS
from heracles.store.events import Announced, Event
from heracles.text import printable

__all__ = ["believable", "distrusted", "is_own"]

_LOCAL_COMMAND = ("bash",)


def is_own(status: os.stat_result, inode: int | None) -> bool:
    """Return whether a journal is the user's own.

    Args:
        status: The status of the file.
        inode: The number of the inode that its first line has.

    """
    return status.st_uid == os.geteuid() and status.st_ino == inode


def believable(event: Event) -> Event:
    """Return what is believed of an event: of a command, that it was the scheduler's own, with no more options."""
    return replace(event, command=_plain(event), options=()) if isinstance(event, Announced) else event


def distrusted(events: Iterable[Event]) -> str:
    """Return the latest command that is not believed, as it would be typed; empty if there is none."""
    announced = [(each, (*each.command, *each.options)) for each in events if isinstance(each, Announced)]
    commands = [words for each, words in announced if words != _plain(each)]
    return printable(" ".join(commands[-1])) if commands else ""


def _plain(event: Announced) -> tuple[str, ...]:
    scheduler = SCHEDULERS.get(event.scheduler)
    return (scheduler.submit,) if scheduler and scheduler.submit else _LOCAL_COMMAND
