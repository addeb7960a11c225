"""Named tuples are those of `typing`, as far as they are used, and what is loaded by name is there."""

import copy
import pickle
import typing
from typing import Any

import pytest

from heracles import lean


class Ours(lean.NamedTuple):
    """A place."""

    name: str
    size: int = 1

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size


class Theirs(typing.NamedTuple):
    """A place."""

    name: str
    size: int = 1


@pytest.mark.parametrize("arguments", [{"name": "a"}, {"name": "a", "size": 3}])
def test_a_named_tuple_is_that_of_typing(arguments: dict[str, Any]) -> None:
    ours, theirs = Ours(**arguments), Theirs(**arguments)
    assert tuple(ours) == tuple(theirs)
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert (ours.name, ours.size, ours.double) == (theirs.name, theirs.size, 2 * theirs.size)
    assert (ours._asdict(), Ours._fields) == (theirs._asdict(), Theirs._fields)
    assert tuple(ours._replace(size=7)) == tuple(theirs._replace(size=7))
    for again in (copy.copy(ours), pickle.loads(pickle.dumps(ours))):  # noqa: S301 - our own bytes
        assert (type(again), again) == (Ours, ours)


def test_a_named_tuple_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Ours("a").size = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours("a").other = 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), (("a", 1, 2), {}), (("a",), {"name": "b"}), (("a",), {"x": 1})]
)
def test_a_named_tuple_refuses_other_fields(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_what_is_no_field_cannot_be_replaced() -> None:
    changed: dict[str, Any] = {"size": 7, "x": 1}
    with pytest.raises(TypeError, match="Ours has no field x"):
        Ours("a")._replace(**changed)


def test_a_name_is_that_of_a_module_or_of_what_is_in_it() -> None:
    assert lean.load("heracles.lean") is lean
    assert lean.load("heracles.lean:load") is lean.load
