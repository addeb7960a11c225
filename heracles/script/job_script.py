"""The user's job script: what it is, and where the overrides of a run go in it."""

import os.path
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import islice

from heracles.errors import ScriptError
from heracles.lean import pattern
from heracles.script.candidate import Candidate, Refusal
from heracles.script.commands import takes_command
from heracles.script.parameters import Parameters
from heracles.script.placement import Candidates
from heracles.script.vocabulary import SHELLS
from heracles.shell import quoting
from heracles.shell.parser import parse
from heracles.shell.syntax import Tree
from heracles.text import printable

__all__ = ["SHELLS", "JobScript"]

_HEADER = pattern(r"(?:(?:[ \t]*\n)*[ \t]*#[^\n]*(?:\n|\Z))+")
_ENV_OPTION_WITH_VALUE = pattern(r"-[iv0S]*[uC]|--unset|--chdir")
_PARAMETER = pattern(r"\$(?:([1-9])|\{([1-9]\d*)\})", needs="$")
_ALL_WORDS = ('"$@"', "$@", "$*", '"${@}"')
_MOST_NAMED, _MOST_LISTED, _SHOWN_WIDTH = 3, 12, 96


class JobScript:
    """A job script of the user's.

    Args:
        path: Where it is; its name and folder are those of the files that are made of it.
        content: Its bytes.
        arguments: Its own arguments, which it gets before the overrides.
        at: The line, from 1, that the command begins or ends on that gets the overrides; None to find it.

    Raises:
        ScriptError: If it is empty, binary, has DOS line ends or a byte order mark, or is no shell script.

    """

    def __init__(self, path: str, content: bytes, arguments: tuple[str, ...] = (), at: int | None = None) -> None:
        self.path = path
        self.content = content
        self.arguments = arguments
        self.at = at
        if not content.strip():
            raise ScriptError(f"{self.name} is empty")
        if b"\0" in content:
            raise ScriptError(f"{self.name} is not a text file: it holds NUL bytes")
        if content.startswith(b"\xef\xbb\xbf"):
            raise ScriptError(
                f"{self.name} starts with a byte order mark, which hides its first line: remove it with"
                f" sed -i '1s/^\\xEF\\xBB\\xBF//' {quoting.quote(self.path)}"
            )
        if b"\r\n" in content:
            line = content[: content.index(b"\r\n")].count(b"\n") + 1
            raise ScriptError(
                f"{self.name} has DOS line ends (line {line} is the first), which schedulers reject: convert it with"
                f" sed -i 's/\\r$//' {quoting.quote(self.path)}"
            )
        interpreter = self.interpreter
        if interpreter and interpreter not in SHELLS:
            raise self.error(f"it is run by {interpreter}: overrides can only go into a POSIX shell's script", 0, 0)

    @property
    def name(self) -> str:
        """The path, as it is shown."""
        return printable(self.path)

    @cached_property
    def text(self) -> str:
        """The content; bytes that are no UTF-8 are surrogates, as `os.fsdecode` makes them."""
        return self.content.decode("utf-8", "surrogateescape")

    @cached_property
    def tree(self) -> Tree:
        """The syntax tree of the text.

        Raises:
            ScriptError: If its expansions nest too deep to be read.

        """
        return parse(self.text)

    @property
    def is_for_bash(self) -> bool:
        """Whether bash can be asked about its syntax."""
        return self.interpreter in ("", "sh", "bash", "dash")

    @property
    def interpreter(self) -> str:
        """The name of the program that the first line names; empty if it names none."""
        return self._interpreter[0]

    @property
    def interpreter_options(self) -> list[str]:
        """What the first line hands to that program: `-l`."""
        return self._interpreter[1]

    @property
    def bash(self) -> str:
        """The path of bash that the first line names, or the usual one."""
        path = self.text.partition("\n")[0].removeprefix("#!").split()[:1]
        return path[0] if path and self.text.startswith("#!/") and os.path.basename(path[0]) == "bash" else "/bin/bash"

    @cached_property
    def _interpreter(self) -> tuple[str, list[str]]:
        first, _, _ = self.text.partition("\n")
        words = first[2:].split() if first.startswith("#!") else []
        if words and os.path.basename(words[0]) == "env":
            words = _called_by_env(words[1:])
        return (os.path.basename(words[0]), words[1:]) if words else ("", [])

    @cached_property
    def header_end(self) -> int:
        """Where the leading comments end: after the newline of the last one."""
        header = _HEADER.match(self.text)
        return header.end() if header else 0

    def is_comment(self, place: int) -> bool:
        """Return whether the line of that place, which begins with `#`, is a comment, and not part of a text."""
        start = self.text.rfind("\n", 0, place) + 1
        start += len(self.text[start:]) - len(self.text[start:].lstrip(" \t"))
        return any(comment == start for comment, _ in self.tree.comments)

    # Where the overrides go.

    @cached_property
    def parameters(self) -> Parameters:
        """How the script uses its arguments."""
        return Parameters(self.tree)

    @cached_property
    def candidates(self) -> Candidates:
        """The commands that the overrides could be added to."""
        return Candidates(self.tree, self.parameters)

    @cached_property
    def takes_parameters(self) -> bool:
        """Whether the overrides are to be arguments of the script, as that hands its `$@` to a program.

        Raises:
            ScriptError: If they would not get there unaltered.

        """
        if self.at is not None:
            return False
        for start, end in self.parameters.injections():
            reason = "the shell that reads this text would split, expand and run the overrides in it"
            raise self._refused(Refusal(reason, start, end))
        if not self.parameters.receivers:  # the script itself may read them, if it has no program
            return self.parameters.are_expanded and not self.candidates.programs
        for check in (self._check_set, self._check_loops, self._check_own, self._check_name):
            check()
        return True

    def _check_set(self) -> None:
        """Refuse a script that sets its parameters itself."""
        tree = self.tree
        for command in tree.commands():
            words = [tree.of(word) for word in command.words]
            is_set = words[:1] == ["set"] and "--" in words and not command.is_in_function
            if is_set and not any(self.parameters.carries(command, word) for word in command.words):
                reason = 'this replaces the arguments, so the overrides are lost: write set -- … "$@"'
                raise self._refused(Refusal(reason, command.start, command.end))

    def _check_loops(self) -> None:
        for loop, reason in self.parameters.loops():
            header = self.text.find("\n", loop.start)
            end = min(loop.end, header if header > 0 else loop.end)
            raise self._refused(Refusal(reason, loop.start, end))

    def _check_own(self) -> None:
        """Refuse a script that would take overrides for arguments of its own."""
        needed, given = self.parameters.needed, len(self.arguments)
        if not self.parameters.own or (given and given >= needed):
            return
        own = next((own for own in self.parameters.own if own.number > given), self.parameters.own[0])
        what = printable(self.text[own.start : own.end])
        remedy = (
            f"give the script its own arguments first, as in heracles {quoting.shown(f'{self.path} {_values(needed)}')}"
        )
        reason = f"{what} would take an override for an argument: {remedy}"
        raise self._refused(Refusal(reason, own.start, own.end, has_choices=False))

    def _check_name(self) -> None:
        """Refuse a script that would run the first override as a command."""
        for command in self.parameters.receivers if not self.arguments else ():
            words = [self.tree.of(word) for word in command.words]
            place = next((place for place, word in enumerate(words) if word in _ALL_WORDS), None)
            if place is not None and takes_command(words[:place]):
                example = quoting.shown(f"{self.path} COMMAND")
                remedy = f"give the script its own arguments first, as in heracles {example}"
                reason = f"this runs the first override as a command: {remedy}"
                raise self._refused(Refusal(reason, command.start, command.end))

    @cached_property
    def target(self) -> Candidate | None:
        """The command that gets the overrides; None if they are the script's own arguments.

        Raises:
            ScriptError: If no command, or more than one, could be meant.

        """
        self._check_commands()
        if self.takes_parameters:
            return None
        if not self.candidates.everything:
            raise ScriptError(f"{self.name} has no command that overrides could be added to")
        if self.tree.unclosed >= 0:
            raise self.error("this is never closed", self.tree.unclosed, self.tree.unclosed + 1)
        try:
            target = self.candidates.choose() if self.at is None else self.candidates.at(self.at)
        except Refusal as refusal:
            raise self._refused(refusal) from None
        self._check_last_word(target)
        return target

    def _check_commands(self) -> None:
        """Refuse a script with a command that is cut in two, unless the line is given."""
        if self.at is not None:
            return
        try:
            self.candidates.check()
        except Refusal as refusal:
            raise self._refused(refusal) from None

    def _check_last_word(self, target: Candidate) -> None:
        """Refuse a command that ends with an option whose value is empty, so that it would take the first override."""
        words = target.command.words
        number = _PARAMETER.fullmatch(target.own_tree.of(words[-1])) if words else None
        is_outer = target.text is None or target.text.is_expanded(words[-1].start)
        if number and is_outer and int(number[1] or number[2]) > len(self.arguments) and not target.is_in_function:
            option = target.own_tree.of(words[-2]) if len(words) > 1 else ""
            if option.startswith("-") and "=" not in option:
                reason = (
                    f"{number[0]} is empty in every run, so {printable(option)} would take the first override as its"
                    f" value: give the script its own arguments, as in heracles {quoting.shown(f'{self.path} VALUE')}"
                )
                raise self.error(reason, target.start, target.end)

    @cached_property
    def gap(self) -> tuple[str, str]:
        """The text before and the text after the place where a run's overrides go, as `words` spells them.

        Raises:
            ScriptError: If the overrides can go in no place.

        """
        text, header = self.text, self.header_end
        before = f"{text[:header]}{'' if text[:header].endswith(chr(10)) or not header else chr(10)}"
        if self.target is None:
            return f"{before}{self.set_line('')} ", f"\n{text[header:]}"
        place, lead = self.target.place
        line = self.set_line("")
        own = f"{before}{line}\n" if line else text[:header]
        return own + text[header:place] + self.target.escape(lead), text[place:]

    def words(self, overrides: Sequence[str]) -> str:
        """Return the overrides of a run as they stand in the gap: shell words, quoted once more in a text."""
        words = " ".join(map(quoting.quote, overrides))
        if self.target is None:
            return words
        if self.target.text and self.target.text.is_document:  # a line of a value could be the delimiter
            words = " ".join(quoting.escaped(word) if "\n" in word else quoting.quote(word) for word in overrides)
        return self.target.escape(words)

    def set_line(self, words: str) -> str:
        """Return the statement that sets the script's arguments, to stand after the header; empty if there are none.

        Args:
            words: The overrides as shell words.

        """
        takes = self.takes_parameters
        if not takes and not self.arguments:
            return ""
        return " ".join(["set --", *map(quoting.quote, self.arguments), *([words] if takes and words else [])])

    def insertions(self, words: str) -> list[tuple[int, int, str]]:
        """Return the edits, each (start, end, replacement), that hand words of the script to the target.

        Args:
            words: Shell words that the script itself expands.

        Raises:
            ScriptError: If the target stands in a text that they cannot get into.

        """
        target = self.target
        if target is None:
            return []
        place, lead = target.place
        text = target.text
        if text is None:
            if self._is_exported(target):
                reason = "this function runs in another shell, which has no array of this one's"
                raise self._refused(Refusal(reason, target.start, target.end))
            return [(place, place, lead + words)]
        if text.is_evaluated:
            return [(place, place, target.escape(lead + words))]
        if text.arguments is None or target.command.is_in_function or text.changes_parameters:
            reason = "the text that this stands in has arguments of its own, so it cannot have others: leave out -a"
            raise self._refused(Refusal(reason, target.start, target.end))
        inside = target.escape(f'{lead}"$@"')
        return [(place, place, inside), (text.arguments, text.arguments, f"{text.before_arguments} {words}")]

    def _is_exported(self, target: Candidate) -> bool:
        return target.is_in_function and bool(re.search(r"\bexport\s+-f\b|\bdeclare\s+-[a-z]*fx", self.text))

    # Errors.

    def _refused(self, refusal: Refusal) -> ScriptError:
        """Return the error for a refusal, with the commands that could be chosen."""
        found = self.candidates.choices() if refusal.has_choices else {}
        choices = {line: each for line, each in found.items() if each.start != refusal.start}
        remedy = ": add --at with the line of the right one" if len(choices) > _MOST_NAMED else ""
        if 0 < len(choices) <= _MOST_NAMED:
            remedy = f": add --at {' or --at '.join(map(str, choices))}"
        shown = (f"line {line}: {shortened(printable(each.shown), _SHOWN_WIDTH)}" for line, each in choices.items())
        error = self.error(f"{refusal.reason}{remedy}", refusal.start, refusal.end)
        return ScriptError(error.message, error.source, error.span, tuple(islice(shown, _MOST_LISTED)))

    def error(self, reason: str, start: int, end: int) -> ScriptError:
        """Return the error to raise about what stands from `start` to `end` of the text."""
        line_start = self.text.rfind("\n", 0, start) + 1
        line = self.text[line_start:].partition("\n")[0]
        number = self.text.count("\n", 0, start) + 1
        span = start - line_start, min(max(end, start + 1) - line_start, len(line))
        return ScriptError(f"{self.name}, line {number}: {reason}", line, span)


def shortened(text: str, width: int) -> str:
    """Return a text of at most `width` characters: what is too long is left out of its middle."""
    if len(text) <= width:
        return text
    tail = (width - 3) // 2
    return f"{text[: width - 3 - tail].rstrip()} … {text[-tail:].lstrip()}"


def _called_by_env(words: Sequence[str]) -> list[str]:
    """Return what env(1) of the GNU coreutils calls: the words after its options and assignments."""
    place = 0
    while place < len(words) and (words[place].startswith("-") or "=" in words[place]):
        place += 2 if _ENV_OPTION_WITH_VALUE.fullmatch(words[place]) else 1
    return list(words[place:])


def _values(number: int) -> str:
    return "VALUE" if number <= 1 else " ".join(f"VALUE{place}" for place in range(1, number + 1))
