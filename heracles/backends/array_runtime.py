"""The part of the one script that a task of an array begins with: it starts its runs, and notes how they end.

Each run is in a bash of its own, so that what the user's script does at its end, or to its own process, keeps nothing
from being noted. `heracles.store.exit_records` says what the notes are.
"""

import re
from collections.abc import Sequence

from heracles.backends.array_layout import Array
from heracles.backends.bash_decoder import quote

__all__ = ["functions", "names"]

_FUNCTIONS = r"""
# Do what task $1 has to: «what». «how»
heracles_tasks() {
    heracles_set=${-//[!aeu]/} # which the run is to find, where the environment has it, as it was
    set +aeu
?s  heracles_item=$1 heracles_last=$1 heracles_code=143 # if it is stopped before its start
?p  heracles_item=$(($1 * «pack»)) heracles_last=$(($1 * «pack» + «most»))
?p  heracles_labels=() heracles_failed=()
    heracles_running=() heracles_caught='' heracles_stopped=0
?r  heracles_job=«job» heracles_id=«task»
?r  [[ $heracles_id =~ ^[0-9]+$ ]] || heracles_id=-
?r  heracles_task="«key» $heracles_job $heracles_id «own_job»" heracles_file=«records»/"«node»"
?r  [[ $heracles_job ]] || heracles_file='' # no scheduler has started it
    ((heracles_item < «items»)) || return 0
?p  ((heracles_last < «items»)) || heracles_last=$((«items» - 1))
    # What the scheduler signals is for the runs; those that end a job start no further one.
«traps»
    for (( ; heracles_item <= heracles_last && heracles_stopped == 0; heracles_item++)); do
?o      «own»
?p      printf '%s\n' «file»": run «label»" >&2
?r      heracles_note "$heracles_item" start
        (
            [[ -z $heracles_set ]] || set "-$heracles_set"
            unset -v heracles_set
            trap - INT QUIT && exec «again»
        ) «input»&
        heracles_running[$!]=$heracles_item
?p      heracles_labels[$!]="«label»"
        heracles_pass # what came before it was there
?p      heracles_wait «parallel»
?p      heracles_caught=''
    done
    heracles_wait 1
?p  ((heracles_item > heracles_last)) ||
?p      heracles_failed+=("$((heracles_last - heracles_item + 1)) that were not started")
?p  ((${#heracles_failed[@]})) || exit 0
?p  printf -v heracles_failed '%s, ' "${heracles_failed[@]}"
?p  printf '%s\n' «file»": failed: ${heracles_failed%, }" >&2
?p  exit 1
?s  exit "$heracles_code"
}
# Wait until fewer than $1 are running.
heracles_wait() {
    while ((${#heracles_running[@]} >= $1)); do
?m      sleep 0.1
        for heracles_pid in "${!heracles_running[@]}"; do
?m          kill -0 "$heracles_pid" 2> /dev/null && continue
            heracles_caught=''
            wait "$heracles_pid"
            heracles_code=$?
            [[ -z $heracles_caught ]] || continue # a signal has ended the wait, not the run
?p          ((heracles_code == 0)) || heracles_failed+=("${heracles_labels[heracles_pid]}")
?r          heracles_note "${heracles_running[heracles_pid]}" "$heracles_code"
            unset "heracles_running[heracles_pid]"
        done
    done
}«quiet»
heracles_pass() {
    [[ -z $heracles_caught ]] || kill -s "$heracles_caught" "${!heracles_running[@]}" 2> /dev/null
}
?r# Note of item $1 that it starts, or its exit code; a folder that is not there is no reason to stop.
?rheracles_note() {
?r  printf '%s %s %s %(%s)T\n' "$heracles_task" "$1" "$2" -1 >> "$heracles_file"
?r} 2> /dev/null
"""
_SIGNALS = {
    **dict.fromkeys(("HUP", "INT", "QUIT", "TERM"), True),
    **dict.fromkeys(("USR1", "USR2", "ALRM", "XCPU"), False),
}


def _records(layout: Array) -> bool:
    return bool(layout.records and layout.scheduler.task)


def names(layout: Array) -> list[str]:
    """Give the names of the functions; none if a task is its run, and notes nothing."""
    if layout.pack == 1 and not _records(layout):
        return []
    return ["heracles_tasks", "heracles_wait", "heracles_pass", *(["heracles_note"] if _records(layout) else [])]


def functions(layout: Array, file: str, own: Sequence[str]) -> str:
    """Give the functions' text; their variables are not local, which would hide others'.

    Args:
        layout: The array.
        file: The name of the one script.
        own: The statements that tell the script of its own array what that would have told it of item
            `heracles_item`.

    """
    wanted = {
        "r": _records(layout),
        "p": layout.pack > 1,
        "s": layout.pack == 1,
        "m": layout.pack > 1 and layout.parallel > 1,
        "o": bool(own),
    }
    values = _values(layout, file, own)
    lines = []
    for line in _FUNCTIONS.strip("\n").split("\n"):
        mark = re.match(r"\?(.)", line)
        if mark and not wanted[mark[1]]:
            continue
        text = line if mark is None else ("  " + line[2:] if line[2:3] == " " else line[2:])
        lines.append(re.sub("«(.*?)»", lambda match: values[match[1]], text))
    return "\n".join(lines)


def _values(layout: Array, file: str, own: Sequence[str]) -> dict[str, str]:
    scheduler = layout.scheduler
    size = layout.own.size if layout.own else 1
    run = "$heracles_item" if size == 1 else f"$((heracles_item / {size}))"
    packs = layout.pack > 1
    order = f"{layout.parallel} at a time" if layout.parallel > 1 else "one after another"
    arguments = '"$BASH"', *map(quote, layout.script.interpreter_options), '"$0"', f'"{run}"', '"${@:2}"'
    return {
        "what": f"{layout.pack} runs, {order}, each in a bash of its own" if packs else "its run, in a bash of its own",
        "how": "One that fails stops no other." if packs else "How it ends is noted, whatever it does.",
        "pack": str(layout.pack),
        "most": str(layout.pack - 1),
        "items": str(layout.items),
        "parallel": str(layout.parallel),
        "task": f"${{{scheduler.task}:-}}",
        "job": scheduler.job_expression,
        "own_job": scheduler.task_job_expression or "$heracles_job",
        "key": layout.key or "-",
        "records": quote(layout.records),
        "node": scheduler.node_expression,
        "traps": "\n".join(_trap(signal, ends=ends) for signal, ends in _SIGNALS.items()),
        "own": "\n        ".join(own),
        "file": quote(file),
        "label": run if layout.own is None else f"{run} [${scheduler.task}]",
        "again": " ".join(arguments),
        "input": "" if packs else "<&0 ",
        "quiet": "" if packs else " 2> /dev/null",
    }


def _trap(signal: str, *, ends: bool) -> str:
    stop = " heracles_stopped=1" if ends else ""
    return f"    trap 'heracles_caught={signal}{stop}; heracles_pass' {signal}"
