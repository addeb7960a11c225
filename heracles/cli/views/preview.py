"""The back end for people: what a sweep is, as lines of text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from heracles.backends import run_script
from heracles.ir import Dimension, Sweep, value_text
from heracles.script.job_script import Script
from heracles.shell.quoting import quote, shown
from heracles.text import columns, counted, printable, spelled

if TYPE_CHECKING:
    from heracles.backends.array_layout import Array

__all__ = ["commands", "extent", "preview"]

_FIRST_RUNS = 3
_VALUES_WIDTH = 60
_MOST_SHOWN = 5


def preview(sweep: Sweep, script: Script, width: int | None = None, layout: "Array | None" = None) -> Iterator[str]:
    """Give the lines of a preview: the axes, the number of runs, and the command lines of the first of them.

    Args:
        sweep: The sweep.
        script: The script that it is to be run with.
        width: Where to cut a line, in terminal columns; None for nowhere.
        layout: The array that the runs are to be tasks of; None if each is to have a script.

    Raises:
        ScriptError: If the script has no place for overrides.

    """
    before, after = (printable(part) for part in _command_line(script))
    yield f"{counted(sweep.size, 'run')} of {script.name}" if layout is None else f"{script.name}: {extent(layout)}"
    yield ""
    keys = [printable(axis.name) for axis in sweep.dimensions]
    sizes = [spelled(axis.size) for axis in sweep.dimensions]
    for axis, key, size in zip(sweep.dimensions, keys, sizes, strict=True):
        padding = " " * (max(map(columns, keys)) - columns(key))
        yield _cut(f"  {key}{padding}  {size.rjust(max(map(len, sizes)))}  {_values(axis)}", width)
    yield ""
    shown = range(min(sweep.size, _FIRST_RUNS))
    names = [printable(run_script.name(script.path, run)) if layout is None else f"run {run}" for run in shown]
    for run, name in zip(shown, names, strict=True):
        padding = " " * (max(map(columns, names)) - columns(name))
        yield _cut(f"  {name}{padding}  {before}{printable(run_script.words(sweep[run]))}{after}", width)
    if sweep.size > len(shown):
        yield f"  … and {spelled(sweep.size - len(shown))} more"


def extent(layout: "Array") -> str:
    """Say how large an array is: `200 runs, as 600 tasks of a Slurm array in 2 submissions`."""
    runs = counted(layout.runs, "run")
    if not layout.scheduler.has_queue:
        return f"{runs} in one script"
    own = f" of {counted(layout.tasks_per_run, 'task')} each" if layout.user_array else ""
    several = f", in {layout.submissions:,} submissions" if layout.submissions > 1 else ""
    array = f"{layout.scheduler.article} {layout.scheduler.name} array"
    return f"{runs}{own}, as {counted(layout.tasks, 'task')} of {array}{several}"


def commands(layout: "Array", path: str) -> Iterator[str]:
    """Give the lines that say how to submit the one script, or how to run it where there is no scheduler."""
    file, scheduler = shown(f"./{path}" if path.startswith("-") else path), layout.scheduler
    if not scheduler.has_queue:
        last, literally = layout.runs - 1, "" if file.endswith(path) else "-q "
        yield f"Run it with: seq 0 {last} | parallel {literally}bash {file}"
        return
    lines = []
    for part in map(layout.part, range(min(layout.submissions, _MOST_SHOWN))):
        words = part.words if layout.submissions > 1 else ()
        command = [scheduler.submit, *map(quote, words)]
        if part.line:
            lines.append(" ".join(["sed", f"s/^{part.line[0]}$/{part.line[1]}/", file, "|", *command]))
        else:
            lines.append(" ".join([*command, *(["<"] if scheduler.reads_input else []), file, *part.arguments]))
    if len(lines) == 1:
        yield f"Submit it with: {lines[0]}"
        return
    yield "Submit it with:"
    yield from (f"  {line}" for line in lines)
    if layout.submissions > len(lines):
        yield f"  … and {counted(layout.submissions - len(lines), 'submission')} more"


def _command_line(script: Script) -> tuple[str, str]:
    """Give what stands on the overrides' line, before and behind them."""
    before, after = script.gap
    return before.rpartition("\n")[2].lstrip(), after.partition("\n")[0]


def _values(values: Dimension) -> str:
    """Give the values, or the first of them and the last where they are many."""
    if values.is_random:
        return printable(value_text(values.name, str(values)))
    shown: list[str] = []
    for position in range(values.size):
        shown.append(printable(values.label(position)) or "(empty)")
        if sum(map(columns, shown)) + 2 * len(shown) > _VALUES_WIDTH and position < values.size - 2:
            last = printable(values.label(values.size - 1)) or "(empty)"
            return ", ".join([*shown[:-1], "…", last]) if len(shown) > 1 else f"{shown[0]}, …, {last}"
    return ", ".join(shown)


def _cut(line: str, width: int | None) -> str:
    if width is None or columns(line) <= width:
        return line
    while line and columns(line) >= width:
        line = line[:-1]
    return f"{line}…"
