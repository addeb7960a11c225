"""What would go silently wrong in a job script, and what its scheduler would reject."""

import re
from collections.abc import Iterator

from heracles.errors import ScriptError
from heracles.lean import load, pattern
from heracles.lint.exit_code import hidden_failures
from heracles.lint.overrides import unswept
from heracles.schedulers.scheduler import Finding, Scheduler
from heracles.script.job_script import JobScript

__all__ = ["check", "warnings"]

_QUOTED = pattern(r""""(?:\\.|[^"\\])*"|'[^']*'""", re.DOTALL)
_SELF = r"\$(?:0(?![0-9])|\{0\}|BASH_SOURCE\b|\{BASH_SOURCE(?:\[0\])?\})"
_OWN_PATH = pattern(
    rf"\b(?:dirname|readlink|realpath)\b[^\n;|&()`]{{0,99}}?({_SELF})|(\$\{{(?:0|BASH_SOURCE(?:\[0\])?)%)",
    needs=["$0", "${0", "BASH_SOURCE"],
)
_ASKS_QUEUE = pattern(r"\bscontrol\s+show\b|\bqstat\s+-j", needs=["scontrol", "qstat"])


def warnings(
    script: JobScript, scheduler: Scheduler, folder: str = "", *, is_array: bool = False, makes_folders: bool = False
) -> list[ScriptError]:
    """Return what would go silently wrong in a script, in the order of its lines.

    Args:
        script: The job script.
        scheduler: Who reads it.
        folder: The folder that the job is submitted from; empty for the current one.
        is_array: Whether a job array is made of it, even if it asks for none itself.
        makes_folders: Whether the folders of the logs are made before the job is submitted.

    Returns:
        Errors that are not raised: printed, each has its line with carets under the place.

    Raises:
        ScriptError: If the script's expansions nest too deep to be read.

    """
    found = [*_own_path(script, scheduler), *_of_overrides(script)]
    asks_for_array = False
    if scheduler.has_queue:
        header = load("heracles.lint.header:Header")(script, scheduler, folder)
        found += header.findings(is_array=is_array, makes_folders=makes_folders)
        asks_for_array = header.asks_for_array
    if scheduler.has_queue and not is_array and scheduler.submit in script.text:
        found += load("heracles.lint.resubmission:bare_resubmissions")(script, scheduler)
    if is_array and not asks_for_array:
        found += _run_number(script, scheduler)
    return [script.error(reason, start, end) for start, end, reason in sorted(found)]


def _of_overrides(script: JobScript) -> list[Finding]:
    """Return what is wrong where the overrides go; nothing if they have no place, which is an error of its own."""
    try:
        return [*hidden_failures(script), *unswept(script)]
    except ScriptError:
        return []


def _own_path(script: JobScript, scheduler: Scheduler) -> Iterator[Finding]:
    """Find commands that look for the folder of the script, and would find that of the scheduler's copy of it."""
    variable, text = scheduler.submit_folder_variable, script.text
    if not variable or _ASKS_QUEUE.search(text):
        return
    for command in script.tree.commands(substitutions=False):
        code = _without_literals(text[command.start : command.end])
        match = None if command.kind else _OWN_PATH.search(code)
        if match and not _falls_back(script, command.end, variable) and variable not in code:
            start, end = match.span(1 if match[1] else 2)
            reason = f"{scheduler.name} runs a copy of the script that is in another folder"
            remedy = f"write the folder out, or ${variable} for the one of the submission"
            yield Finding(command.start + start, command.start + end, f"{reason}: {remedy}")


def _without_literals(code: str) -> str:
    """Return code with spaces in the place of what stands between single quotes."""
    return _QUOTED.sub(lambda m: m[0] if m[0][0] == '"' else " " * len(m[0]), code) if "'" in code else code


def _falls_back(script: JobScript, place: int, variable: str) -> bool:
    """Return whether the script uses the submission's folder later on, so that this is for runs by hand."""
    later = (command for command in script.tree.commands() if command.start > place)
    names = (expansion.name for command in later for word in command.all_words for expansion in word.expansions)
    return variable in names


def _run_number(script: JobScript, scheduler: Scheduler) -> Iterator[Finding]:
    """Find the id of a task in a script that asks for no array: in the array of the runs, it is the run's number."""
    for command in script.tree.commands():
        for word in command.all_words:
            for expansion in word.expansions:
                if scheduler.task and expansion.name == scheduler.task:
                    reason = f"the script asks for no array, so ${scheduler.task} would be the number of the run"
                    yield Finding(expansion.start, expansion.end, f"{reason}: sweep over the value that it stands for")
                    return


def check(script: JobScript, scheduler: Scheduler, *, is_array: bool = False) -> None:
    """Refuse what the scheduler would reject, as far as that is known, and what would flood it.

    Args:
        script: The job script.
        scheduler: Who reads it.
        is_array: Whether a job array is made of it, even if it asks for none itself.

    Raises:
        ScriptError: If the scheduler would reject the script, or the script would submit the array again and again.

    """
    if is_array:
        for start, end, reason in load("heracles.lint.resubmission:whole_resubmissions")(script, scheduler):
            raise script.error(reason, start, end)
    for start, end, reason in scheduler.rejected(script.text, is_array=is_array):
        raise script.error(reason, start, end)
