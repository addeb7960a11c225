"""What a job requests of its scheduler, as far as the cost of a sweep depends on it: time, CPUs and GPUs."""

from collections.abc import Sequence

from heracles.lean import NamedTuple

__all__ = ["Request", "clock_seconds", "first_unknown", "whole"]

_MOST_DIGITS = 9
_FACTORS = (1, 60, 3600)  # of the last number, the one before it, and the one before that


class Request(NamedTuple):
    """What each job, or each task of a job array, requests.

    Attributes:
        seconds: Its time limit in seconds; None if that is unknown.
        cpus: Its CPUs; None if these are unknown.
        gpus: Its GPUs; None if these are unknown.
        unknown: Why something is unknown, as in `no --time`; empty if all is known.
        tasks: How many tasks that request this it has, where a script that is submitted as it is requests an array.

    """

    seconds: int | None
    cpus: int | None
    gpus: int | None
    unknown: str = ""
    tasks: int = 1

    @property
    def devices(self) -> tuple[int | None, str]:
        """What is counted, and its name: the GPUs, or the CPUs where no GPU is requested."""
        return (self.cpus, "CPU") if self.gpus == 0 else (self.gpus, "GPU")

    def device_seconds(self, jobs: int) -> int | None:
        """Return how many seconds of its devices that many jobs may take; None if that is unknown.

        Args:
            jobs: The number of jobs, each of which has this request.

        """
        number, _ = self.devices
        return None if self.seconds is None or number is None else jobs * self.tasks * self.seconds * number


def first_unknown(*reasons: str) -> str:
    """Return the first of these reasons that there is; empty if there is none."""
    return next(filter(None, reasons), "")


def whole(text: str | None) -> int | None:
    """Return the number that a text of digits spells; None if it is no such text."""
    return None if text is None else _number(text.strip())


def _number(digits: str) -> int | None:
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if is_number else None


def clock_seconds(text: str, units: Sequence[int]) -> int | None:
    """Return the seconds in `1:30:00`; None if the text is no such time.

    Args:
        text: One, two or three numbers with colons between them.
        units: The seconds that the last number stands for, if it is one of one, of two or of three.

    """
    parts = text.strip().split(":")
    numbers = [number for part in parts if (number := _number(part)) is not None]
    if len(numbers) != len(parts) or len(parts) > len(_FACTORS):
        return None
    last = units[len(numbers) - 1]
    return sum(number * last * factor for number, factor in zip(reversed(numbers), _FACTORS, strict=False))
