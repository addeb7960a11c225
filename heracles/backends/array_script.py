"""The back end of one script for all runs, of which each task of a job array works out its own."""

import os.path
import re

from heracles.backends import array_runtime
from heracles.backends.array_layout import Array, array_options
from heracles.backends.bash_decoder import HELPERS, Decoder, array, quote
from heracles.errors import HeraclesError, ScriptError
from heracles.ir import Subset, Sweep, progressions
from heracles.schedulers.directives import directives
from heracles.shell.quoting import shown
from heracles.text import printable, spelled

__all__ = ["MOST_RUNS", "content", "name"]

MOST_RUNS = 2**62
"""How many runs, with the tasks that each has, a shell can number."""

_MOST_NUMBERS = 65_536
_VARIABLE = "heracles_overrides"


def name(script: str, *, retry: bool = False) -> str:
    """Give the name, without its folder, of the one script: `x/sbatch.sh` makes `sbatch_hydra.sh`.

    What is submitted again has one of its own: `sbatch_hydra_retry.sh`.
    """
    stem, suffix = os.path.splitext(os.path.basename(script))
    return f"{stem}_hydra{'_retry' if retry else ''}{suffix}"


def content(runs: Sweep | Subset, layout: Array) -> bytes:
    """Give the one script: the mother script, with what works out the overrides behind its header.

    Args:
        runs: The runs, at least one; a subset's are numbered anew, from 0.
        layout: Their array.

    Raises:
        ScriptError: If the script has no place for overrides, or bash does not run it.
        HeraclesError: If there are too many runs, or an axis cannot be worked out by a shell.
        ValueError: If the array is laid out for another number of runs.

    """
    sweep = runs.sweep if isinstance(runs, Subset) else runs
    script = layout.script
    _check(runs, sweep, layout)
    decoder = Decoder(sweep)
    block = _block(runs, decoder, layout)
    edits = _array_directive(layout)
    if script.end is None:
        block += [f'set -- "${{{_VARIABLE}[@]}}"', f"unset -v {_VARIABLE}"] if sweep.dimensions else ["set --"]
    elif sweep.dimensions:
        place, lead = script.end
        edits.append((place, place, f'{lead}"${{{_VARIABLE}[@]}}"'))
    place, text = script.header_end, script.text
    before = "\n" if text[place - 1 : place] in ("", "\n") else "\n\n"
    behind = "\n" if text[place : place + 1] == "\n" else "\n\n"
    edits.append((place, place, before[not place :] + "\n".join(block) + behind))
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2])[::-1]:
        text = text[:start] + replacement + text[end:]
    compiled = text.encode("utf-8", "surrogateescape")
    limit = layout.most_bytes or layout.scheduler.most_bytes
    if limit and len(compiled) > limit:
        raise HeraclesError(
            f"{_file(layout)} would be {len(compiled):,} bytes long, and {layout.scheduler.name} takes {limit:,}: "
            f"{_longest(sweep, decoder, runs)}"
        )
    return compiled


def _check(runs: Sweep | Subset, sweep: Sweep, layout: Array) -> None:
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
    if max(sweep.size, layout.items) > MOST_RUNS:
        raise HeraclesError(
            f"{spelled(max(sweep.size, layout.items))} runs are more than a shell can number, which is 2**62: "
            f"the longest axis is {max(sweep.dimensions, key=lambda axis: axis.size)}"
        )


def _array_directive(layout: Array) -> list[tuple[int, int, str]]:
    """Give the edits, each (start, end, replacement), that put the array's directive in the place of the script's."""
    script, scheduler = layout.script, layout.scheduler
    edits: list[tuple[int, int, str]] = []
    found = [line for line in directives(script.text, scheduler) if line.counts]
    asking = array_options(layout)
    added = [" ".join([scheduler.prefix, *map(_directive_word, words)]) for words in layout.directives]
    place = None
    for line in found:
        own = [option for option in asking if line.start <= option.start < line.end]
        if own and len(line.words) == sum(len(option.words) for option in own):
            edits.append((line.start, min(line.end + 1, len(script.text)), ""))
            place = line.start if line.end <= script.header_end else place
        else:
            edits += [(_blank_before(script.text, option.start), option.end, "") for option in own]
    if place is None:
        header = [line.end for line in found if line.end <= script.header_end]
        first = script.text.find("\n") if script.interpreter else -1
        place = min(header[-1] + 1, len(script.text)) if header else first + 1
    lead = "" if not place or script.text[place - 1] == "\n" else "\n"
    return [*edits, (place, place, lead + "".join(f"{directive}\n" for directive in added))] if added else edits


def _blank_before(text: str, place: int) -> int:
    while text[place - 1] in " \t":
        place -= 1
    return place


def _directive_word(word: str) -> str:
    return f'"{word}"' if re.search(r"[\s#'\[]", word) else word


def _longest(sweep: Sweep, decoder: Decoder, runs: Sweep | Subset) -> str:
    """Say what takes most of the script's length."""
    length, key = max(zip(decoder.lengths, (axis.name for axis in sweep.dimensions), strict=True), default=(0, ""))
    numbers = len("".join(_subset(runs)))
    if numbers > length:
        return f"the numbers of the {runs.size:,} runs take {numbers:,} of them; choose fewer, or more regular ones"
    return f"the values of {printable(key)} take {length:,} of them; sweep over a part of them at a time"


def _block(runs: Sweep | Subset, decoder: Decoder, layout: Array) -> list[str]:
    """Give the lines that work out the overrides."""
    helpers = [name for name in HELPERS if name in decoder.helpers]
    overrides = [f"{_VARIABLE}=(", *(f"    {word}" for word in decoder.words), ")"] if decoder.words else []
    local = ["local REPLY"] if decoder.helpers else []
    lines = [*_which(layout), *_subset(runs), *local, *decoder.lines, *overrides]
    defined = ["heracles", *array_runtime.names(layout), *helpers]
    job = f"${{{layout.scheduler.job}:-}}:" if layout.scheduler.job else ""
    own = _own(layout, "heracles_item", "heracles_ids")
    used = ["heracles_self", "heracles_shift", *(["heracles_offset"] if layout.scheduler.offset == "text" else [])]
    return [
        f"# Compiled by Heracles: {_runs(layout)}. One by hand, with no scheduler: bash {_file(layout)} NUMBER",
        *([f"# {_tasks(layout)}."] if layout.scheduler.task else []),
        "heracles() {",
        *(f"    {line}" for line in lines),
        "}",
        *([array_runtime.functions(layout, name(layout.script.path), own)] if array_runtime.names(layout) else []),
        *(HELPERS[name] for name in helpers),
        *(["heracles_offset=0"] if layout.scheduler.offset == "text" else []),
        f"heracles_self={job}{quote(name(layout.script.path))} heracles_shift=0 {_VARIABLE}=()",
        'heracles "$@"',
        f"((${{#{_VARIABLE}[@]}} == {len(decoder.words)})) || exit 2",
        'shift "$heracles_shift"',
        f"unset -f {' '.join(defined)}",
        f"unset -v {' '.join(used)}",
    ]


def _file(layout: Array) -> str:
    return printable(shown(name(layout.script.path)))


def _runs(layout: Array) -> str:
    return "run 0 alone" if layout.runs == 1 else f"runs 0 to {layout.runs - 1:,}"


def _tasks(layout: Array) -> str:
    """Say what a task of the array is."""
    own = layout.own
    if own:
        what = f"Each run has the {own.size:,} tasks of the script's own array, {own}"
        return what if layout.pack == 1 else f"{what}, {layout.pack:,} of them to a task of this array"
    if layout.pack > 1:
        return f"Each task of the array has {layout.pack:,} runs"
    return f"Task {layout.scheduler.base} of the array is run 0, and so on"


def _which(layout: Array) -> list[str]:
    """Give the statements that find the run's number, and give the script its own array's variables back."""
    scheduler = layout.scheduler
    task, condition = _task(layout)
    more = '"${@:2}"' if scheduler.offset == "argument" else '"$@"'
    packs = [
        f'if [[ ${{HERACLES_RUN:-}} != "$heracles_self "* && {condition} ]]; then',
        f'    heracles_tasks "$(({task}))" {more}',
        "fi",
    ]
    whose = ", or as a task of its array" if scheduler.task else ""
    usage = f"usage: bash {_file(layout)} NUMBER, from 0 to {layout.runs - 1}{whose}"
    return [
        *(packs if array_runtime.names(layout) else []),
        "# The number behind the script says which run" + (", else the task's own number." if scheduler.task else "."),
        "local run=",
        'if [[ ${HERACLES_RUN:-} == "$heracles_self "* ]]; then',
        "    run=${HERACLES_RUN##* } # a script that calls itself again goes on with its run",
        "elif [[ ${1:-} =~ ^[0-9]+$ ]]; then",
        "    run=$1 heracles_shift=1",
        *(_of_task(layout) if scheduler.task and not array_runtime.names(layout) else []),
        "fi",
        f"if ! [[ $run =~ ^[0-9]{{1,19}}$ ]] || ((10#$run < 0 || 10#$run >= {layout.runs})); then",
        f"    printf '%s\\n' {quote(usage)} >&2",
        "    exit 2",
        "fi",
        "run=$((10#$run))",
        'export HERACLES_RUN="$heracles_self $run"',
    ]


def _of_task(layout: Array) -> list[str]:
    """Give the branch of a task that is given no number."""
    task, condition = _task(layout)
    shift = ["    heracles_shift=$(($# > 0))"] if layout.scheduler.offset == "argument" else []
    if layout.own is None:
        return [f"elif [[ {condition} ]]; then", f"    run=$(({task}))", *shift]
    own = [f"    {line}" for line in _own(layout)]
    divided = f"    run=$((item / {layout.own.size}))"
    return [f"elif [[ {condition} ]]; then", f"    local item=$(({task}))", *own, divided, *shift]


def _task(layout: Array) -> tuple[str, str]:
    """Give the arithmetic that counts a task from 0, and the condition under which there is one."""
    scheduler = layout.scheduler
    variable, base = scheduler.task, f" - {scheduler.base}" if scheduler.base else ""
    if not layout.part(0).words:  # too few for an array
        return f"${{{variable}:-{scheduler.base}}}{base}", "-z ${1:-}"
    is_task = f"${{{variable}:-}} =~ ^{'[1-9][0-9]*' if scheduler.base else '[0-9]+'}$"
    if scheduler.offset == "argument":
        return f"10#${variable} + 0${{1:-}}{base}", f"${{1:-}} =~ ^([+][1-9][0-9]*)?$ && {is_task}"
    more = " + heracles_offset" if scheduler.offset == "text" else ""
    return f"10#${variable}{base}{more}", f"-z ${{1:-}} && {is_task}"


def _own(layout: Array, item: str = "item", listed: str = "ids") -> list[str]:
    """Give the statements that tell the script of its own array what that would have told it of task `item`."""
    own, scheduler = layout.own, layout.scheduler
    if own is None:
        return []
    place = f"{item} % {own.size}"
    if len(own.ranges) == 1:
        ids = own.ranges[0]
        lines = [f"export {scheduler.task}=$(({ids.start} + {f'{ids.step} * ' if ids.step > 1 else ''}({place})))"]
    else:
        lines = [*array(listed, map(_numbers, own.ranges)), f'export {scheduler.task}="${{{listed}[{place}]}}"']
    others = [f"{variable}={getattr(own, attribute)}" for variable, attribute in scheduler.array_variables]
    return [*lines, f"export {' '.join(others)}"] if others else lines


def _numbers(numbers: range) -> str:
    """Give numbers as bash expands them from braces."""
    if len(numbers) == 1:
        return str(numbers[0])
    return f"{{{numbers[0]}..{numbers[-1]}{f'..{numbers.step}' if numbers.step > 1 else ''}}}"


def _subset(runs: Sweep | Subset) -> list[str]:
    """Give the statements that make a run's number in the sweep of its number in the subset."""
    if not isinstance(runs, Subset):
        return []
    ranges = progressions(runs.numbers)
    comment = "# Of the whole sweep, these are the runs."
    if len(ranges) == 1:
        numbers = ranges[0]
        return [comment, f"run=$(({numbers.start} + {numbers.step} * run))"]
    if runs.size <= _MOST_NUMBERS:
        return [comment, *array("runs", map(_numbers, ranges)), "run=${runs[run]}"]
    return [
        f"{comment[:-1]}, as first:step:count.",
        *array("parts", (f"{part.start}:{part.step}:{len(part)}" for part in ranges)),
        "local part",
        'for part in "${parts[@]}"; do',
        "    ((run >= ${part##*:})) || break",
        "    run=$((run - ${part##*:}))",
        "done",
        "part=${part%:*}",
        "run=$((${part%:*} + ${part#*:} * run))",
    ]
