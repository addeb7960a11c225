"""Why a command cannot get overrides: it is no experiment, or words after it would be no arguments of a program."""

import re
from collections.abc import Sequence

from heracles.script import vocabulary
from heracles.script.commands import Role, base, launched, role_of, words_of
from heracles.shell.syntax import Command, Tree

__all__ = ["cut_off", "impossible", "joiner_of", "reason_against"]

_QUOTING = ("parallel", "sem")
_INPUTS = (":::", ":::+", "::::", "::::+")


def impossible(tree: Tree, command: Command) -> str:
    """Return why words after a command can never be arguments of a program; empty if they can."""
    words = words_of(tree, command)
    if inputs := next((word for word in words if word in _INPUTS), ""):
        return f"words after {inputs} are inputs of {base(words[0])}, not arguments of its program"
    if words and words[-1] in (";", "\\;"):
        return f"{base(words[0])} takes no words after {words[-1]}"
    if joiner := joiner_of(words):
        remedy = ': add -q, and "$@" where they go' if joiner in _QUOTING else ""
        return f"{joiner} joins its words, and a shell would split, expand and run the overrides in them{remedy}"
    if ":" in words and base(words[0]) in vocabulary.LAUNCHERS:
        several = (
            f"{base(words[0])} starts several programs, with : between them, and only the last would get overrides"
        )
        return f'{several}: write "$@" after each that needs them'
    if words and base(words[0]) == "script" and any(re.fullmatch(r"-[a-z]*c|--command", word) for word in words):
        return "script runs the text after -c, and takes no arguments for it"
    return ""


def joiner_of(words: Sequence[str]) -> str:
    """Return the name of the program that joins a command's words for a shell to read; empty if none does."""
    name = base(words[launched(words)]) if words else ""
    is_quoting = name in _QUOTING and not {"-q", "--quote"}.isdisjoint(words)
    return name if name in vocabulary.JOINERS and not is_quoting else ""


def cut_off(tree: Tree, command: Command) -> str:
    """Return what made a command of its own of a line that should continue the one above it, such as `--lr 0.1`.

    A comment ends a command, and so does a space after the backslash at the end of a line.
    """
    if not tree.of(command).startswith("-") or not re.match(r"--?[A-Za-z]", tree.of(command)):
        return ""
    end = max(tree.text.rfind("\n", 0, command.start), 0)
    start, number = tree.text.rfind("\n", 0, end) + 1, tree.text.count("\n", 0, end) + 1
    comment = next((place for place, close in tree.comments if place >= start and close == end), end)
    line = tree.text[start:comment]
    if not line.strip():
        what = "empty" if comment == end else "a comment"
        return f"line {number} is {what}, and ends the command above it: move it above that command"
    if re.search(r"\\[ \t]+\Z", line):
        return f"a space after the backslash ends the command on line {number}: remove what follows the backslash"
    return f"line {number} does not end with a backslash, which ends its command: add one"


def reason_against(tree: Tree, command: Command) -> str:
    """Return why a command is no experiment that overrides are for; empty if it may be one."""
    words = words_of(tree, command)
    program = launched(words)
    name, arguments = (base(words[program]), words[program + 1 :]) if words else ("", [])
    if role_of(tree, command) == Role.SETUP or name in vocabulary.TRANSFERS:
        return f"{' '.join(words[:2])} is no experiment"
    if _reads_input(tree, command) and (vocabulary.takes_nothing(name) or _are_options(name, arguments)):
        return f"{name} reads its input from elsewhere, and overrides would not change it"
    if vocabulary.takes_nothing(name) and not arguments:
        return f"{name} takes no overrides"
    if name == "matlab" and not {"-batch", "-r"}.isdisjoint(arguments):
        return "matlab runs the statements that it is given, and ignores overrides after them"
    return ""


def _are_options(name: str, arguments: Sequence[str]) -> bool:
    """Return whether a program's arguments are options alone, so that all that it does is in its input."""
    option = r"-.*" if name in vocabulary.READS_STATEMENTS else r"-\w+|[0-9]+"
    return all(re.fullmatch(option, word) for word in arguments)


def _reads_input(tree: Tree, command: Command) -> bool:
    """Return whether a file or a here-document is a command's input."""
    return any(
        redirection.document or (redirection.operator == "<" and not tree.of(redirection.word).startswith("/dev/"))
        for redirection in command.redirections
    )
