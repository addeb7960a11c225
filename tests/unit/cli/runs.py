"""Runs in all states, with names of all kinds, for the tests of what a status shows."""

import re
from collections.abc import Iterable

from hypothesis import strategies as st
from unit.jobs.made import made

from heracles.ir import Axis, Choice, RandSeed, Sweep
from heracles.ir.values import Bare
from heracles.jobs.outcome import Outcome
from heracles.jobs.statuses import RunStatus, Statuses
from heracles.schedulers.client import State

__all__ = [
    "CODES",
    "MARKS",
    "TEXTS",
    "TROUBLE",
    "WORST",
    "log",
    "marked",
    "plain",
    "status",
    "statuses",
    "sweeps",
    "text",
]


MARKS = dict(zip("FMTCL?R-_.", [
    *(State.FAILED, State.OUT_OF_MEMORY, State.TIMED_OUT, State.CANCELLED, State.LOST),
    *(State.UNKNOWN, State.RUNNING, State.PENDING, State.NEW, State.DONE),
], strict=True))  # fmt: skip


WORST = list(MARKS.values())


TROUBLE = WORST[:6]


CODES = {State.DONE: 0, State.FAILED: 3, State.OUT_OF_MEMORY: 137}


def status(run: int, state: State, attempts: int = 1, reason: str = "", job: str | None = None) -> RunStatus:
    name = f"12_{run}" if job is None else job
    return RunStatus(
        run, state, attempts, Outcome(None, run, state, CODES.get(state), reason, name, "17", run, "node0")
    )


def log(of: RunStatus) -> str:
    return f"logs/12_{of.run}.out"


def marked(marks: str) -> Statuses:
    """Give the runs that are in the states that the marks say."""
    return made(status(run, MARKS[mark]) for run, mark in enumerate("".join(marks.split())))


def plain(lines: Iterable[str]) -> list[str]:
    return [re.sub(r"\x1b\[\d+m", "", line) for line in lines]


def text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


TEXTS = st.one_of(
    st.text(max_size=12),
    st.text("日本語のｗ🎉", max_size=30),
    st.text("e\u0301\u0300\u3099a", max_size=30),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "L"]), max_size=8),
    st.text("ab/. ", max_size=80),
)


@st.composite
def sweeps(draw: st.DrawFn, values: st.SearchStrategy[str] = TEXTS, most: int = 6) -> Sweep:
    axes = []
    keys = st.one_of(st.text("abé日._", min_size=1, max_size=15), st.sampled_from(["seed", "env.SEED", "data_seed"]))
    for key in draw(st.lists(keys, max_size=4, unique=True)):
        drawn = draw(st.one_of(st.lists(values, min_size=1, max_size=most), st.integers(1, most)))
        axes.append(Axis(key, RandSeed(drawn) if isinstance(drawn, int) else Choice(tuple(map(Bare, drawn)))))
    return Sweep(tuple(axes))


@st.composite
def statuses(draw: st.DrawFn, size: int) -> Statuses:
    """Runs in few states, or in many, with names and reasons of any kind."""
    states = draw(st.lists(st.sampled_from(State), min_size=1, max_size=10))
    few = draw(st.lists(st.tuples(st.sampled_from(states), st.integers(0, 3), TEXTS, TEXTS), min_size=1, max_size=12))
    order = draw(st.randoms(use_true_random=False)).choices(few, k=size)
    return made(status(run, state, attempts, reason, job) for run, (state, attempts, reason, job) in enumerate(order))
