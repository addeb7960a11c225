"""What was compiled, and its names."""

from hypothesis import given
from laws.events import compilations

import heracles
from heracles.ir import Subset
from heracles.store.digests import sweep_name
from heracles.store.events import Compilation

SWEEP = heracles.parse(["a=1,2,3", "b=range(4)"])


def test_a_compilation_of_a_whole_sweep_and_of_a_part() -> None:
    whole = Compilation.of(SWEEP, ["a=1,2,3", "b=range(4)"], is_array=True, file="f", tasks_per_run=2, pack=3)
    assert (whole.sweep, whole.runs, whole.items) == (sweep_name(SWEEP), 12, 24)
    assert [whole.run(item) for item in range(24)] == [run for run in range(12) for _ in range(2)]
    part = Compilation.of(Subset(SWEEP, [1, 2, 3, 5, 11]), is_array=True, tasks_per_run=2)
    assert (part.sweep, part.runs, part.items) == (whole.sweep, 12, 10)
    assert [part.run(item) for item in range(10)] == [1, 1, 2, 2, 3, 3, 5, 5, 11, 11]


@given(compilations())
def test_the_run_of_each_item(compilation: Compilation) -> None:
    numbers = compilation.numbers or (range(compilation.runs),)
    expected = [run for part in numbers for run in part for _ in range(compilation.tasks_per_run)]
    assert [compilation.run(item) for item in range(compilation.items)] == expected


def test_the_key_says_what_was_compiled_and_the_name_of_the_sweep_what_of() -> None:
    whole = Compilation.of(SWEEP, is_array=True)
    assert whole.key == Compilation.of(SWEEP, ["other"], is_array=True, file="g", pack=2).key
    others = [
        Compilation.of(SWEEP, is_array=False),
        Compilation.of(SWEEP, is_array=True, tasks_per_run=2),
        Compilation.of(Subset(SWEEP, [1]), is_array=True),
        Compilation.of(heracles.parse(["a=1,2,3", "b=range(4)"], seed=1), is_array=True),
        Compilation.of(heracles.parse(["a=1,2,3", "b=range(5)"]), is_array=True),
    ]
    assert len({whole.key, *(other.key for other in others)}) == 6
    assert len({sweep_name(SWEEP), *(other.sweep for other in others)}) == 3
