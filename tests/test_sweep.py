"""Laws of the sweep: what it holds, in which order, and that it prints back."""

import itertools
import math
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles import HeraclesError, OverrideError, Subset, Sweep, strategies
from heracles.ir import SEED_SPACE, Choice, Concat, RandSeed, Range
from heracles.values import Bare, Int


@st.composite
def listed_sweeps(draw: st.DrawFn) -> list[tuple[str, list[str]]]:
    """Keys with the texts of their values: what an oracle needs to know."""
    keys = draw(st.lists(strategies.keys(), max_size=3, unique=True))
    return [(key, draw(st.lists(strategies.values(), min_size=1, max_size=3))) for key in keys]


def overrides_of(sweep: list[tuple[str, list[str]]]) -> list[str]:
    return [f"{key}={','.join(values)}" for key, values in sweep]


@given(listed_sweeps())
def test_runs_are_the_product(listed: list[tuple[str, list[str]]]) -> None:
    sweep = heracles.parse(overrides_of(listed))
    expected = list(itertools.product(*([f"{key}={value}" for value in values] for key, values in listed)))
    assert list(sweep) == expected
    assert [sweep[i] for i in range(sweep.size)] == expected
    assert len(sweep) == sweep.size == math.prod(len(values) for _, values in listed)


@given(strategies.sweeps())
def test_printing_parses_back(overrides: list[str]) -> None:
    sweep = heracles.parse(overrides)
    printed = [str(axis) for axis in sweep.axes]
    assert heracles.parse(printed) == sweep
    assert [str(axis) for axis in heracles.parse(printed).axes] == printed
    assert str(sweep) == " ".join(printed)


@given(strategies.sweeps(), st.integers())
def test_iteration_and_indexing_agree(overrides: list[str], seed: int) -> None:
    sweep = heracles.parse(overrides, seed=seed)
    for run, overrides_of_run in itertools.islice(enumerate(sweep), 300):
        assert sweep[run] == overrides_of_run
        assert sweep[run - sweep.size] == overrides_of_run


@given(st.lists(strategies.ranges(), min_size=1, max_size=2), st.data())
def test_slices_are_those_of_a_list(ranges: list[str], data: st.DataObject) -> None:
    sweep = heracles.parse([f"k{i}={text}" for i, text in enumerate(ranges)])
    runs = list(sweep)
    first, second = data.draw(st.slices(len(runs))), data.draw(st.slices(len(runs)))
    assert isinstance(sweep[first], Subset)
    assert list(sweep[first]) == runs[first]
    assert list(sweep[first][second]) == runs[first][second]
    assert list(reversed(sweep[first])) == runs[first][::-1]
    assert len(sweep[first]) == len(runs[first])


@given(strategies.sweeps())
def test_each_override_parses_to_itself(overrides: list[str]) -> None:
    for run in itertools.islice(heracles.parse(overrides), 20):
        assert list(heracles.parse(run)) == [run]


@given(st.lists(strategies.random_values(), min_size=1, max_size=3), st.integers(), strategies.choices())
def test_seeds_are_unique_and_stable(seeds: list[str], seed: int, others: str) -> None:
    overrides = [f"s{i}={text}" for i, text in enumerate(seeds)] + [f"x={others}"]
    sweep = heracles.parse(overrides, seed=seed)
    shown = list(itertools.islice(sweep, 2000))
    drawn = [int(override.partition("=")[2]) for run in shown for override in run[: len(seeds)]]
    assert len(set(drawn)) == len(drawn) == len(shown) * len(seeds)
    assert all(0 <= number < SEED_SPACE for number in drawn)
    assert list(itertools.islice(heracles.parse(overrides, seed=seed), 2000)) == shown
    assert list(itertools.islice(heracles.parse(overrides, seed=seed + 1), 2000)) != shown


def test_seeds_do_not_change_from_version_to_version() -> None:
    assert list(heracles.parse(["seed=__randseed(4)__"])) == [
        ("seed=1488951859",),
        ("seed=81506444",),
        ("seed=132314596",),
        ("seed=200787241",),
    ]
    assert heracles.parse(["a=1,2", "s=__randperm__"], seed=7)[1] == ("a=2", "s=79566613")


def test_a_seed_multiplies_the_sweep_and_each_run_has_its_own() -> None:
    sweep = heracles.parse(["seed=__randseed(90)__", "env=a,b,c"])
    assert sweep.size == 270
    assert len({run[0] for run in sweep}) == 270


def test_seeds_stand_among_other_values() -> None:
    sweep = heracles.parse(["seed=1,__randseed(2)__,range(2)"])
    assert sweep.size == 5
    assert [sweep[0], *sweep[3:]] == [("seed=1",), ("seed=0",), ("seed=1",)]
    assert sweep[1] != sweep[2]


@pytest.mark.parametrize(
    ("override", "values"),
    [
        ("lr=0.1,0.01", ["lr=0.1", "lr=0.01"]),
        ("lr=", ["lr="]),
        ("lr=   ", ["lr="]),
        ("lr=1 , 2 ", ["lr=1", "lr=2"]),
        ("n=range(3)", ["n=0", "n=1", "n=2"]),
        ("n=range(1,4)", ["n=1", "n=2", "n=3"]),
        ("n=range(10,0,-3)", ["n=10", "n=7", "n=4", "n=1"]),
        ("n=range( 1 , stop=8, step = 3 )", ["n=1", "n=4", "n=7"]),
        ("x=range(0,1,0.25)", ["x=0.0", "x=0.25", "x=0.5", "x=0.75"]),
        ("x=range(0,1,0.1)", [f"x=0.{i}" for i in range(10)]),
        ("x=range(0,1e-5,2e-6)", ["x=0.0", "x=2e-06", "x=4e-06", "x=6e-06", "x=8e-06"]),
        ("x=range(2.5)", ["x=0.0", "x=1.0", "x=2.0"]),
        ("n=range(2),7,range(5,3,-1)", ["n=0", "n=1", "n=7", "n=5", "n=4"]),
        ("m=choice(a,b)", ["m=a", "m=b"]),
        ("m=choice(a,choice(b,range(2)))", ["m=a", "m=b", "m=0", "m=1"]),
        ("s='a, b',\"it's\"", ["s='a, b'", 's="it\'s"']),
        (r"s='it\'s',a\,b", [r"s='it\'s'", r"s=a\,b"]),
        ("s='a\nb'", ["s='a\nb'"]),
        ("l=[1,2],[a, [b]]", ["l=[1,2]", "l=[a, [b]]"]),
        ("d={lr: 0.1,b:[x]},{}", ["d={lr: 0.1,b:[x]}", "d={}"]),
        ("p=${env.name}/x,$HOME", ["p=${env.name}/x", "p=$HOME"]),
        ("u=http://x.y/z:1,12:30", ["u=http://x.y/z:1", "u=12:30"]),
        ("v=1e-5,TRUE,007,1_000", ["v=1e-5", "v=TRUE", "v=007", "v=1_000"]),
        ("ckpt=epoch=9.ckpt,é", ["ckpt='epoch=9.ckpt'", "ckpt='é'"]),
        ("l=[a=b, c]", ["l=['a=b', c]"]),
        ("+a/b@c.d=x,y", ["+a/b@c.d=x", "+a/b@c.d=y"]),
        ("++list.0.x=1", ["++list.0.x=1"]),
        ("~a", ["~a"]),
        ("~a=1,2", ["~a=1", "~a=2"]),
        ("a@=1", ["a@=1"]),
        ("__randseed=1", ["__randseed=1"]),
    ],
)
def test_expansion(override: str, values: list[str]) -> None:
    assert [run[0] for run in heracles.parse([override])] == values


def test_the_last_axis_varies_fastest() -> None:
    sweep = heracles.parse(["a=1,2", "b=x,y"])
    assert list(sweep) == [("a=1", "b=x"), ("a=1", "b=y"), ("a=2", "b=x"), ("a=2", "b=y")]


def test_a_repeated_key_has_its_last_values_in_its_first_place() -> None:
    assert list(heracles.parse(["a=1,2", "b=5", "a=3"])) == [("a=3", "b=5")]
    assert heracles.parse(["a=1", "+a=2", "~a", "a@p=3"]).size == 1


def test_no_overrides_are_one_run_without_any() -> None:
    assert list(heracles.parse([])) == [()]


def test_an_empty_axis_empties_the_sweep() -> None:
    sweep = heracles.parse(["a=range(1000000000)", "b=range(5,5)"])
    assert sweep.size == 0
    assert list(sweep) == []
    assert list(reversed(sweep)) == []
    with pytest.raises(IndexError):
        sweep[0]


def test_a_huge_sweep_costs_nothing() -> None:
    sweep = heracles.parse(["a=range(10000000000)", "b=range(10000000000)", "c=x,y"])
    assert sweep.size == 2 * 10**20
    assert sweep[10**15] == (f"a={10**15 // (2 * 10**10)}", f"b={10**15 // 2 % 10**10}", "c=x")
    assert sweep[-1] == ("a=9999999999", "b=9999999999", "c=y")
    assert sweep[10**15 :: 10**15][3] == sweep[4 * 10**15]
    assert list(itertools.islice(sweep, 3)) == [
        ("a=0", "b=0", "c=x"),
        ("a=0", "b=0", "c=y"),
        ("a=0", "b=1", "c=x"),
    ]
    with pytest.raises(OverflowError):
        len(sweep)


def test_a_far_run_takes_as_many_steps_as_the_first() -> None:
    sweep = heracles.parse([f"k{i}=range(1000)" for i in range(20)])

    def steps(run: int) -> int:
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count)
        try:
            sweep[run]
        finally:
            sys.setprofile(None)
        return calls

    assert steps(10**59) == steps(0)


def test_a_sweep_is_a_value() -> None:
    one, same = heracles.parse(["a=1,2"]), heracles.parse(["a=1,2"])
    assert one == same
    assert hash(one) == hash(same)
    assert one != heracles.parse(["a=1,2"], seed=1)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own bytes
    with pytest.raises(AttributeError):
        one.seed = 3  # type: ignore[misc]
    assert ("a=1",) in one
    assert one.index(("a=2",)) == 1


def test_generators_are_sequences() -> None:
    values = heracles.parse(["a=range(5),x"]).axes[0].values
    assert isinstance(values, Concat)
    assert [value.text for value in values] == ["0", "1", "2", "3", "4", "x"]
    assert values[-1] == Bare("x")
    assert [value.text for value in values[1:3]] == ["1", "2"]
    assert heracles.parse(["a=choice(1,2)"]).axes[0].values == Choice((Int("1"), Int("2")))
    assert heracles.parse(["a=range(0,1,0.5)"]).axes[0].values == Range(0, 10, 5, 1)
    assert RandSeed(3).size == 3


def test_more_seeds_than_there_are() -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse(["a=range(3000)", "s=__randseed(1000000)__"])
    assert str(caught.value) == (
        "3,000,000,000 seeds are needed, and there are 2,147,483,648 that do not repeat\n"
        "  s=__randseed(1000000)__\n"
        "    ^^^^^^^^^^^^^^^^^^^^^"
    )
    with pytest.raises(HeraclesError):
        Sweep((heracles.Axis("s", RandSeed(SEED_SPACE + 1)),))
    assert heracles.parse([f"s=__randseed({SEED_SPACE})__"])[SEED_SPACE - 1][0].startswith("s=")


def test_one_string_is_no_sequence_of_overrides() -> None:
    with pytest.raises(TypeError, match="sequence of overrides"):
        heracles.parse("a=1")
