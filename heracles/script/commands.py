"""What the commands of a job script are for: the user's programs, and what prepares for them, tidies up or reports."""

import re
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from heracles.pattern import pattern
from heracles.script import vocabulary
from heracles.shell.lexer import unquoted
from heracles.shell.syntax import Command, Tree

__all__ = [
    "Role",
    "identity",
    "impossible",
    "is_shell",
    "launched",
    "name_of",
    "named",
    "reason_against",
    "role_of",
    "shell_text",
    "words_of",
]

_OPTION = pattern(r"[-+]|[0-9.:,]+[smhdkKMG]?\Z|[A-Za-z_]\w*=")
_BARE_OPTION = pattern(r"--?[A-Za-z][\w-]*\Z")
_SCRIPT = pattern(r"[^=]*\.(?:py|R|r|jl|sh|pl|m|rb|js|jar|bash|ipynb|lua)\Z")
_INTERPRETED = pattern(r"(?:python[0-9.]*|pypy3?|Rscript|julia|perl)\Z")


class Role(Enum):
    """What a simple command is for."""

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
    return _base(unquoted(tree.of(command.words[0]))) if command.words and not command.kind else ""


def _base(word: str) -> str:
    return word.rstrip("/").rpartition("/")[2] or word


def is_shell(word: str) -> bool:
    """Return whether a word names a shell: `bash`, `/bin/sh`, `$SHELL`."""
    bare = unquoted(word)
    return bare in ("$SHELL", "${SHELL}", "$BASH", "${BASH}") or _base(bare) in vocabulary.SHELLS


def launched(words: Sequence[str]) -> int:
    """Return the index of the word that names the program, after a launcher and its options (`srun -n 4 python`).

    Which of a launcher's options take a value cannot be known. So the program is the first word that names an
    interpreter, a script or a well-known command; else the first that is no option, no number and no option's value.
    """
    if not words or _base(words[0]) not in vocabulary.LAUNCHERS:
        return 0
    places = range(1, len(words))
    known = (place for place in places if _is_known(words[place]))
    plain = (place for place in places if not _OPTION.match(words[place]) and not _BARE_OPTION.match(words[place - 1]))
    return next(known, next(plain, 0))


def _is_known(word: str) -> bool:
    name = _base(word)
    is_script = vocabulary.INTERPRETER.match(name) or _SCRIPT.match(word)
    return bool(is_script) or name in vocabulary.CHORES or name in vocabulary.SHELLS


def role_of(tree: Tree, command: Command) -> Role:
    """Return what a simple command is for."""
    words = words_of(tree, command)
    if not words or _base(words[0]) in vocabulary.SHELL_WORDS - vocabulary.LAUNCHERS:
        return Role.SHELL
    program = launched(words)
    own = _role(words)
    return own if own is not Role.PROGRAM or not program else _role(words[program:])


def _role(words: Sequence[str]) -> Role:
    """Return what a command is for, of a launcher without regard to what it launches."""
    name, first = _base(words[0]), words[1] if len(words) > 1 else ""
    if name in vocabulary.CHORES and (name not in vocabulary.LAUNCHERS or not first):
        return Role.CHORE
    if name in ("conda", "mamba", "micromamba") and first in ("run", "activate", "deactivate"):
        return Role.PROGRAM if first == "run" else Role.SHELL
    if name in vocabulary.SETUP or first in vocabulary.SETUP_ACTIONS.get(name, ()):
        return Role.SETUP
    if list(words[1:]) in [[word] for word in vocabulary.ASKS_ONLY]:
        return Role.CHORE
    if name == "make":
        return (
            Role.PROGRAM if words[-1][:1].isalpha() and words[-1] not in vocabulary.SETUP_ACTIONS[name] else Role.SETUP
        )
    return _role_of_script(name, words[1:]) if _INTERPRETED.match(name) else Role.PROGRAM


def _role_of_script(interpreter: str, arguments: Sequence[str]) -> Role:
    """Return what an interpreter is called for: a line of code is a check or a note, not the program."""
    is_python, first = interpreter.startswith("py"), arguments[0] if arguments else ""
    if first in ("-e", "-ne", "-E", "-") or (is_python and (not arguments or "-c" in arguments)):
        return Role.CHORE
    module = next((after for word, after in pairwise(arguments) if word == "-m"), "")
    return Role.SETUP if module in vocabulary.SETUP_MODULES or _base(first) == "setup.py" else Role.PROGRAM


def impossible(tree: Tree, command: Command) -> str:
    """Return why words after a command can never be arguments of a program; empty if they can."""
    words = words_of(tree, command)
    if inputs := next((word for word in words if re.fullmatch(r":{3,4}\+?", word)), ""):
        return f"words after {inputs} are inputs of {_base(words[0])}, not arguments of its program"
    if words and words[-1] in (";", "\\;"):
        return f"{_base(words[0])} takes no words after {words[-1]}"
    return ""


def reason_against(tree: Tree, command: Command) -> str:
    """Return why a command is no experiment that overrides are for; empty if it may be one."""
    words = words_of(tree, command)
    program = launched(words)
    name, arguments = (_base(words[program]), words[program + 1 :]) if words else ("", [])
    if role_of(tree, command) is Role.SETUP or name in vocabulary.TRANSFERS:
        return f"{' '.join(words[:2])} is no experiment"
    if _reads_input(tree, command) and (vocabulary.TAKES_NOTHING.match(name) or not arguments):
        return f"{name} reads its input from elsewhere, and overrides would not change it"
    if vocabulary.TAKES_NOTHING.match(name) and not arguments:
        return f"{name} takes no overrides"
    return ""


def _reads_input(tree: Tree, command: Command) -> bool:
    """Return whether a file or a here-document is a command's input."""
    return any(
        redirection.document or (redirection.operator == "<" and not tree.of(redirection.word).startswith("/dev/"))
        for redirection in command.redirections
    )


def identity(tree: Tree, command: Command) -> tuple[str, ...]:
    """Return what tells a program from others, whatever launches it and whatever its options are.

    Returns:
        An empty string and the name of the script (`train.py`), the module or the program; of a program that has no
        script its name and its first argument, if that may be a subcommand (`gmx`, `mdrun`).

    """
    words = words_of(tree, command)
    place = launched(words)
    name, rest = _base(words[place]), words[place + 1 :]
    script = next((word for word in [name, *rest] if _SCRIPT.match(word)), "")
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
    scripts = (place for place in range(first, len(words)) if _SCRIPT.match(words[place]))
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
