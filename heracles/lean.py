"""What starts faster than its like in the standard library, or is made only when it is asked for."""

import _signal as signal  # type: ignore[import-not-found]  # what `signal` makes enumerations of, at every start
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

__all__ = ["ENDING_SIGNALS", "Lazy", "NamedTuple", "load", "pattern"]

ENDING_SIGNALS: tuple[int, ...] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end a command."""

if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class _Fields(type):
        """Makes a named tuple of a class with annotations."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            made = super().__new__(cls, name, bases, {"__slots__": (), **body})
            if fields := tuple(made.__annotations__):
                made._fields = fields
                made._defaults = {field: body[field] for field in fields if field in body}
                made._tail = tuple(made._defaults.values())
            for place, field in enumerate(fields):
                setattr(made, field, property(itemgetter(place)))
            return made

    class NamedTuple(tuple, metaclass=_Fields):
        """What `typing.NamedTuple` is, as far as it is used here, without code that is generated at every start."""

        __slots__ = ()

        def __new__(cls, *values: object, **named: object) -> "NamedTuple":  # noqa: PYI034 - Python 3.10 has no `Self`
            missing = len(cls._fields) - len(values)
            if not named and 0 < missing <= len(cls._tail):
                values += cls._tail[-missing:]
            elif named or missing:
                rest = cls._fields[len(values) :]
                given = {**cls._defaults, **named}
                if len(values) > len(cls._fields) or not named.keys() <= set(rest) <= given.keys():
                    raise TypeError(f"{cls.__name__}() takes {', '.join(cls._fields)}")
                values = (*values, *map(given.__getitem__, rest))
            return tuple.__new__(cls, values)

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            return (
                f"{type(self).__name__}({', '.join(f'{field}={value!r}' for field, value in self._asdict().items())})"
            )

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changed: object) -> "NamedTuple":
            made: NamedTuple = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise TypeError(f"{type(self).__name__} has no field {', '.join(changed)}")
            return made


def load(name: str) -> Any:
    """Return a module, or what is in it: `heracles.cli.commands.write`, `heracles.schedulers.slurm:Slurm`.

    It is for the rows of tables of which a command needs few, and for what most commands do without. A signal that
    ends the command has to wait, since an import makes a RuntimeError of some KeyboardInterrupts.
    """
    module, _, attribute = name.partition(":")
    loaded = sys.modules.get(module)
    if loaded is None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
        try:
            loaded = import_module(module)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return getattr(loaded, attribute) if attribute else loaded


_Key = TypeVar("_Key")
_Made = TypeVar("_Made")


class Lazy(dict[_Key, _Made]):
    """A dictionary that makes each of its values when it is first asked for. It is true, even if it has made none yet.

    Args:
        make: Returns the value of a key.

    """

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[_Key], _Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: _Key) -> _Made:
        value = self[key] = self._make(key)
        return value

    def __bool__(self) -> bool:
        return True


def pattern(text: str, flags: int = 0, *, needs: Sequence[str] = ()) -> re.Pattern[str]:
    """Return what `re.compile` returns, as far as its methods go, which compiles at its first use.

    To compile an expression takes a hundred times as long as to see that a short text has nothing of what it needs.

    Args:
        text: The regular expression; that it is valid shows at its first use.
        flags: Flags of `re`.
        needs: Texts of which every match has one, or there is one after it that it depends on; in lower case if case
            is ignored. Where a text has none of them, nothing matches, and the expression is not compiled for it.
            Nothing for an expression without such texts.

    """
    return cast("re.Pattern[str]", _NeedyPattern(text, flags, needs) if needs else _Pattern(text, flags))


class _Pattern:
    def __init__(self, text: str, flags: int) -> None:
        self.pattern = text
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return a method of the regular expression, and have it found without this from now on."""
        method = getattr(re.compile(self.pattern, self.flags), name)
        setattr(self, name, method)
        return method


_LONG = 2_000
"""Characters of a text that is not searched for what an expression needs at each of its places: compiling is faster."""


class _NeedyPattern(_Pattern):
    """A pattern that compiles when a text may match, from when on its methods are those of what it compiled to."""

    def __init__(self, text: str, flags: int, needs: Sequence[str]) -> None:
        super().__init__(text, flags)
        self.needs = needs
        self._ignores_case = bool(flags & re.IGNORECASE)

    def match(self, text: str, *places: int) -> re.Match[str] | None:
        return self._compiled.match(text, *places) if len(text) > _LONG or self._may_match(text) else None

    def fullmatch(self, text: str, *places: int) -> re.Match[str] | None:
        return self._compiled.fullmatch(text, *places) if self._may_match(text) else None

    def search(self, text: str, *places: int) -> re.Match[str] | None:
        return self._compiled.search(text, *places) if self._may_match(text) else None

    def finditer(self, text: str, *places: int) -> Iterator[re.Match[str]]:
        return self._compiled.finditer(text, *places) if self._may_match(text) else iter(())

    def _may_match(self, text: str) -> bool:
        text = text.lower() if self._ignores_case else text
        return any(map(text.__contains__, self.needs))

    @property
    def _compiled(self) -> re.Pattern[str]:
        compiled = re.compile(self.pattern, self.flags)
        for name in ("match", "fullmatch", "search", "finditer"):
            setattr(self, name, getattr(compiled, name))
        return compiled
