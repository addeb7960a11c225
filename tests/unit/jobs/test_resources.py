"""Runs divided by the options that rules give them, against a filter that looks at each run's overrides."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles.errors import HeraclesError, OverrideError
from heracles.ir import Runs, Subset
from heracles.jobs.resources import ItemSet, Rule, common, in_order, item_sets
from heracles.schedulers.option_set import OptionSet
from heracles.schedulers.registry import SCHEDULERS

SLURM = SCHEDULERS["slurm"]
SWEEPS = [
    heracles.parse(["a=1,2,3", "b=x,y", "c=range(3)"]),
    heracles.parse(["z=zip(a=[1,2,3],b=[x,y,x])", "c=0,1"]),
    heracles.parse([], cases=[["a=1,2", "b=x"], ["a=3", "b=x,y", "d=5"]]),
    heracles.parse(["a=1,2,3", "b=x,y", "c=0,1"], exclude=["a=1 c=0"]),
    heracles.parse(["a=1,2,3", "b=x,y", "s=__randseed(3)__"], sample=4),
    Subset(heracles.parse(["a=1,2,3", "b=x,y", "c=range(3)"]), [4, 1, 17, 9]),
]
MATCHES = st.fixed_dictionaries(
    {}, optional={"a": st.sets(st.integers(1, 4), min_size=1), "b": st.sets(st.sampled_from("xyz"), min_size=1)}
).filter(bool)
OPTIONS = st.dictionaries(st.sampled_from(["--time", "--mem"]), st.integers(1, 2), min_size=1)


def text_of(match: dict[str, set[object]], options: dict[str, int]) -> str:
    overrides = " ".join(f"{key}={','.join(map(str, values))}" for key, values in match.items())
    return f"{overrides}: {' '.join(f'{name}={value}' for name, value in options.items())}"


def is_matched(run: tuple[str, ...], match: dict[str, set[object]]) -> bool:
    values = dict(override.split("=") for override in run)
    return all(values.get(key) in set(map(str, wanted)) for key, wanted in match.items())


@given(st.sampled_from(SWEEPS), st.lists(st.tuples(MATCHES, OPTIONS), max_size=4))
def test_each_run_has_what_the_rules_that_match_it_say(
    runs: Runs, rules: list[tuple[dict[str, set[object]], dict[str, int]]]
) -> None:
    texts = [text_of(*rule) for rule in rules]
    sets, unmatched = item_sets([Rule(text, runs, SLURM) for text in texts], runs)
    found = {item: each.options for each in sets for part in each.items for item in part}
    for position, run in enumerate(runs):
        expected: dict[str, int] = {}
        for match, options in rules:
            expected |= options if is_matched(run, match) else {}
        assert dict(word.split("=") for word in found[position]) == {
            name: str(value) for name, value in expected.items()
        }
    assert sorted(found) == list(range(runs.size))
    firsts = [each.items[0][0] for each in sets]
    assert firsts == sorted(firsts)
    idle = (not any(is_matched(run, match) for run in runs) for match, _ in rules)
    assert unmatched == list(itertools.compress(texts, idle))


@given(st.sampled_from(SWEEPS), st.data())
def test_the_runs_of_a_set_one_after_another(runs: Runs, data: st.DataObject) -> None:
    words = [data.draw(st.sampled_from([("--mem=1",), ("--mem=2",), ()])) for _ in range(runs.size)]
    sets, _ = item_sets([], runs, [OptionSet.of(each, SLURM) for each in words])
    ordered, found = in_order(runs, sets)
    assert [len(each.items) for each in found] == [1] * len(found) or ordered is runs
    assert sorted(ordered) == sorted(runs)
    options = dict(zip(runs, words, strict=True))
    for each in found:
        assert all(options[ordered[item]] == each.options for part in each.items for item in part)
    starts = [part.start for each in found for part in each.items]
    assert sum(each.size for each in found) == runs.size
    assert len(set(starts)) == len(starts)


def test_runs_that_stand_in_order_stay_a_whole_sweep() -> None:
    runs = SWEEPS[0]
    sets, _ = item_sets([Rule("a=2,3: --mem=1", runs, SLURM)], runs)
    assert sets == [ItemSet((), [range(6)]), ItemSet(("--mem=1",), [range(6, 18)])]
    assert in_order(runs, sets) == (runs, sets)


@given(*[st.lists(st.integers(0, 3), max_size=9)] * 2)
def test_common_items(some: list[int], others: list[int]) -> None:
    ranges = []
    for gaps in (some, others):
        ends = list(itertools.accumulate(gap + 1 for gap in gaps))
        ranges.append([range(*pair) for pair in zip(ends[::2], ends[1::2], strict=False)])
    found = common(*ranges)
    items = [item for part in found for item in part]
    assert items == sorted({i for part in ranges[0] for i in part} & {i for part in ranges[1] for i in part})
    assert all(found)


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("a=1 --mem=1", "this rule has no options", "a=1 --mem=1"),
        ("a=1:--mem=1", "this rule has no options", "a=1:--mem=1"),
        (": --mem=1", "this rule is empty", ": --mem=1"),
        ("q=1: --mem=1", "no override sets 'q'", "q"),
        ("a=1 a=2: --mem=1", "a is in this rule twice", "a"),
        ("a=range(2000000): --mem=1", "this rule lists more than", "a=range(2000000)"),
        ("c=__randseed(2)__ : --mem=1", "a rule lists the values", "c=__randseed(2)__"),
        ("a=1: --hold", "--hold cannot differ", "--hold"),
    ],
)
def test_rules_that_are_not_valid(text: str, message: str, marked: str) -> None:
    with pytest.raises(OverrideError, match=re.escape(message)) as caught:
        Rule(text, SWEEPS[0], SLURM)
    assert caught.value.span
    start, end = caught.value.span
    assert (caught.value.source, text[start:end]) == (text, marked)


def test_colons_inside_of_values_end_no_match() -> None:
    runs = heracles.parse(["url=http://x,'a: b'", "d={k: 1},{k: 2}"])
    for match in ("url=http://x", "url='a: b'", "d={k: 1}", "url=http://x d={k: 2} "):
        rule = Rule(f"{match}: --mem=1", runs, SLURM)
        assert rule.options.words == ("--mem=1",)
        assert item_sets([rule], runs)[1] == []


def test_more_runs_than_can_be_divided() -> None:
    with pytest.raises(HeraclesError, match="--with is for sweeps of up to 1,000,000 runs"):
        item_sets([], heracles.parse(["a=range(1000001)"]))
