"""Dimensions of several keys, gaps in their rows, and kinds: what holds for every kind of dimension and of runs."""

import csv
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles import Axis, HeraclesError, Subset, Sweep, ir, strategies
from heracles.backends.exports import FORMATS
from heracles.ir import (
    Choice,
    Derived,
    Dimension,
    Filtered,
    Generator,
    Grown,
    RandSeed,
    Repeat,
    Runs,
    Sample,
    Union,
    Zip,
    serialize,
    value_text,
)
from heracles.ir.dimensions import DIMENSION_KINDS, OfOneKey, Row
from heracles.ir.generators import GENERATOR_KINDS
from heracles.ir.record import Record
from heracles.ir.runs import RUN_KINDS
from heracles.ir.spaces import Space
from heracles.ir.values import SEED, VALUE_KINDS, Int, Value


class Rows(Record, Dimension):
    """Keys that move together: a row of overrides at each position, in which some may be missing."""

    __slots__ = ("keys", "listed")

    def __init__(self, keys: tuple[str, ...], listed: tuple[tuple[str | None, ...], ...]) -> None:
        self.keys = keys  # type: ignore[misc]
        self.listed = listed

    @property
    def name(self) -> str:
        return "rows"

    @property
    def size(self) -> int:
        return len(self.listed)

    @property
    def is_random(self) -> bool:
        return any(SEED.text in text for row in self.listed for text in row if text)

    def at(self, index: int) -> Row:
        return tuple(
            text if text is None else f"{key}={text}" for key, text in zip(self.keys, self.listed[index], strict=True)
        )


@st.composite
def rows(draw: st.DrawFn, name: str = "k") -> Rows:
    keys = tuple(f"{name}{i}" for i in range(draw(st.integers(1, 3))))
    cell = st.one_of(st.none(), st.sampled_from(["1", "x", "'a b'", "a\tb"]))
    return Rows(keys, tuple(map(tuple, draw(st.lists(st.tuples(*[cell] * len(keys)), max_size=3)))))


@st.composite
def sweeps(draw: st.DrawFn) -> Sweep:
    axes = heracles.parse([f"x={draw(strategies.ranges())}", "y=a,b"]).dimensions
    chosen = draw(st.lists(st.sampled_from(range(2)), unique=True))
    parts: list[Dimension] = [axes[i] for i in chosen]
    parts += [draw(rows(name)) for name in draw(st.sampled_from([[], ["p"], ["p", "q"]]))]
    return Sweep(tuple(draw(st.permutations(parts))))


@given(sweeps())
def test_rows_are_the_product_of_the_dimensions(sweep: Sweep) -> None:
    parts = itertools.product(*([part.at(i) for i in range(part.size)] for part in sweep.dimensions))
    expected = [tuple(itertools.chain.from_iterable(row)) for row in parts]
    assert list(sweep.rows()) == [sweep.row(i) for i in range(sweep.size)] == expected
    assert sweep.columns == tuple(key for part in sweep.dimensions for key in part.keys)
    assert all(len(row) == len(sweep.columns) for row in expected)


@given(sweeps(), st.data())
def test_runs_are_the_rows_without_their_gaps(sweep: Sweep, data: st.DataObject) -> None:
    for runs in (sweep, sweep[data.draw(st.slices(sweep.size))]):
        rows = list(runs.rows())
        expected = [tuple(text for text in row if text is not None) for row in rows]
        assert list(runs) == [runs[i] for i in range(runs.size)] == expected
        assert list(reversed(runs)) == expected[::-1]
        assert (runs.columns, [runs.row(i) for i in range(runs.size)]) == (sweep.columns, rows)


@given(sweeps())
def test_exports_have_a_column_for_each_key(sweep: Sweep) -> None:
    def unescaped(cell: str) -> str:
        return cell.replace("\\t", "\t")

    table = list(csv.reader(FORMATS["tsv"](sweep), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert table[0] == ["run", *sweep.columns]
    assert [[unescaped(cell) for cell in row[1:]] for row in table[1:]] == [
        [value_text(key, text) for key, text in zip(sweep.columns, row, strict=True)] for row in sweep.rows()
    ]
    assert [json.loads(line)["overrides"] for line in FORMATS["jsonl"](sweep)] == list(map(list, sweep))


@given(st.integers(), st.integers(1, 3), st.integers(1, 3))
def test_seeds_of_any_dimension_are_unique(seed: int, count: int, others: int) -> None:
    seeded = Rows(("a", "s"), ((None, SEED.text), ("1", "5"), ("2", SEED.text)))
    numbers = Choice(tuple(Int(str(i)) for i in range(others)))
    sweep = Sweep((seeded, Axis("n", numbers), Axis("t", RandSeed(count))), seed)
    drawn = [text.partition("=")[2] for run in sweep for text in run if text[0] in "st" and text != "s=5"]
    assert len(set(drawn)) == len(drawn) == 5 * others * count
    assert drawn[0] == str(sweep.seeds(1))
    assert sweep.random_columns == (0, 1, 3)
    assert [sweep.row(i) for i in range(sweep.size)] == list(sweep.rows())


@pytest.mark.parametrize(
    ("key", "override", "text"), [("lr", "lr=0.1", "0.1"), ("lr", "lr=", ""), ("~lr", "~lr", ""), ("lr", None, "")]
)
def test_the_text_of_a_value(key: str, override: str | None, text: str) -> None:
    assert value_text(key, override) == text


def test_what_people_read_of_a_dimension() -> None:
    axis = heracles.parse(["--x='a b',2"]).dimensions[0]
    assert (axis.name, axis.keys, axis.label(0), axis.label(1)) == ("--x", ("--x",), "a b", "2")
    assert heracles.parse(["s=__randseed__"]).dimensions[0].label(0) == SEED.text
    assert Rows(("a", "b", "c"), (("1", None, "x y"),)).label(0) == "1 - x y"


def subclasses(kind: type) -> set[type]:
    """Return the classes below one that are Heracles' own."""
    found = {kind}.union(*map(subclasses, type.__subclasses__(kind)))
    return {kind for kind in found if kind.__module__.startswith("heracles.ir.")}


@pytest.mark.parametrize(
    ("family", "base", "others"),
    [
        (VALUE_KINDS, Value, {Value, type(SEED)}),
        (GENERATOR_KINDS, Generator, {Generator, Space}),
        (DIMENSION_KINDS, Dimension, {Dimension, OfOneKey}),
        (RUN_KINDS, Runs, {Runs}),
    ],
)
def test_every_kind_has_its_json(family: serialize.Family, base: type, others: set[type]) -> None:
    assert set(family.classes) == subclasses(base) - others


def test_every_kind_is_listed() -> None:
    assert GENERATOR_KINDS.classes == ir.GENERATORS
    assert ir.DIMENSIONS == DIMENSION_KINDS.classes == (Axis, Zip, Derived, Repeat)
    assert ir.RUNS == RUN_KINDS.classes == (Subset, Sweep, Filtered, Union, Sample, Grown)


def test_a_kind_must_say_what_it_holds() -> None:
    dimension, runs = Dimension(), Runs()
    wrong: list[Any] = [
        *(lambda: dimension.name, lambda: dimension.keys, lambda: dimension.size, lambda: dimension.at(0)),
        *(lambda: runs.place(0), lambda: runs.sweeps),
    ]
    for missing in wrong:
        with pytest.raises(NotImplementedError):
            missing()
    assert not dimension.is_random


@given(strategies.sweeps(), st.data())
def test_some_runs_are_read_back_from_their_json(overrides: list[str], data: st.DataObject) -> None:
    sweep = heracles.parse(overrides)
    some_of = st.sampled_from(range(min(sweep.size, 50))) if sweep.size else st.nothing()
    numbers = data.draw(st.one_of(st.slices(min(sweep.size, 50)), st.lists(some_of)))
    some = sweep[numbers] if isinstance(numbers, slice) else Subset(sweep, numbers)
    assert Subset.from_json(some.to_json()) == Runs.from_json(some.to_json()) == some
    with pytest.raises(HeraclesError, match=r"^this JSON is a Subset, not a Sweep$"):
        Sweep.from_json(some.to_json())


def test_the_json_of_some_runs() -> None:
    sweep = heracles.parse(["a=1,2"], seed=3)
    axis = {"key": "a", "values": {"kind": "choice", "values": [{"kind": "int", "text": text} for text in "12"]}}
    assert json.loads(sweep[1:].to_json()) == {
        "heracles": 2,
        "kind": "subset",
        "sweep": {"seed": 3, "axes": [axis]},
        "numbers": [[1, 2, 1]],
    }
    whole = {"heracles": 2, "kind": "sweep", "seed": 3, "axes": [{"kind": "axis", **axis}]}
    assert Sweep.from_json(json.dumps(whole)) == sweep


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([[0, 3, 1]], "a run number is out of range: the sweep has 2 runs, from 0"),
        ([[0, 1]], "this is not a sweep: numbers[0] is not a start, a stop and a step"),
        ([[0, 1, 0]], "this is not a sweep: numbers[0] is not a start, a stop and a step"),
        ([[0, 10**9, 1], [0, 1, 1]], "this is not a sweep: numbers has more than 10,000,000 numbers"),
        ([["0", 1, 1]], "this is not a sweep: numbers[0][0] is not a whole number"),
        (3, "this is not a sweep: numbers is not a list"),
    ],
)
def test_numbers_that_are_none_of_the_sweeps(numbers: object, message: str) -> None:
    data = json.loads(heracles.parse(["a=1,2"])[:1].to_json())
    with pytest.raises(HeraclesError) as caught:
        Subset.from_json(json.dumps({**data, "numbers": numbers}))
    assert str(caught.value) == message


def test_values_that_nest_too_deep_for_json() -> None:
    sweep = heracles.parse([f"a={'[' * 400}{']' * 400}"])
    assert Sweep.from_json(sweep.to_json()) == sweep
    deeper = heracles.parse([f"a={'{a:' * 499}1{'}' * 499}"])
    try:
        assert Sweep.from_json(deeper.to_json()) == deeper  # as on a Python that allows it
    except HeraclesError as error:
        assert str(error) == "the values nest too deep for JSON"


def test_numbers_are_kept_as_a_range_if_they_are_one() -> None:
    sweep = heracles.parse(["a=range(9)"])
    assert Subset(sweep, [0, 2, 4]) == Subset(sweep, range(0, 5, 2)) == sweep[:5:2]
    assert Subset(sweep, [3]) == sweep[3:4]
    assert Subset(sweep, [4, 1, 1]).numbers == (4, 1, 1)
