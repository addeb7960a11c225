"""The bash function that computes the overrides of any run of a sweep, with nothing but bash 4.2.

A sequence of runs becomes statements that set `heracles_overrides` from the run's number, `$run`; `bash_dimensions` has
those for a dimension. Python and bash are two readers of one sweep, and the tests compare them by running the bash.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from heracles.backends.bash_diagram import walked
from heracles.backends.bash_dimensions import DIMENSIONS, Spot
from heracles.backends.bash_function import Decoder
from heracles.backends.bash_values import permuted
from heracles.backends.bash_words import INDENT, array, braces
from heracles.backends.bash_writer import BashWriter
from heracles.ir import Filtered, Grown, Runs, Sample, Subset, Sweep, Union, progressions
from heracles.lean import NamedTuple
from heracles.text import counted, printable

__all__ = ["RUNS", "decoder_of"]

_MOST_NUMBERS = 65_536


class Place(NamedTuple):
    """Where the run is in a sequence of runs, as arithmetic of bash.

    Attributes:
        position: The run's position in it: a name, a number, or in parentheses.
        draw: The number of its draw from a sample, likewise; empty outside of one.
        draws: The number of draws.
        repeat: Its number among the runs of that draw, which differ in their seeds alone, likewise.

    """

    position: str
    draw: str = ""
    draws: int = 0
    repeat: str = ""


def decoder_of(runs: Runs) -> Decoder:
    """Return the function that computes the overrides of any of some runs, at least one.

    Raises:
        HeraclesError: If a dimension cannot be computed by bash.

    """
    decoder = Decoder(runs)
    _decode(decoder, runs, Place("run"))
    return decoder


def _decode(decoder: Decoder, runs: Runs, place: Place) -> None:
    """Add the statements that set the overrides of a run of a sequence."""
    RUNS[type(runs)](decoder, runs, place)


def _subset(decoder: Decoder, subset: Subset, place: Place) -> None:
    """Replace the number in the subset by that in the whole sequence; at the outermost, it is the run's own."""
    ranges = progressions(subset.numbers)
    writer = decoder.writer
    is_outermost = place.position == "run"
    run = "run" if is_outermost else decoder.assigned("part", place.position)
    with decoder.measured(f"the numbers of the {subset.size:,} runs", "choose fewer, or more regular ones"):
        if len(ranges) == 1:
            writer.write("# The run's number in the whole sweep.")
            writer.write(f"{run}=$(({ranges[0].start} + {ranges[0].step} * {run}))")
        elif subset.size <= _MOST_NUMBERS:
            writer.write("# The runs' numbers in the whole sweep.")
            name = writer.new_name("runs")
            writer.write(*array(name, map(braces, ranges)), f"{run}=${{{name}[{run}]}}")
        else:
            _long_subset(writer, ranges, run)
    if is_outermost:
        decoder.number_from_here()
        decoder.numbers = range(min(subset.numbers), max(subset.numbers) + 1)
    _decode(decoder, subset.sweep, place._replace(position=run))


def _long_subset(writer: BashWriter, ranges: tuple[range, ...], run: str) -> None:
    parts, part = writer.new_name("parts"), writer.new_name("part")
    writer.write(
        "# The runs' numbers in the whole sweep, as first:step:count.",
        *array(parts, (f"{part.start}:{part.step}:{len(part)}" for part in ranges)),
        f'for {part} in "${{{parts}[@]}}"; do',
        f"{INDENT}(({run} >= ${{{part}##*:}})) || break",
        f"{INDENT}{run}=$(({run} - ${{{part}##*:}}))",
        "done",
        f"{part}=${{{part}%:*}}",
        f"{run}=$((${{{part}%:*}} + ${{{part}#*:}} * {run}))",
    )


def _grown(decoder: Decoder, grown: Grown, place: Place) -> None:
    """Choose by the run's number what the run was added with; a branch for each computes its overrides."""
    writer, parts = decoder.writer, list(_parts(grown, decoder.numbers))
    with writer.sharing_lists() if len(parts) > 1 else nullcontext():
        for number, (part, start, first) in enumerate(parts):
            decoder.begin_part(part, first)
            with _branch(writer, number, len(parts), f"{place.position} < {start + part.size}"):
                is_shifted = start and (part.whole is not part or _has_positions(part.sweeps[0]))
                # Not `place`, which cases assign anew: a sample needs the number of its draw after that.
                position = decoder.assigned("part", f"{place.position} - {start}") if is_shifted else place.position
                _decode(decoder, part, place._replace(position=position))


def _parts(grown: Grown, numbers: range) -> Iterator[tuple[Runs, int, int]]:
    """Yield the parts that have some of the numbers, with the number of the first run, and the draw that run 0 has."""
    drawn = 0
    for part, start in zip(grown.parts, grown.starts, strict=True):
        if start < numbers.stop and numbers.start < start + part.size:
            yield part, start, drawn - start * len(part.random_columns)
        drawn += part.draws_of_seeds


@contextmanager
def _branch(writer: BashWriter, number: int, count: int, condition: str) -> Iterator[None]:
    """Put statements into one of several branches, all but the last of which have a condition; one needs none."""
    if count == 1:
        yield
        return
    writer.write("else" if number == count - 1 else f"{'elif' if number else 'if'} (({condition})); then")
    with writer.indented():
        yield
    if number == count - 1:
        writer.write("fi")


def _sample(decoder: Decoder, sample: Sample, place: Place) -> None:
    """Replace the run by its draw, and the draw by the combination that it draws."""
    size = sample.runs.size
    decoder.writer.write(f"# {counted(sample.draws, 'draw')} from {counted(size, 'combination')}")
    draw, repeat = place.position, ""
    if sample.times > 1:
        repeat = f"({place.position} % {sample.times})"
        is_drawn = any(each.is_drawn for sweep in sample.sweeps for each in sweep.dimensions)
        is_needed = sample.draws > 1 and (size > 1 or is_drawn)
        draw = decoder.assigned("draw", f"{place.position} / {sample.times}") if is_needed else "0"
    position = draw if sample.draws <= size else f"{draw} % {size}"
    index = permuted(decoder.writer, sample.permutation, position, "place") if size > 1 else "0"
    _decode(decoder, sample.runs, Place(index, draw, sample.draws, repeat))


def _union(decoder: Decoder, union: Union, place: Place) -> None:
    """Choose the case by the position; a branch for each computes its overrides."""
    writer = decoder.writer
    numbered = enumerate(zip(union.cases, union.ends, strict=True), 1)
    cases = [(number, case, end) for number, (case, end) in numbered if case.size]
    if len(cases) == 1:
        _decode(decoder, cases[0][1], place)
        return
    start, keyword = 0, "if"
    with writer.sharing_lists():
        for number, case, end in cases:
            writer.write(f"{keyword} (({place.position} < {end})); then" if end < union.size else "else")
            with writer.indented():
                writer.write(f"# Case {number}")
                is_shifted = start and _has_positions(case.sweeps[0])
                position = decoder.assigned("place", f"{place.position} - {start}") if is_shifted else place.position
                _decode(decoder, case, place._replace(position=position))
            start, keyword = end, "elif"
    writer.write("fi")


def _filtered(decoder: Decoder, filtered: Filtered, place: Place) -> None:
    """Find the digits of the run among those that are kept."""
    if filtered.size == filtered.sweep.size or not _has_positions(filtered.sweep):
        _product(decoder, filtered.sweep, place)
        return
    advice = "name keys of fewer values, or sweep over a part of them at a time"
    with decoder.measured("the combinations that the rules keep", advice):
        positions = walked(decoder.writer, filtered.sweep.dimensions, filtered.diagram, place.position)
    _words(decoder, filtered.sweep, positions, place)


def _has_positions(sweep: Sweep) -> bool:
    """Return whether the position of a run decides about its overrides, apart from its seeds."""
    return any(dimension.size > 1 and not dimension.is_seeds for dimension in sweep.dimensions)


def _product(decoder: Decoder, sweep: Sweep, place: Place) -> None:
    """Split the position into one in each dimension: its mixed-radix digits, the last one fastest."""
    _words(decoder, sweep, _digits([dimension.size for dimension in sweep.dimensions], place.position), place)


def _digits(sizes: Sequence[int], index: str) -> list[str]:
    """Return the digits of a mixed-radix number, as arithmetic of bash."""
    digits: list[str] = []
    stride = 1
    for size in reversed(sizes):
        digits.append((index if stride == 1 else f"{index} / {stride}") + f" % {size}")
        stride *= size
    first = next((place for place, size in enumerate(sizes) if size > 1), 0)
    return [
        digit if place > first else digit.rpartition(" % ")[0] if place == first else "0"
        for place, digit in enumerate(reversed(digits))
    ]


def _words(decoder: Decoder, sweep: Sweep, positions: Sequence[str], place: Place) -> None:
    """Add the assignment of the overrides of a run of a product, whose position in each dimension is given."""
    repeats = {number: each.times for number, each in enumerate(sweep.dimensions) if each.is_repeated}
    inside = dict(zip(repeats, _digits([*repeats.values()], place.repeat), strict=True))
    whole = [inside.get(number, position) for number, position in enumerate(positions)]
    spot = Spot(whole, [dimension.size for dimension in sweep.dimensions], place.draw, place.draws)
    words: dict[str, str] = {}
    for number, dimension in enumerate(sweep.dimensions):
        subject = f"the values of {printable(dimension.name)}"
        with decoder.measured(subject, "sweep over a part of them at a time") as added:
            added.extend(DIMENSIONS[type(dimension)](decoder, dimension, spot, number))
        words |= zip(dimension.keys, added, strict=True)
    ordered = [words[key] for key in decoder.columns if words.get(key)]
    lines = array("heracles_overrides", ordered)
    decoder.writer.write(*(lines if len(lines) == 1 else [lines[0], *(INDENT + word for word in ordered), lines[-1]]))


RUNS: dict[type[Any], Callable[[Decoder, Any, Place], None]] = {
    Sweep: _product,
    Filtered: _filtered,
    Union: _union,
    Sample: _sample,
    Grown: _grown,
    Subset: _subset,
}
"""How each kind of sequence of runs is decoded: a function of the decoder, the sequence and the place in it."""
