"""Shell text inside of a job script: the text of `bash -c "…"` or of `eval`, and here-documents that a shell reads.

Such a text is read twice: the script's shell removes one level of quotes, then a shell parses what is left. A `Text`
knows of each character of the inner text where it stands in the script and in which quotes, so that words can be put
there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from heracles.lean import NamedTuple, pattern
from heracles.script.commands import is_shell, name_of, shell_text
from heracles.shell.parser import parse
from heracles.shell.syntax import Command, HereDocument, Tree, Word

__all__ = ["Text", "text_of"]

_SINGLE, _DOUBLE, _BARE, _DOCUMENT, _LITERAL_DOCUMENT = "'", '"', "", "<<", "<<'"
_ESCAPED = {_DOUBLE: '\\\n"$`', _DOCUMENT: "\\\n$`"}
_SPECIAL = {_DOUBLE: pattern(r'[\\"$`]'), _DOCUMENT: pattern(r"[\\$`]")}

_PIECES = pattern(r"""\\.|"(?:\\.|[^"\\])*"|(\$['(]|`)|'[^']*'""", re.DOTALL)


class _Character(NamedTuple):
    """A character of an inner text: from where to where what means it stands in the script, and in which quotes."""

    text: str
    start: int
    end: int
    quotes: str


class Text:
    """A text that a shell runs.

    Attributes:
        command: The command of the script that has it run.
        characters: What the shell gets; expansions of the script's shell as they stand.
        arguments: Where in the script arguments for the text go; None if it has arguments of its own.
        before_arguments: What must stand before them: the text's `$0`, or `-s --`.
        is_evaluated: Whether the script's own shell runs it: the text of `eval`.

    """

    def __init__(
        self,
        command: Command,
        characters: Sequence[_Character],
        arguments: int | None,
        before_arguments: str,
        *,
        is_evaluated: bool = False,
    ) -> None:
        self.command = command
        self.characters = characters
        self.arguments = arguments
        self.before_arguments = before_arguments
        self.is_evaluated = is_evaluated

    @cached_property
    def tree(self) -> Tree:
        """The syntax tree of the inner text."""
        return parse("".join(character.text for character in self.characters))

    @property
    def is_document(self) -> bool:
        """Whether it is a here-document."""
        return self.characters[0].quotes in (_DOCUMENT, _LITERAL_DOCUMENT)

    @property
    def changes_parameters(self) -> bool:
        """Whether it shifts, sets or reads its own parameters one by one."""
        simple = [[self.tree.of(word) for word in each.words] for each in self.tree.commands() if each.is_simple]
        return any(
            words[:1] in (["shift"], ["getopts"]) or (words[:1] == ["set"] and "--" in words) for words in simple
        )

    def start(self, place: int) -> int:
        """Return where in the script what means a character of the inner text starts."""
        return self.characters[place].start

    def end(self, place: int) -> int:
        """Return where in the script what means the first `place` characters ends."""
        return self.characters[place - 1].end

    def is_expanded(self, place: int) -> bool:
        """Return whether a `$` of the inner text is one that the script's own shell expands."""
        character = self.characters[place]
        return character.quotes in (_DOUBLE, _DOCUMENT, _BARE) and character.end - character.start == 1

    def escape(self, place: int, words: str) -> str:
        """Return words, quoted for the inner shell, as they must stand in the script after `place` characters."""
        quotes = self.characters[place - 1].quotes
        if quotes in _SPECIAL:
            return _SPECIAL[quotes].sub(r"\\\g<0>", words)
        if quotes == _LITERAL_DOCUMENT:
            return words
        inside = words.replace("'", "'\\''")
        return inside if quotes == _SINGLE else f"'{inside}'"


def text_of(tree: Tree, command: Command) -> Text | None:
    """Return the text that a command has a shell run; None if there is none, or if only the running script knows it."""
    words = [tree.of(word) for word in command.words]
    place = shell_text(words)
    if place is not None:
        characters = list(_of_word(tree, command.words[place]) or ())
        after = words[place + 1 :]
        end = command.words[min(place + 1, len(words) - 1)].end
        more = None if len(after) > 1 else end
        return Text(command, characters, more, "" if after else " bash") if characters else None
    if words[:1] == ["eval"]:
        characters = list(_joined(_of_word(tree, word) for word in command.words[1:]))
        return Text(command, characters, None, "", is_evaluated=True) if characters else None
    return _document(tree, command, words)


def _document(tree: Tree, command: Command, words: Sequence[str]) -> Text | None:
    """Return the here-document that a command hands to a shell: `bash <<EOF`, `srun bash -s <<EOF`."""
    documents = [redirection.document for redirection in command.redirections if redirection.document]
    shells = [place for place, word in enumerate(words) if is_shell(word)]
    if not documents or not shells or name_of(tree, command) in ("ssh", "su", "sg"):
        return None
    options = words[shells[-1] + 1 :]
    characters = list(_of_document(tree, documents[-1]))
    if not characters or any(not re.fullmatch(r"-[a-z]+", option) for option in options):
        return None
    has_s = any("s" in option for option in options)
    return Text(command, characters, command.words[-1].end, " --" if has_s else " -s --")


def _joined(parts: Iterable[Iterator[_Character] | None]) -> Iterator[_Character]:
    last = None
    for part in parts:
        if last:
            yield last._replace(text=" ", start=last.end)
        for last in part or ():
            yield last


def _of_document(tree: Tree, document: HereDocument) -> Iterator[_Character]:
    if document.is_literal:
        places = range(document.start, document.end)
        return (_Character(tree.text[place], place, place + 1, _LITERAL_DOCUMENT) for place in places)
    return _quoted(tree.text, document.start, document.end, _DOCUMENT)


def _of_word(tree: Tree, word: Word) -> Iterator[_Character] | None:
    """Return the characters of a word; None if `$'…'` or a substitution makes some of them."""
    is_unknown = any(match[1] for match in _PIECES.finditer(tree.of(word)))
    return None if is_unknown else _pieces(tree.text, word.start, word.end)


def _pieces(text: str, place: int, end: int) -> Iterator[_Character]:
    while place < end:
        if text[place] == "'":
            close = text.find("'", place + 1)
            yield from (_Character(text[at], at, at + 1, _SINGLE) for at in range(place + 1, close))
            place = close + 1
        elif text[place] == '"':
            close = _closing(text, place + 1, end)
            yield from _quoted(text, place + 1, close, _DOUBLE)
            place = close + 1
        elif text[place] == "\\":
            if text[place + 1 : place + 2] not in ("", "\n"):
                yield _Character(text[place + 1], place, place + 2, _BARE)
            place += 2
        else:
            yield _Character(text[place], place, place + 1, _BARE)
            place += 1


def _closing(text: str, place: int, end: int) -> int:
    """Return where the double quote closes that was opened before `place`; those inside of expansions are others."""
    depth = 0
    while place < end and (text[place] != '"' or depth):
        if text.startswith(("$(", "${"), place):
            depth += 1
        elif text[place] in ")}" and depth:
            depth -= 1
        place += 1 + (text[place] in "\\$")
    return place


def _quoted(text: str, place: int, end: int, quotes: str) -> Iterator[_Character]:
    """Return the characters of text that stands in double quotes, or in a here-document."""
    while place < end:
        length = 1
        if text[place] == "\\" and text[place + 1 : place + 2] in _ESCAPED[quotes]:
            length = 2
        if text[place : place + length] != "\\\n":
            yield _Character(text[place + length - 1], place, place + length, quotes)
        place += length
