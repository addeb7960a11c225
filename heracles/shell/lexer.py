"""Reading the words of a shell script: quotations, expansions, redirections, comments and here-documents.

The rules are those of POSIX.1-2017, chapter 2 ("Shell Command Language"), sections 2.2 to 2.7, and bash's additions to
them (`$'…'`, arrays, `<(…)`, extended patterns).
"""

import re
from collections.abc import Callable

from heracles.lean import pattern
from heracles.shell.syntax import Block, Command, Expansion, HereDocument, Redirection, Tree, Word

__all__ = ["ASSIGNMENT", "Lexer", "unquoted"]

ASSIGNMENT = pattern(r"""[A-Za-z_][A-Za-z0-9_]*(?:\[(?:"[^"]*"|'[^']*'|\[[^]]*\]|[^]])*\])?\+?=""", needs="=")
"""The start of an assignment: `x=`, `x[1]=`, `x+=`."""

_REDIRECTION = pattern(r"&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||<|>", needs="<>")
_DESCRIPTOR = pattern(r"(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])", needs="<>")
_EXTENDED_PATTERN = ("?", "*", "+", "@", "!")
_ESCAPED_IN_BACKQUOTES = pattern(r"\\[\\$`]")
_ESCAPED_IN_QUOTED_BACKQUOTES = pattern(r"\\[\\$`\"]")
_QUOTES = frozenset("\\'\"")
_QUOTED = pattern(r"""\\(.)|'([^']*)'|\$'((?:\\.|[^'\\])*)'|\$?"((?:\\.|[^"\\])*)\"""", re.DOTALL)
_ESCAPED_IN_QUOTES = pattern(r"\\(?:([\\\"$`])|\n)")
_PARAMETER = pattern(r"\$(?:([A-Za-z_]\w*|[0-9@*#?$!-])|\{[#!]?([A-Za-z_]\w*|[0-9]+|[@*#?$!-]))", re.ASCII)


def unquoted(word: str) -> str:
    """Return a word without its quotes and backslashes, expansions as they stand."""
    return _QUOTED.sub(_without_quotes, word) if _QUOTES.intersection(word) else word


def _without_quotes(match: re.Match[str]) -> str:
    escaped, single, escapes, double = match.groups()
    if double is not None:
        return _ESCAPED_IN_QUOTES.sub(r"\1", double)
    if escapes is not None:
        return re.sub(r"\\(.)", r"\1", escapes, flags=re.DOTALL)
    return single if single is not None else escaped.strip("\n")


class Lexer:
    """A place in a script's text, and what is read from there on.

    Args:
        tree: The tree to record comments in, and what is never closed; its text is read.

    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.text = tree.text
        self.place = 0
        self._owner: Command | None = None  # the command that is being read
        self._word = Word(0, 0)
        self._here_documents: list[tuple[Redirection, Command]] = []

    def block(self, owner: Command | None, role: str, closer: str = "") -> Block:
        """Read commands up to the unopened bracket `closer`, or to a reserved word that begins or ends a block."""
        raise NotImplementedError

    def at(self, text: str) -> bool:
        """Return whether this text comes next."""
        return self.text.startswith(text, self.place)

    def skip_spaces(self) -> bool:
        """Go to the next character that is no space and no joined line; return whether there is one."""
        while self.place < len(self.text):
            if self.text[self.place] in " \t":
                self.place += 1
            elif self.at("\\\n"):
                self.place += 2
            else:
                return True
        return False

    def skip_lines(self) -> bool:
        """Go to the next character that is no space, newline or comment; return whether there is one."""
        while self.skip_spaces():
            if self.at("\n"):
                self.newline()
            elif self.at("#"):
                self.comment()
            else:
                return True
        return False

    def comment(self) -> None:
        """Read a comment."""
        end = self.text.find("\n", self.place)
        end = len(self.text) if end < 0 else end
        self.tree.comments.append((self.place, end))
        self.place = end

    def newline(self) -> None:
        """Read a newline, and the here-documents that begin after it."""
        self.place += 1
        waiting, self._here_documents = self._here_documents, []
        for redirection, command in waiting:
            self._here_document(redirection, command)

    def _here_document(self, redirection: Redirection, command: Command) -> None:
        word = self.tree.of(redirection.word)
        delimiter = unquoted(word)
        document = HereDocument(self.place, len(self.text), is_literal=delimiter != word)
        while self.place < len(self.text):
            end = self.text.find("\n", self.place)
            line = self.text[self.place : len(self.text) if end < 0 else end]
            start, self.place = self.place, self.place + len(line) + (end >= 0)
            if (line.lstrip("\t") if redirection.operator == "<<-" else line) == delimiter:
                document.end = start
                break
        document.close, redirection.document = self.place, document
        if not document.is_literal:
            self._inside(document.start, document.end, lambda: self._expansions(document), owner=command)

    def _inside(self, start: int, end: int, read: Callable[[], object], owner: Command | None) -> None:
        """Read a part of the text as if it were all."""
        outer = self.text, self.place, self._owner, self._word, self._here_documents
        self.text, self.place, self._owner, self._here_documents = self.text[:end], start, owner, []
        read()
        self.text, self.place, self._owner, self._word, self._here_documents = outer

    def _expansions(self, word: Word) -> None:
        """Read the rest of the text as if it stood between double quotes, as a part of a word."""
        self._word = word
        while self.place < len(self.text):
            if self.text[self.place] in "\\$`":
                self.piece(is_quoted=True)
            else:
                self.place += 1

    def word(self) -> Word:
        """Read one word: up to the next unquoted space, newline or operator."""
        outer, self._word = self._word, Word(self.place, self.place)
        text, start = self.text, self.place
        while self.place < len(text):
            character = text[self.place]
            if character in " \t\n;&|)":
                break
            if character in "<>":
                if self.place > start or not text.startswith("(", self.place + 1):
                    break
                self.place += 1
                self._substitution()
            elif character == "(":
                before = text[start : self.place]
                if not (ASSIGNMENT.fullmatch(before) or before.endswith(_EXTENDED_PATTERN)):
                    break
                self.balanced("(", ")", with_comments=True)
            else:
                self.piece()
        word, self._word = self._word, outer
        word.end = self.place
        return word

    def bracketed(self) -> Word:
        """Read `((…))` as one word."""
        outer, self._word = self._word, Word(self.place, self.place)
        self.balanced("(", ")")
        word, self._word = self._word, outer
        word.end = self.place
        return word

    def redirection(self, command: Command) -> bool:
        """Read a redirection, if one comes next; return whether one came."""
        start = self.place
        descriptor = _DESCRIPTOR.match(self.text, start)
        place = descriptor.end() if descriptor else start
        operator = _REDIRECTION.match(self.text, place)
        if not operator or (self.text.startswith(("<(", ">("), place) and not descriptor):
            return False
        self.place = operator.end()
        self.skip_spaces()
        redirection = Redirection(start, 0, operator[0], self.word())
        redirection.end = self.place
        command.redirections.append(redirection)
        command.reach(start, self.place)
        if operator[0] in ("<<", "<<-"):
            self._here_documents.append((redirection, command))
        return True

    def balanced(self, opener: str, closer: str, *, with_comments: bool = False) -> None:
        """Read from an opening bracket to the one that closes it; with comments, also `<(…)`."""
        start, depth = self.place, 0
        while self.place < len(self.text):
            character = self.text[self.place]
            if character in (opener, closer):
                self.place += 1
                depth += 1 if character == opener else -1
                if not depth:
                    return
            elif with_comments and character == "#" and self.text[self.place - 1] in " \t\n(":
                self.comment()
            elif with_comments and character in "<>" and self.text.startswith("(", self.place + 1):
                self.place += 1
                self._substitution()
            else:
                self.piece()
        self.leave_open(start)

    def piece(self, *, is_quoted: bool = False) -> None:
        """Read one character, escape, quotation or expansion; `is_quoted` inside of double quotes."""
        character = self.text[self.place]
        if character == "\\":
            self.place = min(self.place + 2, len(self.text))
        elif character == "'" and not is_quoted:
            self._until("'")
        elif character == '"':
            self._double_quoted()
        elif character == "`":
            self._backquoted(is_quoted=is_quoted)
        elif character == "$":
            self._dollar(is_quoted=is_quoted)
        else:
            self.place += 1

    def _double_quoted(self) -> None:
        text, start = self.text, self.place
        self.place += 1
        while self.place < len(text) and text[self.place] != '"':
            if text[self.place] in "\\$`":
                self.piece(is_quoted=True)
            else:
                self.place += 1
        self._close(start)

    def _dollar(self, *, is_quoted: bool) -> None:
        start = self.place
        match = _PARAMETER.match(self.text, start)
        self.place += 1
        if self.at("'") and not is_quoted:
            self._until("'", escapes=True)
        elif self.at("{"):
            self._braced(is_quoted=is_quoted)
        elif self.at("(("):
            self.balanced("(", ")")
        elif self.at("("):
            self._substitution()
        elif match:
            self.place = match.end()
        if match:
            self._word.expansions.append(Expansion(start, self.place, match[1] or match[2], is_quoted=is_quoted))

    def _braced(self, *, is_quoted: bool) -> None:
        start = self.place
        self.place += 1
        while self.place < len(self.text) and self.text[self.place] != "}":
            self.piece(is_quoted=is_quoted)
        self._close(start)

    def _substitution(self) -> None:
        """Read the commands of `$(…)` or `<(…)`, from its bracket on."""
        start, word, waiting = self.place, self._word, self._here_documents
        self.place, self._here_documents, comments = self.place + 1, [], len(self.tree.comments)
        word.substitutions.append(self.block(self._owner, "substitution", ")"))
        del self.tree.comments[comments:]
        self._word, self._here_documents = word, waiting
        self._close(start)

    def _backquoted(self, *, is_quoted: bool) -> None:
        r"""Read `` `…` ``: its commands, or the expansions alone if a `\` makes its text another than stands there."""
        start, word = self.place, self._word
        self._until("`", escapes=True)
        end = self.place - 1

        def commands() -> None:
            word.substitutions.append(self.block(self._owner, "substitution"))

        escaped = _ESCAPED_IN_QUOTED_BACKQUOTES if is_quoted else _ESCAPED_IN_BACKQUOTES
        is_plain = not escaped.search(self.text, start, end)
        self._inside(start + 1, end, commands if is_plain else lambda: self._expansions(word), owner=self._owner)

    def _until(self, mark: str, *, escapes: bool = False) -> None:
        start = self.place
        self.place += 1
        while self.place < len(self.text) and self.text[self.place] != mark:
            self.place += 2 if escapes and self.text[self.place] == "\\" else 1
        self._close(start)

    def _close(self, start: int) -> None:
        """Step over the closing mark of what began at `start`, if the text does not end before it."""
        if self.place >= len(self.text):
            self.leave_open(start)
        self.place = min(self.place + 1, len(self.text))

    def leave_open(self, start: int) -> None:
        """Record that what begins at `start` is never closed."""
        if self.tree.unclosed < 0:
            self.tree.unclosed = start
