"""Statuses of runs, made of what is known of each."""

from collections.abc import Iterable

from heracles.jobs.statuses import RunStatus, Statuses
from heracles.store.column import Column

__all__ = ["made"]


def made(statuses: Iterable[RunStatus]) -> Statuses:
    """Return some statuses, of runs that are numbered from 0."""
    every = list(statuses)
    found = dict.fromkeys(task.judgement for each in every for task in (each.last, *each.tasks))
    numbers = {judgement: number for number, judgement in enumerate(found)}
    runs, attempts = Column(len(every)), Column(len(every))
    width = max((len(each.tasks) for each in every), default=0) or 1
    tasks = Column(len(every) * width)
    for place, each in enumerate(every):
        runs[place] = numbers[each.last.judgement]
        attempts[place] = each.attempts
        for number, task in enumerate(each.tasks or (each.last,)):
            tasks[place * width + number] = numbers[task.judgement]
    return Statuses(list(numbers), runs, attempts, lambda run: every[run].tasks or (every[run].last,), tasks)
