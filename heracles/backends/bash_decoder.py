"""The bash function that computes the overrides of any run of a sweep, with nothing but bash 4.2.

A sequence of runs becomes statements that set `heracles_overrides` from the run's number, `$run`; a dimension becomes
statements and a shell word for each of its keys. Python and bash are two readers of one sweep, and the tests compare
them by running the bash.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from heracles.backends.bash_values import Column, permuted
from heracles.backends.bash_words import array, braces, filled, literal, quote
from heracles.backends.bash_writer import BashWriter, variable_name
from heracles.ir import Axis, Subset, Sweep, progressions
from heracles.text import counted, printable

__all__ = ["DIMENSIONS", "RUNS", "Decoder"]

_MOST_NUMBERS = 65_536


class Decoder:
    """The function `heracles_decode`.

    Args:
        runs: A sequence of runs, at least one.

    Attributes:
        writer: The function's body.

    Raises:
        HeraclesError: If a dimension cannot be computed by bash.

    """

    def __init__(self, runs: Sweep | Subset) -> None:
        self.writer = BashWriter()
        self._lengths: list[tuple[int, str, str]] = []
        self.decode(runs)

    def decode(self, runs: Sweep | Subset) -> None:
        """Add the statements that set the overrides of number `$run` of a sequence of runs."""
        RUNS[type(runs)](self, runs)

    @property
    def function(self) -> list[str]:
        """The function's lines."""
        names = [*self.writer.names, *(["REPLY"] if self.writer.helpers else [])]
        # Overrides that cannot be set, because a name is readonly, must not be those of another run.
        declared = [f"local {line} || exit 2" for line in filled(["run=$1", *names])]
        body = [*declared, "unset -v heracles_overrides || exit 2", *self.writer.lines]
        return ["# Set the overrides of run $1.", "heracles_decode() {", *(f"    {line}" for line in body), "}"]

    @property
    def helpers(self) -> list[str]:
        """The pieces of `runtime/` that the function calls."""
        return list(self.writer.helpers)

    @property
    def longest(self) -> str:
        """A sentence's part about the longest part of the function, and how to shorten it."""
        length, subject, advice = max(self._lengths, default=(0, "the overrides", "choose fewer"))
        return f"{subject} take {length:,} of them; {advice}"

    @contextmanager
    def measured(self, subject: str, advice: str) -> Iterator[list[str]]:
        """Take note of the length of the statements that are added meanwhile, and of the words that it is given.

        Args:
            subject: The name of these statements in a message.
            advice: A sentence's part about how to shorten them.

        """
        before, words = len(self.writer.lines), list[str]()
        yield words
        self._lengths.append((sum(map(len, [*self.writer.lines[before:], *words])), subject, advice))


def _product(decoder: Decoder, sweep: Sweep) -> None:
    """Split the number into a position in each dimension: its mixed-radix digits, the last one fastest."""
    words: list[str] = []
    streams = iter(range(len(sweep.random_dimensions)))
    stride = sweep.size
    for dimension in sweep.dimensions:
        whole, stride = stride, stride // dimension.size
        position = "run" if stride == 1 else f"run / {stride}"
        position = position if whole == sweep.size else f"{position} % {dimension.size}"
        seed = _seed(decoder, sweep, next(streams)) if dimension.is_random else None
        subject = f"the values of {printable(dimension.name)}"
        with decoder.measured(subject, "sweep over a part of them at a time") as added:
            added.extend(DIMENSIONS[type(dimension)](decoder, dimension, position, seed))
        words += added
    decoder.writer.write("heracles_overrides=(", *(f"    {word}" for word in words), ")")


def _seed(decoder: Decoder, sweep: Sweep, stream: int) -> Callable[[str], str]:
    """Return a function that adds the statements for a seed of the run, and returns the name of its variable."""
    streams = len(sweep.random_dimensions)
    place = "run" if streams == 1 else f"run * {streams} + {stream}"
    return lambda name: permuted(decoder.writer, sweep.seeds, place, name)


def _axis(decoder: Decoder, axis: Axis, position: str, seed: Callable[[str], str] | None) -> list[str]:
    values = axis.values
    if values.size == 1 and not seed:
        return [quote(axis.override(values.at(0)))]
    seeds = ", and a seed for each run" if seed else ""
    decoder.writer.write(f"# {counted(values.size, 'value')} of {axis.key}{seeds}")
    after = len(axis.key) + 1
    column = Column(
        decoder.writer, variable_name(axis.key), str(axis), lambda value: axis.override(value)[after:], seed
    )
    return [f'"{literal(axis.key)}={column.fragment(values, position)}"']


def _subset(decoder: Decoder, subset: Subset) -> None:
    """Replace the number in the subset by that in the whole sequence."""
    ranges = progressions(subset.numbers)
    writer = decoder.writer
    with decoder.measured(f"the numbers of the {subset.size:,} runs", "choose fewer, or more regular ones"):
        if len(ranges) == 1:
            writer.write("# The run's number in the whole sweep.")
            writer.write(f"run=$(({ranges[0].start} + {ranges[0].step} * run))")
        elif subset.size <= _MOST_NUMBERS:
            writer.write("# The runs' numbers in the whole sweep.")
            name = writer.new_name("runs")
            writer.write(*array(name, map(braces, ranges)), f"run=${{{name}[run]}}")
        else:
            _long_subset(writer, ranges)
    decoder.decode(subset.sweep)


def _long_subset(writer: BashWriter, ranges: tuple[range, ...]) -> None:
    parts, part = writer.new_name("parts"), writer.new_name("part")
    writer.write(
        "# The runs' numbers in the whole sweep, as first:step:count.",
        *array(parts, (f"{part.start}:{part.step}:{len(part)}" for part in ranges)),
        f'for {part} in "${{{parts}[@]}}"; do',
        f"    ((run >= ${{{part}##*:}})) || break",
        f"    run=$((run - ${{{part}##*:}}))",
        "done",
        f"{part}=${{{part}%:*}}",
        f"run=$((${{{part}%:*}} + ${{{part}#*:}} * run))",
    )


RUNS: dict[type[Any], Callable[[Decoder, Any], None]] = {Sweep: _product, Subset: _subset}
"""How each kind of sequence of runs is decoded."""

DIMENSIONS: dict[type[Any], Callable[[Decoder, Any, str, Callable[[str], str] | None], list[str]]] = {Axis: _axis}
"""How each kind of dimension is decoded: a function of the decoder, the dimension, the position in it as arithmetic of
bash, and, if it has seeds, a function that adds the statements for one. It returns a shell word for each key."""
