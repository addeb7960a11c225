"""Journals as hypothesis draws them: events in an order in which Heracles records them."""

import itertools
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from heracles.ir import Axis, Range, Subset, Sweep
from heracles.schedulers.client import State
from heracles.schedulers.request import Request
from heracles.store import events
from heracles.store.events import Event, TaskEnd, Token

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NAMES", "compilations", "journals"]

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=6)
COUNTS = st.integers(0, 9)
CODES = st.none() | st.integers(0, 255)


@st.composite
def compilations(draw: st.DrawFn) -> events.Compilation:
    sweep = Sweep((Axis("x", Range(0, draw(st.integers(1, 6)), 1)),), seed=draw(COUNTS))
    numbers = draw(st.none() | st.lists(st.integers(0, sweep.size - 1), min_size=1, unique=True).map(sorted))
    return events.Compilation.of(
        sweep if numbers is None else Subset(sweep, numbers),
        draw(st.lists(NAMES, max_size=2)),
        is_array=draw(st.booleans()),
        file=draw(NAMES),
        tasks_per_run=draw(st.integers(1, 3)),
        pack=draw(st.integers(1, 3)),
        cases=tuple(draw(st.lists(st.lists(NAMES, max_size=2).map(tuple), max_size=2))),
        exclude=tuple(draw(st.lists(NAMES, max_size=2))),
        where=tuple(draw(st.lists(NAMES, max_size=2))),
        sample=draw(st.none() | COUNTS),
    )


class Author:
    """Draws the next event of a journal from those that fit what was drawn before."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._compilations: list[events.Compilation] = []
        self._announced: list[events.Announced] = []
        self._started: list[tuple[str, int]] = []

    def event(self) -> Event:
        kinds: list[Callable[[], Event]] = [self._compile, self._files, self._seen]
        kinds += [self._announce] * 2 if self._compilations else []
        kinds += [self._answer, self._answer, self._start] if self._announced else []
        kinds += [self._end] if self._started else []
        return self._draw(st.sampled_from(kinds))()

    def _compile(self) -> Event:
        self._compilations.append(self._draw(compilations()))
        return self._compilations[-1]

    def _files(self) -> Event:
        names = self._draw(st.lists(NAMES, max_size=3, unique=True))
        if self._draw(st.booleans()):
            return events.Deleted(tuple(names))
        return events.Written({name: self._draw(NAMES) for name in names})

    def _seen(self) -> Event:
        ends = st.builds(TaskEnd, NAMES, st.none() | COUNTS, st.sampled_from(State), CODES)
        return events.Seen(tuple(self._draw(st.lists(ends, max_size=3))))

    def _announce(self) -> Event:
        compilation = self._draw(st.sampled_from(self._compilations))
        cuts = sorted(self._draw(st.sets(st.integers(0, compilation.items), min_size=2, max_size=4)))
        spans = tuple(itertools.pairwise(cuts))
        event = events.Announced(
            batch=f"batch{len(self._announced)}",
            compilation=compilation.key,
            command=tuple(self._draw(st.lists(NAMES, min_size=1, max_size=2))),
            items=spans,
            scheduler=self._draw(st.sampled_from(["slurm", "gridengine", "local"])),
            folder=self._draw(NAMES),
            log=self._draw(st.just("") | NAMES),
            on_hold=self._draw(st.booleans()),
            is_single=self._draw(st.booleans()),
            attempt=self._draw(COUNTS),
            pid=self._draw(st.none() | st.integers(1, 99)),
            host=self._draw(st.just("") | NAMES),
            options=tuple(self._draw(st.lists(NAMES, max_size=2))),
            after=tuple(self._draw(st.lists(st.builds(Token, NAMES, COUNTS), max_size=2))),
            request=self._draw(st.none() | st.builds(Request, CODES, CODES, CODES, NAMES, COUNTS)),
        )
        self._announced.append(event)
        return event

    def _answer(self) -> Event:
        announced = self._draw(st.sampled_from(self._announced))
        call = self._draw(st.integers(0, len(announced.items) - 1))
        job = st.none() | st.integers(1, 99).map(str) | st.just("7;cluster")
        kinds: list[Callable[[], Event]] = [
            lambda: events.Submitted(announced.batch, call, self._draw(job)),
            lambda: events.Rejected(announced.batch, (call,)),
            lambda: events.Released(announced.batch, tuple(range(call + 1))),
            lambda: events.AssumedSubmitted(announced.batch, call),
        ]
        return self._draw(st.sampled_from(kinds))()

    def _start(self) -> Event:
        announced = self._draw(st.sampled_from(self._announced))
        item = self._draw(st.integers(announced.items[0][0], announced.items[-1][1] - 1))
        self._started.append((announced.batch, item))
        return events.Started(announced.batch, item, self._draw(st.integers(1, 99)), self._draw(NAMES))

    def _end(self) -> Event:
        return events.Ended(*self._draw(st.sampled_from(self._started)), self._draw(CODES))


@st.composite
def journals(draw: st.DrawFn, most: int = 8) -> list[Event]:
    """Draw the events of a journal, none of which speaks of what none before it announced."""
    author = Author(draw)
    return [author.event() for _ in range(draw(st.integers(0, most)))]
