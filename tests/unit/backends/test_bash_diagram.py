"""The diagram of what rules keep: bash walks it as Python does, and what is arithmetic stays arithmetic."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.backends.test_bash_decoder import decoded

import heracles
from heracles.backends import bash_diagram
from heracles.backends.bash_decoder import decoder_of
from heracles.errors import HeraclesError
from heracles.ir import Axis, Filtered, Range, Sweep
from heracles.ir.diagram import from_table


@settings(max_examples=40)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.data())
def test_the_kept_runs_in_their_order(sizes: list[int], data: st.DataObject) -> None:
    over = sorted(data.draw(st.sets(st.integers(0, len(sizes) - 1), min_size=1)))
    table = data.draw(st.lists(st.booleans(), min_size=1).map(itertools.cycle))
    named = list(itertools.product(*(range(sizes[place]) for place in over)))
    kept = {combination: next(table) for combination in named}
    expected = [
        tuple(f"k{place}={digit}" for place, digit in enumerate(digits))
        for digits in itertools.product(*map(range, sizes))
        if kept[tuple(digits[place] for place in over)]
    ]
    sweep = Sweep(tuple(Axis(f"k{place}", Range(0, size, 1)) for place, size in enumerate(sizes)))
    runs = Filtered(sweep, (), from_table(sizes, over, bytes(kept.values())))
    assert not expected or decoded(runs, range(runs.size)) == expected


def test_a_key_that_no_rule_names_takes_no_list() -> None:
    runs = heracles.parse(["a=range(1000000)", "b=1,2", "c=range(1000000)"], exclude=["b=1"])
    text = "\n".join(decoder_of(runs).function)
    assert len(text) < 700
    assert decoded(runs, [0, runs.size - 1]) == [runs[0], runs[-1]]


def test_many_regular_ranges_are_short() -> None:
    runs = heracles.parse(["a=range(3000)", "b=range(10)"], where=["(a + b) % 2 == 0"])
    text = "\n".join(decoder_of(runs).function)
    assert "  a_from=({0..2999})\n" in text
    numbers = [0, 1, 7499, 14_999]
    assert decoded(runs, numbers) == [runs[number] for number in numbers]


def test_a_diagram_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bash_diagram, "_MOST_RANGES", 10)
    runs = heracles.parse(["a=range(30)"], where=["a % 2 == 0"])
    with pytest.raises(HeraclesError) as caught:
        decoder_of(runs)
    assert str(caught.value) == (
        "the rules leave 15 ranges of values, and the script would list 10 at most: name keys of fewer values in them"
    )
