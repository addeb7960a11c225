"""How the states of runs are shown: a mark and a colour for each, and which of several is the worst."""

from collections.abc import Iterable, Iterator, Mapping

from heracles.cli.views.fitting import packed
from heracles.schedulers.client import State

__all__ = ["RANK", "TROUBLE", "WORDS_WIDTH", "in_states", "legend", "painted"]

# The worst for a person first: what failed counts more than what still runs. (Where the attempts of a run are joined,
# in `jobs.status`, what is alive counts more, as a retry must not double it.)
_MARKS = {
    State.FAILED: ("F", "31"),
    State.OUT_OF_MEMORY: ("M", "33"),
    State.TIMED_OUT: ("T", "33"),
    State.CANCELLED: ("C", "33"),
    State.LOST: ("L", "35"),
    State.UNKNOWN: ("?", "35"),
    State.RUNNING: ("R", "34"),
    State.PENDING: ("-", "2"),
    State.NEW: ("_", ""),
    State.DONE: (".", "32"),
}
RANK = {state: rank for rank, state in enumerate(_MARKS)}
"""The rank of each state; the worst has 0."""

TROUBLE = frozenset(State) - {State.DONE, State.RUNNING, State.PENDING, State.NEW}
"""The states of runs that went wrong, or of which nothing is known."""

WORDS_WIDTH = max(len(state.words) for state in State)
"""The columns of the longest of the states' words."""


def painted(state: State, *, colour: bool) -> str:
    """Return the mark of a state, in its colour if that is wanted."""
    mark, code = _MARKS[state]
    return f"\x1b[{code}m{mark}\x1b[0m" if colour and code else mark


def in_states(counts: Mapping[State, int]) -> str:
    """Return `280 done, 20 failed`: the number in each state that occurs, in the order of the states."""
    return ", ".join(f"{counts[state]:,} {state.words}" for state in State if counts.get(state))


def legend(states: Iterable[State], width: int | None, *, colour: bool) -> Iterator[str]:
    """Yield the lines that explain the marks of these states."""
    present = set(states)
    items = {f"{_MARKS[state][0]} {state.words}": state for state in State if state in present}
    for line in packed(items, None if width is None else max(width, WORDS_WIDTH + 2), 2):
        yield "  ".join(f"{painted(items[item], colour=colour)}{item[1:]}" for item in line)
