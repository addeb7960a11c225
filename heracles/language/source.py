"""The text that a sweep is compiled from: overrides, cases, rules, and the size of a sample."""

from collections.abc import Callable, Sequence

from heracles.ir import Runs
from heracles.language.front_end import parse
from heracles.lean import NamedTuple

__all__ = ["COUNTS", "RULES", "Source", "replaced"]

RULES = ("exclude", "where")
"""The parts of a sweep's text that are rules, one text or more, by the names of their options."""

COUNTS = ("sample",)
"""Those that are one number, or None."""


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
    def selections(self) -> list[tuple[str, str]]:
        """The rules and counts: the name of each one's option, and its value."""
        rules = [(name, rule) for name in RULES for rule in getattr(self, name)]
        counts = ((name, getattr(self, name)) for name in COUNTS)
        return [*rules, *((name, str(count)) for name, count in counts if count is not None)]

    def words(self, seed: int = 0) -> list[str]:
        """Return the words that give it on a command line, each as the program gets it.

        Args:
            seed: The seed, which is left out if it is the default, 0.

        """
        options = [*self.selections, *([("seed", str(seed))] if seed else [])]
        words = [word for name, value in options for word in (f"--{name}", value)]
        overrides = [*self.overrides, *(word for case in self.cases for word in ("--case", *case))]
        has_flags = any(word.startswith("-") for part in (self.overrides, *self.cases) for word in part)
        return [*words, *(["--"] if has_flags else []), *overrides]

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


def replaced(held: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the overrides that a config or a file holds, and those that are given, which replace them in place."""
    latest = {override.partition("=")[0]: override for override in given}
    keys = {override.partition("=")[0] for override in held}
    first = [latest.get(override.partition("=")[0], override) for override in held]
    return [*first, *(override for override in given if override.partition("=")[0] not in keys)]
