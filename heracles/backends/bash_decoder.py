"""The bash function that computes the overrides of any run of a sweep, with nothing but bash 4.2.

A sequence of runs becomes statements that set `heracles_overrides` from the run's number, `$run`; a dimension becomes
statements and a shell word for each of its keys. Python and bash are two readers of one sweep, and the tests compare
them by running the bash.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from heracles.backends.bash_diagram import walked
from heracles.backends.bash_values import Column, permuted
from heracles.backends.bash_words import INDENT, array, beside, braces, filled, literal, quote, quoted
from heracles.backends.bash_writer import BashWriter, variable_name
from heracles.ir import (
    Axis,
    Derived,
    Filtered,
    Grown,
    Repeat,
    Runs,
    Sample,
    Subset,
    Sweep,
    Union,
    Zip,
    progressions,
)
from heracles.ir.values import Absent, Missing, Value
from heracles.lean import NamedTuple
from heracles.text import counted, printable

__all__ = ["DIMENSIONS", "RUNS", "Decoder"]

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


class Spot(NamedTuple):
    """Where the run is in a product.

    Attributes:
        positions: Its position in each dimension, as arithmetic of bash.
        sizes: The sizes of the dimensions.
        draw, draws: As `Place` has them.

    """

    positions: Sequence[str]
    sizes: Sequence[int]
    draw: str
    draws: int


class Decoder:
    """The function `heracles_decode`.

    Args:
        runs: A sequence of runs, at least one.

    Attributes:
        writer: The function's body.
        numbers: The numbers, in the whole, of the runs that it is called for; it may be called for fewer.

    Raises:
        HeraclesError: If a dimension cannot be computed by bash.

    """

    def __init__(self, runs: Runs) -> None:
        self.writer = BashWriter()
        self._whole = runs.whole
        self._padded: dict[int, str] = {}
        self._lengths: list[tuple[int, str, str]] = []
        self._numbered_from = 0
        self._part = self._whole, 0
        self.numbers = range(runs.size)
        self.decode(runs, Place("run"))

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the whole sweep, in the order of the overrides."""
        return self._whole.columns

    def decode(self, runs: Runs, place: Place) -> None:
        """Add the statements that set the overrides of a run of a sequence."""
        RUNS[type(runs)](self, runs, place)

    def seed(self, key: str) -> Callable[[str], str] | None:
        """Return a function that adds the statements for a seed of the run, and returns the name of its variable.

        It takes the wanted name. Return None if the key never has seeds.
        """
        runs, first = self._part
        streams = [runs.columns[column] for column in runs.random_columns]
        if key not in streams:
            return None
        place = "run" if len(streams) == 1 else f"run * {len(streams)}"
        shift = first + streams.index(key)
        place += f" {'-' if shift < 0 else '+'} {abs(shift)}" if shift or len(streams) > 1 else ""
        return lambda name: permuted(self.writer, self._whole.seeds, place, name)

    def begin_part(self, runs: Runs, first: int) -> None:
        """Take what follows for a part of the whole, of whose seeds run 0 of the whole would have draw `first`."""
        self._part = runs, first

    def is_numbered(self, key: str) -> bool:
        """Return whether the number of the run is put in its place in values of a key."""
        runs, _ = self._part
        return key in [runs.columns[column] for column in runs.marks.numbered_columns]

    def number(self, width: int) -> str:
        """Return the name of a variable that has the run's number, with zeros up to a width."""
        if width < 2:
            return "run"
        return self._padded.setdefault(width, self.writer.scratch(f"run_{width}"))

    def number_from_here(self) -> None:
        """Take what `$run` is after the statements so far for the number of the run in the whole sweep."""
        self._numbered_from = len(self.writer.lines)

    @property
    def function(self) -> list[str]:
        """The function's lines."""
        names = [*self.writer.names, *(["REPLY"] if self.writer.helpers else [])]
        # Overrides that cannot be set, because a name is readonly, must not be those of another run.
        lines = [f"local {line}" for line in filled(["run=$1", *names])]
        declared = [f"{' && '.join([*lines, 'unset -v heracles_overrides'])} || exit 2"]
        padded = [f"printf -v {name} '%0{width}d' \"$run\"" for width, name in self._padded.items()]
        before, after = self.writer.lines[: self._numbered_from], self.writer.lines[self._numbered_from :]
        body = [*declared, *beside(before), *padded, *beside(after)]
        return ["# Set the overrides of run $1.", "heracles_decode() {", *(INDENT + line for line in body), "}"]

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
        before, words = sum(map(len, self.writer.lines)), list[str]()
        yield words
        self._lengths.append((sum(map(len, [*self.writer.lines, *words])) - before, subject, advice))

    def assigned(self, name: str, expression: str) -> str:
        """Add an assignment of arithmetic to a variable that is free from here on; return the variable's name."""
        variable = self.writer.scratch(name)
        if expression != variable:
            self.writer.write(f"{variable}=$(({expression}))")
        return variable


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
    decoder.decode(subset.sweep, place._replace(position=run))


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
                decoder.decode(part, place._replace(position=position))


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
    decoder.decode(sample.runs, Place(index, draw, sample.draws, repeat))


def _union(decoder: Decoder, union: Union, place: Place) -> None:
    """Choose the case by the position; a branch for each computes its overrides."""
    writer = decoder.writer
    numbered = enumerate(zip(union.cases, union.ends, strict=True), 1)
    cases = [(number, case, end) for number, (case, end) in numbered if case.size]
    if len(cases) == 1:
        decoder.decode(cases[0][1], place)
        return
    start, keyword = 0, "if"
    with writer.sharing_lists():
        for number, case, end in cases:
            writer.write(f"{keyword} (({place.position} < {end})); then" if end < union.size else "else")
            with writer.indented():
                writer.write(f"# Case {number}")
                is_shifted = start and _has_positions(case.sweeps[0])
                position = decoder.assigned("place", f"{place.position} - {start}") if is_shifted else place.position
                decoder.decode(case, place._replace(position=position))
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


def _axis(decoder: Decoder, axis: Axis, spot: Spot, number: int) -> list[str]:
    column = _column(decoder, axis)
    if axis.is_drawn:
        return [_listed(column, map(axis.values.at, range(spot.draws)), spot.draw, "draw")]
    if axis.size == 1 and not axis.is_random:
        return [_single(column, axis.values.at(0))]
    seeds = ", and a seed for each run" if axis.is_random else ""
    with decoder.writer.titled(f"{counted(axis.size, 'value')} of {axis.key}{seeds}"):
        return [_chosen(column, axis, spot.positions[number])]


def _zip(decoder: Decoder, rows: Zip, spot: Spot, number: int) -> list[str]:
    position = spot.positions[number]
    columns = [_column(decoder, member) for member in rows.members]
    if rows.size == 1:
        return [_single(column, value) for column, value in zip(columns, rows.values_at(0), strict=True)]
    with decoder.writer.titled(f"{counted(rows.size, 'row')} of {rows.name}"):
        if rows.permutation:
            position = permuted(decoder.writer, rows.permutation, position, "row")
        members = zip(columns, rows.members, strict=True)
        return [_chosen(column, member, position) for column, member in members]


def _derived(decoder: Decoder, derived: Derived, spot: Spot, number: int) -> list[str]:  # noqa: ARG001 - it has no place
    column = _column(decoder, derived)
    if derived.by_draw:
        return [_listed(column, derived.values, spot.draw, "draw")]
    if len(derived.values) == 1:
        return [_single(column, derived.values[0])]
    over = [spot.positions[place] for place in derived.over]
    index = _number(over, [spot.sizes[place] for place in derived.over])
    return [_listed(column, derived.values, index, "value")]


def _repeat(decoder: Decoder, repeat: Repeat, spot: Spot, number: int) -> list[str]:
    return DIMENSIONS[type(repeat.dimension)](decoder, repeat.dimension, spot, number)


def _number(digits: Sequence[str], sizes: Sequence[int]) -> str:
    """Return the mixed-radix number of some digits, as arithmetic of bash."""
    terms: list[str] = []
    stride = 1
    for digit, size in zip(reversed(digits), reversed(sizes), strict=True):
        bare = digit if digit.isidentifier() else f"({digit})"
        terms.append(bare if stride == 1 else f"{bare} * {stride}")
        stride *= size
    return " + ".join(reversed(terms))


def _column(decoder: Decoder, dimension: Axis | Derived) -> Column:
    """Return what the values of a dimension with one key are written into."""
    after = len(dimension.key) + 1
    return Column(
        decoder.writer,
        variable_name(dimension.key),
        str(dimension),
        dimension.key,
        lambda value: dimension.override(value)[after:],
        decoder.seed(dimension.key),
        decoder.number if decoder.is_numbered(dimension.key) else None,
    )


def _chosen(column: Column, axis: Axis, position: str) -> str:
    """Return the word for one of the overrides of an axis; it expands to none where there is none."""
    values = axis.values
    if not values.is_partial:
        return _assignment(column, column.fragment(values, position))
    words = [_single(column, value) or "''" for value in values]
    chosen = f"${{{column.writer.listed(column.name, words)}[{position}]}}"
    return f'{chosen[:-1]}:+"{chosen}"}}'


def _single(column: Column, value: Value) -> str:
    """Return the word for an override that all runs have; empty if there is none."""
    if isinstance(value, Missing):
        return ""
    if isinstance(value, Absent):
        return quote(column.key)
    return quoted([f"{column.key}=", *column.parts(column.text(value))])


def _listed(column: Column, values: Iterable[Value], position: str, noun: str) -> str:
    """Return the word for one of some values that the script lists."""
    listed = tuple(values)
    with column.writer.titled(f"{counted(len(listed), noun)} of {column.key}"):
        return _assignment(column, column.listed(listed, position))


def _assignment(column: Column, fragment: str) -> str:
    return f'"{literal(column.key)}={fragment}"'


RUNS: dict[type[Any], Callable[[Decoder, Any, Place], None]] = {
    Sweep: _product,
    Filtered: _filtered,
    Union: _union,
    Sample: _sample,
    Grown: _grown,
    Subset: _subset,
}
"""How each kind of sequence of runs is decoded: a function of the decoder, the sequence and the place in it."""

DIMENSIONS: dict[type[Any], Callable[[Decoder, Any, Spot, int], list[str]]] = {
    Axis: _axis,
    Zip: _zip,
    Derived: _derived,
    Repeat: _repeat,
}
"""How each kind of dimension is decoded: a function of the decoder, the dimension, where the run is in the product, and
which of its dimensions this is. It returns a shell word for each key."""
