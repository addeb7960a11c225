"""Continuing a sweep: which recorded sweep a given one continues, and what of it was neither submitted nor run.

A sweep continues another one if runs of that were submitted, and at least one run is in both: what makes a run the same
is in `heracles.ir.growth`. Then the runs of both have one sequence of numbers, as which they are recorded, and only the
new ones are submitted. A sweep that has no run in common with those before is another sweep.
"""

from collections.abc import Iterable, Iterator, Sequence

from heracles.errors import HeraclesError
from heracles.ir import Runs, Subset
from heracles.ir.growth import Growth, grow
from heracles.jobs import launch, query
from heracles.jobs.launch import Remaining
from heracles.jobs.outcome import Outcome
from heracles.language.source import Source
from heracles.lean import NamedTuple
from heracles.paths import Siblings
from heracles.schedulers.indices import consecutive
from heracles.store.events import Compilation, Finished
from heracles.store.history import History
from heracles.text import printable

__all__ = ["Continuation", "Rest", "continuation", "finish", "is_edited", "rest"]


class Continuation(NamedTuple):
    """A recorded sweep, and what it becomes when a given one continues it.

    Attributes:
        compilation: The latest compilation of the recorded sweep.
        growth: What it becomes.

    """

    compilation: Compilation
    growth: Growth

    @property
    def name(self) -> str:
        """What the journal calls the recorded sweep."""
        return self.compilation.sweep

    def source(self, given: Source) -> Source:
        """Return the text that makes the whole again: that of the given sweep only if it has new runs."""
        return given if self.growth.added else query.source_of(self.compilation)

    @property
    def added(self) -> Subset:
        """The runs that are new; at least one."""
        runs = self.growth.runs
        return Subset(runs, range(runs.size - self.growth.added, runs.size))

    @property
    def asked(self) -> Runs:
        """The runs of the given sweep, with their numbers in the whole."""
        runs, left_out = self.growth.runs, set(self.growth.left_out)
        numbers = range(runs.size)
        return _some(runs, [run for run in numbers if run not in left_out] if left_out else numbers)


class Rest(NamedTuple):
    """What of a continued sweep was neither submitted nor run.

    Attributes:
        runs: Its runs, with their numbers in the whole; if there are none, all runs of the given sweep.
        remaining: How many items that is, and which, as ranges, if these runs alone are compiled.

    """

    runs: Runs
    remaining: Remaining


def continuation(
    history: History, asked: Runs, arguments: Sequence[str] | None, siblings: Siblings
) -> Continuation | None:
    """Return the recorded sweep that a given one continues; None if it continues none, or is recorded as it is.

    Args:
        history: What is recorded.
        asked: The given sweep.
        arguments: The script's own arguments; None for any.
        siblings: The files beside the script.

    Raises:
        HeraclesError: If that cannot be found out, or if it continues two sweeps.

    """
    names = [name for name in query.submitted_sweeps(history, siblings) if _has_arguments(history, name, arguments)]
    known = history.latest(asked, arguments)
    if known and known.sweep in names:
        if not known.earlier:
            return None
        growth = grow(query.sweep_of(history, known), asked)
        return Continuation(known, growth) if growth else None
    found = list(_continuations(history, reversed(names), asked))
    if len(found) > 1 and found[0].growth.added:
        _check_for_others(found[0], found[1:], siblings)
    return found[0] if found else None


def _has_arguments(history: History, name: str, arguments: Sequence[str] | None) -> bool:
    return arguments is None or history.compilations_of(name)[-1].arguments == tuple(arguments)


def _continuations(history: History, names: Iterable[str], asked: Runs) -> Iterator[Continuation]:
    for name in names:
        compilation = history.compilations_of(name)[-1]
        if growth := grow(query.sweep_of(history, compilation), asked):
            yield Continuation(compilation, growth)


def _check_for_others(found: Continuation, others: Iterable[Continuation], siblings: Siblings) -> None:
    """Raise a HeraclesError if runs that are new to a sweep were submitted in another one."""
    for other in others:
        if shared := grow(other.growth.runs, found.added):
            raise HeraclesError(
                f"runs of this sweep were submitted in two sweeps of {printable(siblings.name)}, {found.growth.kept:,} "
                f"in one and {shared.kept:,} in the other: leave out the values that one of them has, or use --name "
                "NAME to run all of this sweep apart from them"
            )


def is_edited(history: History, name: str, source: str) -> bool:
    """Return whether the job script was edited since runs of a sweep were last submitted, other than by a retry.

    Args:
        history: What is recorded.
        name: What the journal calls the sweep.
        source: The digest of the job script.

    """
    first = [each.announced.source for each in history.of_sweep(name) if not each.announced.attempt]
    return bool(first) and first[-1] not in ("", source)


def rest(
    history: History,
    found: Continuation,
    tasks_per_run: int,
    by_hand: Iterable[Outcome] = (),
    *,
    resubmit_all: bool = False,
) -> Rest:
    """Return what of a given sweep, which continues a recorded one, was neither submitted nor run.

    Args:
        history: What is recorded.
        found: What it continues.
        tasks_per_run: How many items each run has.
        by_hand: What is known of the items that the user submitted without Heracles.
        resubmit_all: Whether to return all of it nevertheless, unless that was begun before and interrupted.

    """
    whole = range(found.growth.runs.size * tasks_per_run)
    number = history.round(found.name)
    is_finished = history.has_finished(found.name, number)
    is_resumed = resubmit_all and not is_finished
    if resubmit_all and is_finished:
        number, items = number + 1, [whole]
    else:
        least = 0 if is_finished else number
        items = launch.uncovered(history, found.name, len(whole), tasks_per_run, by_hand, least)
    items = list(_without(items, found.growth.left_out, tasks_per_run))
    total = len(whole) - len(found.growth.left_out) * tasks_per_run
    numbers, own = _compiled(items, tasks_per_run)
    runs = _some(found.growth.runs, numbers) if items else found.asked
    return Rest(runs, Remaining(own, sum(map(len, items)), total, number, is_resumed))


def finish(history: History, found: Continuation, name: str, tasks_per_run: int, number: int) -> None:
    """Record that a round of a given sweep is complete, if it is: the next `--resubmit-all` begins another one.

    Args:
        history: What is recorded.
        found: What the sweep continues.
        name: What the journal calls the whole now.
        tasks_per_run: How many items each run has.
        number: The round.

    """
    size = found.growth.runs.size * tasks_per_run
    if not history.has_finished(name, number):
        items = launch.uncovered(history, name, size, tasks_per_run, (), number)
        if not any(_without(items, found.growth.left_out, tasks_per_run)):
            history.record(Finished(name, number))


def _some(runs: Runs, numbers: Sequence[int]) -> Runs:
    return runs if numbers == range(runs.size) else Subset(runs, numbers)


def _without(items: Iterable[range], runs: Sequence[int], tasks_per_run: int) -> Iterator[range]:
    """Yield items, as ranges, without those of some runs, which are in order."""
    gaps = [range(run * tasks_per_run, (run + 1) * tasks_per_run) for run in runs]
    for part in items:
        start = part.start
        for gap in gaps:
            if gap.start < part.stop and start < gap.stop:
                if start < gap.start:
                    yield range(start, gap.start)
                start = gap.stop
        if start < part.stop:
            yield range(start, part.stop)


def _compiled(items: Sequence[range], tasks_per_run: int) -> tuple[Sequence[int], list[range]]:
    """Return the runs of some items, and the items as they are numbered if these runs alone are compiled."""
    if len(items) == 1 and not (items[0].start % tasks_per_run or items[0].stop % tasks_per_run):
        return range(items[0].start // tasks_per_run, items[0].stop // tasks_per_run), [range(len(items[0]))]
    each = [item for part in items for item in part]
    place = {run: number for number, run in enumerate(dict.fromkeys(item // tasks_per_run for item in each))}
    return list(place), consecutive(
        [place[item // tasks_per_run] * tasks_per_run + item % tasks_per_run for item in each]
    )
