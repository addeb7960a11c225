"""What a scheduler says about the tasks of one job, by task, however it puts them together."""

from collections.abc import Iterable, Iterator
from itertools import chain

from heracles.schedulers.client import Tasks

__all__ = ["Hints"]

_FEW = 8  # so many tasks of a line are looked up one by one


class Hints:
    """What a scheduler says about the tasks of a job.

    Args:
        lines: What it says, some tasks at a time; of two that contain the same task, the later counts.

    """

    def __init__(self, lines: Iterable[Tasks] = ()) -> None:
        self._single: dict[int | None, tuple[int, Tasks]] = {}
        self._many: list[tuple[int, range, Tasks]] = []
        for order, line in enumerate(lines):
            for ids in (None,) if line.ids is None else line.ids:
                if ids is None or len(ids) <= _FEW:
                    self._single.update(dict.fromkeys((None,) if ids is None else ids, (order, line)))
                else:
                    self._many.append((order, ids, line))

    def __call__(self, task: int | None) -> Tasks | None:
        """Return what is said of a task, or of the whole job; None for nothing."""
        found = self._of(task)
        return self._of(None) if found is None and task is not None else found

    def _of(self, task: int | None) -> Tasks | None:
        order, found = self._single.get(task, (-1, None))
        for number, ids, line in self._many if task is not None else ():  # `None in ids` would compare it with each
            if number > order and task in ids:
                order, found = number, line
        return found

    @property
    def tasks(self) -> list[int | None]:
        """The tasks that something is said of, in any order; None for the whole job."""
        return list(dict.fromkeys(chain(self._single, *(ids for _, ids, _ in self._many))))

    def changes(self, others: Iterable[int | None] = ()) -> Iterator[int]:
        """Yield, in any order, each task of which something else may be known than of the one before it.

        Args:
            others: Tasks that more is known of.

        """
        for task in chain(self._single, others):
            if task is not None:
                yield from (task, task + 1)
        for _, ids, _ in self._many:
            yield from (ids.start, ids.stop) if ids.step == 1 else chain(ids, (task + 1 for task in ids))
