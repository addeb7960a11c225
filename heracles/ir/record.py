"""Immutable objects that are compared by what they were made of."""

from typing import TYPE_CHECKING, Any

__all__ = ["Record"]


class Record:
    """An immutable object: equal to another one of its class if both were made with equal arguments.

    Its fields are the parameters of its constructor, which sets an attribute of the same name for each of them; any
    other attribute is worked out from those. Each attribute can be set once. `repr` is the call that makes an equal
    object. It does what a frozen dataclass does, without the time that one takes to be generated at every start.
    """

    __slots__ = ()
    _fields: tuple[str, ...]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        code = cls.__init__.__code__
        cls._fields = code.co_varnames[1 : code.co_argcount]

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._fields)

    if not TYPE_CHECKING:  # or mypy would allow to set attributes that a class does not have

        def __setattr__(self, name: str, value: object) -> None:
            if hasattr(self, name):
                raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot be set")
            object.__setattr__(self, name, value)

        def __delattr__(self, name: str) -> None:
            raise AttributeError(f"{type(self).__name__} is immutable: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        fields = (f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({', '.join(fields)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()
