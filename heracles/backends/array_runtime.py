"""The fixed part of the array script: bash functions from `runtime/`, and the assignments that adapt them.

A task of the array starts each of its runs in a separate bash, passes signals on to it, and records its start and its
exit code. `heracles.store.exit_records` documents the records. It sleeps until a run has ended, and only then waits for
it: in a wait, bash can lose the exit code of a process that ends at a signal.
"""

from collections.abc import Iterable
from pkgutil import get_data

from heracles.backends.array_layout import Array
from heracles.backends.bash_words import INDENT, array, braces, quote
from heracles.schedulers.indices import Indices

__all__ = ["RUN_VARIABLE", "functions", "place", "settings", "usage"]

RUN_VARIABLE = "HERACLES_RUN"
"""The variable in which a run finds its number if its script calls itself again: `JOB:FOLDER NUMBER`."""


def functions(layout: Array, helpers: Iterable[str]) -> str:
    """Return the text of the functions and statements that are the same in every script that needs them.

    Args:
        layout: The array.
        helpers: The names of the pieces that compute overrides: `permute`, `decimal`.

    """
    task = ["supervise", "single" if layout.pack == 1 else "pack", "task"]
    return "\n".join(map(_piece, [*helpers, *(task if layout.scheduler.has_queue else ["number"])]))


def _piece(name: str) -> str:
    """Return the text of a file of `runtime/`, without the lines for shellcheck at its top."""
    data = get_data(__package__, f"runtime/{name}.bash") or b""
    return data.decode().partition("\n\n")[2].rstrip("\n")


def settings(layout: Array) -> list[dict[str, str]]:
    """Return the assignments that the pieces need, a line after another, each as names and quoted values."""
    scheduler = layout.scheduler
    job = f"${{{scheduler.job}:-}}:" if scheduler.job else ""
    lines = [{"heracles_folder": quote(layout.records or layout.file), "heracles_runs": str(layout.runs)}]
    if scheduler.has_queue:
        if scheduler.offset == "text":  # a later submission replaces this line
            lines.append({})
        lines[-1]["heracles_offset"] = str(layout.offset(0) if layout.is_array else 0)
        bash = " ".join(['"$BASH"', *map(quote, layout.script.interpreter_options), '"-${-//[!aeu]/}"'])
        lines.append({"heracles_bash": f"({bash})"})
    lines.append({"heracles_self": f"{job}$heracles_folder"})
    if scheduler.has_queue:
        # A job that is no array has no task id: `-` stands for it, in the exit records too.
        lines[-1]["heracles_task"] = f"${{{scheduler.task}:-{'' if layout.is_array else '-'}}}"
    if layout.pack > 1:
        pack = {"heracles_pack": layout.pack, "heracles_parallel": layout.parallel, "heracles_items": layout.items}
        lines.append({"heracles_file": quote(layout.file), **{name: str(number) for name, number in pack.items()}})
        lines[-1]["heracles_restarts"] = scheduler.restarts_expression
    return lines


def usage(layout: Array, file: str) -> str:
    """Return the function that ends a script which is called in a wrong way.

    Args:
        layout: The array.
        file: The script's name, as it is shown to people.

    """
    whose = ", or as a task of its array" if layout.scheduler.has_queue else ""
    text = quote(f"usage: bash {file} NUMBER, from 0 to {layout.runs - 1}{whose}")
    more = ' "$@"' if layout.scheduler.has_queue else ""
    return f"heracles_usage() {{ printf '%s\\n' {text}{more} >&2; exit 2; }}"


def place(layout: Array) -> list[str]:
    """Return the function that says which run an item is, how it is recorded, and what else the run is told."""
    scheduler, user_array = layout.scheduler, layout.user_array
    task_job = scheduler.task_job_expression or "$job"
    run = "$item" if user_array is None else f"$((item / {user_array.size}))"
    exits = f"$heracles_folder/{scheduler.node_expression}" if layout.records else "/dev/null"
    # A run may submit its own task once more, as chains of checkpoints do, but not the array: that would multiply.
    own = ' || ${HERACLES_RUN##* } == "$item"' if layout.items == layout.tasks == layout.runs else ""
    lines = [
        f"((item >= 0 && item < {layout.items})) || heracles_usage",
        f'[[ $HERACLES_RUN != *":$heracles_folder "*{own} ]] ||',
        INDENT + 'heracles_usage "run ${HERACLES_RUN##* } submitted the whole array, not its task alone"',
        f"run={run} job={scheduler.job_expression} exits={exits}",
        f'ids="{layout.key or "-"} $job $heracles_task {task_job}"',
        *(_user_array(layout, user_array) if user_array else []),
        *(_pack(layout) if layout.pack > 1 else []),
    ]
    head = ["# Which run the item is, and how it is recorded.", "heracles_place() {"]
    return [*head, *(INDENT + line for line in lines), "}"]


def _pack(layout: Array) -> list[str]:
    label = f"$run [${layout.scheduler.task}]" if layout.user_array else "$run"
    return [f'label="{label}"']


def _user_array(layout: Array, user_array: Indices) -> list[str]:
    """Return the statements that set the variables which the script's own array would have set for the item."""
    scheduler = layout.scheduler
    position = f"item % {user_array.size}"
    if len(user_array.ranges) == 1:
        ids = user_array.ranges[0]
        step = f"{ids.step} * " if ids.step > 1 else ""
        lines = [f"export {scheduler.task}=$(({ids.start} + {step}({position})))"]
    else:
        listed = array("local tasks", map(braces, user_array.ranges))
        lines = [*listed, f'export {scheduler.task}="${{tasks[{position}]}}"']
    others = [f"{variable}={getattr(user_array, attribute)}" for variable, attribute in scheduler.array_variables]
    return [*lines, f"export {' '.join(others)}"] if others else lines
