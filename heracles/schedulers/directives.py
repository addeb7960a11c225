"""The directives of a script: the comments that a scheduler reads its options from.

The rules are Slurm's (`_opt_batch_script` and `_get_argument` of sbatch's opt.c): a directive starts its line, words
are split at blanks, quotes and backslashes keep other characters, an unquoted `#` ends the line, and so does an empty
word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from heracles.schedulers.dialect import NONE, SCHEDULERS, Scheduler

__all__ = ["Directive", "Option", "Word", "directives", "named", "options", "read_by"]

_WORD = re.compile(r"""\s*(?P<word>(?:\\\S|\\(?!\S)|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"'\\#])+)""", re.ASCII)
_EMPTY = re.compile(r"""(?:""|''|\\)+""")
_QUOTES = re.compile(r"""\\(.)|["']""")
_NEITHER_BLANK_NOR_COMMENT = re.compile(r"^[ \t\r\f\v]*[^#\s]", re.MULTILINE)


@dataclass(frozen=True)
class Word:
    """A word of a directive, without its quotes, and where it stands in the script's text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Directive:
    """A line that is a directive.

    Attributes:
        start, end: Where the line stands in the script's text, without its newline.
        words: What it says.
        rest: Where the words end: what follows is a comment, an empty word, or a quote that is never closed.
        counts: Whether the scheduler reads it; it does not behind the first command, nor if it is indented.

    """

    start: int
    end: int
    words: tuple[Word, ...]
    rest: int
    counts: bool


@dataclass(frozen=True)
class Option:
    """An option that a directive gives: `--time=5`, `-t 5`; its value is None if it has none."""

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


def directives(text: str, scheduler: Scheduler) -> list[Directive]:
    """Give the directives of one scheduler, in order, those that it does not read too."""
    if not scheduler.prefix:
        return []
    command = None if scheduler.reads_whole else _NEITHER_BLANK_NOR_COMMENT.search(text)
    header = command.start() if command else len(text)
    found = []
    boundary = "" if scheduler.key == "slurm" else r"(?![A-Za-z0-9_])"
    for match in re.finditer(rf"^([ \t]*){re.escape(scheduler.prefix)}{boundary}", text, re.MULTILINE):
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        words, rest = _words(text, match.end(), end)
        if scheduler.prefix != "#$" or (words and words[0].text.startswith("-")):
            counts = not match[1] and match.start() < header
            found.append(Directive(match.start(), end, words, rest, counts))
    return found


def _words(text: str, place: int, end: int) -> tuple[tuple[Word, ...], int]:
    words = []
    while (match := _WORD.match(text, place, end)) and not _EMPTY.fullmatch(match["word"]):
        bare = _QUOTES.sub(lambda m: m[1] or "", match["word"])
        words.append(Word(bare, match.start("word"), match.end()))
        place = match.end()
    return tuple(words), place


def options(directive: Directive) -> Iterator[Option]:
    """Give the options of a directive; a word that belongs to none is one with an empty name."""
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


def named(found: Sequence[Directive], names: Sequence[str], scheduler: Scheduler) -> list[Option]:
    """Give the options of those names that count, in order; Slurm and PBS take `-a1-90` and `--arr=1-90` too."""
    chosen = []
    for directive in found:
        for option in options(directive) if directive.counts else ():
            if option.name in names or (scheduler.joins and _abbreviates(option.name, names)):
                chosen.append(option)
            elif scheduler.joins and (joined := _joined(option, names, scheduler.flags)):
                chosen.append(joined)
    return chosen


def _joined(option: Option, names: Sequence[str], flags: str) -> Option | None:
    """Give the short option that has its value joined to it, or stands behind flags: `-a1-90`, `-Ha 1-90`."""
    word = option.words[0]
    match = re.fullmatch(rf"-[{flags}]*([^-])(.*)", word.text) if flags else re.fullmatch(r"-([^-])(.*)", word.text)
    if match is None or f"-{match[1]}" not in names:
        return None
    value = Word(match[2], word.start + match.start(2), word.end) if match[2] else option.value
    return Option(f"-{match[1]}", value, option.words)


def _abbreviates(name: str, names: Sequence[str]) -> bool:
    """Tell whether it is a beginning of one of the long names, as getopt_long takes it; of 4 characters or more."""
    return len(name) > 3 and name[:2] == "--" and any(long.startswith(name) for long in names)


def read_by(text: str) -> list[Scheduler]:
    """Give the schedulers that read directives of theirs in the script."""
    return [
        scheduler
        for scheduler in SCHEDULERS.values()
        if scheduler is not NONE and any(directive.counts for directive in directives(text, scheduler))
    ]
