"""What runs may cost at most, which is their number, times the time limit of each, times its GPUs or CPUs; and did."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from heracles.cli.views.fitting import packed
from heracles.lean import NamedTuple
from heracles.text import counted, spelled

if TYPE_CHECKING:
    from heracles.jobs.spent import Spent
    from heracles.schedulers.request import Request

__all__ = ["Part", "clock", "cost_lines", "hours", "spent_lines"]

_TIMES = " \N{MULTIPLICATION SIGN} "


class Part(NamedTuple):
    """Jobs, or tasks of a job array, that request the same.

    Attributes:
        number: How many of them there are.
        noun: What they are: `run` or `task`.
        request: What each of them requests.
        throttle: How many of them run at a time; 0 for any number.
        options: The options that these alone have, which tell them from the others; empty if there are none.

    """

    number: int
    noun: str
    request: "Request"
    throttle: int = 0
    options: str = ""

    @property
    def device_seconds(self) -> int | None:
        """How many seconds of their devices they may take; None if that is unknown."""
        return self.request.device_seconds(self.number)


def cost_lines(parts: Sequence[Part], width: int | None = None) -> Iterator[str]:
    """Yield the line that says what is submitted, how long each may take, on what, and what that comes to.

    Args:
        parts: What is submitted; of several that request different things, the first line has the total, and then each
            has a line.
        width: Where to break a line, in terminal columns; None for nowhere.

    """
    if len({part.request for part in parts}) == 1 and not any(part.throttle for part in parts[1:]):
        parts = [parts[0]._replace(number=sum(part.number for part in parts))]
    if len(parts) == 1:
        only = parts[0]._replace(options="")
        yield from _broken(f"Cost: {'' if only.device_seconds is None else 'at most '}{_product(only)}", width)
    elif parts:
        yield from _broken(f"Cost: {_total(parts)}", width)
        for part in parts:
            room = None if width is None else max(1, width - 2)
            yield from (f"  {line}" for line in _broken(_product(part), room))


def _broken(text: str, width: int | None) -> Iterator[str]:
    return map(" ".join, packed(text.split(" "), width))


def _product(part: Part) -> str:
    """Return the factors and what they come to, as far as that is known."""
    request, total = part.request, part.device_seconds
    devices, name = request.devices
    factors = [counted(part.number, part.noun)]
    factors += [counted(request.tasks, "task")] if request.tasks > 1 else []
    factors += [] if request.seconds is None else [clock(request.seconds)]
    factors += [] if devices is None else [counted(devices, name)]
    result = f"; {request.unknown}: unknown" if total is None else f" = {hours(total, name)}"
    options = f", with {part.options}" if part.options else ""
    return f"{_TIMES.join(factors)}{result}{options}{_at_a_time(part)}"


def _at_a_time(part: Part) -> str:
    """Return how many run at a time, and how long that takes if each takes all of its time."""
    if not 0 < part.throttle < part.number:
        return ""
    seconds = part.request.seconds
    longest = f": {clock(-(-part.number // part.throttle) * seconds)} if each takes all its time" if seconds else ""
    return f", {part.throttle:,} at a time{longest}"


def _total(parts: Sequence[Part]) -> str:
    """Return what all of them come to: GPU hours and CPU hours, which do not add up."""
    sums: dict[str, int] = {}
    for part in parts:
        if part.device_seconds is not None:
            name = part.request.devices[1]
            sums[name] = sums.get(name, 0) + part.device_seconds
    known = " and ".join(hours(seconds, name) for name, seconds in sums.items())
    if any(part.device_seconds is None for part in parts):
        return f"at most {known} + unknown" if known else "unknown"
    return f"at most {known}"


def clock(seconds: int) -> str:
    """Return a time as people write it: `6:00:00`, `1-12:00:00`."""
    days, rest = divmod(seconds, 86400)
    text = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{text.zfill(8)}" if days else text


def hours(seconds: int, name: str) -> str:
    """Return seconds of devices as hours: `216 GPU hours`, `1.5 CPU hours`; at most two decimals, 0 of nothing alone.

    Args:
        seconds: The seconds, each of which is counted once for each device.
        name: The name of a device: `GPU` or `CPU`.

    """
    amount = _amount(seconds)
    return f"{amount} {name} hour{'' if amount == '1' else 's'}"


def _amount(seconds: int) -> str:
    if seconds % 3600 == 0 or seconds >= 36_000:
        return spelled((seconds + 1800) // 3600)
    return f"{max(round(seconds / 3600, 2 if seconds < 3600 else 1), 0.01):g}"


def spent_lines(spent: "Spent | None", width: int | None, *, has_ended: bool) -> Iterator[str]:
    """Yield the line that says what runs have cost; nothing if that is unknown.

    Args:
        spent: What they have cost.
        width: Where to break a line, in terminal columns; None for nowhere.
        has_ended: Whether all of them have ended.

    """
    if spent is None:
        return
    parts = []
    for name, seconds in spent.seconds.items():
        most = f" (at most {_amount(spent.most[name])})" if spent.most and name in spent.most else ""
        parts.append(f"{hours(seconds, name)}{'' if has_ended else ' so far'}{most}")
    yield from _broken(f"Took {'' if spent.is_whole else 'at least '}{' and '.join(parts)}", width)
