"""What a job requests of Slurm: its time limit, its CPUs and its GPUs.

Sources: sbatch(1), "OPTIONS"; `time_str2mins` of Slurm's parse_time.c for the time limit.
"""

import re
from functools import cached_property

from heracles.lean import pattern
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.request import Request, clock_seconds, first_unknown, whole

__all__ = ["request"]

_DAYS = pattern(r"(\d{1,6})-(\d{1,6}(?::\d{1,6}){0,2})", re.ASCII, needs="-")
_GRES = pattern(r"(?:gres[:/])?gpu(?::[A-Za-z_][^:,=]*)?(?:[:=](\d+))?", re.ASCII, needs=["gpu"])
_TYPED = pattern(r"(?:[^:,]+:)?(\d+)", re.ASCII)
_NODES = pattern(r"(?:\d+-)?(\d+)", re.ASCII)
_SEVERAL = pattern(r"^#SBATCH[ \t]+(?:het|pack)job[ \t]*$", re.MULTILINE | re.IGNORECASE, needs=["hetjob", "packjob"])
_ENDLESS = ("0", "-1", "infinite", "unlimited")


def request(options: SubmitOptions) -> Request:
    """Return what each job requests.

    Args:
        options: The options of its submission.

    """
    if _SEVERAL.search(options.script) or ":" in options.arguments:
        return Request(None, None, None, "the parts of a heterogeneous job request different things")
    job = _Job(options)
    seconds, gpus, cpus = job.seconds, job.gpus, job.cpus
    no_time = "" if seconds is not None else job.why_endless
    no_gpus = "" if gpus is not None else job.why_unknown or "the number of GPUs is not clear"
    no_cpus = "" if cpus is not None or gpus else job.why_unknown or "the number of CPUs is not clear"
    return Request(seconds, cpus, gpus, first_unknown(no_time, no_gpus, no_cpus))


class _Job:
    """The numbers of a job; None where an option leaves them to Slurm or cannot be read."""

    def __init__(self, options: SubmitOptions) -> None:
        self._value = options.value

    def _number(self, *names: str) -> int | None:
        return whole(self._value(*names))

    @cached_property
    def seconds(self) -> int | None:
        text = (self._value("-t", "--time") or "").strip().lower()
        if text in _ENDLESS:
            return None
        if match := _DAYS.fullmatch(text):
            clock = match[2] + ":00" * (2 - match[2].count(":"))
            rest = clock_seconds(clock, (1, 1, 1))
            return None if rest is None else int(match[1]) * 86400 + rest
        return clock_seconds(text, (60, 1, 1))

    @property
    def why_endless(self) -> str:
        text = self._value("-t", "--time")
        return "no --time" if text is None else f"--time={text} is no limit"

    @cached_property
    def nodes(self) -> int | None:
        """The largest number of nodes."""
        text = self._value("-N", "--nodes")
        if text is None:
            each, tasks = self._number("--ntasks-per-node"), self._number("-n", "--ntasks")
            if tasks is None or tasks == 1:
                return 1
            return -(-tasks // each) if each else None
        match = _NODES.fullmatch(text.strip())
        return int(match[1]) if match else None

    @property
    def why_unknown(self) -> str:
        if self.nodes is not None:
            return ""
        text = self._value("-N", "--nodes")
        return "no --nodes" if text is None else f"--nodes={text} is not clear"

    @cached_property
    def tasks(self) -> int | None:
        if (tasks := self._number("-n", "--ntasks")) is not None:
            return tasks
        if self._value("--ntasks-per-gpu") is not None:
            return None
        each = self._number("--ntasks-per-node") or 1
        return None if self.nodes is None else self.nodes * each

    @cached_property
    def gpus(self) -> int | None:
        if (text := self._value("-G", "--gpus")) is not None:
            return _typed(text)
        if (text := self._value("--gpus-per-node")) is not None:
            return _product(_typed(text), self.nodes)
        if (text := self._value("--gpus-per-task")) is not None:
            return _product(_typed(text), self.tasks)
        if (text := self._value("--tres-per-task")) is not None and "gpu" in text:
            return _product(_gres(text), self.tasks)
        if self._value("--gpus-per-socket") is not None:
            return None
        number = _gres(self._value("--gres") or "")
        return number if number == 0 else _product(number, self.nodes)

    @cached_property
    def cpus(self) -> int | None:
        if self._value("--exclusive") is not None or self._value("--cpus-per-gpu") is not None:
            return None
        each = 1 if self._value("-c", "--cpus-per-task") is None else self._number("-c", "--cpus-per-task")
        return _product(each, self.tasks)


def _product(number: int | None, times: int | None) -> int | None:
    return None if number is None or times is None else number * times


def _typed(text: str) -> int | None:
    """Return the number in `4`, `a100:4` or `a100:2,v100:1`."""
    matches = [_TYPED.fullmatch(part.strip()) for part in text.split(",")]
    return sum(int(match[1]) for match in matches if match) if all(matches) else None


def _gres(text: str) -> int | None:
    """Return the number of GPUs in a list of generic resources: `gpu:a100:2,license:1`; None if it is not clear."""
    number = 0
    for part in text.split(","):
        if match := _GRES.fullmatch(part.strip()):
            number += int(match[1] or 1)
        elif "gpu" in part:
            return None
    return number
