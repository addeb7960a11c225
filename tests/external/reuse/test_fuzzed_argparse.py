"""A program that is not Hydra's: its own reading of options, tested with Heracles' strategies."""

import argparse
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

import heracles
from heracles import strategies


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the program's command line."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--name", default="")
    return parser.parse_args(arguments)


@given(st.lists(strategies.hostile_values(), min_size=1, max_size=3), st.lists(st.floats(allow_nan=False), min_size=1))
def test_the_program_reads_what_was_swept(names: list[str], rates: list[float]) -> None:
    sweep = heracles.parse([f"--name={','.join(names)}", f"--lr={','.join(map(repr, rates))}"])
    expected = [(name[1:-1].replace("\\'", "'"), rate) for name in names for rate in rates]
    read = [options(run) for run in sweep]
    assert [(each.name, each.lr) for each in read] == expected
