"""The sweep functions of installed packages, found by their entry points, and the names close to a misspelt one.

Its imports take as long as all of a preview, so it is loaded only when an override calls a function that is not known.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from heracles.language.calls import FunctionCall

__all__ = ["GROUP", "load", "unknown"]

GROUP = "heracles.functions"
"""The group of entry points by which installed packages add functions."""

_SEEDS = {"randseed": "__randseed(N)__", "randperm": "__randperm(N)__"}


def load(call: FunctionCall) -> Callable[..., Any] | None:
    """Return the function of an installed package; None if no package has it.

    Raises:
        OverrideError: If it cannot be loaded, or several packages have it.

    """
    entries = _entries(call.name)
    if not entries:
        return None
    if len(entries) > 1:
        values = ", ".join(entry.value for entry in entries)
        raise call.misnamed(f"{len(entries)} installed packages have a function '{call.name}': {values}")
    try:
        function: Callable[..., Any] = entries[0].load()
    except Exception as error:
        raise call.misnamed(f"{call.name}() of {entries[0].value} cannot be loaded: {error}") from error
    return function


def _entries(name: str) -> list[EntryPoint]:
    """Return the entry points of a name; one that an editable installation lists twice is returned once."""
    return list({entry.value: entry for entry in entry_points(group=GROUP, name=name)}.values())


def unknown(call: FunctionCall, known: Iterable[str]) -> Exception:
    """Return the error to raise about a name that no function has.

    Args:
        call: The call of it.
        known: The names of the functions that are not installed ones.

    """
    names = {*known, *entry_points(group=GROUP).names}
    spellings = {name: f"{name}()" for name in names} | _SEEDS
    close = get_close_matches(call.name, spellings, 1)
    hint = f"did you mean {spellings[close[0]]}?" if close else f"there are {', '.join(sorted(names))}"
    return call.misnamed(f"no function '{call.name}': {hint}")
