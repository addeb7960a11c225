"""Sweeps that are continued: against a count of what each run sets, and chains of them."""

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from laws.test_selection import compiled, typed

import heracles
from heracles import HeraclesError, strategies
from heracles.ir import Filtered, Grown, Runs, Subset
from heracles.ir.growth import grow

FOLLOWS = ("d", "out")
"""Keys of `strategies.studies` that are computed, or have the number of the run alone."""


def counted(runs: Runs) -> Counter[frozenset[tuple[str, object]]]:
    """Count what the runs set, by Python's own reading; a seed is like any other."""
    return Counter(
        frozenset(
            (key, "seed" if key == "s" else typed(text))
            for key, _, text in (override.partition("=") for override in run)
            if key not in FOLLOWS
        )
        for run in runs
    )


def seeds(runs: Runs) -> list[str]:
    return [text for run in runs for text in run if text.startswith("s=")]


@st.composite
def chains(draw: st.DrawFn) -> list[Runs]:
    """Draw sweeps of one --seed, that may have much in common."""
    first = draw(strategies.studies())
    made = [compiled(first)]
    for _ in range(draw(st.integers(1, 3))):
        other = draw(st.one_of(st.just(first), strategies.studies()))
        widened = [_widened(text, draw(st.integers(0, 3))) for text in other["overrides"]]
        made.append(compiled({**other, "overrides": widened, "seed": first["seed"]}))
    assume(all(len(runs) < 300 for runs in made))
    assume(not any(text.startswith("--n") for runs in made for text in runs[0]))
    return made


def _widened(text: str, more: int) -> str:
    """Return an override with more values, if these are listed."""
    if text.startswith("s="):
        return f"s=__randseed({2 + more})__"
    return f"{text},{more + 4}" if more and text.startswith(("a", "b", "c", "k")) and "(" not in text else text


@given(chains())
def test_a_chain_has_the_runs_of_the_last_sweep_and_what_was_left_out(chain: list[Runs]) -> None:
    whole = chain[0]
    for asked in chain[1:]:
        growth = grow(whole, asked)
        shared = counted(whole) & counted(asked)
        if growth is None:
            assert not shared
            continue
        grown = growth.runs
        assert list(grown[: whole.size]) == list(whole)
        assert (grown.size, growth.kept) == (whole.size + growth.added, shared.total())
        assert growth.added + growth.kept == asked.size
        left_out = Subset(grown, growth.left_out) if growth.left_out else ()
        assert counted(grown) - counted(left_out) == counted(asked)  # type: ignore[arg-type]
        assert len(set(seeds(grown))) == len(seeds(grown))
        assert list(grown) == [grown[number] for number in range(grown.size)]
        assert Runs.from_json(grown.to_json()) == grown
        again = grow(grown, asked)
        assert again is not None
        assert (again.runs, again.added, again.kept, list(again.left_out)) == (
            grown,
            0,
            asked.size,
            list(growth.left_out),
        )
        whole = grown


@given(strategies.studies(), st.integers(1, 3), st.integers(0, 3))
def test_more_seeds_keep_those_of_each_combination(study: dict[str, Any], few: int, more: int) -> None:
    plain = [text for text in study["overrides"] if not text.startswith("s=")]
    one, other = (
        compiled({**study, "overrides": [*plain, f"s=__randseed({number})__"]}) for number in (few, few + more)
    )
    growth = grow(one, other)
    assert growth is not None
    assert not growth.left_out
    assert growth.added == other.size - one.size == more * (one.size // few)
    given: dict[tuple[str, ...], list[str]] = {}
    for run in growth.runs:
        given.setdefault(tuple(text for text in run if text[:2] not in ("s=", "ou", "--")), []).extend(
            text for text in run if text.startswith("s=")
        )
    for run, number in Counter(
        tuple(text for text in run if text[:2] not in ("s=", "ou", "--")) for run in one
    ).items():
        drawn = [text for each in one if set(run) <= set(each) for text in each if text.startswith("s=")]
        assert len(drawn) >= number
        assert set(given[run][:number]) <= set(drawn)


@pytest.mark.parametrize(
    ("one", "other", "added", "left_out"),
    [
        (["lr=1,2"], ["lr=2,1"], 0, []),
        (["lr=1,2"], ["lr=2,3"], 1, [0]),
        (["lr=1", "m=a"], ["m=a,b", "lr=1"], 1, []),
        (["lr=0.1"], ["lr=1e-1,0.10,.1"], 2, []),
        (["lr=1"], ["lr=1.0"], None, None),
        (["+lr=1"], ["lr=1"], None, None),
        (["lr@a=1"], ["lr@b=1"], None, None),
        (["m=a"], ["m='a',b"], 1, []),
        (["m='1'"], ["m=1"], None, None),
        (["--m='1'"], ["--m=1,2"], 1, []),
        (["m=True,null"], ["m=true,NULL,'true'"], 1, []),
        (["m=[1,a]"], ["m=[1, 'a'],[a,1]"], 1, []),
        (["m={a:1,b:2}"], ["m={b:2,a:1}"], 0, []),
        (["m=nan"], ["m=nan,1"], 1, []),
        (["~m", "a=1"], ["m=null", "a=1"], None, None),
        (["a=1,1"], ["a=1"], 0, [1]),
        (["a=1"], ["a=1,1"], 1, []),
        (["a=1", "seed=1,2"], ["a=1", "seed=1,2,3"], 1, []),
        (["a=1", "seed=range(2)"], ["a=1", "seed=0,1,__randseed(2)__"], 2, []),
        (["z=zip(a=[1,2],b=[3,4])"], ["a=1,2", "b=3,4"], 2, []),
        (["a=1,2", "w=expr(a * 2)"], ["a=1,2,3", "w=expr(a * 2 + 0)"], 1, []),
        (["a=1,2"], ["a=1,2,3", "out=r/__run__"], 1, []),
        (["a=1", "o=x__run__,y__run__"], ["a=1", "o=y__run__,x__run__,z__run__"], 1, []),
    ],
)
def test_what_makes_a_run_the_same(
    one: list[str], other: list[str], added: int | None, left_out: list[int] | None
) -> None:
    growth = grow(heracles.parse(one), heracles.parse(other))
    found = (None, None) if growth is None else (growth.added, list(growth.left_out))
    assert found == (added, left_out)


def test_a_huge_sweep_grows_by_arithmetic() -> None:
    one = heracles.parse(["a=range(100000000)", "b=1,2", "s=__randseed(5)__"])
    other = heracles.parse(["s=__randseed(6)__", "b=0,2,1", "a=range(100000000)"])
    growth = grow(one, other)
    assert growth is not None
    assert (growth.added, growth.kept, growth.left_out) == (8 * 10**8, 10**9, ())
    assert isinstance(growth.runs, Grown)
    assert isinstance(growth.runs.later, Filtered)
    assert growth.runs[10**9 - 1] == one[10**9 - 1]
    assert growth.runs[10**9][1:] == ("b=0", f"s={one.seeds(10**9)}")
    assert [growth.runs[number][1] for number in range(10**9, 10**9 + 3)] == ["b=0"] * 3
    again = grow(growth.runs, heracles.parse(["s=__randseed(7)__", "b=0,2,1", "a=range(100000000)"]))
    assert again is not None
    assert (again.added, again.kept) == (3 * 10**8, 18 * 10**8)


def test_what_is_too_many_to_compare_is_refused() -> None:
    one, other = (heracles.parse([f"a=range({size})", "b=1,2"]) for size in (10**9, 10**9 + 1))
    with pytest.raises(HeraclesError, match=r"^more than 300,000 runs are too many to find those that were submitted"):
        grow(one, other)
    assert grow(one, heracles.parse(["a=range(1000000000)", "c=1"])) is None
    assert grow(one, heracles.parse(["a=range(1000000000)", "b=3"])) is None


def test_a_run_without_a_key_is_one_of_a_sweep_without_it() -> None:
    rows = heracles.parse(["@rows.csv"], files=lambda _: "a,b\n1,\n2,x\n")
    growth = grow(rows, heracles.parse(["a=1,2,3"]))
    assert growth is not None
    assert (growth.added, growth.kept, growth.left_out) == (2, 1, [1])
    assert list(growth.runs) == [("a=1",), ("a=2", "b=x"), ("a=2",), ("a=3",)]


def test_listing_and_arithmetic_agree() -> None:
    for one, other in itertools.product(
        (["a=1,2", "b=1,2", "s=__randseed(2)__"], ["b=2", "s=__randseed(1)__", "a=2,1"]),
        (["a=1,2,3", "b=1,2", "s=__randseed(3)__"], ["s=__randseed(2)__", "b=0,1,2", "a=2,1"]),
    ):
        plain = grow(heracles.parse(one), heracles.parse(other))
        listed = grow(heracles.parse(one), heracles.parse(other, where=["a > 0"]))
        assert plain is not None
        assert listed is not None
        assert list(plain.runs) == list(listed.runs)


def test_seeds_of_another_seed_are_other_runs() -> None:
    one = heracles.parse(["a=1,2", "s=__randseed(2)__"])
    assert grow(one, heracles.parse(["a=1,2,3", "s=__randseed(2)__"], seed=1)) is None
    assert grow(heracles.parse(["a=1,2"]), heracles.parse(["a=1,2,3"], seed=1)) is not None


def test_what_is_no_continuation() -> None:
    one, other = heracles.parse(["a=1,2"]), heracles.parse(["a=3", "s=__randseed(2)__"], seed=1)
    for earlier, later in ((one[:1], other[:1]), (one, other), (one, Grown(one, one[:1])[:1])):
        with pytest.raises(HeraclesError, match=r"^a sweep is continued with some of the runs of another one$"):
            Grown(earlier, later)  # type: ignore[arg-type]
    with pytest.raises(HeraclesError, match=r"^a sweep is continued with seeds of the same --seed$"):
        Grown(one, other[:1])
    many = heracles.parse(["a=range(1500)", "s=__randseed(1000000)__"])
    with pytest.raises(HeraclesError, match=r"^3,000,000,000 seeds are needed"):
        Grown(many, many[:])
