"""Reading just enough of a shell script to know where its commands end, and what they do with its parameters.

The reader follows the token and reserved-word rules of POSIX.1-2017, chapter 2 ("Shell Command Language"), and
bash's additions to them (`[[`, `((`, `$'…'`, arrays, `<(…)`, `|&`, `function`). It never judges a script: bash does.
"""

import re
from dataclasses import dataclass, field

from heracles.errors import ScriptError

__all__ = ["Command", "Outline", "expands_parameters", "outline"]


@dataclass(slots=True)
class Command:
    """A simple command, or the close of a compound one, as it stands in the script.

    Attributes:
        words: (start, end) of each word: assignments, name and arguments, without redirections.
        closes: The reserved word or bracket that closes a compound command (`fi`, `}`, `))`); empty for a simple one.
        name: Which of the words is the command's name; None if there are assignments only.
        before: The operator that stands before it: `|`, `&&`, `||`, `;`, `&`, `(` or nothing.
        after: The operator behind it, if there is one on the same line.
        start: Where its first word or redirection starts; -1 while there is none.
        end: Where its last word or redirection ends.
        in_function: Whether it stands in a function's body.

    """

    words: list[tuple[int, int]] = field(default_factory=list)
    closes: str = ""
    name: int | None = None
    before: str = ""
    after: str = ""
    start: int = -1
    end: int = 0
    in_function: bool = False

    def reach(self, start: int, end: int) -> None:
        """Take in what stands from `start` to `end`."""
        self.start = start if self.start < 0 else self.start
        self.end = end


@dataclass(slots=True)
class Outline:
    """What a script's text shows without running it.

    Attributes:
        commands: The simple commands and the closes of compound ones, in the order of their ends.
        uses_parameters: Whether `$@` or `$*` is expanded outside of function bodies.
        here_document_end: Where the last here-document ends, 0 if there is none.
        comment: Where the last comment starts, -1 if there is none.
        functions: The names of the functions that the script defines.
        nested: The commands inside of command substitutions.
        pasted: Where an unquoted here-document expands `$@` or `$*`, -1 if none does.
        unclosed: Where a quotation or bracket starts that is never closed, -1 if there is none.

    """

    commands: list[Command] = field(default_factory=list)
    uses_parameters: bool = False
    here_document_end: int = 0
    comment: int = -1
    functions: set[str] = field(default_factory=set)
    nested: list[Command] = field(default_factory=list)
    pasted: int = -1
    unclosed: int = -1


_PARAMETERS = re.compile(r"\$(?:[@*]|\{[@*])")
_ESCAPED_OR_PARAMETERS = re.compile(r"\\.|(\$(?:[@*]|\{[@*]))", re.DOTALL)
_QUOTATION = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'", re.DOTALL)


def expands_parameters(text: str) -> bool:
    """Tell whether words expand `$@` or `$*` where they stand: not behind a backslash nor in single quotes."""
    visible = _QUOTATION.sub(lambda m: "" if m[0][0] == "'" else m[0], text)
    return any(m[1] for m in _ESCAPED_OR_PARAMETERS.finditer(visible))


def outline(text: str) -> Outline:
    """Read a script. Text that is not well-formed gives the outline of some part of it.

    Raises:
        ScriptError: If its expansions nest too deep to be read.

    """
    found = Outline()
    try:
        _Commands(_Cursor(text, found), until="").read()
    except RecursionError:
        raise ScriptError("the script's expansions nest too deep") from None
    return found


_OPERATOR = re.compile(r"&&|\|\||\|&|;;&|;;|;&|&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||[;&|()<>]")
_REDIRECTION = frozenset(["<", ">", ">>", "<<", "<<-", "<<<", "<>", "<&", ">&", ">|", "&>", "&>>"])
_CLOSER_OF = {"if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac", "{": "}"}
_CLOSERS = frozenset(_CLOSER_OF.values())
_WITH_WORDS = frozenset(["for", "select", "case"])  # which have words of their own before the next command
_PREFIXES = frozenset(["time", "!"])
_RESERVED = frozenset(["then", "do", "else", "elif"])
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^]]*\])?\+?=")
_EXTENDED_PATTERN = ("?", "*", "+", "@", "!")
_DESCRIPTOR = re.compile(r"(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])")
_EMPTY_PARENTHESES = re.compile(r"[ \t]*\([ \t]*\)")


class _Cursor:
    """A place in a script's text, and the words, quotations and here-documents that are read from it."""

    def __init__(self, text: str, found: Outline) -> None:
        self.text = text
        self.place = 0
        self.found = found
        self.functions = 0  # how many function bodies the place is in
        self._here_documents: list[tuple[str, bool, bool]] = []

    def skip_blanks(self) -> bool:
        """Go to the next character that is no blank and no joined line; tell whether there is one."""
        text = self.text
        while self.place < len(text):
            if text[self.place] in " \t":
                self.place += 1
            elif text.startswith("\\\n", self.place):
                self.place += 2
            else:
                return True
        return False

    def word(self) -> str:
        """Read one word: up to the next unquoted blank, newline or operator."""
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
                if not (_ASSIGNMENT.fullmatch(before) or before.endswith(_EXTENDED_PATTERN)):
                    break
                self.balanced("(", ")", with_comments=True)
            else:
                self._piece()
        return text[start : self.place]

    def comment(self) -> None:
        self.found.comment = self.place
        end = self.text.find("\n", self.place)
        self.place = len(self.text) if end < 0 else end

    def redirection(self, symbol: str) -> None:
        """Read what stands behind a redirection's operator."""
        self.skip_blanks()
        word = self.word()
        if symbol in ("<<", "<<-"):
            delimiter = re.sub(r"\\(.)|['\"]", r"\1", word)
            self._here_documents.append((delimiter, symbol == "<<-", delimiter != word))

    def newline(self) -> None:
        """Read a newline, and the here-documents that begin behind it."""
        self.place += 1
        for delimiter, strips_tabs, is_quoted in self._here_documents:
            start, end = self.place, len(self.text)
            while self.place < end:
                line_end = self.text.find("\n", self.place)
                line = self.text[self.place : end if line_end < 0 else line_end]
                self.place += len(line) + (line_end >= 0)
                if (line.lstrip("\t") if strips_tabs else line) == delimiter:
                    break
            if not is_quoted and any(m[1] for m in _ESCAPED_OR_PARAMETERS.finditer(self.text[start : self.place])):
                self.found.uses_parameters |= not self.functions
                self.found.pasted = start
            self.found.here_document_end = self.place
        self._here_documents = []

    def balanced(self, opener: str, closer: str, *, with_comments: bool = False) -> None:
        """Read from an opening bracket to the one that closes it; with no `opener`, to the first closing one."""
        start, depth = self.place, 0
        if not opener:
            self.place, depth = self.place + 1, 1
        while self.place < len(self.text):
            character = self.text[self.place]
            if character in (opener, closer):
                self.place += 1
                depth += 1 if character == opener else -1
                if not depth:
                    return
            elif with_comments and character == "#" and self.text[self.place - 1] in " \t\n(":
                self.comment()
            else:
                self._piece()
        self.found.unclosed = start

    def _see_parameters(self, text: str) -> None:
        if not self.functions and any(m[1] for m in _ESCAPED_OR_PARAMETERS.finditer(text)):
            self.found.uses_parameters = True

    def _piece(self, *, is_quoted: bool = False) -> None:
        """Read one character, escape, quotation or expansion; `is_quoted` inside of double quotes."""
        text = self.text
        character = text[self.place]
        if character == "\\":
            self.place = min(self.place + 2, len(text))
        elif character == "'":
            self._until("'")
        elif character == '"':
            self._double_quoted()
        elif character == "`":
            start = self.place
            self._until("`", escapes=True)
            self._see_parameters(text[start : self.place])
        elif character == "$":
            self._dollar(is_quoted=is_quoted)
        else:
            self.place += 1

    def _double_quoted(self) -> None:
        text, start = self.text, self.place
        self.place += 1
        while self.place < len(text) and text[self.place] != '"':
            if text[self.place] in "\\$`":
                self._piece(is_quoted=True)
            else:
                self.place += 1
        self._closed(start)

    def _dollar(self, *, is_quoted: bool) -> None:
        text = self.text
        if _PARAMETERS.match(text, self.place) and not self.functions:
            self.found.uses_parameters = True
        following = text[self.place + 1 : self.place + 2]
        self.place += 1
        if following == "'" and not is_quoted:
            self._until("'", escapes=True)
        elif following == "{":
            self.balanced("", "}")
        elif text.startswith("((", self.place):
            self.balanced("(", ")")
        elif following == "(":
            self._substitution()

    def _substitution(self) -> None:
        """Read the commands of `$(…)` or `<(…)`, from its bracket on."""
        inner = _Cursor(self.text, Outline())
        inner.place, inner.functions = self.place + 1, self.functions
        _Commands(inner, until=")").read()
        found = inner.found
        self.found.uses_parameters |= found.uses_parameters
        self.found.nested += found.commands + found.nested
        self.found.pasted = max(self.found.pasted, found.pasted)
        start, self.place = self.place, inner.place
        self.found.unclosed = max(self.found.unclosed, found.unclosed)
        self._closed(start)

    def _until(self, mark: str, *, escapes: bool = False) -> None:
        start = self.place
        self.place += 1
        while self.place < len(self.text) and self.text[self.place] != mark:
            self.place += 2 if escapes and self.text[self.place] == "\\" else 1
        self._closed(start)

    def _closed(self, start: int) -> None:
        """Step over the closing mark of what began at `start`, if the text does not end before it."""
        if self.place >= len(self.text):
            self.found.unclosed = start
        self.place = min(self.place + 1, len(self.text))


class _Commands:
    """Commands, up to the end of the text or to the unopened bracket `until`, which is left unread."""

    def __init__(self, cursor: _Cursor, until: str) -> None:
        self.cursor = cursor
        self.until = until
        self.frames: list[tuple[str, bool]] = []  # of each open compound command its closer, and if it is a function's
        self.command = Command()
        self.operator = ""  # what separates the command from the one before it
        self.is_start = True  # whether a reserved word or a command's name may come next
        self.is_function = False  # whether the next compound command is a function's body
        self.is_pattern = False  # whether a pattern of `case` comes next

    def read(self) -> None:
        cursor = self.cursor
        while cursor.skip_blanks():
            start = cursor.place
            character = cursor.text[start]
            match = _OPERATOR.match(cursor.text, start)
            if character == "\n":
                if not self._is_unfinished_case():
                    self._finish("")
                    self.operator = self.command.before = ""
                cursor.newline()
            elif character == "#":
                cursor.comment()
            elif character == self.until and not self.is_pattern and all(closer != ")" for closer, _ in self.frames):
                break
            elif cursor.text.startswith("((", start) and (self.is_start or self.command.words):
                cursor.balanced("(", ")")
                self._close_without_frame("))")
            elif descriptor := _DESCRIPTOR.match(cursor.text, start):
                cursor.place = descriptor.end()
                self.command.reach(start, cursor.place)
            elif match and not cursor.text.startswith(("<(", ">("), start):
                cursor.place = match.end()
                self._operator(match[0], start)
            else:
                self._word(cursor.word(), start)
        self._finish("")

    def _next(self, *, is_start: bool = True) -> None:
        self.command, self.is_start = Command(before=self.operator), is_start

    def _finish(self, after: str) -> None:
        """End the command that is being read."""
        if self.command.start >= 0:
            self.command.after, self.command.in_function = after, self.cursor.functions > 0
            self.cursor.found.commands.append(self.command)
        self.operator = after or self.operator
        self._next()

    def _open(self, closer: str) -> None:
        self.frames.append((closer, self.is_function))
        self.cursor.functions += self.is_function
        self.is_function = False

    def _close(self, closer: str, start: int) -> None:
        while self.frames:
            wanted, is_function = self.frames.pop()
            self.cursor.functions -= is_function
            if wanted == closer:
                break
        self._next(is_start=False)
        self.command.closes = closer
        self.command.reach(start, self.cursor.place)

    def _close_without_frame(self, closer: str) -> None:
        """End `[[ … ]]` or `(( … ))`, which hold no commands."""
        self.command.closes, self.is_start, self.is_function = closer, False, False
        self.command.reach(self.cursor.place - len(closer), self.cursor.place)

    def _operator(self, symbol: str, start: int) -> None:
        if symbol in _REDIRECTION:
            self.cursor.redirection(symbol)
            self.command.reach(start, self.cursor.place)
        elif self.is_pattern:
            if symbol == ")":
                self.is_pattern = False
                self._next()
        elif symbol == "(" and len(self.command.words) == 1 and self.command.name == 0:
            self._define(self._name())
            self.cursor.skip_blanks()
            self.cursor.place += self.cursor.text.startswith(")", self.cursor.place)
        elif symbol == "(":
            self._open(")")
            self.operator = "("
            self._next()
        elif symbol == ")":
            self._finish("")
            self._close(")", start)
        else:
            self._finish(symbol)
            self.is_pattern = symbol in (";;", ";&", ";;&") and any(closer == "esac" for closer, _ in self.frames)

    def _define(self, name: str) -> None:
        self.cursor.found.functions.add(name)
        self.is_function = True
        self._next()

    def _word(self, word: str, start: int) -> None:
        if self.is_pattern:
            if word == "esac":
                self.is_pattern = False
                self._close(word, start)
        elif not self.is_start:
            self._take(start)
            if word == "in" and len(self.command.words) == 3 and self._name() == "case":
                self.is_pattern = True
                self._next()
        else:
            self._first_word(word, start)

    def _first_word(self, word: str, start: int) -> None:
        """Take a word that stands where a command may begin."""
        if word in _CLOSERS:
            self._close(word, start)
        elif word == "[[":
            self._test()
        elif word == "function":
            self.cursor.skip_blanks()
            self._define(self.cursor.word())
            if parentheses := _EMPTY_PARENTHESES.match(self.cursor.text, self.cursor.place):
                self.cursor.place = parentheses.end()
        elif word in _CLOSER_OF:
            self._open(_CLOSER_OF[word])
            self.operator = ""
            self._next()
            if word in _WITH_WORDS:
                self._take_name(start)
        elif word in _RESERVED:
            self.operator = ""
            self._next()
        elif word in _PREFIXES:
            self._next()
        elif _ASSIGNMENT.match(word):
            self._take(start)
        else:
            self._take_name(start)

    def _take(self, start: int) -> None:
        self.command.words.append((start, self.cursor.place))
        self.command.reach(start, self.cursor.place)

    def _take_name(self, start: int) -> None:
        self._take(start)
        self.command.name, self.is_start = len(self.command.words) - 1, False

    def _is_unfinished_case(self) -> bool:
        return 0 < len(self.command.words) < 3 and self.command.name == 0 and self._name() == "case"

    def _name(self) -> str:
        return self.cursor.text[slice(*self.command.words[0])]

    def _test(self) -> None:
        """Read the rest of `[[ … ]]`, where operators are words."""
        cursor = self.cursor
        while cursor.skip_blanks():
            if cursor.text[cursor.place] in "\n;&|<>()":
                cursor.place += 1
            elif cursor.word() == "]]":
                break
        self._close_without_frame("]]")
