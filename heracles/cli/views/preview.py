"""What a preview shows: the dimensions of a sweep, and the first of its runs as they would be started."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from heracles.cli.views.fitting import cut, fits, packed, shortened
from heracles.ir import value_text
from heracles.lean import NamedTuple, load
from heracles.paths import Siblings
from heracles.script.excerpt import place_note, program_line
from heracles.shell.quoting import quote, shown
from heracles.text import columns, counted, printable, spelled

if TYPE_CHECKING:
    from heracles.backends.array_layout import Array, Part
    from heracles.ir import Dimension, Runs
    from heracles.jobs.resources import ItemSet
    from heracles.script.job_script import JobScript

__all__ = ["extent", "preview", "submit_lines"]

_FIRST_RUNS = 3
_VALUES_WIDTH = 60
_WIDTH_ELSEWHERE = 120  # columns of a line where standard output is no terminal
_MOST_SHOWN = 5
_INDENT = "      "
_MOST_CASES = 20


def preview(
    sweep: "Runs",
    script: "JobScript",
    width: int | None = None,
    layout: "Array | None" = None,
    sets: "Sequence[ItemSet]" = (),
    name: str = "",
) -> Iterator[str]:
    """Yield the lines of a preview: the number of runs, what they are made of, the first runs, and where overrides go.

    Args:
        sweep: The sweep.
        script: The job script.
        width: Where to cut a line, in terminal columns; None for nowhere.
        layout: The array that the runs would be tasks of; None if each would have a script.
        sets: Which runs would be submitted with which options; none for no options.
        name: The name of the sweep; empty for none.

    Raises:
        ScriptError: If the script has no place for overrides.

    """
    note = place_note(script)
    yield f"{counted(sweep.size, 'run')} of {script.name}" if layout is None else f"{script.name}: {extent(layout)}"
    yield ""
    yield from (cut(line, width) for line in _made_of(sweep, sets))
    yield ""
    runs = range(min(sweep.size, _FIRST_RUNS))
    labels = [f"run {run}" if layout else printable(Siblings(script.path, name).run_script(run)) for run in runs]
    yield from _runs(labels, script, [sweep[run] for run in runs], width)
    if sweep.size > len(runs):
        yield f"  … and {spelled(sweep.size - len(runs))} more"
    yield ""
    yield f"The overrides go to {note}."


def _made_of(sweep: "Runs", sets: "Sequence[ItemSet]") -> Iterator[str]:
    """Yield the lines on what the runs are made of; most sweeps are products whose runs have the same options."""
    yield from _table(_cases(sweep) if len(sweep.sweeps) > 1 else _dimensions(sweep))
    if not sweep.is_product:
        yield from load("heracles.cli.views.steps:step_lines")(sweep)
    if sets:
        yield from load("heracles.cli.views.sets:set_lines")(sets)


def _runs(labels: list[str], script: "JobScript", runs: list[tuple[str, ...]], width: int | None) -> Iterator[str]:
    """Yield a line for each run: its label, the program and its overrides; several lines if these do not fit."""
    aligned = _aligned(labels)
    room = (width or _WIDTH_ELSEWHERE) - columns(aligned[0]) - 4
    lines = [program_line(script, overrides, room) for overrides in runs]
    if width is None or all(fits(line, room) for line in lines):
        yield from (f"  {label}  {line}" for label, line in zip(aligned, lines, strict=True))
        return
    room = width - len(_INDENT)
    for label, overrides in zip(labels, runs, strict=True):
        yield cut(f"  {label}", width)
        line = program_line(script, overrides, room)
        words = (line if fits(line, room) else program_line(script, overrides, 2 * room)).split(" ")
        yield from (_INDENT + " ".join(part) for part in packed((shortened(word, room) for word in words), room))


class _Line(NamedTuple):
    """A line about a dimension or a case: its name, its size if that counts, and its values or overrides."""

    name: str
    size: str
    values: str


def _table(lines: list[_Line]) -> Iterator[str]:
    """Yield the lines with their columns aligned."""
    widest = max(len(line.size) for line in lines)
    for name, line in zip(_aligned([line.name for line in lines]), lines, strict=True):
        yield f"  {name}  {line.size.rjust(widest)}  {line.values}"


def _cases(sweep: "Runs") -> list[_Line]:
    """Return a line for each of the first cases."""
    cases = [
        _Line(f"case {number}", spelled(case.size), " ".join(printable(str(each)) for each in case.dimensions))
        for number, case in enumerate(sweep.sweeps[:_MOST_CASES], 1)
    ]
    more = len(sweep.sweeps) - len(cases)
    return [*cases, _Line("…", "", f"and {counted(more, 'more case')}")] if more else cases


def _dimensions(sweep: "Runs") -> list[_Line]:
    """Return a line for each dimension of the only product."""
    return [_dimension(each.unrepeated, sweep.draws) for each in sweep.sweeps[0].dimensions]


def _dimension(dimension: "Dimension", draws: int) -> _Line:
    name = printable(dimension.name)
    if dimension.is_derived:
        return _Line(name, "", printable(value_text(dimension.name, str(dimension))))
    return _Line(name, spelled(draws if dimension.is_drawn else dimension.size), _values(dimension))


def extent(layout: "Array") -> str:
    """Return how large an array is: `200 runs, as 600 tasks of a Slurm array, in 2 submissions`."""
    runs = counted(layout.runs, "run")
    if not layout.scheduler.has_queue:
        return f"{runs} in one script"
    each = f" of {counted(layout.tasks_per_run, 'task')} each" if layout.user_array else ""
    several = f", in {layout.submissions:,} submissions" if layout.submissions > 1 else ""
    article = layout.scheduler.article
    return f"{runs}{each}, as {counted(layout.tasks, 'task')} of {article} {layout.scheduler.name} array{several}"


def submit_lines(layout: "Array", path: str, sets: "Sequence[ItemSet]" = ()) -> Iterator[str]:
    """Yield the lines that say how to submit an array script, or how to run it where there is no scheduler.

    Args:
        layout: The array.
        path: The path of its script.
        sets: Which items are submitted with which options; none for no options.

    """
    file, scheduler = shown(f"./{path}" if path.startswith("-") else path), layout.scheduler
    if not scheduler.task:
        last, literally = layout.runs - 1, "" if file.endswith(path) else "-q "
        yield f"Run it with: seq 0 {last} | parallel {literally}bash {file}"
        return
    calls = [(each.options, part) for each in sets for part in layout.over(each.items)]
    calls = calls or [((), layout.part(number)) for number in range(min(layout.submissions, _MOST_SHOWN))]
    number = len(calls) if sets else layout.submissions
    lines = [_submit_line(layout, options, part, file, is_one=number == 1) for options, part in calls[:_MOST_SHOWN]]
    if number == 1:
        yield f"Submit it with: {lines[0]}"
        return
    yield "Submit it with:"
    yield from (f"  {line}" for line in lines)
    if number > len(lines):
        yield f"  … and {counted(number - len(lines), 'submission')} more"


def _submit_line(layout: "Array", options: "Sequence[str]", part: "Part", file: str, *, is_one: bool) -> str:
    scheduler = layout.scheduler
    words = (*options, *(() if is_one else part.words))
    command = [scheduler.submit, *map(quote, words)]
    if part.line:
        return " ".join(["sed", f"s/^{part.line[0]}$/{part.line[1]}/", file, "|", *command])
    return " ".join([*command, *(["<"] if scheduler.reads_input else []), file, *part.arguments])


def _values(values: "Dimension") -> str:
    """Return the values, or the first of them and the last where they are many."""
    if values.is_random or values.is_drawn:
        return printable(value_text(values.name, str(values)))
    texts: list[str] = []
    for position in range(values.size):
        texts.append(_value(values, position))
        if sum(map(columns, texts)) + 2 * len(texts) > _VALUES_WIDTH and position < values.size - 2:
            last = _value(values, values.size - 1)
            return ", ".join([*texts[:-1], "…", last]) if len(texts) > 1 else f"{texts[0]}, …, {last}"
    return ", ".join(texts)


def _value(values: "Dimension", position: int) -> str:
    return printable(values.label(position)) or "(empty)"


def _aligned(texts: list[str]) -> list[str]:
    """Return the texts with spaces after them, as wide as the widest."""
    widest = max(map(columns, texts))
    return [text + " " * (widest - columns(text)) for text in texts]
