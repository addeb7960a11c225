"""The text that a sweep is compiled from: overrides, cases, rules, and the size of a sample."""

from collections.abc import Callable, Sequence

from heracles.ir import Runs
from heracles.language.sweeps import parse
from heracles.lean import NamedTuple

__all__ = ["Source"]


class Source(NamedTuple):
    """The text of a sweep: arguments of `heracles.parse`, and what is known of the files that have a part of it.

    Attributes:
        overrides: The overrides that every case has.
        cases: The overrides of each case.
        exclude: What is left out: each a text of overrides.
        where: The conditions that every run meets.
        sample: The number of combinations that are drawn; None for all of them.
        files: The text of each file of rows that the overrides name, with its path, if it is known already.
        digests: The digest of each file that all this was read from, with its path from the folder of the script.

    """

    overrides: tuple[str, ...] = ()
    cases: tuple[tuple[str, ...], ...] = ()
    exclude: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    sample: int | None = None
    files: tuple[tuple[str, str], ...] = ()
    digests: tuple[tuple[str, str], ...] = ()

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

    def parse(
        self,
        *,
        seed: int = 0,
        options: Callable[[str], Sequence[str]] | None = None,
        files: Callable[[str], str] | None = None,
    ) -> Runs:
        """Return the sweep; arguments and exceptions are those of `heracles.parse`.

        Of files whose text is known already, that is read.
        """
        return parse(
            self.overrides,
            cases=self.cases,
            exclude=self.exclude,
            where=self.where,
            sample=self.sample,
            seed=seed,
            options=options,
            files=dict(self.files).__getitem__ if self.files else files,
        )
