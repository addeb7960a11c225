"""A call of a sweep function, as it stands in an override, and how its arguments are bound."""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from heracles.errors import OverrideError
from heracles.ir import Generator
from heracles.ir.values import Value

__all__ = ["Argument", "Call", "Context", "Function", "Result"]

Result = Value | Generator
"""What a call stands for."""

Function = Callable[..., Result]
"""What performs a call: it takes the `Call`, and its `Argument`s as it names them."""


@dataclass(slots=True)
class Context:
    """What functions know besides their arguments.

    Attributes:
        key: The key of the override that they stand in.
        seed: What shuffles depend on.
        options: Gives the names of the options of a config group, sorted; None if there is no config folder.
        shuffles: How many shuffles of the override have their key.

    """

    key: str = ""
    seed: int = 0
    options: Callable[[str], Sequence[str]] | None = None
    shuffles: int = 0

    def permutation_key(self) -> str:
        """Give the key of the next shuffle."""
        self.shuffles += 1
        return f"shuffle {self.seed:x} {self.shuffles} {self.key}"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call: what it is, and where it stands in the override."""

    result: Result
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Call:
    """A call as written: its name and arguments, and the override that it stands in."""

    source: str
    span: tuple[int, int]
    name: str
    positional: tuple[Argument, ...]
    named: tuple[tuple[str, Argument], ...]
    context: Context = field(default_factory=Context)

    def error(self, message: str, at: Argument | None = None) -> OverrideError:
        """Give the error to raise, with the caret under the argument `at` or under the whole call."""
        return OverrideError(message, self.source, at.span if at else self.span)

    def bind(self, function: Function) -> tuple[tuple[Argument, ...], dict[str, Argument]]:
        """Give the arguments, positional and named, as the function takes them.

        Raises:
            OverrideError: If they do not fit it.

        """
        places, names, needed, most = _parameters(function)
        if len(self.positional) > most:
            raise self.error(
                f"{self.name}() takes {len(places)} arguments at most: {', '.join(places)}",
                self.positional[len(places)],
            )
        for name, argument in self.named:
            if name not in names:
                known = f"it has {', '.join(names)}" if names else "its arguments have no names"
                raise self.error(f"{self.name}() has no argument named '{name}': {known}", argument)
            if name in places[: len(self.positional)]:
                raise self.error(f"{self.name}() is given '{name}' twice", argument)
        named = dict(self.named)
        for name in needed[len(self.positional) :]:
            if name not in named:
                raise self.error(f"{self.name}() needs an argument '{name}'")
        return self.positional, named


@cache
def _parameters(function: Function) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], float]:
    """Give the names of the positional parameters, of all, of those with no default, and the most positional ones."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    places = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
    names = tuple(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)
    needed = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty)
    needed += tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty)
    most = math.inf if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(places)
    return places, names, needed, most
