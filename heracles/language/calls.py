"""A call of a sweep function, as it stands in an override, and how its arguments are bound."""

import inspect
import math
from collections.abc import Callable, Sequence
from functools import cache

from heracles.errors import OverrideError
from heracles.ir import Generator
from heracles.ir.record import Record
from heracles.ir.values import Bool, Float, Int, Null, Value
from heracles.text import counted

__all__ = ["Argument", "Context", "Function", "FunctionCall", "Parameters", "Result", "parameters"]

Result = Value | Generator
"""What a call stands for."""

Function = Callable[..., Result]
"""What evaluates a call: it takes the `FunctionCall`, then an `Argument` for each of its other parameters."""


class Context:
    """What functions know besides their arguments, for one override.

    Args:
        seed: What shuffles depend on.
        options: Returns the names of the options of a config group, sorted; None if there is no config folder.
        files: Returns the text of a file of rows, by its path; None if files are not read.

    Attributes:
        key: The key of the override that they stand in.

    """

    __slots__ = ("_shuffles", "files", "key", "options", "seed")

    def __init__(
        self,
        seed: int = 0,
        options: Callable[[str], Sequence[str]] | None = None,
        files: Callable[[str], str] | None = None,
    ) -> None:
        self.key = ""
        self.seed = seed
        self.options = options
        self.files = files
        self._shuffles = 0

    def permutation_key(self) -> str:
        """Return the key of the override's next shuffle."""
        self._shuffles += 1
        return f"shuffle {self.seed:x} {self._shuffles} {self.key}"

    def restart(self) -> None:
        """Number the shuffles from 1 again."""
        self._shuffles = 0


class Argument(Record):
    """One argument of a call: what it stands for, and where it stands in the override."""

    __slots__ = ("result", "span")

    def __init__(self, result: Result, span: tuple[int, int]) -> None:
        self.result = result
        self.span = span


class FunctionCall(Record):
    """A call as written: its name and arguments, and the override that it stands in.

    Args:
        source: The override.
        span: Where the call stands in it.
        name: The function's name.
        positional: The arguments without a name.
        named: The arguments with a name, in order; of a repeated name the last one counts, as in Hydra.
        context: What is known about the override.

    """

    __slots__ = ("context", "name", "named", "positional", "source", "span")

    def __init__(
        self,
        source: str,
        span: tuple[int, int],
        name: str,
        positional: tuple[Argument, ...],
        named: tuple[tuple[str, Argument], ...],
        context: Context,
    ) -> None:
        self.source = source
        self.span = span
        self.name = name
        self.positional = positional
        self.named = named
        self.context = context

    def error(self, message: str, at: Argument | None = None) -> OverrideError:
        """Return the error to raise, with the caret under the argument `at` or under the whole call."""
        return OverrideError(message, self.source, at.span if at else self.span)

    def misnamed(self, message: str) -> OverrideError:
        """Return the error to raise about the function's name, with the caret under it."""
        start = self.span[0]
        return OverrideError(message, self.source, (start, start + len(self.name)))

    def number(self, argument: Argument | None) -> int | float | None:
        """Return the number that an argument is; None for `null` and for no argument.

        Raises:
            OverrideError: If it is something else.

        """
        if argument is None or isinstance(argument.result, Null):
            return None
        if not isinstance(argument.result, Int | Float | Bool):
            raise self.error(f"{self.name}() takes numbers only", argument)
        try:
            number = argument.result.data
        except ValueError:
            raise self.error("this number has too many digits", argument) from None
        if isinstance(number, float) and math.isnan(number):
            raise self.error(f"{self.name}() takes numbers only", argument)
        return int(number) if isinstance(number, bool) else number

    def bind(self, function: Function) -> tuple[tuple[Argument, ...], dict[str, Argument]]:
        """Return the arguments, positional and named, that the function is to be called with.

        Raises:
            OverrideError: If they do not match its parameters.

        """
        known = parameters(function)
        places = known.places
        if len(self.positional) > known.most:
            raise self.error(
                f"{self.name}() takes at most {counted(len(places), 'argument')}: {', '.join(places)}",
                self.positional[len(places)],
            )
        for name, argument in self.named:
            if name not in known.names and not known.has_any_name:
                hint = f"it has {', '.join(known.names)}" if known.names else "its arguments have no names"
                raise self.error(f"{self.name}() has no argument named '{name}': {hint}", argument)
            if name in places[: len(self.positional)]:
                raise self.error(f"{self.name}() has '{name}' twice", argument)
        named = dict(self.named)
        for name in known.needed[len(self.positional) :]:
            if name not in named:
                raise self.error(f"{self.name}() needs an argument '{name}'")
        return self.positional, named


class Parameters:
    """The parameters of a function, without the first one, which is the call.

    Attributes:
        places: The names of those that an argument without a name can be for, in order.
        names: The names of those that a named argument can be for.
        needed: The names of those without a default, those of `places` first.
        most: How many arguments without a name there can be.
        has_any_name: Whether an argument can have any other name too.

    """

    __slots__ = ("has_any_name", "most", "names", "needed", "places")

    def __init__(self, function: Function) -> None:
        parameters = list(inspect.signature(function).parameters.values())[1:]
        places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        others = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
        self.places = tuple(p.name for p in places)
        self.names = tuple(p.name for p in (*places, *others) if p.kind is not p.POSITIONAL_ONLY)
        self.needed = tuple(p.name for p in (*places, *others) if p.default is p.empty)
        self.most = math.inf if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(places)
        self.has_any_name = any(p.kind is p.VAR_KEYWORD for p in parameters)


parameters = cache(Parameters)
"""Returns the parameters of a function."""
