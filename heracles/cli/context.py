"""The context shared by all commands: the script, its sweep and the files beside it."""

import itertools
import os
import stat
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from heracles.cli.hydra_sweep import HydraSweep, HydraWords
from heracles.cli.read_files import ReadFiles
from heracles.cli.usage import UsageError
from heracles.errors import FileError, HeraclesError, OverrideError, ScriptError
from heracles.ir import Dimension, Runs
from heracles.language.source import Source
from heracles.lean import load
from heracles.paths import Siblings
from heracles.script.job_script import JobScript
from heracles.shell.quoting import shown
from heracles.text import counted, printable

if TYPE_CHECKING:
    from heracles.cli.terminal import Terminal
    from heracles.store.events import Compilation
    from heracles.store.history import History

__all__ = ["Context", "script_and_arguments"]


def script_and_arguments(word: str, arguments: str | None) -> tuple[str, tuple[str, ...] | None]:
    """Return the path of the script, and its own arguments; None if none are given.

    Args:
        word: The script as the command line names it: a path, or a path and arguments (`job.sh protein_a 3`), which
            are split as a shell splits words. A file of that very name wins.
        arguments: The arguments as `--args` has them; None if it is not given.

    Raises:
        UsageError: If they cannot be split, or are given twice.

    """
    words = [] if os.path.exists(word) else _split(word)
    path = words[0] if len(words) > 1 and _is_known(words[0]) else word
    if arguments is None:
        return (path, tuple(words[1:])) if path is not word else (word, None)
    if path is not word:
        raise UsageError("the arguments of the script are given twice: with it, and with --args")
    try:
        return word, tuple(load("shlex:split")(arguments))
    except ValueError as error:
        raise UsageError(f"--args cannot be read: {str(error).lower()} in {printable(arguments)}") from None


def _split(word: str) -> list[str]:
    try:
        return load("shlex:split")(word)  # type: ignore[no-any-return]
    except ValueError:
        return []


def _is_known(path: str) -> bool:
    """Return whether a script is there, or what Heracles recorded for one."""
    siblings = Siblings(path)
    return os.path.exists(path) or os.path.exists(siblings.path(siblings.journal))


class Context:
    """A script, a sweep, and where messages go.

    Args:
        path: Where the script is; empty if none is given.
        source: The text of the sweep, which holds undecodable bytes as surrogates.
        terminal: Where messages go.
        seed: The seed of the sweep.
        words: What the command line says to Hydra.
        arguments: The script's own arguments; None if none are given.
        at: The line of the script whose command gets the overrides; None if none is given.
        name: The name of the sweep, for which files of its own are kept; empty for none.

    """

    def __init__(  # noqa: PLR0913 - each is one option of the command line
        self,
        path: str,
        source: Source,
        terminal: "Terminal",
        *,
        seed: int = 0,
        words: HydraWords = HydraWords(),  # noqa: B008 - it is immutable
        arguments: tuple[str, ...] | None = None,
        at: int | None = None,
        name: str = "",
    ) -> None:
        self.path = path
        self.name = name
        self.files = ReadFiles(path)
        self.hydra = HydraSweep(words, source, self._given_script, self.files.text)
        self.terminal = terminal
        self.seed = seed
        self.arguments = arguments
        self.at = at

    @property
    def source(self) -> Source:
        """The text of the sweep, as that of runs that are started singly.

        Raises:
            OverrideError: If such runs cannot have it.

        """
        return self.hydra.source

    def _given_script(self) -> JobScript | None:
        """Return the script as the command line has it; None if it cannot be read."""
        try:
            return JobScript(self.path, self._read[0], self.arguments or (), self.at) if self.path else None
        except HeraclesError:
            return None

    @property
    def siblings(self) -> Siblings:
        """The names of the files beside the script."""
        return Siblings(self.path, self.name)

    def of_name(self, name: str) -> "Context":
        """Return the context of the latest sweep of that name."""
        return Context(self.path, Source(), self.terminal, name=name)

    @property
    def version(self) -> str:
        """The version of Heracles, as journals record it."""
        return load("heracles.version:__version__")  # type: ignore[no-any-return]

    @cached_property
    def script(self) -> JobScript:
        """The job script, with its own arguments and the line that was chosen; the journal has what is not given.

        Raises:
            FileError, ScriptError: If it cannot be read, or overrides cannot be added to it.
            OverrideError: If an override cannot be read.

        """
        script = JobScript(self.path, self._read[0], self.arguments or (), self.at)
        recorded = self._recorded
        if recorded is None:
            return script
        script = JobScript(self.path, script.content, recorded.arguments, self.at)
        if self.at is not None or recorded.at is None:
            return script
        line = script.candidates.again(recorded.at, recorded.command)
        if line is None:
            raise ScriptError(
                f"{script.name} has changed, and has no '{printable(recorded.command)}' any more, which --at "
                f"{recorded.at} was given for: give --at with the line of the command that gets the overrides"
            )
        return JobScript(self.path, script.content, recorded.arguments, line)

    @cached_property
    def _recorded(self) -> "Compilation | None":
        """The latest compilation of the sweep; None if nothing needs to be known of it."""
        is_complete = self.arguments is not None and self.at is not None
        if is_complete or not os.path.exists(self.siblings.path(self.siblings.journal)):
            return None
        try:
            history = load("heracles.store.history:History").read(self.siblings, self.version)
        except FileError:  # an error of the commands that need it
            return None
        return self._latest(history)

    def _latest(self, history: "History") -> "Compilation | None":
        asked = self.parsed() if self.source.has_sweep else None
        found = history.latest(asked, self.arguments)
        if found or asked is None or not any(each.arguments or each.at for each in history.compilations.values()):
            return found
        continued = load("heracles.jobs.growth:continuation")(history, asked, self.arguments, self.siblings)
        return continued.compilation if continued else None

    def recall(self, history: "History", compilation: "Compilation | None" = None) -> None:
        """Take from the journal what the command line does not say about the script.

        A locked journal must not be read a second time: to close it again would release the lock.

        Args:
            history: What is recorded.
            compilation: What is asked about; None for the latest one of the sweep.

        Raises:
            OverrideError: If an override cannot be read.

        """
        self.__dict__.pop("script", None)
        self._recorded = compilation or self._latest(history)
        if history.distrusted:
            name = printable(self.siblings.path(self.siblings.journal))
            self.terminal.warn(
                f"{name} was not written by you in this place: the command in it, {history.distrusted}, is not run. "
                "If it is yours, use --retry with -r"
            )

    def note_changes(self, history: "History") -> None:
        """Say that the sweep is not the last one, since a file that it is read from has changed."""
        is_new = history.latest(self.parsed(), self.arguments) is None
        if is_new and (earlier := self.files.earlier(self.recorded_source, history)):
            changed = ", ".join(printable(path) for path, number in earlier.digests)
            self.terminal.note(
                f"{changed} had other content when {printable(self.path)} was last written with it: "
                "new rows are new runs"
            )

    @property
    def text(self) -> str:
        """The text of the script; empty if it cannot be read any more, which what only follows jobs does without."""
        try:
            return self.script.text
        except HeraclesError:
            return ""

    def move_to(self, folder: str) -> None:
        """Make a folder the current one; the script stays the same."""
        self.path = os.path.relpath(self.path, folder)
        os.chdir(folder)
        self.__dict__.pop("script", None)

    @property
    def recalled(self) -> str:
        """The options that the journal has for this sweep and the command line has not; empty if there are none."""
        recorded, script = self._recorded, self.script
        options = []
        if recorded and self.arguments is None and script.arguments:
            options += ["--args", shown(" ".join(map(shown, script.arguments)))]
        if recorded and self.at is None and script.at is not None:
            options += ["--at", str(script.at)]
        return " ".join(options)

    @property
    def mode(self) -> int:
        """The permission bits of the job script."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[bytes, int]:
        if not self.path:
            raise UsageError("no job script given: write SCRIPT first, then the sweep")
        name = printable(self.path)
        try:
            status = os.stat(self.path)
            if stat.S_ISDIR(status.st_mode):
                raise FileError(f"{name} is a directory: the first argument is the job script")
            if not stat.S_ISREG(status.st_mode):
                raise FileError(f"{name} is not a plain file")
            with open(self.path, "rb") as file:
                content = file.read()
        except FileNotFoundError:
            hint = ": the script comes first, then the overrides" if "=" in name else ""
            raise FileError(f"no such script: {name}{hint}") from None
        except OSError as error:
            raise FileError(f"cannot read {name}: {error.strerror}") from None
        if self.path.endswith(".py") and not content.startswith(b"#!"):
            raise ScriptError(
                f"{name} is a Python program, and SCRIPT is the job script that starts it: write a job script with the "
                f'line python {name} "$@", and give that'
            )
        return content, stat.S_IMODE(status.st_mode) & 0o777

    def parsed(self) -> Runs:
        """Return the sweep; it may be empty.

        Raises:
            OverrideError: If an override cannot be read.
            FileError: If the folder of the configs cannot be read.

        """
        return self._sweep

    @cached_property
    def _sweep(self) -> Runs:
        try:
            return self._parse(self.source)
        except OverrideError as error:
            for words in (self.source.overrides, *self.source.cases):
                _check_options_of_a_program(words)
            if alias := self.hydra.explained_alias(error.source):
                raise OverrideError(f"{error.message}; {alias}", error.source, error.span or (0, 0)) from None
            raise

    def _parse(self, source: Source) -> Runs:
        return source.parse(seed=self.seed, options=self.hydra.options, files=self.files.text)

    def check_for_overrides(self) -> None:
        """Refuse a command line that has no overrides.

        Raises:
            UsageError: If it has none.

        """
        if not self.source.has_sweep:
            raise UsageError("no sweep given: write overrides after the script, such as lr=0.1,0.01")

    @cached_property
    def sweep(self) -> Runs:
        """The sweep, after a warning about a key that is given twice.

        Raises:
            UsageError: If there are no overrides.
            OverrideError: If an override cannot be read, or has no values.
            FileError: If the folder of the configs cannot be read.

        """
        self.check_for_overrides()
        sweep = self.parsed()
        for product in sweep.sweeps:
            for dimension in product.dimensions:
                self._check_values(dimension)
        self.hydra.check_keys(sweep)
        for words in (self.source.overrides, *self.source.cases):
            self._warn_about_repeated_keys(words)
        self._warn_about_rules(sweep)
        return sweep

    def _check_values(self, dimension: Dimension) -> None:
        """Refuse a dimension without values, and warn about values that a cast made equal."""
        if not dimension.size:
            words = [*self.source.overrides, *itertools.chain.from_iterable(self.source.cases)]
            override = next((text for text in reversed(words) if self._makes(text, dimension)), str(dimension))
            span = override.find("=") + 1, len(override)
            raise OverrideError("there is nothing to run: this has no values", override, span)
        if dimension.repeated:
            self.terminal.warn(f"{printable(str(dimension))} has {counted(dimension.repeated, 'repeated value')}")

    def _makes(self, override: str, dimension: Dimension) -> bool:
        """Return whether an override alone is that dimension; one that needs others is not."""
        try:
            return dimension in self._parse(Source((override,))).sweeps[0].dimensions
        except OverrideError:
            return False

    def _warn_about_repeated_keys(self, words: Sequence[str]) -> None:
        latest = {text.partition("=")[0]: text for text in words}
        for key, count in Counter(text.partition("=")[0] for text in words).items():
            if count > 1:
                self.terminal.warn(
                    f"{printable(key)} is given {count} times: only the last is used, {printable(latest[key])}"
                )

    def _warn_about_rules(self, sweep: Runs) -> None:
        """Warn about a single case, and about rules without an effect."""
        if len(self.source.cases) == 1 and self.source.overrides:
            self.terminal.warn("there is one --case: the overrides before it are part of it, and no case of their own")
        has_rules = bool(self.source.selections)
        for step in load("heracles.ir.selection:steps")(sweep) if has_rules else ():
            if step.kind in ("exclude", "where") and not step.matched:
                self.terminal.warn(f"--{step.kind} {printable(shown(step.text))} leaves out no run")

    @property
    def recorded_source(self) -> Source:
        """The text of the sweep as it can be compiled again without the files that a part of it is in."""
        sweep = self.parsed()
        source = self.files.recorded(self.source)
        if self.hydra.options is None:
            return source
        texts = tuple(tuple(map(str, product.dimensions)) for product in sweep.sweeps)
        if self.source.cases:
            return source._replace(overrides=(), cases=texts)
        return source._replace(overrides=texts[0])


def _check_options_of_a_program(overrides: Sequence[str]) -> None:
    """Refuse options of the user's program that are written as an argument parser reads them, but not as a sweep.

    Raises:
        OverrideError: If there is one, with the spelling that is read.

    """
    for place, text in enumerate(overrides):
        if not text.startswith("-") or "=" in text:
            continue
        span = 0, len(text)
        value = overrides[place + 1] if place + 1 < len(overrides) else "-"
        if value.startswith("-") or "=" in value:
            raise OverrideError("an option without a value belongs in the job script, after the program", text, span)
        raise OverrideError(f"an option and its values are one word: write {text}={value}", text, span)
