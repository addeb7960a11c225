"""What the runs of a command may cost, from the options of their submission."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from heracles.cli.views.cost import Part, cost_lines
from heracles.lean import load

if TYPE_CHECKING:
    from heracles.backends.array_layout import Array
    from heracles.schedulers.options import SubmitOptions
    from heracles.schedulers.request import Request
    from heracles.schedulers.scheduler import Scheduler
    from heracles.script.job_script import JobScript

__all__ = ["Set", "cost_of_array", "cost_of_scripts", "parts_of"]

Set = tuple[tuple[str, ...], Sequence[range]]
"""The words of the options that some items have in addition to those of all, and the items."""


def cost_of_scripts(
    script: "JobScript", scheduler: "Scheduler", sets: Sequence[Set], width: int | None = None
) -> Iterator[str]:
    """Yield the lines about runs that would have a script each, and no other option; none without a scheduler.

    Args:
        script: The job script.
        scheduler: The scheduler that it would be submitted to.
        sets: Which runs would be submitted with which options.
        width: Where to break a line, in terminal columns; None for nowhere.

    """
    return cost_lines(parts_of(_options(scheduler, script), sets), width)


def cost_of_array(script: "JobScript", layout: "Array", sets: Sequence[Set], width: int | None = None) -> Iterator[str]:
    """Yield the lines about a job array that would be submitted with no other option; none without a scheduler.

    Args:
        script: The job script.
        layout: How its items are laid out over tasks.
        sets: Which of these would be submitted with which options.
        width: Where to break a line, in terminal columns; None for nowhere.

    """
    return cost_lines(parts_of(_options(layout.scheduler, script), sets, layout), width)


def parts_of(
    options: "Callable[[Sequence[str]], SubmitOptions]", sets: Sequence[Set], layout: "Array | None" = None
) -> list[Part]:
    """Return what each set of items requests; nothing without a scheduler.

    Args:
        options: Returns the options of a submission with those that some items have in addition.
        sets: Which items are submitted with which options.
        layout: How the items are laid out over the tasks of an array; None for runs with a script each.

    """
    parts = []
    for words, items in sets:
        own = options(words)
        if request := own.task_request if layout else own.request:
            part = _tasks(items, layout, request) if layout else _runs(items, request)
            shown = load("heracles.cli.views.sets:option_words")(words) if words else ""
            parts.append(part._replace(options=shown))
    return parts


def _runs(items: Sequence[range], request: "Request") -> Part:
    return Part(sum(part.stop - part.start for part in items), "run", request)


def _tasks(items: Sequence[range], layout: "Array", request: "Request") -> Part:
    pack = layout.pack
    tasks = sum(-(-part.stop // pack) - part.start // pack for part in items)
    own = layout.user_array.throttle if layout.user_array else 0
    throttle = own if layout.throttle is None else layout.throttle
    noun = "task" if pack > 1 or layout.user_array else "run"
    return Part(tasks, noun, request, throttle=throttle if tasks <= layout.limit else 0)


def _options(scheduler: "Scheduler", script: "JobScript") -> "Callable[[Sequence[str]], SubmitOptions]":
    return scheduler.submit_options([scheduler.submit], script.text).with_extra
