"""The back end of one script for all runs, of which each task of a job array works out its own."""

import os.path
import re

from heracles.arrays import Array, array_options
from heracles.backends.bash import HELPERS, Decoder, array, literal, quote
from heracles.directives import directives
from heracles.errors import HeraclesError, ScriptError, printable, spelled
from heracles.ir import Subset, Sweep, progressions

__all__ = ["MOST_RUNS", "content", "name"]

MOST_RUNS = 2**62
"""How many runs, with the tasks that each has, a shell can number."""

_MOST_NUMBERS = 65_536
_VARIABLE = "heracles_overrides"


def name(script: str) -> str:
    """Give the name, without its folder, of the one script: `x/sbatch.sh` makes `sbatch_hydra.sh`."""
    stem, suffix = os.path.splitext(os.path.basename(script))
    return f"{stem}_hydra{suffix}"


def content(runs: Sweep | Subset, layout: Array) -> bytes:
    """Give the one script: the mother script, with what works out the overrides behind its header.

    Args:
        runs: The runs, at least one; a subset's are numbered anew, from 0.
        layout: Their array.

    Raises:
        ScriptError: If the script has no place for overrides, or bash does not run it.
        HeraclesError: If there are too many runs, or an axis cannot be worked out by a shell.

    """
    sweep = runs.sweep if isinstance(runs, Subset) else runs
    script = layout.script
    _check(runs, sweep, layout)
    decoder = Decoder(sweep)
    block = _block(runs, decoder, layout)
    edits = _array_directive(layout)
    if script.end is None:
        block += [f'set -- "${{{_VARIABLE}[@]}}"', f"unset -v {_VARIABLE}"] if sweep.axes else ["set --"]
    elif sweep.axes:
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
            f"the longest axis is {max(sweep.axes, key=lambda axis: axis.size)}"
        )


def _array_directive(layout: Array) -> list[tuple[int, int, str]]:
    """Give the edits, each (start, end, replacement), that put the array's directive in the place of the script's."""
    script, scheduler = layout.script, layout.scheduler
    edits: list[tuple[int, int, str]] = []
    found = [line for line in directives(script.text, scheduler) if line.counts]
    asking = array_options(script, scheduler)
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
    length, key = max(zip(decoder.lengths, (axis.key for axis in sweep.axes), strict=True), default=(0, ""))
    numbers = len("".join(_subset(runs)))
    if numbers > length:
        return f"the numbers of the {runs.size:,} runs take {numbers:,} of them; choose fewer, or more regular ones"
    return f"the values of {printable(key)} take {length:,} of them; sweep over a part of them at a time"


def _block(runs: Sweep | Subset, decoder: Decoder, layout: Array) -> list[str]:
    """Give the lines that work out the overrides."""
    helpers = [name for name in HELPERS if name in decoder.helpers]
    packs = layout.pack > 1
    overrides = [f"{_VARIABLE}=(", *(f"    {word}" for word in decoder.words), ")"] if decoder.words else []
    local = ["local REPLY"] if decoder.helpers else []
    lines = [*_which(layout), *_subset(runs), *local, *decoder.lines, *overrides]
    return [
        f"# Compiled by Heracles: {_runs(layout)}. One by hand, with no scheduler: bash {_file(layout)} NUMBER",
        *([f"# {_tasks(layout)}."] if layout.scheduler.task else []),
        "heracles() {",
        *(f"    {line}" for line in lines),
        "}",
        *([_pack(layout)] if packs else []),
        *(HELPERS[name] for name in helpers),
        'heracles "$@"',
        "shift $(($# > 0))",
        f"unset -f {' '.join(['heracles', *(_PACK_NAMES if packs else []), *helpers])}",
    ]


def _file(layout: Array) -> str:
    return printable(quote(name(layout.script.path)))


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
    scheduler, lines = layout.scheduler, ["local run=${1:-}"]
    if scheduler.task:
        task, condition = _task(layout)
        if layout.pack > 1:
            do = [f'heracles_pack "$(({task}))"']
        elif layout.own is None:
            do = [f"run=$(({task}))"]
        else:
            do = [f"local item=$(({task}))", *_own(layout), f"run=$((item / {layout.own.size}))"]
        lines += [f"if {condition}; then", *(f"    {line}" for line in do), "fi"]
    if scheduler.offset == "variable":
        lines.append("unset -v HERACLES_OFFSET")
    task = ", or as a task of its array" if scheduler.task else ""
    usage = f"usage: bash {_file(layout)} NUMBER, from 0 to {layout.runs - 1}{task}"
    return [
        "# The number behind the script says which run; without one, the task's place in the array does."
        if scheduler.task
        else "# The number behind the script says which run.",
        *lines,
        f"if ! [[ $run =~ ^[0-9]{{1,19}}$ ]] || ((10#$run < 0 || 10#$run >= {layout.runs})); then",
        f'    echo "{literal(usage)}" >&2',
        "    exit 2",
        "fi",
        "run=$((10#$run))",
    ]


def _task(layout: Array) -> tuple[str, str]:
    """Give the arithmetic that counts a task from 0, and the condition under which there is one."""
    scheduler = layout.scheduler
    variable = scheduler.task
    base = f" - {scheduler.base}" if scheduler.base else ""
    if not layout.part(0).words:  # too few for an array
        return f"${{{variable}:-{scheduler.base}}}{base}", "[[ -z $run ]]"
    if scheduler.offset == "argument":
        return f"{variable} + ${{run:-0}}{base}", rf"[[ $run =~ ^(\+[0-9]+)?$ && ${{{variable}:-}} =~ ^[0-9]+$ ]]"
    more = " + ${HERACLES_OFFSET:-0}" if scheduler.offset == "variable" else ""
    return f"{variable}{base}{more}", f"[[ -z $run && ${{{variable}:-}} =~ ^[0-9]+$ ]]"


def _own(layout: Array) -> list[str]:
    """Give the statements that tell the script of its own array what that would have told it of task `item`."""
    own, scheduler = layout.own, layout.scheduler
    if own is None:
        return []
    place = f"item % {own.size}"
    if len(own.ranges) == 1:
        ids = own.ranges[0]
        lines = [f"export {scheduler.task}=$(({ids.start} + {f'{ids.step} * ' if ids.step > 1 else ''}({place})))"]
    else:
        lines = [*array("ids", map(_numbers, own.ranges)), f'export {scheduler.task}="${{ids[{place}]}}"']
    others = [f"{variable}={getattr(own, attribute)}" for variable, attribute in scheduler.others]
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


_PACK = r"""
# Do what task $1 has to: «pack» runs, «order», each in a bash of its own. One that fails stops no other.
heracles_pack() {
    local item=$(($1 * «pack»)) last=$(($1 * «pack» + «pack» - 1)) stopped=0 never=0 running=() failed=()
    set +eu
    ((item < «items»)) || return 0
    ((last < «items»)) || last=$((«items» - 1))
    # What the scheduler signals is for the runs; then no further one is started, unless it is USR1 or USR2.
    trap 'stopped=1; kill -s HUP "${!running[@]}" 2> /dev/null' HUP
    trap 'stopped=1; kill -s INT "${!running[@]}" 2> /dev/null' INT
    trap 'stopped=1; kill -s TERM "${!running[@]}" 2> /dev/null' TERM
    trap 'kill -s USR1 "${!running[@]}" 2> /dev/null' USR1
    trap 'kill -s USR2 "${!running[@]}" 2> /dev/null' USR2
    exec {never}<> <(:)
    for (( ; item <= last && !stopped; item++)); do
        «own»
        echo "«file»: run «label»" >&2
        (trap - INT QUIT && exec «again» {never}>&-) &
        running[$!]="«label»"
        heracles_wait «parallel»
    done
    heracles_wait 1
    ((item > last)) || failed+=("$((last - item + 1)) that were not started")
    ((${#failed[@]})) || exit 0
    printf -v failed '%s, ' "${failed[@]}"
    echo "«file»: failed: ${failed%, }" >&2
    exit 1
}
# Wait until fewer than $1 are running.
heracles_wait() {
    local pid
    while ((${#running[@]} >= $1)); do
        «wait»
        for pid in "${!running[@]}"; do
            kill -0 "$pid" 2> /dev/null && continue
            wait "$pid" || failed+=("${running[pid]}")
            unset "running[pid]"
        done
    done
}"""
_PACK_NAMES = ["heracles_pack", "heracles_wait"]


def _pack(layout: Array) -> str:
    """Give the functions of a task that has several runs."""
    size = layout.own.size if layout.own else 1
    run = "$item" if size == 1 else f"$((item / {size}))"
    values = {
        "pack": str(layout.pack),
        "items": str(layout.items),
        "parallel": str(layout.parallel),
        "order": f"{layout.parallel} at a time" if layout.parallel > 1 else "one after another",
        "own": "\n        ".join(_own(layout)),
        "file": literal(printable(name(layout.script.path))),
        "label": run if layout.own is None else f"{run} [${layout.scheduler.task}]",
        "again": " ".join(['"$BASH"', *map(quote, layout.script.interpreter_options), '"$0"', f'"{run}"']),
        "wait": 'read -rt 0.1 -u "$never"' if layout.parallel > 1 else 'wait "${!running[@]}"',
    }
    lines = (line for line in _PACK.strip("\n").split("\n") if line.strip() != "«own»" or layout.own)
    return re.sub("«(.*?)»", lambda match: values[match[1]], "\n".join(lines))
