"""The limits of a cluster: how many tasks an array may have, and how long a script may be."""

import shutil

from heracles.schedulers.client import Limits
from heracles.schedulers.clients import connect
from heracles.schedulers.scheduler import Scheduler

__all__ = ["limits"]


def limits(scheduler: Scheduler, *, timeout: float) -> Limits:
    """Return the limits that a scheduler is configured with, as far as a program on this machine prints them.

    Args:
        scheduler: The scheduler.
        timeout: The seconds without an answer after which its program is stopped.

    """
    if not scheduler.limits_program or shutil.which(scheduler.limits_program) is None:
        return Limits()
    return connect(scheduler, scheduler.submit_options([scheduler.submit]), timeout=timeout).limits()
