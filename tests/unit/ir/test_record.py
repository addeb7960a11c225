"""Records: immutable objects that are compared by the arguments of their constructor."""

import copy
import pickle

import pytest

from heracles.ir.record import Record


class Point(Record):
    """A record with an attribute that is worked out."""

    __slots__ = ("x", "y", "z")

    def __init__(self, x: int, y: int = 0) -> None:
        self.x = x
        self.y = y
        self.z = x + y


class Other(Record):
    """Another one with the same fields."""

    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int = 0) -> None:
        self.x = x
        self.y = y


def test_records_are_compared_by_class_and_arguments() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Other(1, 2)
    assert Point(1, 2) != (1, 2)
    assert {Point(1), Point(1), Other(1)} == {Point(1), Other(1)}


def test_a_record_is_shown_as_its_code_and_copied_by_it() -> None:
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"
    for again in (copy.copy(Point(1, 2)), copy.deepcopy(Point(1, 2)), pickle.loads(pickle.dumps(Point(1, 2)))):  # noqa: S301 - our own bytes
        assert (again, again.z) == (Point(1, 2), 3)


@pytest.mark.parametrize("name", ["x", "z"])
def test_a_record_does_not_change(name: str) -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match=f"^Point is immutable: {name} cannot be set$"):
        setattr(point, name, 5)
    with pytest.raises(AttributeError, match=f"^Point is immutable: {name} cannot be deleted$"):
        delattr(point, name)
    with pytest.raises(AttributeError):
        point.other = 5  # type: ignore[attr-defined]
    assert (point.x, point.z) == (1, 1)
