"""What a job requests of Grid Engine: its time limit and its slots.

Source: qsub(1) of Son of Grid Engine 8.1.9, -l and -pe.
"""

import re
from collections.abc import Iterable, Iterator

from heracles.lean import pattern
from heracles.schedulers.directives import Directive
from heracles.schedulers.options import SubmitOptions
from heracles.schedulers.request import Request, clock_seconds, first_unknown

__all__ = ["request"]

_SLOTS = pattern(r"(?:\d*-)?(\d{1,9})", re.ASCII)


def request(options: SubmitOptions) -> Request:
    """Return what each job requests.

    Args:
        options: The options of its submission.

    """
    limits = _resources(options)
    seconds, slots = clock_seconds(limits.get("h_rt") or limits.get("s_rt") or "", (1, 1, 1)), _slots(options)
    gpu = next((name for name in limits if "gpu" in name or "cuda" in name), "")
    # Whether a GPU is requested for each slot or for the job is each site's own setting.
    unclear = f"whether -l {gpu} is for a slot or for a job is your site's setting" if gpu else ""
    no_slots = "" if slots else "the slots of -pe are not clear"
    no_time = "" if seconds is not None else "no -l h_rt"
    return Request(seconds, slots, None if gpu else 0, first_unknown(no_time, unclear, no_slots))


def _resources(options: SubmitOptions) -> dict[str, str]:
    """Return what all the `-l` request, by name; the later and the command's count."""
    found: dict[str, str] = {}
    for option in (*options.of_script("-l"), *options.of_command("-l")):
        for part in option.text.split(","):
            name, _, value = part.partition("=")
            found[name.strip()] = value.strip()
    return found


def _slots(options: SubmitOptions) -> int | None:
    """Return the largest number of slots that `-pe NAME SLOTS` requests, 1 without it; None if it is not clear."""
    found = list(_ranges(options.command_lines)) or list(_ranges(options.script_lines))
    numbers = _SLOTS.fullmatch(found[-1] if found else "1")
    return int(numbers[1]) if numbers else None


def _ranges(lines: Iterable[Directive]) -> Iterator[str]:
    """Yield the second word of each `-pe`, empty if it has none."""
    for words in (line.words for line in lines if line.counts):
        for place, word in enumerate(words):
            if word.text == "-pe":
                yield words[place + 2].text if place + 2 < len(words) else ""
