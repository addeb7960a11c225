"""Scripts that submit themselves, as a chain of checkpoints does: what that means when a job array is made of them."""

import os.path
import re
from collections.abc import Iterator

from heracles.lean import pattern
from heracles.schedulers.scheduler import Finding, Scheduler
from heracles.script.commands import name_of
from heracles.script.job_script import JobScript
from heracles.shell.lexer import unquoted
from heracles.shell.syntax import Command, Tree

__all__ = ["bare_resubmissions", "whole_resubmissions"]

_RUNS_OTHERS = frozenset(["trap", "eval", "bash", "sh", "ssh", "exec", "command", "env", "nohup", "timeout"])
_SELF = pattern(
    r"""(?:\$\((?:realpath|readlink\ -[ef])\ "?)?  # what finds the script's path
    \$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?\}?)
    (?:"?\))?""",
    re.VERBOSE,
)


def whole_resubmissions(script: JobScript, scheduler: Scheduler) -> Iterator[Finding]:
    """Yield where a script submits itself, with all tasks of the array that is made of it: (start, end, why)."""
    for start, end, words in _submissions(script, scheduler):
        submits_itself = any(_SELF.fullmatch(word) or _is_named(word, script) for word in words)
        if submits_itself and not _asks_for_array(words, scheduler):
            reason = "each run would submit the whole array once more, so that the runs multiply"
            yield Finding(start, end, f"{reason}: {_remedy(scheduler)}")


def bare_resubmissions(script: JobScript, scheduler: Scheduler) -> Iterator[Finding]:
    """Yield where a script submits the job script by its name, and so without the overrides: (start, end, why)."""
    for start, end, words in _submissions(script, scheduler):
        if any(_is_named(word, script) for word in words):
            yield Finding(
                start,
                end,
                'this submits the job script, without overrides: write "$0" for the script of the run',
            )


def _submissions(script: JobScript, scheduler: Scheduler) -> Iterator[tuple[int, int, list[str]]]:
    """Yield where a submit command is called, and its words; also in the texts of `trap` and others."""
    tree = script.tree
    for command in tree.commands() if scheduler.submit else ():
        words = _words(tree, command)
        runs_others = name_of(tree, command) in _RUNS_OTHERS
        if runs_others:
            words = [unquoted(part) for word in words for part in re.split(r"[\s;&|]+", word)]
        names = [os.path.basename(word) for word in (words if runs_others else words[:1])]
        if scheduler.submit in names:
            yield command.start, command.end, words[names.index(scheduler.submit) + 1 :]


def _words(tree: Tree, command: Command) -> list[str]:
    read = [redirection.word for redirection in command.redirections if redirection.operator == "<"]
    return [unquoted(tree.of(word)) for word in [*command.words, *read]]


def _asks_for_array(words: list[str], scheduler: Scheduler) -> bool:
    is_array = any(re.fullmatch(scheduler.array_word, word) for word in words)
    return is_array and (not scheduler.array_in_name or any("[" in word for word in words))


def _is_named(word: str, script: JobScript) -> bool:
    return os.path.basename(word) == os.path.basename(script.path)


def _remedy(scheduler: Scheduler) -> str:
    if scheduler.array_in_name or scheduler.fewest > 1:
        return "leave -a out"
    task = f"${scheduler.task}"
    words = " ".join(scheduler.array(scheduler.base, scheduler.base, 0, "")).replace(str(scheduler.base), task)
    return f'for its own task alone, write {scheduler.submit} {words} "$0"'
