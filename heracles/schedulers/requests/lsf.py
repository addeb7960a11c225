"""What a job requests of LSF: its time limit, its slots and its GPUs.

Source: bsub(1) of IBM Spectrum LSF, -W, -n, -gpu and the resource requirements of -R.
"""

import re

from heracles.lean import pattern
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.request import Request, clock_seconds, first_unknown

__all__ = ["request"]

_SLOTS = pattern(r"(?:\d+,)?(\d{1,9})", re.ASCII)
_GPUS = pattern(r"\bnum=(\d{1,9})(/task)?", re.ASCII)
_HOSTS = pattern(r"\bspan\[\s*(hosts=1|ptile=([1-9]\d{0,8}))\s*\]", re.ASCII)


def request(options: SubmitOptions) -> Request:
    """Return what each job requests.

    Args:
        options: The options of its submission; those of its queue are unknown.

    """
    seconds = clock_seconds((options.value("-W") or "").partition("/")[0], (60, 60, 60))
    numbers = _SLOTS.fullmatch(options.value("-n") or "1")
    slots = int(numbers[1]) if numbers else None
    gpus = _gpus(options.value("-gpu"), options.value("-R") or "", slots)
    no_time = "" if seconds is not None else "no -W"
    no_slots = "" if slots else "the slots of -n are not clear"
    no_gpus = "" if gpus is not None else "on how many hosts the GPUs are is not clear"
    return Request(seconds, slots, gpus, first_unknown(no_time, no_slots, no_gpus))


def _gpus(text: str | None, requirement: str, slots: int | None) -> int | None:
    """Return the number of GPUs: `num` is for each host, or with `/task` for each slot."""
    if text is None:
        return None if "gpu" in requirement else 0
    match = _GPUS.search(text)
    number = int(match[1]) if match else 1
    times = slots if match and match[2] else _hosts(requirement, slots)
    return None if times is None else number * times


def _hosts(requirement: str, slots: int | None) -> int | None:
    """Return the number of hosts; None if it is up to LSF."""
    match = _HOSTS.search(requirement)
    if slots == 1 or (match and match[1] == "hosts=1"):
        return 1
    return -(-slots // int(match[2])) if match and slots else None
