"""Whether the number that a local run printed last is the id of a job that it submitted: the scheduler knows.

`sbatch --parsable` and `qsub -terse` print an id alone, which may as well be a program's result.
"""

import re
import shutil

from heracles.jobs.printed import Confirmed
from heracles.lean import NamedTuple
from heracles.schedulers.client import Client, Job, Unreachable
from heracles.schedulers.clients import CLIENTS, connect
from heracles.schedulers.registry import SCHEDULERS

__all__ = ["BareIds"]

_TIMEOUT = 10.0
_MOST_MISTAKEN = 3


class _Asked(NamedTuple):
    """A scheduler that can be asked, and a pattern of the line that its submit command prints for a job."""

    key: str
    line: str
    client: Client


class BareIds:
    """Asks the schedulers of this machine about numbers, until some have been other numbers."""

    def __init__(self) -> None:
        self._known: list[_Asked] | None = None
        self._mistaken = 0

    def confirmed(self, line: str) -> Confirmed:
        """Return the job whose id a line is, alone; none if no scheduler has a job of this user with that id."""
        if not line[:1].isdecimal() or self._mistaken >= _MOST_MISTAKEN:
            return Confirmed()
        if self._known is None:
            self._known = _here()
        for each in self._known:
            match = re.fullmatch(each.line, line, re.ASCII)
            if match and _is_known(each.client, Job(match[1])):
                return Confirmed(each.key, (match[1],))
        self._mistaken += 1
        return Confirmed()


def _here() -> list[_Asked]:
    found = []
    for key in CLIENTS:
        scheduler = SCHEDULERS[key]
        if shutil.which(scheduler.submit):
            client = connect(scheduler, scheduler.submit_options([scheduler.submit]), timeout=_TIMEOUT)
            found.append(_Asked(key, scheduler.job_id, client))
    return found


def _is_known(client: Client, job: Job) -> bool:
    try:
        return any(task.job == job for task in client.states([job], with_past=False).tasks)
    except Unreachable:
        return False
