"""The syntax tree of a shell script: what `heracles.shell.parser` makes of a text.

Every node says where it stands: `start` and `end` are offsets in the text, so that `text[node.start:node.end]` is what
the user wrote. The tree knows the order and the nesting of commands, not what they do.
"""

from collections.abc import Iterator

__all__ = ["Block", "Command", "Expansion", "HereDocument", "Redirection", "Statement", "Tree", "Word"]


class Expansion:
    """A parameter that a word expands: `$x`, `${x:-1}`, `"$@"`.

    Attributes:
        start: Where its `$` stands.
        end: After its last character.
        name: The name of the parameter: `x`, `@`, `1`.
        is_quoted: Whether it stands between double quotes, or in a here-document.

    """

    __slots__ = ("end", "is_quoted", "name", "start")

    def __init__(self, start: int, end: int, name: str, *, is_quoted: bool) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.is_quoted = is_quoted


class Word:
    """A word of a command.

    Attributes:
        start: Where it starts.
        end: After its last character.
        expansions: The parameters that it expands, those inside of other expansions too.
        substitutions: The commands of `$(…)`, `` `…` ``, `<(…)` and `>(…)`.

    """

    __slots__ = ("end", "expansions", "start", "substitutions")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.expansions: list[Expansion] = []
        self.substitutions: list[Block] = []


class HereDocument(Word):
    """The lines of a here-document, from the first to the one before the delimiter.

    Attributes:
        is_literal: Whether its delimiter is quoted, so that nothing in it is expanded.
        close: After the line of the delimiter.

    """

    __slots__ = ("close", "is_literal")

    def __init__(self, start: int, end: int, *, is_literal: bool) -> None:
        super().__init__(start, end)
        self.is_literal = is_literal
        self.close = end


class Redirection:
    """A redirection of a command.

    Attributes:
        start: Where it starts, with its file descriptor.
        end: After its word.
        operator: `>`, `<<`, `&>` …
        word: The file, the descriptor, or the delimiter.
        document: The here-document, if it is one and its lines have been read.

    """

    __slots__ = ("document", "end", "operator", "start", "word")

    def __init__(self, start: int, end: int, operator: str, word: Word) -> None:
        self.start = start
        self.end = end
        self.operator = operator
        self.word = word
        self.document: HereDocument | None = None


class Command:
    """A simple or a compound command.

    Attributes:
        start: Where its first word, redirection or bracket starts.
        end: After its last word, redirection or bracket.
        kind: Empty for a simple command, else the word that opens it: `if`, `for`, `{`, `(`, `[[`, `((`, or `function`.
        before: The operator before it in its statement: `|`, `|&`, `&&`, `||`, or nothing.
        is_negated: Whether `!` stands before it.
        assignments: The assignments before its name.
        words: Its name and its arguments; of a compound command the words that it has (`for x in …`, `case x`); of a
            function its name.
        redirections: Its redirections.
        blocks: The lists of commands that a compound command holds, in their order.
        statement: The statement that it is a part of.

    """

    __slots__ = (
        "assignments",
        "before",
        "blocks",
        "end",
        "is_negated",
        "kind",
        "redirections",
        "start",
        "statement",
        "words",
    )

    def __init__(self, statement: "Statement", before: str) -> None:
        self.start = -1
        self.end = 0
        self.kind = ""
        self.before = before
        self.is_negated = False
        self.assignments: list[Word] = []
        self.words: list[Word] = []
        self.redirections: list[Redirection] = []
        self.blocks: list[Block] = []
        self.statement = statement

    def reach(self, start: int, end: int) -> None:
        """Take in what stands from `start` to `end`."""
        self.start = start if self.start < 0 else self.start
        self.end = max(self.end, end)

    @property
    def is_simple(self) -> bool:
        """Whether it is a name with arguments, or assignments and redirections alone."""
        return not self.kind

    @property
    def all_words(self) -> Iterator[Word]:
        """The assignments, the words, and the words and documents of the redirections."""
        yield from self.assignments
        yield from self.words
        for redirection in self.redirections:
            yield redirection.word
            if redirection.document:
                yield redirection.document

    @property
    def ancestors(self) -> Iterator["Command"]:
        """The compound commands that it stands in, from the innermost on; also those around a substitution."""
        command = self.statement.block.owner
        while command:
            yield command
            command = command.statement.block.owner

    @property
    def is_in_function(self) -> bool:
        """Whether it stands in the body of a function."""
        return any(command.kind == "function" for command in self.ancestors)

    @property
    def following(self) -> "Command | None":
        """The next command of its statement."""
        commands = self.statement.commands
        place = commands.index(self) + 1
        return commands[place] if place < len(commands) else None


class Statement:
    """Commands joined by `|`, `|&`, `&&` and `||`.

    Attributes:
        block: The block that it is a part of.
        commands: The commands, at least one.
        ending: `&` or `;` if the statement ends with it, else nothing.

    """

    __slots__ = ("block", "commands", "ending")

    def __init__(self, block: "Block") -> None:
        self.block = block
        self.commands: list[Command] = []
        self.ending = ""


class Block:
    """A list of statements.

    Attributes:
        owner: The command that holds it; None for the whole script.
        role: What it is to that command: `condition`, `body`, or `substitution`; empty for the whole script.
        statements: The statements.

    """

    __slots__ = ("owner", "role", "statements")

    def __init__(self, owner: Command | None = None, role: str = "") -> None:
        self.owner = owner
        self.role = role
        self.statements: list[Statement] = []

    @property
    def commands(self) -> Iterator[Command]:
        """The commands that stand in it directly."""
        for statement in self.statements:
            yield from statement.commands

    def walk(self, *, substitutions: bool = True) -> Iterator[Command]:
        """Return the commands that stand in it and in all that these hold, each before those that it holds.

        Args:
            substitutions: Whether to go into `$(…)` too.

        """
        for command in self.commands:
            yield command
            for word in command.all_words if substitutions else ():
                for block in word.substitutions:
                    yield from block.walk()
            for block in command.blocks:
                yield from block.walk(substitutions=substitutions)


class Tree:
    """A whole script.

    Attributes:
        text: The text.
        block: Its statements.
        comments: (start, end) of each comment outside of substitutions, without its newline.
        unclosed: Where a quotation or bracket starts that is never closed; -1 if there is none.

    """

    __slots__ = ("block", "comments", "text", "unclosed")

    def __init__(self, text: str) -> None:
        self.text = text
        self.block = Block()
        self.comments: list[tuple[int, int]] = []
        self.unclosed = -1

    def of(self, node: Word | Command | Expansion) -> str:
        """Return the text of a node."""
        return self.text[node.start : node.end]

    def commands(self, *, substitutions: bool = True) -> Iterator[Command]:
        """Return all commands, each before those that it holds; those of `$(…)` only if asked for."""
        return self.block.walk(substitutions=substitutions)
