"""Shell text: quoting words for it, and reading just enough of it to know where a script's commands end.

The reader follows the token and reserved-word rules of POSIX.1-2017, chapter 2 ("Shell Command Language"), and
bash's additions to them (`[[`, `((`, `$'…'`, arrays, `<(…)`, `|&`, `function`). It never judges a script: bash does.
"""

import re
from dataclasses import dataclass, field

from heracles.errors import ScriptError

__all__ = ["Command", "Outline", "outline", "quote"]

_SAFE = re.compile(r"[A-Za-z0-9@%+=:,./_-]+")
_DOUBLE_QUOTABLE = re.compile(r'[^"$`\\!]*')


def quote(word: str) -> str:
    """Give `word` as a POSIX shell reads it back: as it is, where nothing in it means anything to a shell.

    `word` must hold no NUL character, which no program can be given.
    """
    if _SAFE.fullmatch(word):
        return word
    if "'" not in word:
        return f"'{word}'"
    if _DOUBLE_QUOTABLE.fullmatch(word):
        return f'"{word}"'
    return "'" + word.replace("'", "'\\''") + "'"


@dataclass(slots=True)
class Command:
    """A simple command, or the close of a compound one, as it stands in the script.

    Attributes:
        words: (start, end) of each word: assignments, name and arguments, without redirections.
        closes: The reserved word or bracket that closes a compound command (`fi`, `}`, `))`); empty for a simple one.
        name: Which of the words is the command's name; None if there are assignments only.
        before: The operator that stands before it: `|`, `&&`, `||`, `;`, `&`, `(` or nothing.
        after: The operator behind it, if there is one on the same line.
        end: Where its last word, redirection or closing word ends.

    """

    words: list[tuple[int, int]] = field(default_factory=list)
    closes: str = ""
    name: int | None = None
    before: str = ""
    after: str = ""
    end: int = 0


@dataclass(slots=True)
class Outline:
    """What a script's text shows without running it.

    Attributes:
        commands: The simple commands and the closes of compound ones, in the order of their ends.
        uses_parameters: Whether `$@` or `$*` is expanded outside of function bodies.
        here_document_end: Where the last here-document ends, 0 if there is none.
        comment: Where the last comment starts, -1 if there is none.
        functions: The names of the functions that the script defines.

    """

    commands: list[Command] = field(default_factory=list)
    uses_parameters: bool = False
    here_document_end: int = 0
    comment: int = -1
    functions: set[str] = field(default_factory=set)


def outline(text: str) -> Outline:
    """Read a script. Text that is not well-formed gives the outline of some part of it.

    Raises:
        ScriptError: If its expansions nest too deep to be read.

    """
    reader = _Reader(text)
    try:
        reader.commands("")
    except RecursionError:
        raise ScriptError("the script's expansions nest too deep") from None
    return reader.outline


_OPERATOR = re.compile(r"&&|\|\||\|&|;;&|;;|;&|&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||[;&|()<>]")
_REDIRECTION = frozenset(["<", ">", ">>", "<<", "<<-", "<<<", "<>", "<&", ">&", ">|", "&>", "&>>"])
_OPENS = {"if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "case": "esac", "{": "}"}
_LEADS = frozenset(["then", "do", "else", "elif", "!", "time", "if", "while", "until", "{"])
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^]]*\])?\+?=")
_PARAMETERS = re.compile(r"\$(?:[@*]|\{[@*])")
_ESCAPED_OR_PARAMETERS = re.compile(r"\\.|(\$(?:[@*]|\{[@*]))", re.DOTALL)


@dataclass(slots=True)
class _Frame:
    closer: str
    is_function: bool


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.outline = Outline()
        self._functions = 0
        self._here_documents: list[tuple[str, bool, bool]] = []

    def commands(self, until: str) -> None:
        """Read commands up to the unopened `until`, which is left unread, or to the end of the text."""
        text = self.text
        frames: list[_Frame] = []
        command, operator = Command(), ""
        expecting_name = True  # whether the next word may be a reserved word or a command's name
        function_follows = False
        pattern = False  # whether a pattern of `case` is being read

        def finish(after: str) -> None:
            nonlocal command, operator, expecting_name
            if command.words or command.closes or command.end:
                command.after = after
                self.outline.commands.append(command)
            if after:
                operator = after
            command, expecting_name = Command(before=operator), True

        def close(closer: str, end: int) -> None:
            nonlocal command, expecting_name
            while frames:
                frame = frames.pop()
                self._functions -= frame.is_function
                if frame.closer == closer:
                    break
            command, expecting_name = Command(closes=closer, before=operator, end=end), False

        def open_frame(closer: str) -> None:
            nonlocal function_follows
            frames.append(_Frame(closer, function_follows))
            self._functions += function_follows
            function_follows = False

        while self._skip_blanks():
            start = self.place
            character = text[start]
            if character == "\n":
                self.place += 1
                finish("")
                operator = command.before = ""
                self._skip_here_documents()
                continue
            if character == "#":
                self.outline.comment = start
                end = text.find("\n", start)
                self.place = len(text) if end < 0 else end
                continue
            if until == ")" and character == ")" and not pattern and not any(f.closer == ")" for f in frames):
                break
            if text.startswith("((", start) and (expecting_name or command.words):
                self._balanced("(", ")")
                command.closes, command.end, expecting_name = "))", self.place, False
                function_follows = False
                continue
            match = _OPERATOR.match(text, start)
            if match and not text.startswith(("<(", ">("), start):
                self.place = match.end()
                symbol = match[0]
                if symbol in _REDIRECTION:
                    self._redirection(symbol)
                    command.end = self.place
                elif pattern:
                    if symbol == ")":
                        pattern, command, expecting_name = False, Command(), True
                elif symbol == "(":
                    if command.name is not None and len(command.words) == 1 and not expecting_name:
                        self._skip_blanks()
                        self.place += text.startswith(")", self.place)
                        self.outline.functions.add(text[slice(*command.words[0])])
                        command, expecting_name, function_follows = Command(), True, True
                    else:
                        open_frame(")")
                        operator, command, expecting_name = "(", Command(), True
                elif symbol == ")":
                    finish("")
                    close(")", self.place)
                else:
                    finish(symbol)
                    pattern = symbol in (";;", ";&", ";;&") and any(f.closer == "esac" for f in frames)
                continue
            self._word()
            word = text[start : self.place]
            if pattern:
                if word == "esac":
                    close(word, self.place)
                    pattern = False
                continue
            if not expecting_name:
                command.words.append((start, self.place))
                command.end = self.place
                if word == "in" and len(command.words) == 3 and text[slice(*command.words[0])] == "case":
                    pattern, command = True, Command()
                continue
            if word in ("fi", "done", "esac", "}"):
                close(word, self.place)
            elif word == "[[":
                self._test()
                command.closes, command.end, expecting_name = "]]", self.place, False
            elif word == "function":
                self._skip_blanks()
                start = self.place
                self._word()
                self.outline.functions.add(text[start : self.place])
                self._skip_blanks()
                if re.compile(r"\([ \t]*\)").match(text, self.place):
                    self.place = text.index(")", self.place) + 1
                function_follows = True
            elif word in _OPENS or word in _LEADS:
                if word in _OPENS:
                    open_frame(_OPENS[word])
                if word not in _LEADS:  # for, select and case have words of their own before the next command
                    command.words.append((start, self.place))
                    command.name, expecting_name = 0, False
                else:
                    command = Command(before=operator if word in ("time", "!") else "")
            else:
                command.words.append((start, self.place))
                command.end = self.place
                if not _ASSIGNMENT.match(word):
                    command.name, expecting_name = len(command.words) - 1, False
        finish("")

    def _skip_blanks(self) -> bool:
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

    def _redirection(self, symbol: str) -> None:
        self._skip_blanks()
        start = self.place
        self._word()
        word = self.text[start : self.place]
        if symbol in ("<<", "<<-"):
            delimiter = re.sub(r"\\(.)|['\"]", r"\1", word)
            self._here_documents.append((delimiter, symbol == "<<-", delimiter != word))

    def _skip_here_documents(self) -> None:
        for delimiter, strips_tabs, is_quoted in self._here_documents:
            start = self.place
            end = len(self.text)
            while self.place < end:
                line_end = self.text.find("\n", self.place)
                line_end = end if line_end < 0 else line_end
                line = self.text[self.place : line_end]
                self.place = min(line_end + 1, end)
                if (line.lstrip("\t") if strips_tabs else line) == delimiter:
                    break
            if not is_quoted:
                self._see_parameters(self.text[start : self.place])
            self.outline.here_document_end = self.place
        self._here_documents = []

    def _see_parameters(self, text: str) -> None:
        if not self._functions and any(m[1] for m in _ESCAPED_OR_PARAMETERS.finditer(text)):
            self.outline.uses_parameters = True

    def _test(self) -> None:
        """Read the rest of `[[ … ]]`."""
        while self._skip_blanks():
            start = self.place
            if self.text[start] in "\n;&|<>()":
                self.place += 1
                continue
            self._word()
            if self.text[start : self.place] == "]]":
                return

    def _word(self) -> None:
        """Read one word: up to the next unquoted blank, newline or operator."""
        text, start = self.text, self.place
        while self.place < len(text):
            character = text[self.place]
            if character in " \t\n;&|":
                return
            if character in "<>" and not (self.place == start and text.startswith("(", self.place + 1)):
                return
            if character in "<>":
                self.place += 1
                self._balanced("(", ")")
            elif character == "(":
                before = text[start : self.place]
                if not (_ASSIGNMENT.fullmatch(before) or before.endswith(("?", "*", "+", "@", "!"))):
                    return
                self._balanced("(", ")")
            elif character == ")":
                return
            else:
                self._piece()

    def _piece(self) -> None:
        """Read one character, escape, quotation or expansion."""
        text = self.text
        character = text[self.place]
        if character == "\\":
            self.place = min(self.place + 2, len(text))
        elif character == "'":
            self._until("'")
        elif character == '"':
            self.place += 1
            while self.place < len(text) and text[self.place] != '"':
                if text[self.place] in "\\$`" and not text.startswith("$'", self.place):
                    self._piece()
                else:
                    self.place += 1
            self.place = min(self.place + 1, len(text))
        elif character == "`":
            start = self.place
            self._until("`")
            self._see_parameters(text[start : self.place])
        elif character == "$":
            self._dollar()
        else:
            self.place += 1

    def _dollar(self) -> None:
        text = self.text
        if _PARAMETERS.match(text, self.place) and not self._functions:
            self.outline.uses_parameters = True
        following = text[self.place + 1 : self.place + 2]
        if following == "'":
            self.place += 1
            self._until("'", escapes=True)
        elif text.startswith("$((", self.place):
            self.place += 1
            self._balanced("(", ")")
        elif following == "(":
            inner = _Reader(text)
            inner.place, inner._functions = self.place + 2, self._functions
            inner.commands(")")
            self.outline.uses_parameters |= inner.outline.uses_parameters
            self.place = min(inner.place + 1, len(text))
        elif following == "{":
            self.place += 1
            self._balanced("{", "}")
        else:
            self.place += 1

    def _until(self, quote_mark: str, *, escapes: bool = False) -> None:
        self.place += 1
        while self.place < len(self.text) and self.text[self.place] != quote_mark:
            escaped = self.text[self.place] == "\\" and (escapes or quote_mark == "`")
            self.place += 2 if escaped else 1
        self.place = min(self.place + 1, len(self.text))

    def _balanced(self, opener: str, closer: str) -> None:
        """Read from an opening bracket to the one that closes it."""
        depth = 0
        while self.place < len(self.text):
            character = self.text[self.place]
            if character in (opener, closer):
                self.place += 1
                depth += 1 if character == opener else -1
                if not depth:
                    return
            else:
                self._piece()
