"""Which runs a retry runs once more."""

from collections.abc import Iterable
from typing import NamedTuple

from heracles.errors import HeraclesError
from heracles.ir import Runs, Subset, progressions
from heracles.jobs.status import RunStatus
from heracles.schedulers.client import State
from heracles.text import printable

__all__ = ["Choice", "choose", "states"]

_USUAL = frozenset({State.FAILED, State.TIMED_OUT, State.LOST})
_ALLOWED = _USUAL | {State.OUT_OF_MEMORY, State.CANCELLED, State.UNKNOWN}


class Choice(NamedTuple):
    """The runs that are run once more, and their statuses."""

    runs: Subset
    statuses: list[RunStatus]


def states(text: str) -> frozenset[State]:
    """Return the states to retry.

    Args:
        text: Their comma-separated words, as options and JSON have them or as people read them; empty for the usual
            ones.

    Raises:
        HeraclesError: If one is unknown, or cannot be retried.

    """
    words = {state.value: state for state in _ALLOWED} | {_plain(state.words): state for state in _ALLOWED}
    asked = [_plain(word) for word in text.split(",") if word]
    if unknown := [word for word in asked if word not in words]:
        allowed = ", ".join(sorted(state.value for state in _ALLOWED))
        raise HeraclesError(f"--retry does not know the state '{printable(unknown[0])}'; it knows {allowed}")
    return frozenset(words[word] for word in asked) or _USUAL


def _plain(word: str) -> str:
    return word.strip().replace(" ", "").replace("-", "").replace("_", "")


def choose(sweep: Runs, statuses: Iterable[RunStatus], states: frozenset[State]) -> Choice | None:
    """Return the runs that are in one of the states; None if there are none."""
    chosen = [each for each in statuses if each.state in states]
    if not chosen:
        return None
    numbers = [each.run for each in chosen]
    parts = progressions(numbers)
    return Choice(Subset(sweep, parts[0] if len(parts) == 1 else numbers), chosen)
