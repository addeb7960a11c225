"""A line pasted from Hydra's multirun: the command before its overrides, and Hydra's `-m`."""

import shutil
from collections.abc import Sequence

from heracles.cli.options import OPTIONS
from heracles.hydra.program import command_length
from heracles.lean import NamedTuple, load

__all__ = ["Pasted", "pasted"]

_MULTIRUN = ("-m", "--multirun")


class Pasted(NamedTuple):
    """A command line without what was pasted with the overrides.

    Attributes:
        words: The words that are left.
        flag: Hydra's `-m` or `--multirun`, as it was written; empty if it was not.
        command: The words of the program's command; empty if there are none.

    """

    words: list[str]
    flag: str
    command: tuple[str, ...]


def pasted(arguments: Sequence[str]) -> Pasted:
    """Return the command line without Hydra's `-m`, which an override follows, and without a pasted command.

    Args:
        arguments: The command line: `job.sh python main.py -m lr=1,2`. `-m sbatch` is the option of Heracles.

    """
    words: list[str] = []
    command: tuple[str, ...] = ()
    flag, positionals, place = "", 0, 0
    while place < len(arguments) and arguments[place] != "--":
        word = arguments[place]
        if word in _MULTIRUN and (command or not _is_program(arguments[place + 1 : place + 2])):
            flag = word
            place += 1
            continue
        if not word.startswith("-") or word == "-":
            positionals += 1
            if positionals == 2 and (length := _command_length(arguments[place:])):
                command = tuple(arguments[place : place + length])
                place += length
                continue
        step = 2 if _takes_next(word) else 1
        words += arguments[place : place + step]
        place += step
    return Pasted([*words, *arguments[place:]], flag, command)


def _is_program(following: Sequence[str]) -> bool:
    """Return whether the word after `-m` is a command that runs scripts, and no override."""
    if not following or following[0].startswith(("-", "+", "~")):
        return False
    try:
        first = next(iter(load("shlex:split")(following[0])), "")
    except ValueError:
        return "=" not in following[0]
    return "=" not in first or shutil.which(first) is not None


def _command_length(words: Sequence[str]) -> int:
    is_multirun = any(
        word in _MULTIRUN and not _is_program(words[place + 1 : place + 2]) for place, word in enumerate(words)
    )
    return command_length(words, is_multirun=is_multirun)


def _takes_next(word: str) -> bool:
    """Return whether the word after this one is its value."""
    if word in _VALUED:
        return True
    if word.startswith("--") or not word.startswith("-"):
        return False
    valued = next((place for place, letter in enumerate(word[1:], 1) if f"-{letter}" in _VALUED), -1)
    return valued == len(word) - 1 > 0


_VALUED = {spelling for option in OPTIONS if option.metavar for spelling in option.all_spellings}
