"""Options for a submit command as a set: which of them are one option, and what a later one replaces."""

import shlex
from collections.abc import Hashable, Iterator, Sequence
from io import StringIO

from heracles.errors import HeraclesError
from heracles.lean import NamedTuple
from heracles.schedulers.dialect import Dialect
from heracles.schedulers.directives import Word

__all__ = ["OptionSet"]


class _Setting(NamedTuple):
    """An option: what tells it from others, its value, and the words that set it."""

    identity: Hashable
    value: tuple[str, ...]
    words: tuple[str, ...]


class OptionSet:
    """Options for a submit command, each at most once: `-t 5` and `--time=5` are equal.

    Args:
        settings: The options, in order; of two that are one option, the later counts.

    """

    def __init__(self, settings: Sequence[_Setting] = ()) -> None:
        self.settings = tuple({setting.identity: setting for setting in settings}.values())
        self._compared = frozenset((setting.identity, setting.value) for setting in self.settings)
        self._hash = hash(self._compared)

    @classmethod
    def read(cls, text: str, start: int, dialect: Dialect) -> "OptionSet":
        """Read options as a shell would split them, but without expanding anything.

        Args:
            text: The text, which errors show.
            start: Where in it the options begin.
            dialect: The words of the scheduler that they are for.

        Raises:
            HeraclesError: If a quote is not closed, a word belongs to no option, or an option cannot differ from run
                to run.

        """
        words = list(_words(text, start))
        if not words:
            raise HeraclesError(
                "there are no options after the colon: write some, as in --mem=64G", text, (start, start)
            )
        settings: list[_Setting] = []
        place = 0
        while place < len(words):
            end = place + 1
            most = dialect.most_values(words[place].text)
            while end < len(words) and end - place <= most and not words[end].text.startswith("-"):
                end += 1
            settings += _settings(text, words[place:end], dialect)
            place = end
        return cls(settings)

    @classmethod
    def of(cls, words: Sequence[str], dialect: Dialect) -> "OptionSet":
        """Return the set of options whose words are recorded."""
        return cls.read(" ".join(map(shlex.quote, words)), 0, dialect) if words else cls()

    def with_later(self, later: "OptionSet") -> "OptionSet":
        """Return these options with later ones, which replace those that are the same."""
        return OptionSet((*self.settings, *later.settings))

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a command line."""
        return tuple(word for setting in self.settings for word in setting.words)

    def __bool__(self) -> bool:
        return bool(self.settings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OptionSet) and self._compared == other._compared

    def __hash__(self) -> int:
        return self._hash


def _words(text: str, start: int) -> Iterator[Word]:
    """Yield the words of a text from a place on, as a shell splits them."""
    stream = StringIO(text)
    stream.seek(start)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    place = start
    while True:
        place += len(text[place:]) - len(text[place:].lstrip())
        try:
            word = lexer.get_token()
        except ValueError:
            raise HeraclesError("this quote is not closed", text, (place, len(text))) from None
        if word is None:
            return
        end = place + len(text[place : stream.tell()].rstrip())
        yield Word(word, place, end)
        place = end


def _settings(text: str, words: Sequence[Word], dialect: Dialect) -> Iterator[_Setting]:
    """Yield the options that a word and its values set: several if flags or resources are joined."""
    first, values = words[0], tuple(word.text for word in words[1:])
    if len(first.text) < 2 or not first.text.startswith("-"):
        message = "this belongs to no option: put quotes around a value with spaces"
        raise HeraclesError(message, text, (first.start, first.end))
    for name, joined in _names(first.text, dialect):
        known = dialect.canonical(name)
        if known in dialect.reserved:
            message = f"{known} cannot differ from run to run: it decides how the jobs are submitted and found"
            raise HeraclesError(message, text, (first.start, first.end))
        value = values if joined is None else (joined,)
        if known in dialect.additive:
            resources = [part for each in value for part in each.split(",")]
            yield from (_Setting((known, part.partition("=")[0]), (part,), (name, part)) for part in resources)
        elif joined is None:
            yield _Setting(known, value, (name, *value))
        else:
            yield _Setting(known, value, (f"{name}={joined}" if name.startswith("--") else f"{name}{joined}",))


def _names(word: str, dialect: Dialect) -> Iterator[tuple[str, str | None]]:
    """Yield the options in a word, each with the value that is joined to it: `--time=5`, `-Ht5`; None for none."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        yield name, value if equals else None
        return
    if not dialect.joins:
        yield word, None
        return
    for place, letter in enumerate(word[1:], 2):
        if letter not in dialect.flags:
            yield f"-{letter}", word[place:] or None
            return
        yield f"-{letter}", None
