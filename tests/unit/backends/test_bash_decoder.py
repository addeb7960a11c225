"""The function that computes the overrides of a run: every kind of sweep, dimension and generator has its bash."""

import subprocess
from collections.abc import Iterable

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from laws.runs import runs
from support import PACKAGE, need

import heracles
from heracles import Generator, HeraclesError, Subset, Sweep, ir
from heracles.backends import bash_values
from heracles.backends.bash_decoder import RUNS, decoder_of
from heracles.backends.bash_dimensions import DIMENSIONS
from heracles.backends.bash_values import KINDS
from heracles.ir import Axis, Choice, Range, Runs, Shuffle, steps
from heracles.ir.values import Bare, Value


def decoded(runs: Runs, numbers: Iterable[int]) -> list[tuple[str, ...]]:
    """Return the overrides that bash computes for some runs."""
    decoder = decoder_of(runs)
    pieces = [(PACKAGE / "backends" / "runtime" / f"{name}.bash").read_text() for name in decoder.helpers]
    lines = [*pieces, *decoder.function, f"for number in {' '.join(map(str, numbers))}; do"]
    lines += [
        '    heracles_decode "$number"',
        "    printf '%s\\0' ${heracles_overrides[@]+\"${heracles_overrides[@]}\"} end",
        "done",
    ]
    result = subprocess.run(["bash", "-eu"], input="\n".join(lines).encode(), capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
    return [tuple(text.split("\0")[:-1]) for text in result.stdout.decode().split("end\0")[:-1]]


@given(runs())
def test_bash_computes_what_python_does(runs: Runs) -> None:
    numbers = range(min(runs.size, 40))
    assert decoded(runs, numbers) == [runs[number] for number in numbers]


@settings(max_examples=10)
@given(st.lists(runs().filter(lambda drawn: steps(drawn)[-1].kept > 1), min_size=1, max_size=12))
def test_shellcheck_finds_nothing_in_any_kind(drawn: list[Runs]) -> None:
    need("shellcheck")
    lines = ["#!/bin/bash", "heracles_permute() { REPLY=$1; }", "heracles_decimal() { REPLY=$1; }"]
    for number, each in enumerate(drawn):
        name = f"heracles_decode_{number}"
        lines += [line.replace("heracles_decode", name) for line in decoder_of(each).function]
        lines += [f"{name} 0", 'echo "${heracles_overrides[@]}"']
    result = subprocess.run(["shellcheck", "-"], input="\n".join(lines).encode(), capture_output=True, check=False)
    assert result.stdout.decode() == ""


def test_every_kind_has_its_bash() -> None:
    assert set(KINDS) == set(ir.GENERATORS)
    assert set(DIMENSIONS) == set(ir.DIMENSIONS)
    assert set(RUNS) == set(ir.RUNS)


@pytest.mark.parametrize("kind", [kind for kind in (*ir.DIMENSIONS, *ir.RUNS) if kind not in (Axis, Sweep)])
def test_bash_and_python_are_compared_for_every_kind(kind: type) -> None:
    """`tests/laws/runs.py` draws it; what the JSON names no kind of is an axis, or a product."""
    one = settings(max_examples=500, phases=[Phase.generate], derandomize=True, database=None)
    find(runs(), lambda drawn: f'"kind":"{kind.__name__.lower()}"' in drawn.to_json(), settings=one)


class Squares(Generator):
    """A generator as a plug-in may define it."""

    def __init__(self, size: int) -> None:
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def at(self, index: int) -> Value:
        return Bare(f"n{index * index}")

    def __str__(self) -> str:
        return f"squares({self._size})"


@pytest.mark.parametrize("point", [".", ",", "\u066b"])
@given(st.lists(st.tuples(st.integers(1 - 10**15, 10**15 - 1), st.integers(1, 300)), min_size=1, max_size=40))
def test_decimals_are_printed_as_python_does(point: str, numbers: list[tuple[int, int]]) -> None:
    """Also where the locale has another decimal point."""
    lines = [
        (PACKAGE / "backends" / "runtime" / "decimal.bash").read_text(),
        f'printf() {{ builtin printf "$@"; [[ $1 != -v ]] || REPLY=${{REPLY/./{point}}}; }}',
        *(f'heracles_decimal {number} {places}; echo "$REPLY"' for number, places in numbers),
    ]
    command = ["env", "LC_ALL=C.UTF-8", "bash"]
    result = subprocess.run(command, input="\n".join(lines), capture_output=True, encoding="utf-8", check=True)
    assert result.stdout.split() == [repr(float(f"{number}e-{places}")) for number, places in numbers]


def test_a_generator_of_a_plug_in_is_listed() -> None:
    sweep = Sweep((Axis("a", Squares(70)), Axis("b", Shuffle(Squares(3), "k")), Axis("c", Range(0, 3, 1))))
    assert decoded(sweep, range(0, 630, 37)) == [sweep[i] for i in range(0, 630, 37)]
    with pytest.raises(HeraclesError) as caught:
        decoder_of(Sweep((Axis("a", Squares(100_001)),)))
    assert str(caught.value) == (
        "a=squares(100001): bash has 64-bit numbers and cannot compute these 100,001 values; "
        "up to 100,000 would be listed"
    )


def test_a_list_is_shuffled_however_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bash_values, "_MOST_LISTED", 100)
    sweep = Sweep((Axis("a", Shuffle(Choice(tuple(Bare(f"n{i}") for i in range(101))), "k")),))
    numbers = range(101)
    assert decoded(sweep, numbers) == [sweep[i] for i in numbers]


def test_a_subset_of_a_subset() -> None:
    sweep = heracles.parse(["a=range(100)", "b=x,y"])
    subset = Subset(sweep, [5, 3, 199, 8, 10, 12])[1::2]
    assert decoded(subset, range(3)) == list(subset) == [sweep[3], sweep[8], sweep[12]]
