"""The keys that the overrides of all cases set, and what rules and formulas may say about them."""

import itertools
from collections.abc import Sequence

from heracles.errors import OverrideError
from heracles.ir import Dimension, Sweep
from heracles.language.expressions import unknown_key
from heracles.text import listed

__all__ = ["Keys"]

Span = tuple[int, int]


class Keys:
    """The keys that the overrides of all cases set, and what a rule may say about them.

    Args:
        sweeps: The products of the cases.

    """

    def __init__(self, sweeps: Sequence[Sweep]) -> None:
        self._dimensions: dict[str, list[Dimension]] = {}
        self._zips: dict[str, tuple[str, ...]] = {}
        for dimension in itertools.chain.from_iterable(sweep.dimensions for sweep in sweeps):
            for key in dimension.keys:
                self._dimensions.setdefault(key, []).append(dimension)
            if dimension.name not in dimension.keys:
                self._zips[dimension.name] = dimension.keys

    def resolved(self, name: str, source: str, span: Span) -> str:
        """Return the key that a name stands for: the key itself, or one with a prefix that the name leaves out.

        Raises:
            OverrideError: If no override sets it, or several that differ in their prefixes do.

        """
        if name in self._dimensions:
            return name
        prefixed = [key for key in self._dimensions if key.lstrip("+~-") == name]
        if len(prefixed) == 1:
            return prefixed[0]
        if prefixed:
            raise OverrideError(f"'{name}' is {listed(prefixed)}: write one of them", source, span)
        if name in self._zips:
            keys = " or ".join(self._zips[name])
            raise OverrideError(f"{name} is the name of a zip: name one of its keys, {keys}", source, span)
        raise unknown_key(name, list(self._dimensions), source, span)

    def ruled(self, name: str, source: str, span: Span) -> str:
        """Return the key that a name in a rule stands for.

        Raises:
            OverrideError: If there is none, or its value is not known before the rules are applied.

        """
        key = self.resolved(name, source, span)
        for dimension in self._dimensions[key]:
            problem = ""
            if dimension.is_derived:
                problem = "is computed from other keys, after the rules: name those in the rule"
            elif dimension.is_drawn:
                problem = "is drawn from an interval, after the rules"
            problem = problem or _unknown_before_the_run(dimension, key)
            if problem:
                raise OverrideError(f"{key} {problem}", source, span)
        return key

    def computed(self, name: str, source: str, span: Span) -> str:
        """Return the key that a name in `expr(...)` stands for.

        Raises:
            OverrideError: If there is none, or its value is not known before the run.

        """
        key = self.resolved(name, source, span)
        for dimension in self._dimensions[key]:
            if problem := _unknown_before_the_run(dimension, key):
                raise OverrideError(f"{key} {problem}", source, span)
        return key


def _unknown_before_the_run(dimension: Dimension, key: str) -> str:
    """Return a sentence's part that says why the values of a key are not known; empty if they are."""
    member = dimension.member(key)
    if member.is_random:
        return "is a seed, which only the run knows"
    return "has the number of the run in it, which only the run knows" if member.is_numbered else ""
