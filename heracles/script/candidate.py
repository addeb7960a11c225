"""A command that may be the user's program, and where in the script words become its arguments."""

from functools import cached_property

from heracles.lean import pattern
from heracles.script.commands import shell_text
from heracles.script.embedded import Text
from heracles.shell.syntax import Command, Tree

__all__ = ["Candidate", "Refusal"]

_JOINED_LINES = pattern(r"(?:[ \t]*\\\n)+", needs="\\")
_JOIN_AND_SPACES = pattern(r"\s*\\\n\s*")


class Refusal(ValueError):  # noqa: N818 - becomes the ScriptError that its script raises
    """A script has no place for overrides.

    Args:
        reason: Why.
        start: Where what it is about starts in the script.
        end: After it.
        has_choices: Whether `--at` may be the way on.

    """

    def __init__(self, reason: str, start: int, end: int, *, has_choices: bool = True) -> None:
        super().__init__(reason, start, end)
        self.reason, self.start, self.end, self.has_choices = reason, start, end, has_choices


class Candidate:
    """A command that may be the user's program.

    Attributes:
        tree: The script.
        command: The command; of `text.tree` if it stands in a text.
        text: The text of another shell that it stands in; None if it stands in the script itself.

    """

    def __init__(self, tree: Tree, command: Command, text: Text | None = None) -> None:
        self.tree = tree
        self.command = command
        self.text = text

    @cached_property
    def start(self) -> int:
        """Where it starts in the script."""
        return self.text.start(self.command.start) if self.text else self.command.start

    @cached_property
    def end(self) -> int:
        """After its last word or redirection in the script."""
        return self.text.end(self.command.end) if self.text else self.command.end

    @property
    def lines(self) -> tuple[int, int]:
        """The lines that it begins and ends on, from 1."""
        return self.tree.text.count("\n", 0, self.start) + 1, self.tree.text.count("\n", 0, self.end) + 1

    @property
    def own_tree(self) -> Tree:
        """The tree that its command is a node of."""
        return self.text.tree if self.text else self.tree

    @property
    def shown(self) -> str:
        """The command on one line."""
        return _JOIN_AND_SPACES.sub(" ", self.tree.text[self.start : self.end])

    @cached_property
    def _last_word(self) -> int:
        """After its last word, in its own tree: redirections may follow."""
        return max((word.end for word in self.command.words), default=self.command.end)

    @cached_property
    def place(self) -> tuple[int, str]:
        """Where in the script words become arguments of it, and what goes before them."""
        end = self._last_word
        if self._needs_name:
            return end, " bash "
        if self.text:
            return self.text.end(end), " "
        text = self.tree.text
        if end < self.command.end:
            return end, " "
        if end == len(text) and (len(text) - len(text.rstrip("\\"))) % 2:
            return end, "\n" if text[-2:-1] in (" ", "\t") else "\n "
        if joined := _JOINED_LINES.match(text, end):
            return joined.end(), "" if text[joined.end() - 3 : joined.end() - 2] in (" ", "\t") else " "
        return end, " "

    @cached_property
    def _needs_name(self) -> bool:
        """Whether the first word after it would be the `$0` of the text that it hands to a shell."""
        words = [self.own_tree.of(word) for word in self.command.words]
        return shell_text(words) == len(words) - 1

    def escape(self, words: str) -> str:
        """Return shell words as they must stand in the script at its place."""
        return self.text.escape(self._last_word, words) if self.text else words

    @property
    def is_in_background(self) -> bool:
        """Whether the script goes on while it runs."""
        outer = [self.text.command, *self.text.command.ancestors] if self.text else []
        commands = [self.command, *self.command.ancestors, *outer]
        return any(command.statement.ending == "&" for command in commands)

    @property
    def is_in_function(self) -> bool:
        """Whether it stands in the body of a function, of the script's or of the text's own."""
        return self.command.is_in_function or bool(self.text and self.text.command.is_in_function)
