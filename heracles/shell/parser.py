"""Reading a shell script: text → syntax tree.

The parser follows the grammar of POSIX.1-2017, section 2.10, with a method for each of its compound commands, and
bash's additions to it (`[[`, `((`, `|&`, `function`, `coproc`). It never judges a script: bash does. Text that is not
well-formed gives a tree of some part of it, and `Tree.unclosed` says where it stopped making sense.
"""

from collections.abc import Callable

from heracles.errors import ScriptError
from heracles.lean import pattern
from heracles.shell.lexer import ASSIGNMENT, Lexer
from heracles.shell.syntax import Block, Command, Statement, Tree, Word

__all__ = ["parse"]

_JOIN = pattern(r"&&|\|\||\|&|\|", needs="&|")
_ENDING = pattern(r";(?![;&])|&(?![&>])|&(?=>\()", needs=";&")
_CASE_END = pattern(r";;&|;;|;&", needs=";")
_EMPTY_PARENTHESES = pattern(r"[ \t]*\([ \t]*\)", needs="(")
_RESERVED = pattern(r"[A-Za-z{}!\[]+(?=[\s;&|()<>]|\Z)")
_STOPS = frozenset(["then", "elif", "else", "fi", "do", "done", "esac", "}"])
_PREFIXES = frozenset(["!", "time", "coproc"])


def parse(text: str) -> Tree:
    """Return the syntax tree of a script.

    Raises:
        ScriptError: If its expansions nest too deep to be read.

    """
    tree = Tree(text)
    try:
        tree.block = _Parser(tree).block(None, "")
    except RecursionError:
        raise ScriptError("the script's expansions nest too deep") from None
    return tree


class _Parser(Lexer):
    """Commands, read by recursive descent: a method for each production of the shell's grammar."""

    def block(self, owner: Command | None, role: str, closer: str = "") -> Block:
        """Read commands up to the unopened bracket `closer`, or to a reserved word that begins or ends a block."""
        block = Block(owner, role)
        while self.skip_lines() and not (closer and self.at(closer)):
            if self._is_stop(owner, role):
                break
            before = self.place
            self._statement(block)
            if self.place == before:  # no command begins like this: bash would not read it
                self.place += 1
        if closer and role != "substitution" and not self.at(closer):
            self.leave_open(owner.start if owner else 0)
        return block

    def _is_stop(self, owner: Command | None, role: str) -> bool:
        """Return whether what comes next ends the block."""
        if owner is None or role == "substitution":
            return False
        return (owner.kind == "case" and bool(_CASE_END.match(self.text, self.place))) or self._reserved() in _STOPS

    def _reserved(self) -> str:
        """Return the word that comes next, if it may be a reserved one."""
        match = _RESERVED.match(self.text, self.place)
        return match[0] if match else ""

    def _statement(self, block: Block) -> None:
        statement = Statement(block)
        operator = ""
        while True:
            command = self._command(statement, operator)
            if command.start >= 0:
                statement.commands.append(command)
            self.skip_spaces()
            join = _JOIN.match(self.text, self.place)
            if not join:
                break
            operator, self.place = join[0], join.end()
            if not self.skip_lines():
                break
        ending = _ENDING.match(self.text, self.place)
        if ending:
            statement.ending, self.place = ending[0], ending.end()
        if statement.commands:
            block.statements.append(statement)

    def _command(self, statement: Statement, operator: str) -> Command:
        """Read one command of a statement; one that starts at -1 if there is none."""
        command = Command(statement, operator)
        outer, self._owner = self._owner, command
        start = self.place
        while (word := self._reserved()) in _PREFIXES:
            command.is_negated ^= word == "!"
            self.place += len(word)
            if word == "time" and self.skip_spaces() and self.at("-p"):
                self.place += 2
            self.skip_spaces()
        if self.at("((") and self._arithmetic(command):
            pass
        elif self.at("("):
            command.kind = "("
            self._bracket(command, ")")
        elif word in _COMPOUND:
            command.kind = word
            command.start = self.place
            self.place += len(word)
            _COMPOUND[word](self, command)
            command.reach(command.start, self.place)
        else:
            self._simple(command)
        if command.kind:
            while self.skip_spaces() and self.redirection(command):
                pass
        elif command.start < 0 < self.place - start:
            command.reach(start, start + len(word))  # `time` or `!` alone
        self._owner = outer
        return command

    def _simple(self, command: Command) -> None:
        while self.skip_spaces() and not self.at("\n"):
            start = self.place
            if self.redirection(command):
                continue
            if self.at("#"):
                break
            word = self.word()
            if word.end == start:
                if self.at("(") and len(command.words) == 1 and not command.redirections:
                    self._function_body(command)
                break
            (command.assignments if self._is_assignment(command, word) else command.words).append(word)
            command.reach(start, word.end)

    def _is_assignment(self, command: Command, word: Word) -> bool:
        if command.words or {"=", "["}.isdisjoint(self.tree.of(word)):
            return False
        return ASSIGNMENT.match(self.text, word.start) is not None

    def _function_body(self, command: Command) -> None:
        parentheses = _EMPTY_PARENTHESES.match(self.text, self.place)
        if not parentheses:
            return
        self.place, command.kind = parentheses.end(), "function"
        self._body(command)

    def _body(self, command: Command) -> None:
        """Read the compound command that is a function's body."""
        if self.skip_lines():
            block = Block(command, "body")
            statement = Statement(block)
            body = self._command(statement, "")
            if body.start >= 0:
                statement.commands.append(body)
                block.statements.append(statement)
        else:
            block = Block(command, "body")
        command.blocks.append(block)
        command.reach(command.start, self.place)

    def function_definition(self, command: Command) -> None:
        """Read `function f { …; }`, from after its first word on."""
        self.skip_spaces()
        command.words.append(self.word())
        if parentheses := _EMPTY_PARENTHESES.match(self.text, self.place):
            self.place = parentheses.end()
        self._body(command)

    def _bracket(self, command: Command, closer: str) -> None:
        """Read `(…)`, from its bracket on."""
        command.reach(self.place, self.place + 1)
        self.place += 1
        command.blocks.append(self.block(command, "body", closer))
        self.place = min(self.place + 1, len(self.text))
        command.reach(command.start, self.place)

    def _arithmetic(self, command: Command) -> bool:
        """Read `((…))`; return whether it is that, and not a subshell in a subshell."""
        start = self.place
        word = self.bracketed()
        if self.text[word.end - 2 : word.end] != "))":
            self.place = start
            return False
        command.kind, command.words = "((", [word]
        command.reach(start, word.end)
        return True

    def _take(self, *words: str) -> str:
        """Step over the reserved word that has to come next, and return it; empty if another one comes."""
        self.skip_lines()
        word = self._reserved()
        if word not in words:
            return ""
        self.place += len(word)
        return word

    def brace_group(self, command: Command) -> None:
        """Read `{ …; }`, from after its first word on."""
        command.blocks.append(self.block(command, "body"))
        self._take("}")

    def if_clause(self, command: Command) -> None:
        """Read `if …; then …; fi`, from after its first word on."""
        word = "if"
        while word in ("if", "elif"):
            command.blocks.append(self.block(command, "condition"))
            if not self._take("then"):
                return
            command.blocks.append(self.block(command, "body"))
            word = self._take("elif", "else", "fi")
        if word == "else":
            command.blocks.append(self.block(command, "body"))
            self._take("fi")

    def while_clause(self, command: Command) -> None:
        """Read `while …; do …; done`, or `until`, from after its first word on."""
        command.blocks.append(self.block(command, "condition"))
        self._loop_body(command)

    def _loop_body(self, command: Command) -> None:
        opener = self._take("do", "{")
        if opener:
            command.blocks.append(self.block(command, "body"))
            self._take("done" if opener == "do" else "}")

    def for_clause(self, command: Command) -> None:
        """Read `for x in …; do …; done`, or `select`, from after its first word on."""
        self.skip_spaces()
        if self.at("(("):
            command.words.append(self.bracketed())
        else:
            command.words.append(self.word())
            self.skip_lines()
            if self._reserved() == "in":
                command.words.append(self.word())
                self._words(command)
        self.skip_spaces()
        self.place += self.at(";")
        self._loop_body(command)

    def _words(self, command: Command) -> None:
        """Read the words up to the end of the line, or to an operator."""
        while self.skip_spaces() and not self.at("#"):
            word = self.word()
            if word.end == word.start:
                break
            command.words.append(word)

    def case_clause(self, command: Command) -> None:
        """Read `case x in …) …;; esac`, from after its first word on."""
        self.skip_spaces()
        command.words.append(self.word())
        if not self._take("in"):
            return
        while self.skip_lines() and self._reserved() != "esac":
            self.place += self.at("(")
            while self.skip_lines() and not self.at(")"):
                before = self.place
                self.word()
                self.place += self.place == before
            self.place += 1
            command.blocks.append(self.block(command, "body"))
            end = _CASE_END.match(self.text, self.place)
            if not end:
                break
            self.place = end.end()
        self._take("esac")

    def test(self, command: Command) -> None:
        """Read the rest of `[[ … ]]`, where operators are words."""
        while self.skip_spaces():
            if self.text[self.place] in "\n;&|<>()":
                self.place += 1
                continue
            word = self.word()
            if self.tree.of(word) == "]]":
                return
            command.words.append(word)
        self.leave_open(command.start)


_COMPOUND: dict[str, Callable[[_Parser, Command], None]] = {
    "{": _Parser.brace_group,
    "if": _Parser.if_clause,
    "while": _Parser.while_clause,
    "until": _Parser.while_clause,
    "for": _Parser.for_clause,
    "select": _Parser.for_clause,
    "case": _Parser.case_clause,
    "function": _Parser.function_definition,
    "[[": _Parser.test,
}
