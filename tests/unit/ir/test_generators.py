"""Generators of values: what they say of themselves, the edges of their kinds in JSON, and their texts."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import heracles
from heracles import HeraclesError
from heracles.ir import Cast, Choice, Concat, Generator, Interval, RandSeed, Range, Shuffle
from heracles.ir.generators import concatenate
from heracles.ir.values import SEED, Bare, Int, Value


def values_of(override: str) -> Generator:
    (dimension,) = heracles.parse([override]).dimensions
    return dimension.values  # type: ignore[attr-defined,no-any-return]


SAYS: dict[str, Callable[[Generator], bool]] = {
    "random": lambda values: values.is_random,
    "numbered": lambda values: values.is_numbered,
    "drawn": lambda values: values.is_drawn,
    "partial": lambda values: values.is_partial,
    "seeds": lambda values: values.is_seeds,
    "uniform": lambda values: values.is_uniform,
}
SAID = {
    "a=1,2": "",
    "a=range(3)": "uniform",
    "a=linspace(0,1,5)": "uniform",
    "a=geomspace(1,100,5)": "uniform",
    "a=str(range(3))": "uniform",
    "a=str(choice(1,2))": "",
    "a=shuffle(range(3))": "",
    "a=1,range(3)": "",
    "a=__randseed(3)__": "random seeds uniform",
    "a=1,__randseed(3)__": "random",
    "a=run__run__": "numbered",
    "a=__runner": "",
    "a=1,x__run(3)__": "numbered",
    "a=str(choice(x__run__,1))": "numbered",
    "a=shuffle(choice(x__run__,1))": "numbered",
    "a=range(3),x__run__": "numbered",
}


@pytest.mark.parametrize("override", SAID)
def test_what_values_say_of_themselves(override: str) -> None:
    values = values_of(override)
    assert [name for name, says in SAYS.items() if says(values)] == sorted(SAID[override].split(), key=list(SAYS).index)


def test_an_interval_is_drawn() -> None:
    sample = heracles.parse(["a=interval(0,1)"], sample=3)
    assert [dimension.is_drawn for dimension in sample.sweeps[0].dimensions] == [True]
    assert Interval(Int("0"), Int("1")).is_drawn


def test_values_that_a_cast_repeats_are_counted_where_that_is_soon_done() -> None:
    assert Cast("int", Range(0, 100, 5, 1)).repeated == 20 - 10
    assert Cast("bool", Range(0, 10_000, 1)).repeated == 10_000 - 2
    assert Cast("bool", Range(0, 10_001, 1)).repeated == 0
    assert Range(0, 5, 1).repeated == Choice((Int("1"), Int("1"))).repeated == 0


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (Range(0, 3, 1), "range(0,3,1)"),
        (Range(-5, 15, 5, 1), "range(-0.5,1.5,0.5)"),
        (Range(0, 30, 10, 1), "range(0.0,3.0,1.0)"),
        (Range(10**16 - 10, 10**16, 10, 1), "range(999999999999999.0,1000000000000000,1.0)"),
        (Range(10**16, 10**16 + 20, 10, 1), "range(1000000000000000,1000000000000002,1.0)"),
        (Range(10**16, 10**16 + 20, 10**16, 1), "float(range(1000000000000000,1000000000000002,1000000000000000))"),
        (Range(10**16 + 1, 10**16 + 21, 10, 1), "range(1000000000000000.1,1000000000000002.1,1.0)"),
        (Range(10**17, 10**17 + 200, 100, 2), "range(1000000000000000,1000000000000002,1.00)"),
        (Range(10**16, 10**16 + 20, 10, 2), "range(100000000000000.00,100000000000000.20,0.10)"),
    ],
)
def test_the_text_of_a_range_is_exact(values: Range, text: str) -> None:
    assert str(values) == text


def test_what_is_put_together_is_as_flat_as_it_can_be() -> None:
    one, two = Int("1"), Int("2")
    assert concatenate([]) == Choice(())
    assert concatenate([one, Choice((two,))]) == Choice((one, two))
    assert concatenate([Range(0, 3, 1)]) == Range(0, 3, 1)
    parts = (Choice((one,)), Range(0, 3, 1), Choice((two, one)))
    assert concatenate([one, Range(0, 3, 1), two, one]) == concatenate([Concat(parts)]) == Concat(parts)


def read(values: dict[str, Any]) -> Generator:
    text = json.dumps({"heracles": 1, "seed": 0, "axes": [{"key": "a", "values": values}]})
    return heracles.Sweep.from_json(text).dimensions[0].values  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("scale", [0, 1, 399])
def test_a_range_in_json_has_a_scale(scale: int) -> None:
    assert read({"kind": "range", "start": 0, "stop": 3, "step": 1, "scale": scale}) == Range(0, 3, 1, scale)


@pytest.mark.parametrize("scale", [-1, 400])
def test_a_scale_that_no_float_has_is_refused(scale: int) -> None:
    with pytest.raises(HeraclesError, match="is not from 0 to 399"):
        read({"kind": "range", "start": 0, "stop": 3, "step": 1, "scale": scale})


def test_a_number_of_seeds_is_not_negative() -> None:
    assert read({"kind": "randseed", "seeds": 0}) == RandSeed(0)
    assert read({"kind": "randseed", "seeds": 1}) == RandSeed(1)
    with pytest.raises(HeraclesError, match="is negative"):
        read({"kind": "randseed", "seeds": -1})


class Ones(Generator):
    """A kind that JSON does not have."""

    def __init__(self, size: int) -> None:
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def at(self, index: int) -> Value:  # noqa: ARG002
        return Int("1")

    def __str__(self) -> str:
        return f"ones({self._size})"


def test_values_of_a_kind_of_ones_own_are_listed_in_json_if_they_are_not_too_many() -> None:
    listed = heracles.Sweep((heracles.ir.Axis("a", Ones(1_000_000)),)).to_json()
    assert listed.count('"1"') == 1_000_000
    with pytest.raises(HeraclesError, match=r"^ones\(1000001\): JSON would have to list these 1,000,001 values$"):
        heracles.Sweep((heracles.ir.Axis("a", Ones(1_000_001)),)).to_json()


def test_parts_are_replaced_in_place() -> None:
    seen: list[Generator] = []

    def doubled(part: Generator) -> Generator:
        seen.append(part)
        return Range(0, 2 * part.size, 1)

    whole = Concat((Range(0, 1, 1), Range(0, 2, 1)))
    assert whole.with_parts(doubled) == Concat((Range(0, 2, 1), Range(0, 4, 1)))
    assert Shuffle(Range(0, 3, 1), "k").with_parts(doubled) == Shuffle(Range(0, 6, 1), "k")
    assert Cast("str", Range(0, 3, 1)).with_parts(doubled) == Cast("str", Range(0, 6, 1))
    assert Choice((Bare("x"), SEED)).with_parts(doubled) == Choice((Bare("x"), SEED))
    assert len(seen) == 4
