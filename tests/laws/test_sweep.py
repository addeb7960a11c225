"""Laws of the sweep: what it holds, in which order, and that it prints back."""

import itertools
import math
import pickle
import sys
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import heracles
import heracles.ir.sweep as sweep_module
import heracles.ir.values
from heracles import Axis, HeraclesError, OverrideError, Subset, Sweep, ir, strategies
from heracles.ir import SEED_SPACE, Choice, Concat, Generator, RandSeed, Range, Shuffle, progressions, values
from heracles.ir.record import Record
from heracles.ir.values import SEED, Bare, Int

KEYS = st.lists(strategies.keys(), max_size=3, unique=True)
VALUES = st.lists(strategies.values(), min_size=1, max_size=3)


@st.composite
def listed_sweeps(draw: st.DrawFn) -> list[tuple[str, list[str]]]:
    """Keys with the texts of their values: what an oracle needs to know."""
    return [(key, draw(VALUES)) for key in draw(KEYS)]


def axes(sweep: Sweep) -> list[Axis]:
    return [dimension for dimension in sweep.dimensions if isinstance(dimension, Axis)]


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
    printed = [str(axis) for axis in sweep.dimensions]
    assert heracles.parse(printed) == sweep
    assert [str(axis) for axis in heracles.parse(printed).dimensions] == printed
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
        one.seed = 3
    assert ("a=1",) in one
    assert one.index(("a=2",)) == 1


def test_generators_are_sequences() -> None:
    values = axes(heracles.parse(["a=range(5),x"]))[0].values
    assert isinstance(values, Concat)
    assert [value.text for value in values] == ["0", "1", "2", "3", "4", "x"]
    assert values[-1] == Bare("x")
    assert [value.text for value in values[1:3]] == ["1", "2"]
    assert axes(heracles.parse(["a=choice(1,2)"]))[0].values == Choice((Int("1"), Int("2")))
    assert axes(heracles.parse(["a=range(0,1,0.5)"]))[0].values == Range(0, 10, 5, 1)
    assert RandSeed(3).size == 3


def test_more_seeds_than_there_are() -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse(["a=range(3000)", "s=__randseed(1000000)__"])
    assert str(caught.value) == (
        "3,000,000,000 seeds are needed, but only 2,147,483,648 do not repeat\n"
        "  s=__randseed(1000000)__\n"
        "    ^^^^^^^^^^^^^^^^^^^^^"
    )
    with pytest.raises(HeraclesError):
        Sweep((heracles.Axis("s", RandSeed(SEED_SPACE + 1)),))
    assert heracles.parse([f"s=__randseed({SEED_SPACE})__"])[SEED_SPACE - 1][0].startswith("s=")


def test_one_string_is_no_sequence_of_overrides() -> None:
    with pytest.raises(TypeError, match="sequence of overrides"):
        heracles.parse("a=1")


def test_flags_are_given_plain_values() -> None:
    sweep = heracles.parse([r"--name='it\'s',a\,b,[1, 'x']", "-s=__randseed__"], seed=7)
    assert [run[0] for run in sweep] == ["--name=it's", "--name=a,b", "--name=[1, 'x']"]
    assert [run[1] for run in sweep] == [run[0].lstrip("+") for run in heracles.parse(["-s=__randseed(3)__"], seed=7)]


def generators() -> st.SearchStrategy[Generator]:
    """Generators of every kind, as the axes of sweeps have them."""
    texts = st.one_of(
        strategies.choices(),
        strategies.long_ranges(200),
        strategies.long_ranges(50, random=True),
        st.sampled_from(["shuffle()", "range(0)", "shuffle(x)", "str(range(0))"]),
    )
    return texts.map(lambda text: axes(heracles.parse([f"k={text}"]))[0].values)


@given(generators())
def test_a_generator_is_the_sequence_of_its_values(values: Generator) -> None:
    listed = tuple(values.at(index) for index in range(values.size))
    assert (tuple(values), values[:], values[::-2]) == (listed, listed, listed[::-2])
    assert (len(values), bool(values), values.is_random) == (len(listed), bool(listed), SEED in listed)
    for index in {0, -1} if listed else ():
        assert values[index] == listed[index]
    for index in (len(listed), -len(listed) - 1):
        with pytest.raises(IndexError):
            values[index]


def test_a_generator_is_a_sequence_that_must_say_what_it_holds() -> None:
    for wrong in (lambda: Generator().size, lambda: Generator().at(0)):
        with pytest.raises(NotImplementedError):
            wrong()


@given(st.lists(generators(), max_size=4))
def test_a_concatenation_has_the_values_of_its_parts(parts: list[Generator]) -> None:
    whole = Concat(tuple(parts))
    assert list(whole) == [value for part in parts for value in part]
    assert str(whole) == ",".join(map(str, parts))


@given(generators(), st.text(max_size=3))
def test_a_shuffle_has_the_values_in_another_order(values: Generator, key: str) -> None:
    shuffled = Shuffle(values, key)
    assert sorted(value.text for value in shuffled) == sorted(value.text for value in values)
    assert list(Shuffle(values, key)) == list(shuffled)
    assert heracles.parse([f"k={shuffled}"]).size == values.size


def test_a_shuffle_of_one_value_is_that_value() -> None:
    assert {tuple(Shuffle(Choice((SEED,)), str(key))) for key in range(20)} == {(SEED,)}


def test_what_is_random() -> None:
    seeds, listed = RandSeed(3), Choice((Int("1"),))
    assert [values.is_random for values in (seeds, Concat((listed, seeds)), Shuffle(seeds))] == [True] * 3
    assert [values.is_random for values in (listed, Concat((listed,)), Shuffle(listed), Range(0, 3, 1))] == [False] * 4


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-9, 9).filter(bool), st.integers(0, 4))
@example(0, 10, 5, 1)
@example(-5, 0, 1, 2)
def test_a_range_is_exact(start: int, stop: int, step: int, scale: int) -> None:
    values = Range(start, stop, step, scale)
    exact = [Fraction(number, 10**scale) for number in range(start, stop, step)]
    assert [value.data for value in values] == (list(map(float, exact)) if scale else exact)
    assert values.size == len(exact)
    printed = str(values).removeprefix("range(").removesuffix(")").split(",")
    assert list(map(Fraction, printed)) == [Fraction(number, 10**scale) for number in (start, stop, step)]
    assert [len(number.partition(".")[2]) for number in printed] == [scale] * 3
    assert [number[0] == "-" for number in printed] == [start < 0, stop < 0, step < 0]


def test_ranges_print_their_numbers_in_digits() -> None:
    assert str(Range(-1, 10, 5, 1)) == "range(-0.1,1.0,0.5)"
    assert str(Range(-100, 0, 1, 2)) == "range(-1.00,0.00,0.01)"
    large = 10**15
    assert str(Range(-10 * large, 10 * large - 10, 5, 1)) == "range(-1000000000000000,999999999999999.0,0.5)"
    assert str(Range(10 * large, 30 * large, 10 * large, 1)) == f"float(range({large},{3 * large},{large}))"


@pytest.mark.parametrize(
    "numbers",
    [
        "9007199254740993,9007199254740999,0.5",
        "9007199254740995,9007199254740991,-0.5",
        "-9007199254740993,-9007199254740989,0.25",
        "9007199254740992,9007199254740994,0.001",
        "8,12,0.5",
    ],
)
def test_ranges_from_whole_numbers_that_no_float_is(numbers: str) -> None:
    sweep = heracles.parse([f"a=range({numbers})"])
    assert heracles.parse([str(sweep)]) == sweep


EVERY_KIND = [
    "a=x,range(3),__randseed(2)__",
    "b=shuffle(range(5))",
    "c=str(range(3))",
    "d=range(5)",
    "e=1,2",
    "s=__randseed__",
]


@given(strategies.sweeps(), st.integers())
@example(EVERY_KIND, 0)
def test_what_a_sweep_shows_is_its_code(overrides: list[str], seed: int) -> None:
    sweep = heracles.parse(overrides, seed=seed)
    again = eval(repr(sweep), {**vars(values), **vars(ir)})  # noqa: S307 - our own text
    assert again == sweep == Sweep.from_json(sweep.to_json())
    assert (hash(again), list(itertools.islice(again, 9))) == (hash(sweep), list(itertools.islice(sweep, 9)))


def test_a_sweep_of_axes_is_what_is_parsed() -> None:
    sweep = heracles.parse(["a=1,2", "s=__randseed__"])
    assert sweep == Sweep(sweep.dimensions) == Sweep(sweep.dimensions, 0) != Sweep(sweep.dimensions, 1)
    assert list(Sweep()) == [()]
    assert sweep[1:] == Subset(sweep, range(1, 2)) != Subset(sweep, range(2))
    assert repr(sweep[1:]) == f"Subset(sweep={sweep!r}, numbers=range(1, 2))"


def test_the_parts_of_a_sweep_are_small_and_do_not_change() -> None:
    sweep = heracles.parse(EVERY_KIND)
    parts: list[Record] = [*axes(sweep), *(axis.values for axis in axes(sweep) if isinstance(axis.values, Record))]
    kinds = set(map(type, parts))
    ours = {kind.__name__ for kind in Generator.__subclasses__() if kind.__module__ == Generator.__module__}
    assert {kind.__name__ for kind in kinds} == {"Axis", *ours}
    for part in parts:
        assert not hasattr(part, "__dict__")
    unchangings: list[Record] = [sweep, sweep[:1], *parts]
    for unchanging in unchangings:
        for name in unchanging._fields:
            with pytest.raises(AttributeError, match=f"is immutable: {name} cannot be set$"):
                setattr(unchanging, name, 0)
            with pytest.raises(AttributeError, match=f"is immutable: {name} cannot be deleted$"):
                delattr(unchanging, name)


@given(strategies.sweeps(), st.integers(0, 3))
def test_long_axes_are_not_listed_and_their_runs_are_in_order(overrides: list[str], listed: int) -> None:
    sweep = heracles.parse(overrides)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep_module, "_LISTED", listed)
        assert list(itertools.islice(sweep, 40)) == [sweep[run] for run in range(min(40, sweep.size))]


def test_an_axis_is_walked_and_not_listed_where_it_is_long() -> None:
    sweep = heracles.parse(["a=1,2", "b=range(70000)", "c=x,y"])
    step = 69_997
    assert list(itertools.islice(sweep, 0, None, step)) == list(sweep[::step])


def test_subsets_of_a_huge_sweep() -> None:
    sweep = heracles.parse(["a=range(10000000000)", "b=range(10000000000)"])
    assert (sweep[::7].size, sweep[::-7].size, sweep[5:3].size, sweep[3:5:-1].size) == (10**20 // 7 + 1,) * 2 + (0, 0)
    assert (bool(sweep), bool(sweep[::7]), bool(sweep[:1]), bool(sweep[5:3])) == (True, True, True, False)
    assert bool(axes(heracles.parse(["a=range(10000000000000000000000)"]))[0].values)
    assert next(reversed(sweep)) == sweep[-1] == sweep[::-1][0] == ("a=9999999999", "b=9999999999")
    assert sweep[::-1][::2].run(3) == sweep[-7]
    with pytest.raises(IndexError):
        sweep[10**20]


@given(
    st.one_of(
        st.lists(st.integers(0, 9)),
        st.lists(st.builds(range, st.integers(0, 9), st.integers(0, 30), st.integers(1, 4)), max_size=5).map(
            lambda parts: [number for part in parts for number in part]
        ),
    )
)
def test_progressions_are_the_numbers_in_their_order(numbers: list[int]) -> None:
    found = progressions(numbers)
    assert [number for part in found for number in part] == numbers
    assert all(len(part) == 1 or (len(part) > 2 and part.step > 0) for part in found)
    for part, after in itertools.pairwise(found):
        assert len(part) == 1 or after[0] != part[-1] + part.step


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ([], ()),
        ([3], (range(3, 4),)),
        ([1, 2], (range(1, 2), range(2, 3))),
        ([1, 2, 3], (range(1, 4),)),
        ([3, 2, 1], (range(3, 4), range(2, 3), range(1, 2))),
        ([7, 7, 7], (range(7, 8), range(7, 8), range(7, 8))),
        ([9, 0, 1, 2, 3, 17, 20, 22, 24], (range(9, 10), range(4), range(17, 18), range(20, 25, 2))),
        (range(9, 0, -4), (range(9, 0, -4),)),
    ],
)
def test_progressions(numbers: Sequence[int], found: tuple[range, ...]) -> None:
    assert progressions(numbers) == found


@pytest.mark.parametrize("numbers", [[3], [0, 7], [0, -1], range(1, 4), range(-1, 3), range(2, -2, -1), [1, 3, 2]])
def test_a_subset_has_runs_of_its_sweep_alone(numbers: Sequence[int]) -> None:
    with pytest.raises(IndexError) as caught:
        Subset(heracles.parse(["a=1,2,3"]), numbers)
    assert str(caught.value) == "a run number is out of range: the sweep has 3 runs, from 0"


@pytest.mark.parametrize("numbers", [[2, 0, 2], range(3), range(2, -1, -1), range(9, 3), []])
def test_subsets(numbers: Sequence[int]) -> None:
    assert list(Subset(heracles.parse(["a=1,2,3"]), numbers)) == [(f"a={number + 1}",) for number in numbers]


def test_one_seed_more_than_there_are() -> None:
    with pytest.raises(HeraclesError) as caught:
        Sweep((heracles.Axis("s", RandSeed(SEED_SPACE + 1)),))
    assert str(caught.value) == "2,147,483,649 seeds are needed, but only 2,147,483,648 do not repeat"
    assert Sweep((heracles.Axis("s", RandSeed(SEED_SPACE)),)).size == SEED_SPACE


@pytest.mark.parametrize(
    "override", ["a=shuffle()", "~a", "a=", "a=str(range(3))", "a=shuffle(range(9))", "a=range(0)"]
)
def test_printing(override: str) -> None:
    assert heracles.parse([str(heracles.parse([override]))]) == heracles.parse([override])


def test_what_is_printed() -> None:
    printed = ["a=shuffle()", "~a", "b=", "c=str(range(0,3,1))", "d=shuffle(choice(range(0,9,1)))", "s=__randseed(3)__"]
    assert str(heracles.parse(printed)) == " ".join(printed)


def test_keys_that_are_empty_or_hold_a_value_alone() -> None:
    overrides = ["~", "=1", "+@p=2", "~@q", "~a@q=3"]
    assert list(heracles.parse(overrides).columns) == ["~", "", "+@p", "~@q", "~a@q"]
    assert list(heracles.parse(overrides)) == [tuple(overrides)]


def test_seeds_are_refused_at_the_last_override_that_asks_for_them() -> None:
    with pytest.raises(OverrideError) as caught:
        heracles.parse(["s=__randseed(1000000)__", "+a.seed=1,__randseed__", "b=range(3000)"])
    assert caught.value.message.startswith("12,000,000,000 seeds are needed")
    assert caught.value.source == "+a.seed=1,__randseed__"
    assert caught.value.source[slice(*(caught.value.span or (0, 0)))] == "1,__randseed__"


@pytest.mark.parametrize(
    ("seed", "first", "second"),
    [
        (0, "3 4 0 1 2 0 2 4 3 1", "[2,3,4,1] 6 7 5"),
        (1, "4 2 3 0 1 3 2 4 1 0", "[2,4,1,3] 5 7 6"),
        (300, "2 1 4 0 3 4 0 2 1 3", "[3,2,1,4] 5 6 7"),
    ],
)
def test_orders_do_not_change_from_version_to_version(seed: int, first: str, second: str) -> None:
    overrides = ["a=shuffle(range(5)),shuffle(range(5))", "b=shuffle([1,2,3,4]),shuffle(5,6,7)"]
    sweep = heracles.parse(overrides, seed=seed)
    assert [" ".join(value.text for value in axis.values) for axis in axes(sweep)] == [first, second]


def test_a_number_of_seeds_in_every_spelling() -> None:
    for count in ("5", "+5", "0_5", "05", "0000000005", f"+{'0' * 5000}_5"):
        assert heracles.parse([f"s=__randseed({count})__"]).size == 5
    assert heracles.parse([f"s=__randseed(+{SEED_SPACE:_})__"]).size == SEED_SPACE


def test_one_string_is_refused_with_a_sentence() -> None:
    with pytest.raises(TypeError) as caught:
        heracles.parse("a=1")
    assert str(caught.value) == "parse() takes a sequence of overrides, not one string"


def test_seeds_of_two_axes_do_not_change_from_version_to_version() -> None:
    assert list(heracles.parse(["s=__randseed(2)__", "t=__randseed__"], seed=3)) == [
        ("s=670968106", "t=585663777"),
        ("s=307008015", "t=792700561"),
    ]
