"""No scheduler: plain bash. Heracles runs the scripts, or the user does, by hand, in a loop or with GNU parallel."""

from heracles.schedulers.scheduler import Scheduler

__all__ = ["Local"]


class Local(Scheduler):
    """No scheduler."""

    key = "none"
    name = "no scheduler"
    has_queue = False
