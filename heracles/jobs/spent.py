"""What a sweep has cost: the time that its tasks took, times the GPUs or CPUs that they had."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from heracles.jobs.clients import by_client, recorded_client
from heracles.lean import NamedTuple
from heracles.schedulers.client import Unreachable
from heracles.store.submission import Submission
from heracles.store.task_times import BusyTime

__all__ = ["Spent", "spent"]


class Spent(NamedTuple):
    """Seconds of devices, each second counted once for each GPU or CPU, by their names `GPU` and `CPU`.

    Attributes:
        seconds: What was spent.
        most: What may be spent at most, all submissions together; None if that is unknown.
        is_whole: Whether nothing is missing in what was spent.

    """

    seconds: dict[str, int]
    most: dict[str, int] | None
    is_whole: bool


def spent(
    submissions: Sequence[Submission],
    times: Callable[[], Iterable[BusyTime] | None],
    *,
    has_ended: bool,
    timeout: float,
) -> Spent | None:
    """Return what was spent on submissions; None if that is unknown.

    Accounting knows it of all jobs, and is asked once all of them have ended; else it is what job arrays recorded.

    Args:
        submissions: The submissions to schedulers.
        times: Returns how long each task was busy; None if that is unknown.
        has_ended: Whether none of them is pending or running.
        timeout: After how many seconds without an answer a scheduler's command is stopped.

    """
    seconds = _accounted(submissions, timeout) if has_ended else None
    if seconds is not None:
        return Spent(seconds, _most(submissions), is_whole=True)
    found = None if any(not each.compilation.is_array for each in submissions) else times()
    return None if found is None else _recorded(submissions, found, has_ended=has_ended)


def _accounted(submissions: Sequence[Submission], timeout: float) -> dict[str, int] | None:
    """Return what the schedulers' accounting knows; None if one of them has none, or does not answer."""
    total: Counter[str] = Counter()
    for key, to_one in by_client(submissions).items():
        jobs = [each.job for each in to_one if each.job]
        try:
            seconds = recorded_client(key, timeout).spent(jobs)
        except Unreachable:
            return None
        if seconds is None:
            return None
        total.update(seconds)
    return dict(total) or None


def _recorded(submissions: Sequence[Submission], times: Iterable[BusyTime], *, has_ended: bool) -> Spent | None:
    requested = {(each.compilation.key, each.job.id): each.announced.request for each in submissions if each.job}
    total: Counter[str] = Counter()
    is_whole, now = True, int(time.time())
    for each in times:
        request = requested.get((each.compilation, each.job))
        number, name = request.devices if request else (None, "")
        if request is None or number is None:
            is_whole &= (each.compilation, each.job) not in requested
            continue
        seconds, most = each.seconds, now if request.seconds is None else request.seconds
        if each.since and has_ended:
            is_whole = False
        elif each.since:
            seconds += sum(min(max(0, now - since), most) for since in each.since)
        total[name] += seconds * number
    return Spent(dict(total), _most(submissions), is_whole) if total else None


def _most(submissions: Iterable[Submission]) -> dict[str, int] | None:
    total: Counter[str] = Counter()
    for each in submissions:
        request = each.announced.request
        seconds = request.device_seconds(-(-len(each.items) // each.compilation.pack)) if request else None
        if request is None or seconds is None:
            return None
        total[request.devices[1]] += seconds
    return dict(total)
