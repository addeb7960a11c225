"""How a job script uses its arguments: where `$@` gets to, and which arguments are the script's own."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from heracles.lean import NamedTuple, pattern
from heracles.script.commands import Role, is_interpreter, is_shell, name_of, role_of, shell_text, words_of
from heracles.script.unsuitable import joiner_of
from heracles.shell.lexer import ASSIGNMENT
from heracles.shell.syntax import Command, Expansion, Tree, Word

__all__ = ["Own", "Parameters"]

_ALL = ("@", "*")
_DECLARES = frozenset(["declare", "export", "local", "readonly", "typeset"])
_RUNS_TEXT = frozenset(["eval", "sg", "su", "trap"])
_SLICE = pattern(r"\$\{[@*]:\s*(\d+)\s*\}")
_REQUOTED = pattern(r"@Q\}|%q")
_COUNTS_NONE = pattern(r"(?:-eq|-ne|-gt|==|!=|=|>)\s*[\"']?0\b|(?:-lt|-ge|<|>=)\s*[\"']?1\b")


class Own(NamedTuple):
    """A use of an argument of the script's own: `$1`, `shift`, `${@:2}`.

    Attributes:
        start: Where it starts in the script's text.
        end: After its last character.
        number: How many arguments it takes for the script; 0 if that cannot be known.

    """

    start: int
    end: int
    number: int


class Parameters:
    """The uses of a script's positional parameters, outside of its functions.

    Args:
        tree: The script.

    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._all = list(tree.commands())

    @cached_property
    def functions(self) -> set[str]:
        """The names of the script's functions."""
        return {self.tree.of(command.words[0]) for command in self._all if command.kind == "function"}

    @cached_property
    def carriers(self) -> frozenset[str]:
        """The variables whose values are made of `$@` or `$*`, and are text that is not quoted anew."""
        kept = [each for each in self._sources() if not _REQUOTED.search(self.tree.of(each[1]))]
        return self._closure(kept)

    @cached_property
    def all_carriers(self) -> frozenset[str]:
        """The carriers, and the variables with what is quoted anew for a shell: `printf -v x '%q ' "$@"`."""
        return self._closure(list(self._sources()))

    def _closure(self, sources: Sequence[tuple[str, Command, Word]]) -> frozenset[str]:
        carriers = {self.tree.of(loop.words[0]) for loop in self._all if self._is_implied(loop)}
        while True:
            more = {name for name, command, word in sources if self._carries(command, word, carriers)} - carriers
            if not more:
                return frozenset(carriers)
            carriers |= more

    def _is_implied(self, command: Command) -> bool:
        """Return whether a loop goes over the script's arguments implicitly: `for x; do`."""
        is_loop = command.kind in ("for", "select") and len(command.words) == 1 and not command.is_in_function
        return is_loop and not self.tree.of(command.words[0]).startswith("((")

    def assigned(self, name: str) -> list[tuple[Command, Word]]:
        """Return the assignments to a variable, in order."""
        return [(command, word) for assigned, command, word in self.assignments() if assigned == name]

    def assignments(self) -> Iterator[tuple[str, Command, Word]]:
        """Return the name, the command and the word of each assignment, in the order of the text."""
        for command in self._all:
            declares = name_of(self.tree, command) in _DECLARES
            for word in [*command.assignments, *(command.words[1:] if declares else ())]:
                if match := ASSIGNMENT.match(self.tree.of(word)):
                    yield re.sub(r"(?:\[.*)?\+?=\Z", "", match[0], flags=re.DOTALL), command, word

    def _sources(self) -> Iterator[tuple[str, Command, Word]]:
        """Return the name, the command and the words of all that gives a variable its value."""
        yield from self.assignments()
        for command in self._all:
            words = [self.tree.of(word) for word in command.words]
            if command.kind in ("for", "select"):
                yield from ((words[0], command, word) for word in command.words[2:])
            elif words[:2] == ["printf", "-v"]:
                yield from ((words[2], command, word) for word in command.words[3:])

    def carries(self, command: Command, word: Word) -> bool:
        """Return whether a word of a command holds the overrides, if those are the script's arguments."""
        return self._carries(command, word, self.carriers)

    def _carries(self, command: Command, word: Word, carriers: "frozenset[str] | set[str]") -> bool:
        is_own = command.is_in_function
        if any(e.name in carriers or (e.name in _ALL and not is_own and not self._counts(e)) for e in word.expansions):
            return True
        inner = (inner for block in word.substitutions for inner in block.walk(substitutions=False))
        return any(self._carries(each, part, carriers) for each in inner for part in each.all_words)

    def _counts(self, expansion: Expansion) -> bool:
        return self.tree.of(expansion).startswith("${#")

    def expansions(self) -> Iterator[tuple[Command, Expansion]]:
        """Return the expansions outside of functions, each with its command."""
        for command in self._all:
            if not command.is_in_function and command.kind != "function":
                yield from ((command, expansion) for word in command.all_words for expansion in word.expansions)

    @cached_property
    def own(self) -> list[Own]:
        """The uses of arguments of the script's own, in the order of the text."""
        found = []
        for command, expansion in self.expansions():
            text = self.tree.of(expansion)
            part = _SLICE.fullmatch(text)
            if part and int(part[1]) > 1:
                found.append(Own(expansion.start, expansion.end, int(part[1]) - 1))
            elif expansion.name.isdigit() and expansion.name != "0":
                found.append(Own(expansion.start, expansion.end, int(expansion.name)))
            elif (expansion.name == "#" or self._counts(expansion)) and self._is_counted(command):
                found.append(Own(expansion.start, expansion.end, 0))
        names = ((command, name_of(self.tree, command)) for command in self._all if not command.is_in_function)
        found += [Own(each.start, each.end, name == "shift") for each, name in names if name in ("shift", "getopts")]
        return sorted(found, key=lambda own: own.start)

    def _is_counted(self, command: Command) -> bool:
        """Return whether a test asks for the number of arguments, not only whether there are any (`[ $# -gt 0 ]`)."""
        is_test = command.kind in ("[[", "((", "case") or name_of(self.tree, command) in ("[", "test")
        is_loop = any(outer.kind in ("while", "until") for outer in command.ancestors)
        return is_test and (is_loop or not _COUNTS_NONE.search(self.tree.of(command)))

    @property
    def needed(self) -> int:
        """The number of arguments that the script takes for itself."""
        return max((own.number for own in self.own), default=0)

    @property
    def are_expanded(self) -> bool:
        """Whether the script expands `$@` or `$*` anywhere."""
        return any(expansion.name in _ALL and not self._counts(expansion) for _, expansion in self.expansions())

    @cached_property
    def receivers(self) -> list[Command]:
        """The commands that hand `$@`, or what is made of it, to a program, a function or a shell."""
        return [command for command in self._all if command.is_simple and self._receives(command)]

    def _receives(self, command: Command) -> bool:
        name = name_of(self.tree, command)
        is_run = role_of(self.tree, command) == Role.PROGRAM or name in (".", "source", *self.functions, *_RUNS_TEXT)
        words = words_of(self.tree, command)
        is_run |= bool(joiner_of(words)) or is_interpreter(words)
        shells = any(is_shell(self.tree.of(word)) for word in command.words)
        parts = [*command.words, *command.assignments]
        return (is_run or shells) and any(self._carries(command, part, self.all_carriers) for part in parts)

    def injections(self) -> Iterator[tuple[int, int]]:
        """Return where the overrides would become a part of a text that a shell runs: (start, end)."""
        for command in filter(lambda command: command.is_simple and command.words, self._all):
            words = [self.tree.of(word) for word in command.words]
            place = shell_text(words)
            text = command.words[place] if place is not None else None
            if text and self.carries(command, text):
                yield text.start, text.end
            elif text is None and self._runs_words(command, words):
                yield command.start, command.end
            for redirection in command.redirections:
                document = redirection.document
                if document and not self._only_shows(command) and self.carries(command, document):
                    line = self.tree.text.find("\n", document.start)
                    yield document.start, line if line > 0 else document.end

    def _only_shows(self, command: Command) -> bool:
        """Return whether a command prints its input to the job's log: `cat <<EOF`."""
        is_kept = any(">" in redirection.operator for redirection in command.redirections)
        return role_of(self.tree, command) == Role.CHORE and not is_kept and command.following is None

    def _runs_words(self, command: Command, words: list[str]) -> bool:
        """Return whether a command hands the overrides as text to a shell: `eval "$CMD"`, `bash <<< "$CMD"`."""
        is_string = any(redirection.operator == "<<<" for redirection in command.redirections)
        is_runner = name_of(self.tree, command) in _RUNS_TEXT or bool(joiner_of(words_of(self.tree, command)))
        runs_text = is_runner or (is_string and any(map(is_shell, words)))
        only_reports = words[0] == "trap" and re.match(r"[\"']?\s*(?:echo|printf)\b", "".join(words[1:2]))
        return runs_text and not only_reports and any(self.carries(command, word) for word in command.all_words)

    def loops(self) -> Iterator[tuple[Command, str]]:
        """Return the loops that take the arguments one by one, each with what it does."""
        for command in self._all:
            if command.is_in_function:
                continue
            inner = (each for block in command.blocks for each in block.walk())
            if command.kind in ("while", "until") and any(name_of(self.tree, each) == "shift" for each in inner):
                yield command, "this loop shifts the arguments away, and the overrides with them"
            is_over = self._is_implied(command) or any(self.carries(command, word) for word in command.words[2:])
            if command.kind in ("for", "select") and is_over:
                yield command, "this loop takes the overrides one by one"
