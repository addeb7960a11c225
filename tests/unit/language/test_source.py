"""The text of a sweep: each part of it is read from a command line, is written as one, is recorded, and makes runs."""

import dataclasses
import inspect
from typing import Any

import click
from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles.cli.options import OPTIONS, parameters
from heracles.cli.usage import cases, normalized
from heracles.language.source import COUNTS, RULES, Source, replaced
from heracles.store.events import Compilation

OVERRIDES = st.sampled_from(["lr=1,2", "--lr=1,2", "-x=a b", "~old", "@rows.csv", "a=", "é=\udc80", "l=[1,2]"])
WORDS = st.lists(OVERRIDES, max_size=3).map(tuple)
TEXTS = st.lists(st.sampled_from(["a=1 b=x", "-a < 3", "--exclude", "--", "é\udc80 == 1"]), max_size=2).map(tuple)


def read(words: list[str]) -> tuple[Source, int]:
    """Return the sweep that a command line has, and its seed, as click reads its options."""
    command = click.Command("x", params=list(parameters({})))
    with command.make_context("x", normalized(["job.sh", "-s", *words])) as context:
        found = context.params
    common, each = cases(found["overrides"])
    return Source(common, each, **{name: found[name] for name in (*RULES, *COUNTS)}), found["seed"]


@given(st.tuples(WORDS, st.lists(WORDS, max_size=2).map(tuple), TEXTS, TEXTS, st.none() | st.integers(1, 99)))
def test_a_command_line_gives_it(parts: tuple[Any, ...]) -> None:
    source = Source(*parts)
    for seed in (0, -3):
        assert read(source.words(seed)) == (source, seed)
    assert read(source.words()) == (source, 0)


def test_the_words() -> None:
    source = Source(("a=1,2",), (("b=3",), ("--c=4",)), ("a=1",), ("a < b",), 3)
    assert source.words(7) == [
        *("--exclude", "a=1", "--where", "a < b", "--sample", "3", "--seed", "7", "--", "a=1,2"),
        *("--case", "b=3", "--case", "--c=4"),
    ]
    assert Source(("a=1",)).words() == ["a=1"]


def test_no_part_is_forgotten() -> None:
    parts = {*RULES, *COUNTS}
    assert {*Source._fields} == {"overrides", "cases", *parts, "files", "digests"}
    assert parts <= {option.name for option in OPTIONS}
    assert parts <= inspect.signature(heracles.parse).parameters.keys()
    assert {*Source._fields} <= {field.name for field in dataclasses.fields(Compilation)}
    assert {option.name for option in OPTIONS if option.is_repeatable} >= {*RULES}


def test_overrides_that_are_given_replace_those_that_are_held() -> None:
    assert replaced(["a=1", "b=2", "~c"], ["b=3", "d=4", "a=5"]) == ["a=5", "b=3", "~c", "d=4"]
    assert replaced([], ["a=1", "a=2"]) == ["a=1", "a=2"]
