"""Zips, cases, rules, samples, spaces and expressions, against itertools, NumPy and Python's own evaluation."""

import itertools
import math
import operator
from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import heracles
from heracles import HeraclesError, OverrideError, Sweep, strategies
from heracles.ir import (
    Filtered,
    Interval,
    Repeat,
    Runs,
    Sample,
    Subset,
    Union,
    Zip,
    numbered,
    steps,
    value_text,
)
from heracles.ir.diagram import both, everything, from_table, without
from heracles.ir.values import from_bare
from heracles.language.combinations import Table
from heracles.language.expressions import Expression
from heracles.language.operations import Mismatch


def compiled(study: dict[str, Any]) -> Runs:
    """Compile what `strategies.studies` draws; skip what cannot be computed or leaves nothing."""
    try:
        runs: Runs = heracles.parse(**study)
    except HeraclesError as error:
        known: tuple[str, ...] = (
            "divides by 0",
            "no run is left",
            "fewer than the",
            "takes number",
            "same number of seeds",
        )
        known += ("compares two numbers", "no override sets", "names no key", "is computed from", "and this is null")
        assert any(text in error.message for text in known), error
        assume(False)  # noqa: FBT003 - its only argument
        raise
    return runs


def plain(texts: tuple[str, ...]) -> dict[str, str]:
    return {text.partition("=")[0]: text.partition("=")[2] for text in texts}


def typed(text: str) -> object:
    """Return what equal values have in common, by Python's own reading."""
    if text in ("null", ""):
        return text
    return text.strip("'") if not text.isdigit() else int(text)


# ---- what every sequence of runs can do ----------------------------------------------------------


@given(strategies.studies(), st.data())
def test_runs_are_a_sequence(study: dict[str, Any], data: st.DataObject) -> None:
    runs = compiled(study)
    rows = list(runs.rows())
    assert [runs.row(i) for i in range(runs.size)] == rows
    assert list(runs) == [runs[i] for i in range(runs.size)] == [tuple(filter(None, row)) for row in rows]
    assert all(len(row) == len(runs.columns) for row in rows)
    some = runs[data.draw(st.slices(runs.size))]
    assert isinstance(some, Subset)
    assert list(some) == [runs[i] for i in some.numbers]
    assert list(reversed(runs)) == list(runs)[::-1]


@given(strategies.studies())
def test_json_reads_back_as_equal_runs(study: dict[str, Any]) -> None:
    runs = compiled(study)
    again = Runs.from_json(runs.to_json())
    assert again == runs
    assert again.to_json() == runs.to_json()
    assert list(again) == list(runs)
    assert Subset.from_json(runs[:1].to_json()) == runs[:1]


@given(strategies.studies())
def test_each_dimension_prints_back(study: dict[str, Any]) -> None:
    runs = compiled(study)
    for sweep in runs.sweeps:
        words = [str(dimension) for dimension in sweep.dimensions]
        assert [str(each) for each in heracles.parse(words, seed=runs.seed).dimensions] == words
    bare = {key: value for key, value in study.items() if key in ("overrides", "seed")}
    assert heracles.parse([str(each) for each in heracles.parse(**bare).dimensions], seed=runs.seed) == heracles.parse(
        **bare
    )


@given(strategies.studies())
def test_the_steps_add_up(study: dict[str, Any]) -> None:
    runs = compiled(study)
    found = steps(runs)
    assert found[0].kind == "product"
    assert found[-1].kept == runs.size
    for before, after in itertools.pairwise(found):
        assert after.removed <= max(after.matched, after.removed)
        if after.kind not in ("repeat", "sample"):
            assert after.kept == before.kept - after.removed
    texts = [step.text for step in found if step.kind in ("exclude", "where")]
    assert texts == [*study.get("exclude", []), *study.get("where", [])]
    assert steps(runs[:1]) == found


@given(strategies.studies())
def test_seeds_are_unique_and_numbers_those_of_the_runs(study: dict[str, Any]) -> None:
    runs = compiled(study)
    drawn = [value for run in runs if (value := plain(run).get("s"))]
    assert len(set(drawn)) == len(drawn)
    for number, run in enumerate(runs):
        if "out" in plain(run):
            assert plain(run)["out"] == f"runs/{number}"
        if plain(run).get("--n", "x") != "x":
            assert plain(run)["--n"] == f"run {number:03}"


# ---- zip -----------------------------------------------------------------------------------------


@given(strategies.zips(), st.integers(0, 3))
def test_a_zip_is_one_dimension(text: str, seed: int) -> None:
    sweep = heracles.parse(["p=1,2", text, "q=range(3)"], seed=seed)
    rows = sweep.dimensions[1]
    assert isinstance(rows, Zip)
    assert sweep.size == 2 * rows.size * 3
    members = [[member.at(i)[0] for i in range(rows.size)] for member in rows.members]
    order = [rows.permutation(i) for i in range(rows.size)] if rows.permutation else list(range(rows.size))
    assert sorted(order) == list(range(rows.size))
    expected = [
        (f"p={p}", *(column[i] for column in members), f"q={q}") for p in (1, 2) for i in order for q in range(3)
    ]
    assert list(sweep) == expected
    assert heracles.parse([str(rows)], seed=seed).dimensions[0] == rows


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["p=zip(x=[a,b,c],y=[1,2,3])"], ["x=a y=1", "x=b y=2", "x=c y=3"]),
        (["p=zip(x=choice(a,b),db/n@q=range(1,3))"], ["x=a db/n@q=1", "x=b db/n@q=2"]),
        (["p=zip(x=choice([1,2],[3]),y=[u,v])"], ["x=[1,2] y=u", "x=[3] y=v"]),
        (["p=zip(x=[a,b],y=[1,2])", "q=zip(u=[c,d],v=[3,4])"],
         ["x=a y=1 u=c v=3", "x=a y=1 u=d v=4", "x=b y=2 u=c v=3", "x=b y=2 u=d v=4"]),
        (["p=zip(x=[1],y=[2])", "p=zip(x=[3],y=[4])"], ["x=3 y=4"]),
    ],
)  # fmt: skip
def test_zips_as_the_plan_for_hydra_has_them(words: list[str], runs: list[str]) -> None:
    assert [" ".join(run) for run in heracles.parse(words)] == runs


# ---- cases and rules -----------------------------------------------------------------------------


@given(strategies.studies())
def test_cases_are_the_products_one_after_another_without_repetitions(study: dict[str, Any]) -> None:
    study = {key: value for key, value in study.items() if key in ("overrides", "cases", "seed")}
    study["overrides"] = [text for text in study["overrides"] if text.partition("=")[0] in "abcw"]
    runs = compiled(study)
    expected: list[dict[str, str]] = []
    seen: list[dict[str, object]] = []
    for case in study.get("cases", [[]]):
        words = dict(text.split("=") for text in [*study["overrides"], *case])
        columns = [["0", "1", "2"] if text == "range(3)" else text.split(",") for text in words.values()]
        before = list(seen)
        for row in itertools.product(*columns):
            run = dict(zip(words, row, strict=True))
            key = {name: typed(text) for name, text in run.items()}
            if key not in before:
                expected.append(run)
                seen.append(key)
    assert list(map(plain, runs)) == expected


@given(strategies.studies(), strategies.conditions(), strategies.conditions())
def test_rules_keep_what_python_keeps(study: dict[str, Any], first: str, second: str) -> None:
    words = [text for text in study["overrides"] if "__rand" not in text]  # whose values depend on the run's number
    whole = heracles.parse(words, seed=study["seed"])
    study = {"overrides": words, "seed": study["seed"], "exclude": study.get("exclude", [])}
    try:
        runs: list[tuple[str, ...]] = list(
            heracles.parse(**study, where=[f"a == a and ({first})", f"b == b and ({second})"])
        )
    except HeraclesError as error:
        if "no run is left" not in error.message:  # but a division by 0, say
            return
        runs = []
    expected = []
    for run in whole:
        values = plain(run)
        numbers = {key: int(values[key]) for key in "abc"}
        excluded = any(
            all(
                typed(values[key]) in [typed(text) for text in ("0,1,2" if some == "range(3)" else some).split(",")]
                for key, some in (part.split("=") for part in rule.split(" "))
            )
            for rule in study["exclude"]
        )
        if not excluded and all(eval(rule, {}, numbers) for rule in (first, second)):  # noqa: S307 - of our making
            expected.append(values)
    for number, values in enumerate(expected):
        if "out" in values:
            values["out"] = f"runs/{number}"
        if values.get("--n", "x") != "x":
            values["--n"] = f"run {number:03}"
    assert list(map(plain, runs)) == expected


@given(strategies.conditions(), st.integers(-5, 5), st.integers(0, 5), st.integers(1, 9))
@example("a < b < c", 1, 2, 3)
@example("a / b == 2 or b == 0", 1, 0, 3)
def test_expressions_come_to_what_python_makes_of_them(text: str, a: int, b: int, c: int) -> None:
    words = [f"a={a}", f"b={b}", f"c={c}", f"x=expr({text})"]
    try:
        wanted = eval(text, {}, {"a": a, "b": b, "c": c})  # noqa: S307 - of our making
    except ZeroDivisionError:
        with pytest.raises(OverrideError, match="divides by 0"):
            heracles.parse(words)
        return
    assert heracles.parse(words)[0][-1] == f"x={str(wanted).lower()}"


@given(
    strategies.conditions(),
    st.lists(st.sampled_from(["0", "1", "2.5", "true", "'1'", "null", "[1]"]), min_size=1, max_size=3),
)
def test_columns_come_to_what_each_combination_does(text: str, values: list[str]) -> None:
    sweep = heracles.parse([f"a={','.join(values)}", "b=0,1,2", "c=3,true"])
    table, expression = Table(sweep, [0, 1, 2]), Expression(text, 0, len(text))
    columns = table.evaluated(expression, str)
    evaluate = expression.compiled(lambda name, _: table.value_of(name))
    rows = []
    for row in table.rows():
        try:
            rows.append(evaluate(row))
        except Mismatch:
            rows.append(Mismatch)
    assert columns is None or list(map(repr, columns)) == list(map(repr, rows))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a' + \"b\"", "ab"),
        ("str(1.50)", "'1.5'"),
        ("str(true)", "'true'"),
        ("len('abc')", "3"),
        ("2 ** 3 ** 2", "512"),
        ("-2 ** 2", "-4"),
        ("7 // -2", "-4"),
        ("-7 % 3", "2"),
        ("1 / 4", "0.25"),
        ("round(2.5)", "2"),
        ("[1, 'a']", "[1,a]"),
        ("round(0.125, 2)", "0.12"),
        ("floor(-1.5)", "-2"),
        ("ceil(1.2)", "2"),
        ("int('7')", "7"),
        ("float('1e3')", "1000.0"),
        ("log(8, 2)", "3.0"),
        ("log2(8)", "3.0"),
        ("log10(1000)", "3.0"),
        ("exp(0)", "1.0"),
        ("sqrt(16)", "4.0"),
        ("null", "null"),
        ("1 == true", "false"),
        ("'1' == 1", "false"),
        ("1 == 1.0", "true"),
        ("null == null", "true"),
        ("[1, [true]] == [1, [1]]", "false"),
        ("'b' in 'abc'", "true"),
        ("max([3, 9])", "9"),
        ("min('b', 'a')", "a"),
        ("'x' if false else 'y' if true else 'z'", "y"),
        ("1 < 2 < 2", "false"),
        ("not 1 in [2]", "true"),
        ("+5", "5"),
        ("1_000 + .5", "1000.5"),
        ("'it\\'s'", '"it\'s"'),
        ("'$HOME `x` é'", "'$HOME `x` é'"),
        ("- -3", "3"),
        ("[]", "[]"),
        ("false and 1 / 0 > 0", "false"),
        ("true or 1 / 0 > 0", "true"),
        ("1 > 2 > 1 / 0", "false"),
        ("(((1)))", "1"),
    ],
)
def test_what_expressions_come_to(text: str, value: str) -> None:
    assert heracles.parse([f"x=expr({text})"])[0] == (f"x={value}",)


def test_a_rule_may_name_what_moves_together_with_the_number_of_the_run() -> None:
    words = ["mo=zip(m=[cnn,vit],out=[a,__run__])"]
    assert list(heracles.parse([*words, "n=1,2"], exclude=["m=cnn n=1"], where=["m == 'vit' or n > 1"])) == [
        ("m=cnn", "out=a", "n=2"),
        ("m=vit", "out=1", "n=1"),
        ("m=vit", "out=2", "n=2"),
    ]
    with pytest.raises(OverrideError, match=r"^out has the number of the run in it"):
        heracles.parse(words, exclude=["out=a"])


def test_a_rule_is_asked_only_about_what_the_others_keep() -> None:
    words = ["n=0,1,2", "x=expr(6 // n)"]
    assert list(heracles.parse(words, where=["n > 0", "6 / n > 3"])) == [("n=1", "x=6")]
    assert list(heracles.parse(words, exclude=["n=0"], where=["6 / n < 4"])) == [("n=2", "x=3")]
    with pytest.raises(OverrideError, match=r"^this divides by 0 \(in the runs with n=0\)"):
        heracles.parse(words, where=["6 / n > 3", "n > 0"])


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_diagrams_are_sets_of_runs(sizes: list[int], data: st.DataObject) -> None:
    runs = list(itertools.product(*map(range, sizes)))

    def drawn() -> tuple[Any, list[tuple[int, ...]]]:
        over = sorted(data.draw(st.sets(st.integers(0, len(sizes) - 1), min_size=1)))
        parts = list(itertools.product(*(range(sizes[place]) for place in over)))
        kept = data.draw(st.lists(st.booleans(), min_size=len(parts), max_size=len(parts)))
        chosen = {part for part, is_kept in zip(parts, kept, strict=True) if is_kept}
        return from_table(sizes, over, bytes(kept)), [run for run in runs if tuple(run[i] for i in over) in chosen]

    (one, first), (other, second) = drawn(), drawn()
    for diagram, members in (
        (one, first),
        (both(one, other), [run for run in first if run in second]),
        (without(sizes, one), [run for run in runs if run not in first]),
        (without(sizes, without(sizes, one)), first),
        (everything(sizes), runs),
    ):
        assert diagram.size == len(members)
        assert [diagram.digits(i) for i in range(diagram.size)] == members
        for place, digit in enumerate(runs[-1]):
            assert diagram.keeps({place: digit}) == any(run[place] == digit for run in members)
    assert both(one, other) == both(other, one)
    assert without(sizes, without(sizes, one)) == both(one, everything(sizes))


def test_large_filters_are_not_listed() -> None:
    runs = heracles.parse(["a=range(1000)", "s=range(1000000000000)", "b=range(1000)", "t=1,2"], where=["a < b"])
    assert isinstance(runs, Filtered)
    assert runs.size == 499500 * 10**12 * 2
    assert runs[10**9] == ("a=0", f"s={10**9 // 1998}", "b=501", "t=1")
    assert runs[-1] == ("a=998", "s=999999999999", "b=999", "t=2")
    assert len(runs.to_json()) < 60_000


# ---- spaces --------------------------------------------------------------------------------------


@given(strategies.spaces())
def test_spaces_are_numpys_and_their_values_exact_to_one_unit_in_the_last_place(text: str) -> None:
    values = [float(value_text("x", run[0])) for run in heracles.parse([f"x={text}"])]
    name, _, arguments = text[:-1].partition("(")
    first, last, number, *named = arguments.split(",")
    options = {
        key: value == "true" if key == "endpoint" else int(value) for key, value in (n.split("=") for n in named)
    }
    wanted = getattr(np, name)(float(first), float(last), int(number), **options)
    assert len(values) == len(wanted)
    scale = max(abs(float(first)), abs(float(last)))
    steps = int(number) - options.get("endpoint", True)
    base = options.get("base", 10)
    for place, (mine, theirs) in enumerate(zip(values, wanted, strict=True)):
        exact = exactly(name, Fraction(first), Fraction(last), Fraction(place, max(steps, 1)), base)
        assert abs(Fraction(mine) - exact) <= Fraction(math.ulp(mine)), (mine, exact)
        # NumPy adds up with an error of the larger end. Its powers are of exponents that it has rounded before, so that
        # they are off by as many units more as the exponent's logarithm is large.
        exponent = 1 if name == "linspace" else abs(math.log(abs(theirs))) + scale * math.log(base)
        tolerance = math.ulp(scale) if name == "linspace" else math.ulp(float(theirs)) * (1 + exponent)
        assert abs(mine - theirs) <= 2 * tolerance, (mine, theirs)


def exactly(name: str, first: Fraction, last: Fraction, part: Fraction, base: int) -> Fraction:
    """Return the value of a space that lies a part of the way from its first to its last; of powers, 60 digits."""
    between = first + (last - first) * part
    if name == "linspace":
        return between
    with localcontext() as context:
        context.prec = 60
        decimals = [Decimal(each.numerator) / each.denominator for each in (first, last, part, between)]
        if name == "geomspace":
            return Fraction(decimals[0] * ((decimals[1] / decimals[0]).ln() * decimals[2]).exp())
        return Fraction(Decimal(base) ** decimals[3])


@given(strategies.spaces())
def test_spaces_keep_their_ends_and_have_no_dust(text: str) -> None:
    sweep = heracles.parse([f"x={text}"])
    texts = [value_text("x", run[0]) for run in sweep]
    arguments = text[:-1].partition("(")[2].split(",")
    if not text.startswith("logspace"):
        assert texts[0] == arguments[0]
        if "endpoint=false" not in text and len(texts) > 1:
            assert texts[-1] == arguments[1]
    assert all(repr(float(each)) == each for each in texts[1:-1])
    assert [str(each) for each in sweep.dimensions] == [str(each) for each in heracles.parse([str(sweep)]).dimensions]


def test_values_that_are_exact_are_printed_so() -> None:
    shown = [value_text("x", run[0]) for run in heracles.parse(["x=linspace(0,1,11)"])]
    assert shown == ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]
    powers = heracles.parse(["x=geomspace(1,1e100,101)"])
    assert [value_text("x", run[0]) for run in powers[1:-1]] == [repr(float(f"1e{i}")) for i in range(1, 100)]
    assert heracles.parse(["x=linspace(0,1,1000000000001)"])[5 * 10**11] == ("x=0.5",)


def test_values_that_a_cast_repeats_are_counted() -> None:
    axis = heracles.parse(["n=int(geomspace(1,10,20))"]).dimensions[0]
    assert isinstance(axis, heracles.Axis)
    assert axis.repeated == 20 - len({axis.at(i) for i in range(20)}) == 11
    assert heracles.parse(["n=1,1"]).dimensions[0].repeated == 0


# ---- samples -------------------------------------------------------------------------------------


@given(strategies.studies(), st.integers(1, 40))
def test_a_sample_is_distinct_runs_and_begins_with_a_smaller_one(study: dict[str, Any], draws: int) -> None:
    study.pop("sample", None)
    study["overrides"] = [text for text in study["overrides"] if "__" not in text]
    whole = compiled(study)
    draws = min(draws, whole.size)
    sample = heracles.parse(**study, sample=draws)
    numbers = [whole_numbers(whole)[tuple(run)] for run in sample] if len(set(whole)) == whole.size else []
    assert len(set(numbers)) == len(numbers)
    assert sample.size == draws
    assert set(sample) <= set(whole)
    assert list(heracles.parse(**study, sample=max(1, draws // 2))) == list(sample)[: max(1, draws // 2)]
    if draws == whole.size:
        assert Counter(sample) == Counter(whole)


def whole_numbers(whole: Runs) -> dict[tuple[str, ...], int]:
    return {run: number for number, run in enumerate(whole)}


@pytest.mark.parametrize(("size", "draws"), [(2, 1), (3, 1), (10, 3), (7, 7), (33, 5)])
def test_every_run_is_drawn_equally_often(size: int, draws: int) -> None:
    """Pearson's chi-square of each place of the sample, over many seeds, is what chance would make it."""
    seeds = 60 * size
    drawn = [[run[0] for run in heracles.parse([f"a=range({size})"], sample=draws, seed=seed)] for seed in range(seeds)]
    for place in range(draws):
        counts = Counter(run[place] for run in drawn)
        assert len(counts) == size
        expected = seeds / size
        square = sum((count - expected) ** 2 / expected for count in counts.values())
        assert square < size - 1 + 5 * math.sqrt(2 * (size - 1)) + 5


def test_seeds_multiply_a_sample() -> None:
    sample = heracles.parse(["a=range(100)", "s=__randseed(5)__", "b=x,y", "t=1,__randseed__"], sample=20)
    assert isinstance(sample, Sample)
    assert (sample.size, sample.times, len(set(sample))) == (200, 10, 200)
    assert [isinstance(each, Repeat) for each in sample.sweeps[0].dimensions] == [False, True, False, True]
    assert len({run[1] for run in sample}) == 200
    assert [run[3] == "t=1" for run in sample[:4]] == [True, False, True, False]
    assert len({(run[0], run[2]) for run in sample}) == 20


@given(
    st.integers(0, 99),
    st.permutations(["x=interval(0,1)", "'y=z'", "n=int(interval(-2,3))", "t=tag(log,interval(1e-5,10))"]),
)
def test_draws_of_intervals_depend_on_the_seed_the_key_and_the_number_alone(seed: int, words: list[str]) -> None:
    words = [word.strip("'") for word in words]
    sample = heracles.parse(words, sample=9, seed=seed)
    sorted_sample = heracles.parse(sorted(words), sample=30, seed=seed)
    assert list(map(sorted, sample)) == list(map(sorted, sorted_sample[:9]))
    for run in sample:
        values = plain(run)
        assert 0 <= float(values["x"]) <= 1
        assert values["n"] in ("-2", "-1", "0", "1", "2", "3")
        assert 1e-5 <= float(values["t"]) <= 10
    assert list(heracles.parse(words, sample=9, seed=seed + 1)) != list(sample)


def test_intervals_are_drawn_evenly() -> None:
    draws = 5000
    sample = heracles.parse(
        [
            "x=interval(2,4)",
            "t=tag(log,interval(1e-4,1))",
            "n=int(interval(1,6))",
            "m=tag(log,int(interval(1,1000)))",
            "k=a,b",
        ],
        sample=draws,
    )
    runs = list(map(plain, sample))
    for places in (
        [(float(run["x"]) - 2) / 2 for run in runs],
        [(math.log10(float(run["t"])) + 4) / 4 for run in runs],
    ):
        counts = Counter(min(9, int(place * 10)) for place in places)
        assert all(abs(counts[i] - draws / 10) < 5 * math.sqrt(draws / 10) for i in range(10))
        assert len(set(places)) > draws * 0.99
    assert all(
        abs(Counter(run["n"] for run in runs)[str(i)] - draws / 6) < 5 * math.sqrt(draws / 6) for i in range(1, 7)
    )
    assert Counter(run["k"] for run in runs) == {"a": draws // 2, "b": draws // 2}
    assert {run["m"] for run in runs} >= {"1", "2", "3"}
    assert max(int(run["m"]) for run in runs) <= 1000


def test_the_same_draws_for_ever() -> None:
    sample = heracles.parse(["x=interval(0,1)", "n=int(interval(4,16))", "a=1,2,3"], sample=3)
    axis = sample.sweeps[0].dimensions[0]
    assert isinstance(axis, heracles.Axis)
    assert isinstance(axis.values, Interval)
    assert (axis.size, axis.values.size, axis.is_drawn) == (1, 1, True)


@pytest.mark.parametrize(
    ("text", "number", "result"),
    [
        ("a__run__b", 7, "a7b"),
        ("__run(4)__-__run__", 12345, "12345-12345"),
        ("__run(03)__", 1, "001"),
        ("__run()__", 1, "__run()__"),
    ],
)
def test_the_number_of_a_run(text: str, number: int, result: str) -> None:
    assert numbered(text, number) == result


def test_all_of_it_together() -> None:
    runs = heracles.parse(
        [
            "mo=zip(m=[cnn,vit],bs=[32,64])",
            "lr=geomspace(1e-3,1e-1,3)",
            "s=__randseed(2)__",
            "w=expr(bs * 2)",
            "out=__run__",
        ],
        cases=[["k=1"], ["k=2,3", "d=4"]],
        exclude=["m=vit lr=1e-3"],
        where=["d == null or k < 3"],
        sample=4,
        seed=3,
    )
    assert [step.kept for step in steps(runs)] == [18, 15, 10, 4, 8]
    assert isinstance(runs, Sample)
    assert isinstance(runs.runs, Union)
    assert runs.columns == ("m", "bs", "lr", "s", "w", "out", "k", "d")
    for number, run in enumerate(runs):
        values = plain(run)
        assert values["out"] == str(number)
        assert int(values["w"]) == 2 * int(values["bs"])
        assert (values["m"], values["bs"]) in (("cnn", "32"), ("vit", "64"))
        assert ("d" in values) == (values["k"] != "1")
    assert Runs.from_json(runs.to_json()) == runs
    assert not isinstance(runs, Sweep)
    assert operator.length_hint(runs) == 8
    assert from_bare("out/__run(4)__").text == "out/__run(4)__"
