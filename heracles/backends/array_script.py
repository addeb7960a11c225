"""The back end of one script for all runs: each task of a job array computes its own overrides.

The script is the job script with a block after its header: who made it and of what, the overrides of a run, the
runtime (`array_runtime`), and then the rest of the job script.
"""

import os.path
import re
from collections.abc import Iterator

from heracles.backends import array_runtime
from heracles.backends.array_layout import Array, array_options
from heracles.backends.bash_decoder import decoder_of
from heracles.backends.bash_function import Decoder
from heracles.errors import HeraclesError, ScriptError
from heracles.ir import Runs, steps
from heracles.lean import NamedTuple
from heracles.schedulers.directives import Directive, directives
from heracles.shell.quoting import shown
from heracles.text import counted, printable, spelled
from heracles.version import __version__

__all__ = ["MOST_RUNS", "check", "content"]

MOST_RUNS = 2**62
"""The largest number of runs, each counted once for each of its tasks, that bash can number."""

_OVERRIDES = '"${heracles_overrides[@]}"'
_WIDTH = 100


class _Edit(NamedTuple):
    """A replacement of a part of the job script's text."""

    start: int
    end: int
    text: str


def content(runs: Runs, layout: Array) -> bytes:
    """Return the array script.

    Args:
        runs: The runs, at least one; those of a subset are numbered anew, from 0.
        layout: Their array.

    Raises:
        ScriptError: If the script has no place for overrides, or is not run by bash.
        HeraclesError: If there are too many runs, if a dimension cannot be computed by bash, or if the script would be
            larger than the scheduler accepts.
        ValueError: If the array is laid out for another number of runs.

    """
    check(runs, layout)
    decoder = decoder_of(runs)
    edits = [*_directive_edits(layout), *_block(runs, layout, decoder)]
    text = layout.script.text
    for edit in sorted(edits, key=lambda edit: edit[:2])[::-1]:
        text = text[: edit.start] + edit.text + text[edit.end :]
    compiled = text.encode("utf-8", "surrogateescape")
    limit = layout.most_bytes or layout.scheduler.most_bytes
    if limit and len(compiled) > limit:
        raise HeraclesError(
            f"{_file(layout)} would be {len(compiled):,} bytes long, and {layout.scheduler.name} accepts {limit:,}: "
            f"{decoder.longest}"
        )
    return compiled


def check(runs: Runs, layout: Array) -> None:
    """Refuse what can be seen to be impossible before the array script is made; it raises as `content` does."""
    script = layout.script
    if runs.size != layout.runs:
        raise ValueError(f"the array is laid out for {layout.runs:,} runs, not for {runs.size:,}")
    if script.interpreter not in ("", "bash"):
        raise ScriptError(
            f"{script.name} is run by {script.interpreter}: one script for all runs works with bash alone; "
            "change its first line to #!/bin/bash"
        )
    if not runs.size:
        raise HeraclesError("there is nothing to run: the sweep is empty")
    sweep = runs.whole
    most = max(sweep.combinations, layout.items)
    if most > MOST_RUNS:
        dimensions = (dimension for each in sweep.sweeps for dimension in each.dimensions)
        raise HeraclesError(
            f"{spelled(most)} runs are more than bash can number, which is 2**62: "
            f"the longest axis is {max(dimensions, key=lambda dimension: dimension.size)}"
        )
    _ = script.insertions(_OVERRIDES)


def _directive_edits(layout: Array) -> list[_Edit]:
    """Return the edits that put the array's directive in the place of the script's own, or after the last directive."""
    script, scheduler = layout.script, layout.scheduler
    lines = [line for line in directives(script.text, scheduler) if line.counts]
    replaced = array_options(layout)
    edits, place = [], None
    for line in lines:
        options = [option for option in replaced if line.start <= option.start < line.end]
        if options and len(line.words) == sum(len(option.words) for option in options):
            edits.append(_Edit(line.start, min(line.end + 1, len(script.text)), ""))
            place = line.start if line.end <= script.header_end else place
        else:
            edits += [_Edit(_without_spaces(script.text, option.start), option.end, "") for option in options]
    added = [" ".join([scheduler.prefix, *map(_directive_word, words)]) for words in layout.directives]
    if not added:
        return edits
    place = _directive_place(layout, lines) if place is None else place
    lead = "" if not place or script.text[place - 1] == "\n" else "\n"
    return [*edits, _Edit(place, place, lead + "".join(f"{directive}\n" for directive in added))]


def _directive_place(layout: Array, lines: list[Directive]) -> int:
    """Return the place after the last directive of the header, else after the first line if that names the shell."""
    script = layout.script
    header = [line.end for line in lines if line.end <= script.header_end]
    first = script.text.find("\n") if script.interpreter else -1
    return min(header[-1] + 1, len(script.text)) if header else first + 1


def _without_spaces(text: str, place: int) -> int:
    while text[place - 1] in " \t":
        place -= 1
    return place


def _directive_word(word: str) -> str:
    return f'"{word}"' if re.search(r"[\s#'\[]", word) else word


def _block(runs: Runs, layout: Array, decoder: Decoder) -> list[_Edit]:
    """Return the edits that put Heracles' part after the header, and the overrides where the program gets them."""
    script = layout.script
    lines = [*_header(runs, layout), "", *decoder.function, "", *_runtime(layout, decoder), ""]
    lines.append(_heading(f"{printable(os.path.basename(script.path))}, from here on"))
    words = _overrides(runs)
    lines += filter(None, [script.set_line(words)])
    edits = []
    if script.takes_parameters:
        lines.append("unset -v heracles_overrides")
    elif words:
        edits = [_Edit(*each) for each in script.insertions(words)]
    place, text = script.header_end, script.text
    before = "\n" if text[place - 1 : place] in ("", "\n") else "\n\n"
    return [*edits, _Edit(place, place, before[not place :] + "\n".join(lines) + "\n")]


def _overrides(runs: Runs) -> str:
    """Return the words that stand for the overrides of a run; bash 4.2 calls an empty array unset."""
    if not runs.columns:
        return ""
    is_never_empty = all(sweep.columns for sweep in runs.sweeps)
    return _OVERRIDES if is_never_empty else f"${{heracles_overrides[@]+{_OVERRIDES}}}"


def _heading(text: str) -> str:
    return f"# ---- {text} ----"


def _header(runs: Runs, layout: Array) -> list[str]:
    """Return the comments that answer what a person asks first."""
    last = layout.runs - 1
    numbers = f"NUMBER (0 to {last})" if last else "0"
    lines = [
        f"Made by Heracles {__version__} from {_shown(layout.script.path)}: change that, not this.",
        f"Sweep: {_sweep(runs)}",
        f"{_number(runs)}: {_tasks(layout)}.",
        f"One by hand: bash {_file(layout)} {numbers}",
    ]
    if layout.scheduler.has_queue and layout.records:
        lines.append(f"Exit codes of the tasks: {_shown(layout.records)}/")
    return [f"# {line}" for line in lines]


def _sweep(runs: Runs) -> str:
    text = " ".join(shown(word) for word in _command_line(runs.whole))
    return (text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…") or "no overrides"


def _command_line(sweep: Runs) -> Iterator[str]:
    """Yield the words of a command line that gives a sweep; of one that was continued, the latest."""
    sweep = sweep.asked
    for product in sweep.sweeps:
        yield from ["--case"] if len(sweep.sweeps) > 1 else []
        yield from map(str, product.dimensions)
    for step in steps(sweep):
        if step.text:
            yield from (f"--{step.kind}", step.text)
    if sweep.draws:
        yield from ("--sample", str(sweep.draws))


def _number(runs: Runs) -> str:
    if runs.whole is not runs and runs.size == runs.whole.size:
        return f"{counted(runs.size, 'run')} in another order, with new numbers from 0"
    if runs.whole is not runs:
        return f"{counted(runs.size, 'run')} of its {spelled(runs.whole.size)}, with new numbers from 0"
    return counted(runs.size, "run")


def _tasks(layout: Array) -> str:
    """Return a sentence's part that says what a task of the array is."""
    if not layout.scheduler.has_queue:
        return "one for each number from 0"
    if not layout.is_array:
        return "one job, without an array"
    at_a_time = f"{layout.parallel} at a time" if layout.parallel > 1 else "one after another"
    pack = f"a task of the array does {layout.pack:,} of them, {at_a_time}"
    if layout.user_array:
        own = f"each has the {counted(layout.tasks_per_run, 'task')} of the script's own array, {layout.user_array}"
        return own if layout.pack == 1 else f"{own}; {pack}"
    return pack if layout.pack > 1 else f"task {layout.scheduler.base} of the array is run 0, and so on"


def _runtime(layout: Array, decoder: Decoder) -> list[str]:
    """Return the lines of the runtime: assignments, functions, and the statements that leave the overrides."""
    settings = array_runtime.settings(layout)
    return [
        _heading("The runtime of Heracles"),
        *(" ".join(f"{variable}={value}" for variable, value in line.items()) for line in settings),
        array_runtime.usage(layout, _file(layout)),
        *(array_runtime.place(layout) if layout.scheduler.has_queue else []),
        array_runtime.functions(layout, decoder.helpers),
    ]


def _file(layout: Array) -> str:
    return _shown(layout.file)


def _shown(path: str) -> str:
    """Return a path's last part as a shell reads it, on one line."""
    return printable(shown(os.path.basename(path)))
