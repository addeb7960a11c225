"""The back end for people: what a sweep is, as lines of text."""

from collections.abc import Iterator

from heracles.backends import scripts
from heracles.errors import columns, printable, spelled
from heracles.ir import Generator, Sweep
from heracles.script import Script

__all__ = ["preview"]

_FIRST_RUNS = 3
_VALUES_WIDTH = 60


def preview(sweep: Sweep, script: Script, width: int | None = None) -> Iterator[str]:
    """Give the lines of a preview: the axes, the number of runs, and the command lines of the first of them.

    Args:
        sweep: The sweep.
        script: The script that it is to be run with.
        width: Where to cut a line, in terminal columns; None for nowhere.

    Raises:
        ScriptError: If the script has no place for overrides.

    """
    before, after = (printable(part) for part in _command_line(script))
    yield f"{counted(sweep.size, 'run')} of {script.name}"
    yield ""
    keys = [printable(axis.key) for axis in sweep.axes]
    sizes = [spelled(axis.size) for axis in sweep.axes]
    for axis, key, size in zip(sweep.axes, keys, sizes, strict=True):
        padding = " " * (max(map(columns, keys)) - columns(key))
        yield _cut(f"  {key}{padding}  {size.rjust(max(map(len, sizes)))}  {_values(axis.values)}", width)
    yield ""
    shown = range(min(sweep.size, _FIRST_RUNS))
    names = [printable(scripts.name(script.path, run)) for run in shown]
    for run, name in zip(shown, names, strict=True):
        padding = " " * (max(map(columns, names)) - columns(name))
        yield _cut(f"  {name}{padding}  {before}{printable(scripts.words(sweep[run]))}{after}", width)
    if sweep.size > len(shown):
        yield f"  … and {spelled(sweep.size - len(shown))} more"


def counted(number: int, noun: str) -> str:
    """Give `1 run`, `6 runs`, `1,000 runs`."""
    return f"{spelled(number)} {noun}{'' if number == 1 else 's'}"


def _command_line(script: Script) -> tuple[str, str]:
    """Give what stands on the overrides' line, before and behind them."""
    before, after = script.gap
    return before.rpartition("\n")[2].lstrip(), after.partition("\n")[0]


def _values(values: Generator) -> str:
    """Give the values, or the first of them and the last where they are many."""
    if values.is_random:
        return printable(str(values))
    shown: list[str] = []
    for position in range(values.size):
        shown.append(printable(values.at(position).text) or "(empty)")
        if sum(map(columns, shown)) + 2 * len(shown) > _VALUES_WIDTH and position < values.size - 2:
            last = printable(values.at(values.size - 1).text) or "(empty)"
            return ", ".join([*shown[:-1], "…", last]) if len(shown) > 1 else f"{shown[0]}, …, {last}"
    return ", ".join(shown)


def _cut(line: str, width: int | None) -> str:
    if width is None or columns(line) <= width:
        return line
    while line and columns(line) >= width:
        line = line[:-1]
    return f"{line}…"
