"""What a command line says to Hydra, and what the overrides mean with it and with the program's configs."""

import itertools
import re
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from heracles.cli.usage import UsageError
from heracles.errors import OverrideError, ScriptError
from heracles.hydra import multirun, program
from heracles.hydra.folders import is_hydras
from heracles.hydra.main_function import main_of
from heracles.hydra.settings import is_setting
from heracles.ir import Runs
from heracles.ir.values import from_data
from heracles.language.source import Source
from heracles.lean import NamedTuple, load
from heracles.script.job_script import JobScript
from heracles.text import printable

if TYPE_CHECKING:
    from heracles.hydra.configs import Configs, Held

__all__ = ["HydraSweep", "HydraWords"]


class HydraWords(NamedTuple):
    """What a command line says to Hydra.

    Attributes:
        flag: Hydra's `-m` or `--multirun`, as it was written; empty if it was not.
        command: The words of the program's command that was pasted; empty if none was.
        config_dir, config_name, config_path: Hydra's options; None for those that are not given.
        hydra_dirs: The folder that is to hold a folder for each run; None if none is asked for.
        no_config: Whether the program's configs are not to be read.

    """

    flag: str = ""
    command: tuple[str, ...] = ()
    config_dir: str | None = None
    config_name: str | None = None
    config_path: str | None = None
    hydra_dirs: str | None = None
    no_config: bool = False

    @property
    def options(self) -> list[str]:
        """Hydra's options as overrides that each run gets.

        Raises:
            UsageError: If a name looks like several.

        """
        if self.config_name and "," in self.config_name:
            raise UsageError(
                f"--config-name takes one name, which each run gets: to sweep it, write it after --, as in: -- "
                f"--config-name={printable(self.config_name)}"
            )
        given = {"--config-path": self.config_path, "--config-dir": self.config_dir, "--config-name": self.config_name}
        return [f"{option}={from_data(value)}" for option, value in given.items() if value is not None]

    def configs(self, script: JobScript | None) -> "Configs | None":
        """Return the configs of the program that a script runs; None if they are not found here, or not wanted.

        Args:
            script: The script; None if there is none, or it cannot be read.

        """
        main = main_of(script) if script else None
        if self.no_config or (main is None and self.config_dir is None):
            return None
        find = load("heracles.hydra.configs:find")  # with PyYAML
        return find(main, self.config_dir, self.config_path, self.config_name)  # type: ignore[no-any-return]


class HydraSweep:
    """A sweep for a program that may be Hydra's.

    Args:
        words: What the command line says to Hydra.
        given: The text of the sweep, as it was given.
        script: Returns the script; None if there is none, or it cannot be read.
        files: Returns the text of a file of rows, by its path.

    """

    def __init__(
        self,
        words: HydraWords,
        given: Source,
        script: Callable[[], JobScript | None],
        files: Callable[[str], str] | None = None,
    ) -> None:
        self.words = words
        self.given = given
        self._find_script = script
        self._files = files

    @cached_property
    def _script(self) -> JobScript | None:
        return self._find_script()

    @property
    def _is_sweep(self) -> bool:
        """Whether there is something to start: a name of a config alone is a run."""
        return self.given.has_sweep or self.words.config_name is not None

    @cached_property
    def line(self) -> multirun.Line:
        """The overrides of every case, as those of runs that are started singly.

        Raises:
            OverrideError: If such runs cannot have them.
            UsageError: If an option of Hydra's is not valid.

        """
        self._check_cases()
        held = self.held
        if held is None or held.sweeper not in load("heracles.hydra.sweeper:PRODUCTS"):
            return self._read(())
        return self._read([f"{key}={values}" for key, values in held.params.items()])

    def _read(self, held: Sequence[str]) -> multirun.Line:
        if not self._is_sweep:
            return multirun.Line(())
        options = self.words.options
        return multirun.read(
            self._unaliased.overrides,
            options=options,
            is_sample=self.given.sample is not None,
            folders=self.words.hydra_dirs,
            held=held,
            is_first=bool(options) and self._has_overrides_after,
        )

    @property
    def _has_overrides_after(self) -> bool:
        try:
            return self._script is not None and program.has_overrides_after(self._script)
        except ScriptError:  # an error of whoever uses the script
            return False

    def _check_cases(self) -> None:
        for override in itertools.chain.from_iterable(self._unaliased.cases):
            if is_setting(override):
                span = 0, len(override)
                raise OverrideError("a case cannot set this, which no run reads: write it first", override, span)

    @property
    def source(self) -> Source:
        """The text of the sweep, as that of runs that are started singly.

        Raises:
            OverrideError: If such runs cannot have it.

        """
        return self._unaliased._replace(overrides=self.line.overrides)

    @cached_property
    def _unaliased(self) -> Source:
        """The text of the sweep with what the aliases in it stand for."""
        aliases = self.configs.aliases if self.configs else {}
        if not aliases:
            return self.given
        expanded = load("heracles.hydra.aliases:expanded")
        overrides, *cases = (
            tuple(expanded(word, aliases) for word in words) for words in (self.given.overrides, *self.given.cases)
        )
        return self.given._replace(overrides=overrides, cases=tuple(cases))

    def explained_alias(self, override: str) -> str:
        """Return a sentence's part about a word that may be an alias of Hydra's; empty if it cannot be one."""
        is_word = re.fullmatch(r"(?:\+\+|\+)?[A-Za-z_][\w.-]*", override)
        if not is_word or not (self.words.flag or is_hydras(self.given.overrides) or self.configs):
            return ""
        return (
            f"hydra.aliases of {printable(self.configs.name)} has no such alias"
            if self.configs and self.configs.name
            else "an alias of hydra.aliases is read with --config-dir, where the config is that has it"
        )

    @cached_property
    def configs(self) -> "Configs | None":
        """The configs of the program; None if they are not found here, or nothing is to be started with them."""
        found = self.words.configs(self._script) if self._is_sweep else None
        return found and found._replace(files=self._files)

    @cached_property
    def held(self) -> "Held | None":
        """What the program's config says of its own sweep and folder; None if that is unknown."""
        return self.configs.held(self._read(()).overrides) if self.configs else None

    def check_keys(self, runs: Runs) -> None:
        """Raise an OverrideError if several keys that move together have one that no run reads."""
        for dimension in itertools.chain.from_iterable(sweep.dimensions for sweep in runs.sweeps):
            key = next((key for key in dimension.keys if is_setting(key)), None) if len(dimension.keys) > 1 else None
            if key or (dimension.is_file and is_setting(dimension.keys[0])):
                text = str(dimension)
                message = f"no run reads {printable(key or dimension.keys[0])}: write it as an override of its own"
                raise OverrideError(message, text, (0, len(text)))

    def problems(self) -> list[str]:
        """Return what Hydra will refuse in the overrides, a sentence each."""
        if not self.configs:
            return []
        common = self.line.overrides
        found = (self.configs.problems((*common, *case)) for case in self._unaliased.cases or ((),))
        return list(dict.fromkeys(itertools.chain.from_iterable(found)))

    @cached_property
    def options(self) -> Callable[[str], Sequence[str]] | None:
        """What returns the options of a config group; None if there are no configs, or nothing asks for them."""
        folder = self.words.config_dir
        texts = itertools.chain(self.given.overrides, *self.given.cases, self.given.exclude)
        if not any("glob" in text for text in texts):
            return None
        if self.configs:
            return self.configs.options
        return None if folder is None else partial(load("heracles.language.config_groups:options"), folder)
