"""The text that a sweep is compiled from: overrides, cases, rules, and the size of a sample."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from heracles.ir import Runs
from heracles.language.sweeps import parse

__all__ = ["Source"]


class Source(NamedTuple):
    """The text of a sweep; each field is an argument of `heracles.parse`.

    Attributes:
        overrides: The overrides that every case has.
        cases: The overrides of each case.
        exclude: What is left out: each a text of overrides.
        where: The conditions that every run meets.
        sample: The number of combinations that are drawn; None for all of them.

    """

    overrides: tuple[str, ...] = ()
    cases: tuple[tuple[str, ...], ...] = ()
    exclude: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    sample: int | None = None

    @property
    def has_sweep(self) -> bool:
        """Whether there is an override, or a case."""
        return bool(self.overrides or self.cases)

    @property
    def words(self) -> list[str]:
        """The words that give it on a command line, each as the program gets it."""
        words = list(self.overrides)
        for case in self.cases:
            words += ["--case", *case]
        words += [f"--exclude={rule}" for rule in self.exclude]
        words += [f"--where={rule}" for rule in self.where]
        return [*words, f"--sample={self.sample}"] if self.sample is not None else words

    def parse(self, *, seed: int = 0, options: Callable[[str], Sequence[str]] | None = None) -> Runs:
        """Return the sweep; arguments and exceptions are those of `heracles.parse`."""
        return parse(
            self.overrides,
            cases=self.cases,
            exclude=self.exclude,
            where=self.where,
            sample=self.sample,
            seed=seed,
            options=options,
        )
