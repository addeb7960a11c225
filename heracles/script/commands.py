"""What the commands of a job script are for: the user's programs, and what prepares for them, tidies up or reports."""

import re
from collections.abc import Sequence
from itertools import pairwise

from heracles.lean import pattern
from heracles.script import vocabulary
from heracles.shell.lexer import unquoted
from heracles.shell.syntax import Command, Tree

__all__ = [
    "Role",
    "base",
    "identity",
    "is_interpreted",
    "is_interpreter",
    "is_shell",
    "launched",
    "name_of",
    "named",
    "role_of",
    "shell_text",
    "takes_command",
    "words_of",
]

_OPTION = pattern(r"[-+]|[0-9.:,]+[smhdkKMG]?\Z|[A-Za-z_]\w*=")
_BARE_OPTION = pattern(r"--?[A-Za-z][\w-]*\Z")


class Role:
    """What a simple command is for, each as a word."""

    PROGRAM = "program"
    """It may be the user's program."""
    SHELL = "shell"
    """It changes the shell's own state: `cd`, `module`, an assignment."""
    CHORE = "chore"
    """It copies, reports or tidies up: `cp`, `echo`, `date`."""
    SETUP = "setup"
    """It installs or fetches what the program needs: `pip install`, `git clone`."""


def words_of(tree: Tree, command: Command) -> list[str]:
    """Return the words of a command without their quotes; expansions as they stand."""
    return [unquoted(tree.of(word)) for word in command.words]


def name_of(tree: Tree, command: Command) -> str:
    """Return the name of a simple command, without its folder; empty if it has assignments or redirections alone."""
    return base(unquoted(tree.of(command.words[0]))) if command.words and not command.kind else ""


def base(word: str) -> str:
    """Return the last part of a path, as the name of a command."""
    return word.rstrip("/").rpartition("/")[2] or word


def is_shell(word: str) -> bool:
    """Return whether a word names a shell: `bash`, `/bin/sh`, `$SHELL`."""
    bare = unquoted(word)
    return bare in ("$SHELL", "${SHELL}", "$BASH", "${BASH}") or base(bare) in vocabulary.SHELLS


def is_interpreter(words: Sequence[str]) -> bool:
    """Return whether a command starts an interpreter, even if only for a line of code."""
    return bool(words) and _is_interpreter(base(words[launched(words)]))


def launched(words: Sequence[str]) -> int:
    """Return the index of the word that names the program, after a launcher and its options (`srun -n 4 python`).

    Which of a launcher's options take a value cannot be known. So the program is the first word that names an
    interpreter, a script or a well-known command; else the first that is no option, no number and no option's value.
    """
    if not words or base(words[0]) not in vocabulary.LAUNCHERS:
        return 0
    places = range(1, len(words))
    known = (place for place in places if _is_known(words[place]))
    plain = (place for place in places if not _OPTION.match(words[place]) and not _BARE_OPTION.match(words[place - 1]))
    return next(known, next(plain, 0))


def takes_command(words: Sequence[str]) -> bool:
    """Return whether the next word after these is sure to name a program: after `srun -n 4`, or after nothing."""
    if not words or base(words[0]) not in vocabulary.LAUNCHERS:
        return not words
    skipped = {"exec": 2, "run": 1}.get(words[1] if len(words) > 1 else "", 0)  # conda run, singularity exec IMAGE
    plain = [(before, word) for before, word in pairwise(words) if not _OPTION.match(word)]
    named = [word for before, word in plain if not (skipped and _BARE_OPTION.match(before))]
    return len(named) <= skipped and not any(map(_starts_program, words[1:]))


def _is_known(word: str) -> bool:
    return _starts_program(word) or base(word) in vocabulary.CHORES


def _starts_program(word: str) -> bool:
    """Return whether a word names an interpreter, a shell or a script."""
    name = base(word)
    return _is_interpreter(name) or _is_script(word) or name in vocabulary.SHELLS


def _is_interpreter(name: str) -> bool:
    return vocabulary.is_python(name) or name in vocabulary.INTERPRETERS


def _runs_file(name: str) -> bool:
    return vocabulary.is_python(name) or name in vocabulary.RUNS_FILES


def _is_script(word: str) -> bool:
    return word.endswith(vocabulary.SCRIPT_ENDINGS) and "=" not in word


def role_of(tree: Tree, command: Command) -> str:
    """Return what a simple command is for, a word of `Role`."""
    words = words_of(tree, command)
    if not words or base(words[0]) in vocabulary.SHELL_WORDS - vocabulary.LAUNCHERS:
        return Role.SHELL
    program = launched(words)
    own = _role(words)
    return own if own != Role.PROGRAM or not program else _role(words[program:])


def _role(words: Sequence[str]) -> str:
    """Return what a command is for, of a launcher without regard to what it launches."""
    name, first = base(words[0]), words[1] if len(words) > 1 else ""
    if name in ("conda", "mamba", "micromamba") and first in ("run", "activate", "deactivate"):
        return Role.PROGRAM if first == "run" else Role.SHELL
    if name == "exec" and not first:
        return Role.SHELL
    if _is_chore(name, words[1:]):
        return Role.CHORE
    if name in vocabulary.SETUP or first in vocabulary.SETUP_ACTIONS.get(name, ()) or _only_builds(name, words[-1]):
        return Role.SETUP
    return _role_of_script(words[1:], is_python=name.startswith("py")) if _runs_file(name) else Role.PROGRAM


def _is_chore(name: str, arguments: Sequence[str]) -> bool:
    """Return whether a command reports or tidies up, by its name or as its only argument asks for no more."""
    is_known = name in vocabulary.CHORES and (name not in vocabulary.LAUNCHERS or not arguments)
    asks_only = len(arguments) == 1 and arguments[0] in vocabulary.ASKS_ONLY
    has_script = name in vocabulary.SHELLS or _runs_file(name)
    script = next((word for word in arguments if _is_script(word)), "") if has_script else name
    return is_known or asks_only or bool(vocabulary.TIDYING_SCRIPT.match(base(script)))


def _only_builds(name: str, target: str) -> bool:
    """Return whether a command is a `make` of no target of the user's own."""
    return name == "make" and (not target[:1].isalpha() or target in {name, *vocabulary.SETUP_ACTIONS[name]})


def _role_of_script(arguments: Sequence[str], *, is_python: bool) -> str:
    """Return what an interpreter is called for: a line of code is a check or a note, not the program."""
    first = arguments[0] if arguments else ""
    if first in ("-e", "-ne", "-E", "-") or (is_python and (not arguments or "-c" in arguments)):
        return Role.CHORE
    module = next((after for word, after in pairwise(arguments) if word == "-m"), "")
    return Role.SETUP if module in vocabulary.SETUP_MODULES or base(first) == "setup.py" else Role.PROGRAM


def is_interpreted(tree: Tree, command: Command) -> bool:
    """Return whether a command is an interpreter with a program of the user's, be it a file, a text or its input."""
    words = words_of(tree, command)
    return bool(words) and _runs_file(base(words[launched(words)]))


def identity(tree: Tree, command: Command) -> tuple[str, ...]:
    """Return what tells a program from others, whatever launches it and whatever its options are.

    Returns:
        An empty string and the name of the script (`train.py`), the module or the program; of a program that has no
        script its name and its first argument, if that may be a subcommand (`gmx`, `mdrun`).

    """
    words = words_of(tree, command)
    place = launched(words)
    name, rest = base(words[place]), words[place + 1 :]
    script = next((word for word in [name, *rest] if _is_script(word)), "")
    if script or not rest:
        return "", script or name
    if "-m" in rest[:-1]:
        return "", rest[rest.index("-m") + 1]
    return (name, rest[0]) if re.fullmatch(r"[a-z][\w-]*", rest[0]) else ("", name)


def named(tree: Tree, command: Command) -> tuple[int, int]:
    """Return from where to where a simple command names its program: `python -u train.py`, without a launcher."""
    words = words_of(tree, command)
    if not words:
        return command.start, command.start
    first = launched(words)
    scripts = (place for place in range(first, len(words)) if _is_script(words[place]))
    modules = (place + 1 for place in range(first + 1, len(words) - 1) if words[place] == "-m")
    last = next(scripts, next(modules, first))
    return command.words[first].start, command.words[last].end


def shell_text(words: Sequence[str]) -> int | None:
    """Return the index of the word that is the text of a `sh -c`; None if there is none.

    Args:
        words: The words of a command as they stand in the script.

    """
    for start in filter(lambda place: is_shell(words[place]), range(len(words))):
        is_text = is_value = False
        for place in range(start + 1, len(words)):
            option = words[place]
            if is_value:
                is_value = False
            elif re.fullmatch(r"[-+][A-Za-z]+|--[a-z]*", option):
                is_text |= option[:2] != "--" and option[0] == "-" and "c" in option
                is_value = option[-1] in "oO" and option[:2] != "--"
            elif is_text:
                return place
            else:
                break
    return None
