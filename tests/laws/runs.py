"""Sequences of runs of every kind, as hypothesis draws them without a parser."""

from hypothesis import strategies as st

from heracles.ir import (
    Axis,
    Choice,
    Derived,
    Dimension,
    Filtered,
    Geomspace,
    Grown,
    Interval,
    Linspace,
    RandSeed,
    Range,
    Repeat,
    Rule,
    Runs,
    Sample,
    Shuffle,
    Subset,
    Sweep,
    Union,
    Zip,
)
from heracles.ir.diagram import from_table
from heracles.ir.generators import Generator
from heracles.ir.values import MISSING, Bare, Int, Quoted, Value

__all__ = ["runs"]

KEYS = ["lr", "model.depth", "+opt@pkg", "--flag", "seed", "a_b", "x"]
TEXTS = [
    "cnn",
    "1e-3",
    "__run__",
    "r/__run(4)__",
    "a__run__run__",
    "__run(3)__run__",
    "é$x",
    "it's `x`",
    "\x01__run__",
    "!",
]


def values() -> st.SearchStrategy[Value]:
    text = st.sampled_from(TEXTS) | st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4
    )
    return st.one_of(
        text.map(Bare), text.map(lambda each: Quoted(f"'{each}'".replace("\\", ""))), st.integers().map(str).map(Int)
    )


def generators(size: int) -> st.SearchStrategy[Generator]:
    """Draw generators of a size, without seeds."""
    listed = st.lists(values(), min_size=size, max_size=size).map(lambda each: Choice(tuple(each)))
    ranges = st.builds(
        lambda start, step: Range(start, start + size * step, step), st.integers(-9, 9), st.integers(1, 5)
    )
    spaces = st.sampled_from([Linspace(Int("0"), Int("3"), size), Geomspace(Int("1"), Int("1000"), size)])
    plain = st.one_of(listed, ranges, spaces)
    return st.one_of(plain, st.builds(Shuffle, plain, st.text(max_size=2)))


@st.composite
def dimensions(draw: st.DrawFn, *, draws: int) -> list[Dimension]:
    """Draw the dimensions of a product; those of one that `draws` are drawn from, if that is not 0."""
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=0, max_size=5, unique=True))
    made: list[Dimension] = []
    while keys:
        size = draw(st.integers(1, 4))
        kind = draw(st.sampled_from(["axis", "axis", "zip", "rows", "seeds", "derived", "drawn"]))
        if kind == "zip" and len(keys) > 1:
            members = tuple(Axis(keys.pop(), draw(generators(size))) for _ in range(2))
            made.append(Zip(f"z{len(keys)}", members, draw(st.sampled_from(["", "key"]))))
        elif kind == "rows":
            cells = st.lists(st.one_of(values(), st.just(MISSING)), min_size=size, max_size=size).map(tuple)
            members = tuple(Axis(key, Choice(draw(cells))) for key in keys[: draw(st.integers(1, 2))])
            made.append(Zip(f"@{len(keys)}.csv", members))
            keys = keys[len(members) :]
        elif kind == "seeds":
            seeds = Axis(keys.pop(), RandSeed(min(size, 2)))
            made.append(Repeat(seeds) if draws else seeds)
        elif kind == "drawn" and draws:
            made.append(Axis(keys.pop(), Interval(Int("0"), Int("1"), key="k")))
        elif kind == "derived":
            over = [place for place, each in enumerate(made) if not isinstance(each, Derived) and not each.is_random]
            over = sorted(draw(st.sets(st.sampled_from(over), max_size=2))) if over else []
            over = [place for place in over if not made[place].is_drawn]
            table = 1
            for place in over:
                table *= made[place].size
            by_draw = bool(draws) and draw(st.booleans())
            count = draws if by_draw else table
            listed = draw(st.lists(values(), min_size=count, max_size=count))
            made.append(Derived(keys.pop(), "e", () if by_draw else tuple(over), tuple(listed), by_draw))
        else:
            made.append(Axis(keys.pop(), draw(generators(size))))
    return made


@st.composite
def products(draw: st.DrawFn, draws: int, seed: int) -> Sweep | Filtered:
    sweep = Sweep(tuple(draw(dimensions(draws=draws))), seed)
    if draw(st.booleans()) or not sweep.dimensions:
        return sweep
    over = sorted(draw(st.sets(st.integers(0, len(sweep.dimensions) - 1), min_size=1, max_size=3)))
    sizes = [each.size for each in sweep.dimensions]
    count = 1
    for place in over:
        count *= sizes[place]
    table = bytes(draw(st.lists(st.integers(0, 1), min_size=count, max_size=count)))
    diagram = from_table(sizes, over, table)
    return Filtered(sweep, (Rule("where", "x", 1, sweep.size - diagram.size),), diagram) if diagram.size else sweep


@st.composite
def runs(draw: st.DrawFn) -> Runs:
    """Draw a sequence of one run or more: a product, what rules keep of it, cases, a sample, or some runs of these.

    It may also be one that was continued with some runs of another one.
    """
    seed = draw(st.integers(-3, 3))
    whole = draw(wholes(seed))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        other = draw(wholes(seed))
        numbers = draw(st.lists(st.integers(0, other.size - 1), min_size=1, max_size=8, unique=True).map(sorted))
        later = other if isinstance(other, Filtered) and draw(st.booleans()) else Subset(other, numbers)
        whole = Grown(whole, later)
    if draw(st.booleans()):
        return whole
    numbers = draw(st.lists(st.integers(0, whole.size - 1), min_size=1, max_size=8))
    return Subset(whole, numbers)


@st.composite
def wholes(draw: st.DrawFn, seed: int) -> Runs:
    """Draw a sequence of one run or more that is none of some runs of another one."""
    draws = draw(st.sampled_from([0, 0, 1, 3, 7]))
    cases = draw(st.lists(products(draws, seed), min_size=1, max_size=3))
    whole: Runs = cases[0] if len(cases) == 1 else Union(tuple(cases))
    if draws:
        repeats = {tuple(each.times for each in sweep.dimensions if isinstance(each, Repeat)) for sweep in whole.sweeps}
        endless = all(any(each.is_drawn for each in sweep.dimensions) for sweep in whole.sweeps)
        if len(repeats) > 1:
            whole = cases[0]
            endless = any(each.is_drawn for each in cases[0].sweeps[0].dimensions)
        whole = Sample(whole, draws if endless else min(draws, whole.size))
    return whole
