"""The directives of a script: the comments that a scheduler reads its options from.

The rules are Slurm's (`_opt_batch_script` and `_get_argument` of sbatch's opt.c): a directive starts its line, words
are split at spaces, quotes and backslashes keep other characters, an unquoted `#` ends the line, and so does an empty
word.
"""

import re
from collections.abc import Iterator, Sequence

from heracles.lean import NamedTuple, pattern
from heracles.schedulers.dialect import Dialect

__all__ = ["Directive", "Option", "Word", "directives", "header_end", "named", "options"]

_WORD = pattern(r"""\s*(?P<word>(?:\\\S|\\(?!\S)|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"'\\#])+)""", re.ASCII)
_PLAIN_WORD = pattern(r"\s*(?P<word>\S+)", re.ASCII)
_SPECIAL = frozenset("\"'\\#")
_EMPTY = pattern(r"""(?:""|''|\\)+""", needs="\"'\\")
_QUOTES = pattern(r"""\\(.)|["']""")
_COMMAND = pattern(r"^[ \t\r\f\v]*[^#\s]", re.MULTILINE)


class Word(NamedTuple):
    """A word of a directive, without its quotes, and its place in the script's text."""

    text: str
    start: int
    end: int


class Directive(NamedTuple):
    """A line that is a directive.

    Attributes:
        start, end: The line's place in the script's text, without its newline.
        words: Its words.
        rest: Where the words end; a comment, an empty word or an open quote may follow.
        counts: Whether the scheduler reads it: not after the first command, and not if it is indented.

    """

    start: int
    end: int
    words: tuple[Word, ...]
    rest: int
    counts: bool


class Option(NamedTuple):
    """An option of a directive: `--time=5`, `-t 5`; its value is None if it has none."""

    name: str
    value: Word | None
    words: tuple[Word, ...]

    @property
    def start(self) -> int:
        """Where it starts in the script's text."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where it ends in the script's text."""
        return self.words[-1].end

    @property
    def span(self) -> tuple[int, int]:
        """Where it starts and ends in the script's text."""
        return self.start, self.end

    @property
    def text(self) -> str:
        """The value; empty if it has none."""
        return self.value.text if self.value else ""


def header_end(text: str, dialect: Dialect) -> int:
    """Return where the part of a script ends in which a scheduler reads its directives: at the first command."""
    command = None if dialect.reads_whole else _COMMAND.search(text)
    return command.start() if command else len(text)


def directives(text: str, dialect: Dialect) -> list[Directive]:
    """Return the directives of one scheduler, in order, including those that it does not read."""
    if not dialect.prefix or dialect.prefix not in text:
        return []
    header = header_end(text, dialect)
    found = []
    for match in re.finditer(rf"^([ \t]*){re.escape(dialect.prefix)}{dialect.prefix_end}", text, re.MULTILINE):
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        words, rest = _words(text, match.end(), end)
        if not dialect.starts_with_option or (words and words[0].text.startswith("-")):
            counts = not match[1] and match.start() < header
            found.append(Directive(match.start(), end, words, rest, counts))
    return found


def _words(text: str, place: int, end: int) -> tuple[tuple[Word, ...], int]:
    words = []
    is_plain = _SPECIAL.isdisjoint(text[place:end])  # most lines are, and what reads the others compiles slowly
    word = _PLAIN_WORD if is_plain else _WORD
    while (match := word.match(text, place, end)) and not _EMPTY.fullmatch(match["word"]):
        bare = match["word"] if is_plain else _QUOTES.sub(lambda m: m[1] or "", match["word"])
        words.append(Word(bare, match.start("word"), match.end()))
        place = match.end()
    return tuple(words), place


def options(directive: Directive) -> Iterator[Option]:
    """Return the options of a directive; a word that belongs to none is one with an empty name."""
    words = directive.words
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        name, equals, value = word.text.partition("=")
        if not word.text.startswith("-"):
            yield Option("", word, (word,))
        elif equals and name.startswith("--"):
            yield Option(name, Word(value, word.start + len(name) + 1, word.end), (word,))
        elif place < len(words) and not words[place].text.startswith("-"):
            yield Option(word.text, words[place], (word, words[place]))
            place += 1
        else:
            yield Option(word.text, None, (word,))


def named(found: Sequence[Directive], names: Sequence[str], dialect: Dialect) -> list[Option]:
    """Return the options of those names that count, in order; also `-a1-90`, `--arr=1-90` if options are getopt's."""
    chosen = []
    for directive in found:
        for option in options(directive) if directive.counts else ():
            if option.name in names or (dialect.joins and _abbreviates(option.name, names)):
                chosen.append(option)
            elif dialect.joins and (joined := _joined(option, names, dialect.flags)):
                chosen.append(joined)
    return chosen


def _joined(option: Option, names: Sequence[str], flags: str) -> Option | None:
    """Return the short option whose value is joined to it, or that follows flags: `-a1-90`, `-Ha 1-90`."""
    word = option.words[0]
    if word.text.startswith("--"):
        return None
    match = re.fullmatch(rf"-[{flags}]*([^-])(.*)", word.text) if flags else re.fullmatch(r"-([^-])(.*)", word.text)
    if match is None or f"-{match[1]}" not in names:
        return None
    value = Word(match[2], word.start + match.start(2), word.end) if match[2] else option.value
    return Option(f"-{match[1]}", value, option.words)


def _abbreviates(name: str, names: Sequence[str]) -> bool:
    """Return whether getopt_long reads a name as the beginning of a long one; from 4 characters on."""
    return len(name) > 3 and name[:2] == "--" and any(long.startswith(name) for long in names)
