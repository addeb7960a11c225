"""Which command of a job script gets the overrides: the one that can be meant, or the one that is asked for."""

import re
from contextlib import suppress
from functools import cached_property

from heracles.lean import load, pattern
from heracles.script.candidate import Candidate, Refusal
from heracles.script.commands import Role, identity, is_interpreted, launched, role_of, shell_text, words_of
from heracles.script.embedded import Text, text_of
from heracles.script.parameters import Parameters
from heracles.script.unsuitable import cut_off, impossible, reason_against
from heracles.shell.lexer import unquoted
from heracles.shell.parser import parse
from heracles.shell.syntax import Command, Tree

__all__ = ["Candidates"]

_SEPARATE = "put each on a line of its own"
_SELF = pattern(r"\$(?:0(?![0-9])|\{0\}|\{?BASH_SOURCE\b)", needs="$")  # as in `exec bash "$0"`
_KILLS = pattern(r"\bp?kill(?:all)?\b")
_OPERATORS = pattern(r"[|;&#<>()\n]")


class Candidates:
    """The commands of a script that overrides could be added to.

    Args:
        tree: The script.
        parameters: How it uses its arguments.

    """

    def __init__(self, tree: Tree, parameters: Parameters) -> None:
        self.tree = tree
        self.parameters = parameters

    @cached_property
    def programs(self) -> list[Candidate]:
        """Those that may be the user's program; one in a function as often as that is called."""
        return [each for each in self._sites if self._is_program(each) for _ in range(self._times(each))]

    @cached_property
    def everything(self) -> list[Candidate]:
        """All simple commands that have a name, in the order of the text."""
        return [each for each in self._sites if each.command.words]

    @cached_property
    def _sites(self) -> list[Candidate]:
        found: list[Candidate] = []
        for command in self.tree.commands(substitutions=False):
            if command.is_simple:
                text = text_of(self.tree, command)
                if text is None or _takes_words(text):
                    found.append(Candidate(self.tree, command))
                else:
                    inner = (each for each in text.tree.commands(substitutions=False) if each.is_simple)
                    found += [Candidate(self.tree, each, text) for each in inner]
        return found

    def _is_program(self, candidate: Candidate) -> bool:
        tree, command = candidate.own_tree, candidate.command
        words = words_of(tree, command)
        if not words or words[0] in self.parameters.functions or words[launched(words)] in self.parameters.functions:
            return False
        return role_of(tree, command) == Role.PROGRAM and not _SELF.search(tree.of(command.words[-1]))

    def _times(self, candidate: Candidate) -> int:
        """Return how often the function is called that a command stands in: 1 if it stands in none, at most 2."""
        outer = candidate.text.command if candidate.text else candidate.command
        functions = [each for each in outer.ancestors if each.kind == "function"]
        times = 1
        for function in functions:
            name = self.tree.of(function.words[0])
            calls = sum(name in words_of(each.own_tree, each.command) for each in self._sites)
            times *= min(calls, 2)
        return min(times, 2)

    def choose(self) -> Candidate:
        """Return the command that gets the overrides.

        That is the last command, if that is a program; else the only program of the script, or the only one in the
        foreground.

        Raises:
            Refusal: If there is none, or if several could be meant.

        """
        last = self._last()
        chosen = next((each for each in self.programs if each.command is last and not each.text), None)
        if chosen is None:
            chosen = self._only(last)
        if reason := reason_against(chosen.own_tree, chosen.command):
            raise Refusal(reason, chosen.start, chosen.end)
        return self._checked(chosen)

    def check(self) -> None:
        """Refuse a script that has a part of a command, such as `--lr 0.1`, in the place of a command.

        Raises:
            Refusal: If it has.

        """
        for each in self.everything:
            if reason := cut_off(each.own_tree, each.command):
                raise Refusal(f"this is no command: {reason}", each.start, each.end, has_choices=False)

    def _checked(self, chosen: Candidate) -> Candidate:
        """Return a command, unless words after it would not be arguments of it."""
        if reason := (
            impossible(chosen.own_tree, chosen.command)
            or self._unknown(chosen)
            or _unused_arguments(chosen.own_tree, chosen.command)
        ):
            raise Refusal(reason, chosen.start, chosen.end)
        return chosen

    def _unknown(self, chosen: Candidate) -> str:
        """Return why words after a command could be lost in a text that is not known; empty if they cannot."""
        if not chosen.text:
            return _unreadable(chosen.tree, chosen.command)
        command, text = chosen.command, chosen.text
        ends = [e for word in command.words[-1:] for e in word.expansions if e.end == word.end]
        for expansion in filter(lambda e: text.is_expanded(e.start), ends):
            values = [self.tree.of(word) for _, word in self.parameters.assigned(expansion.name)]
            is_all = len(command.words) == 1 and expansion.start == command.words[0].start
            if (is_all and not values) or any(_OPERATORS.search(unquoted(value)) for value in values):
                return f"what {text.tree.of(expansion)} adds to this text is known only when the script runs"
        return ""

    def at(self, line: int) -> Candidate:
        """Return the command that begins or ends on a line, whatever it is for.

        Raises:
            Refusal: If none does, or several do.

        """
        here = [each for each in self.everything if line in each.lines]
        chosen = [each for each in here if self._is_program(each)] or here
        if len(chosen) == 1:
            return self._checked(chosen[0])
        start = _line_start(self.tree.text, line)
        if start < 0:
            raise Refusal(f"the script has no line {line}", len(self.tree.text) - 1, len(self.tree.text))
        end = start + len(self.tree.text[start:].partition("\n")[0])
        if chosen:
            raise Refusal(f"several commands begin or end on line {line}: {_SEPARATE}", start, end)
        raise Refusal(f"no command begins or ends on line {line}", start, end)

    def again(self, line: int, command: str) -> int | None:
        """Return the line of a command that `at` chose before, though the script was edited since; None if it is lost.

        Args:
            line: The line that it stood on.
            command: The command on one line, as `Candidate.shown` had it.

        """
        simple = next((each for each in parse(command).commands() if each.words), None)
        own = identity(parse(command), simple) if simple else ()
        alike = [each for each in self.everything if each.shown == command]
        same = [each for each in self.everything if identity(each.own_tree, each.command) == own]
        for found in (alike, same):
            if any(line in each.lines for each in found):
                return line
            if len(found) == 1:
                return found[0].lines[0]
        return None

    def choices(self) -> dict[int, Candidate]:
        """Return the commands that `at` can be asked for, by line: the programs, or else what is interpreted."""
        offered = self.programs or [each for each in self.everything if is_interpreted(each.own_tree, each.command)]
        found = {}
        for line in sorted({each.lines[0] for each in offered}):
            with suppress(Refusal):
                found[line] = self.at(line)
        return found

    def _last(self) -> Command | None:
        """Return the last command, if it is a simple one that runs in the foreground, and after no pipe or `||`."""
        statements = self.tree.block.statements
        last = statements[-1].commands[-1] if statements else None
        is_plain = last and last.is_simple and last.before not in ("|", "|&", "||") and statements[-1].ending != "&"
        return last if is_plain else None

    def _only(self, last: Command | None) -> Candidate:
        programs = self.programs
        if len(programs) == 1:
            return programs[0]
        foreground = [each for each in programs if not each.is_in_background]
        if len(foreground) == 1 and self._has_helpers(foreground[0]):
            return foreground[0]
        if not programs and last and self._is_demonstration(last):
            return Candidate(self.tree, last)
        statements = self.tree.block.statements
        if not statements:
            raise Refusal("", -1, -1)
        end = statements[-1].commands[-1]
        if not programs:
            raise Refusal(self._none(end), end.start, end.end)
        if len({id(each.command) for each in programs}) == 1:
            once = programs[0]
            raise Refusal("the function that this stands in is called several times", once.start, once.end)
        raise Refusal("it is unclear which command gets the overrides", end.start, end.end)

    def _has_helpers(self, chosen: Candidate) -> bool:
        """Return whether all other programs are helpers: servers and monitors that the script kills in the end."""
        own = identity(chosen.own_tree, chosen.command)
        others = [each for each in self.programs if each is not chosen]
        is_same = any(identity(each.own_tree, each.command) == own for each in others)
        return not is_same and any(_KILLS.search(each.own_tree.of(each.command)) for each in self.everything)

    def _is_demonstration(self, last: Command) -> bool:
        """Return whether a chore is what the script is for: it stands alone, or is launched (`srun hostname`)."""
        is_alone = list(self.tree.commands()) == [last]
        return role_of(self.tree, last) == Role.CHORE and (is_alone or launched(words_of(self.tree, last)) > 0)

    def _none(self, last: Command) -> str:
        if last.is_simple and (reason := reason_against(self.tree, last)):
            return reason
        return "no command of this script is a program that could get the overrides"


def _unreadable(tree: Tree, command: Command) -> str:
    """Return why words after a command that runs a text would be lost; empty if it runs none."""
    if shell_text([tree.of(word) for word in command.words]) is None:
        return ""
    text = text_of(tree, command)
    return "" if text and _takes_words(text) else "the text that this shell runs is known only when the script runs"


def _unused_arguments(tree: Tree, command: Command) -> str:
    """Return why a script that a command starts would lose its arguments; empty unless a here-document writes it so."""
    return load("heracles.script.written:unused_arguments")(tree, command) if "<<" in tree.text else ""


def _takes_words(text: Text) -> bool:
    """Return whether arguments after a text become arguments of its program: `bash -c 'prog "$@"' bash`."""
    return not text.is_document and any(
        expansion.name in ("@", "*") and not text.is_expanded(expansion.start) and not command.is_in_function
        for command in text.tree.commands()
        for word in command.all_words
        for expansion in word.expansions
    )


def _line_start(text: str, line: int) -> int:
    """Return where a line starts, counted from 1; -1 if there is none of this number."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return starts[line - 1] if 0 < line <= len(starts) and starts[line - 1] < len(text) else -1
