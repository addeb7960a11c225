"""The function `heracles_decode` under construction: its statements, and what a run's number and seeds are in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from heracles.backends.bash_values import permuted
from heracles.backends.bash_words import INDENT, beside, filled
from heracles.backends.bash_writer import BashWriter
from heracles.ir import Runs

__all__ = ["Decoder"]


class Decoder:
    """The function `heracles_decode`, whose statements are added one after another.

    Args:
        runs: A sequence of runs, at least one.

    Attributes:
        writer: The function's body.
        numbers: The numbers, in the whole, of the runs that it is called for; it may be called for fewer.

    """

    def __init__(self, runs: Runs) -> None:
        self.writer = BashWriter()
        self._whole = runs.whole
        self._padded: dict[int, str] = {}
        self._lengths: list[tuple[int, str, str]] = []
        self._numbered_from = 0
        self._part = self._whole, 0
        self.numbers = range(runs.size)

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the whole sweep, in the order of the overrides."""
        return self._whole.columns

    def seed(self, key: str) -> Callable[[str], str] | None:
        """Return a function that adds the statements for a seed of the run, and returns the name of its variable.

        It takes the wanted name. Return None if the key never has seeds.
        """
        runs, first = self._part
        streams = [runs.columns[column] for column in runs.random_columns]
        if key not in streams:
            return None
        place = "run" if len(streams) == 1 else f"run * {len(streams)}"
        shift = first + streams.index(key)
        place += f" {'-' if shift < 0 else '+'} {abs(shift)}" if shift or len(streams) > 1 else ""
        return lambda name: permuted(self.writer, self._whole.seeds, place, name)

    def begin_part(self, runs: Runs, first: int) -> None:
        """Take what follows for a part of the whole, of whose seeds run 0 of the whole would have draw `first`."""
        self._part = runs, first

    def is_numbered(self, key: str) -> bool:
        """Return whether the number of the run is put in its place in values of a key."""
        runs, _ = self._part
        return key in [runs.columns[column] for column in runs.marks.numbered_columns]

    def number(self, width: int) -> str:
        """Return the name of a variable that has the run's number, with zeros up to a width."""
        if width < 2:
            return "run"
        return self._padded.setdefault(width, self.writer.scratch(f"run_{width}"))

    def number_from_here(self) -> None:
        """Take what `$run` is after the statements so far for the number of the run in the whole sweep."""
        self._numbered_from = len(self.writer.lines)

    @property
    def function(self) -> list[str]:
        """The function's lines."""
        names = [*self.writer.names, *(["REPLY"] if self.writer.helpers else [])]
        # Overrides that cannot be set, because a name is readonly, must not be those of another run.
        lines = [f"local {line}" for line in filled(["run=$1", *names])]
        declared = [f"{' && '.join([*lines, 'unset -v heracles_overrides'])} || exit 2"]
        padded = [f"printf -v {name} '%0{width}d' \"$run\"" for width, name in self._padded.items()]
        before, after = self.writer.lines[: self._numbered_from], self.writer.lines[self._numbered_from :]
        body = [*declared, *beside(before), *padded, *beside(after)]
        return ["# Set the overrides of run $1.", "heracles_decode() {", *(INDENT + line for line in body), "}"]

    @property
    def helpers(self) -> list[str]:
        """The pieces of `runtime/` that the function calls."""
        return list(self.writer.helpers)

    @property
    def longest(self) -> str:
        """A sentence's part about the longest part of the function, and how to shorten it."""
        length, subject, advice = max(self._lengths, default=(0, "the overrides", "choose fewer"))
        return f"{subject} take {length:,} of them; {advice}"

    @contextmanager
    def measured(self, subject: str, advice: str) -> Iterator[list[str]]:
        """Take note of the length of the statements that are added meanwhile, and of the words that it is given.

        Args:
            subject: The name of these statements in a message.
            advice: A sentence's part about how to shorten them.

        """
        before, words = sum(map(len, self.writer.lines)), list[str]()
        yield words
        self._lengths.append((sum(map(len, [*self.writer.lines, *words])) - before, subject, advice))

    def assigned(self, name: str, expression: str) -> str:
        """Add an assignment of arithmetic to a variable that is free from here on; return the variable's name."""
        variable = self.writer.scratch(name)
        if expression != variable:
            self.writer.write(f"{variable}=$(({expression}))")
        return variable
