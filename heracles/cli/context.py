"""What all that is done for a script shares: the script, the sweep, and the files beside it."""

import os
import os.path
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import heracles
from heracles.cli.terminal import Terminal
from heracles.errors import FileError, HeraclesError, OverrideError, ScriptError
from heracles.ir import Subset, Sweep
from heracles.language.config_groups import options as config_options
from heracles.script.job_script import Script
from heracles.text import printable

if TYPE_CHECKING:
    from heracles.backends.array_layout import Array
    from heracles.schedulers.command import SubmitCommand
    from heracles.schedulers.scheduler import Scheduler
    from heracles.store.files import Files
    from heracles.store.journal import Journal

__all__ = ["Options", "Project", "UsageError"]


class UsageError(HeraclesError):
    """Options that do not go together."""


@dataclass(frozen=True)
class Options:
    """What the command line asks for, besides the script and the overrides; each is an option of that name."""

    write: bool = False
    run: str | None = None
    delete: bool = False
    array: bool = False
    throttle: int | None = None
    pack: int | None = None
    parallel: int | None = None
    max_array: int | None = None
    scheduler: str | None = None
    jobs: int | None = None
    keep_going: bool | None = None
    again: bool = False
    skip_unknown: bool = False
    wait: bool = False
    patience: float = 60.0
    status: bool = False
    json: bool = False
    retry: str | None = None
    retry_with: str | None = None
    cancel: bool = False
    logs: int | None = None
    follow: bool = False
    ir: bool = False
    print_format: str | None = None
    seed: int = 0
    config_dir: str | None = None
    force: bool = False
    yes: bool = False
    quiet: bool = False


_LIMITS_TIMEOUT = 10.0

# What only some of it needs is imported there: a preview is asked for often, and should come at once.


class Project:
    """A script, and what is asked for it.

    Args:
        path: Where the script is.
        overrides: The overrides, as text that holds undecodable bytes as surrogates.
        options: What is asked for.
        terminal: Where messages go.

    """

    def __init__(self, path: str, overrides: Sequence[str], options: Options, terminal: Terminal) -> None:
        self.path = path
        self.overrides = list(overrides)
        self.options = options
        self.terminal = terminal

    @cached_property
    def script(self) -> Script:
        """The mother script."""
        return self._read[0]

    @property
    def mode(self) -> int:
        """The permission bits of the mother script."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[Script, int]:
        name = printable(self.path)
        try:
            status = os.stat(self.path)
            if stat.S_ISDIR(status.st_mode):
                raise FileError(f"{name} is a directory: the first argument is the job script")
            if not stat.S_ISREG(status.st_mode):
                raise FileError(f"{name} is not a plain file")
            with open(self.path, "rb") as file:
                return Script(self.path, file.read()), stat.S_IMODE(status.st_mode) & 0o777
        except FileNotFoundError:
            hint = ": the script comes first, then the overrides" if "=" in name else ""
            raise FileError(f"no such script: {name}{hint}") from None
        except OSError as error:
            raise FileError(f"cannot read {name}: {error.strerror}") from None

    def parsed(self) -> Sweep:
        """Read the sweep, be it empty."""
        folder = self.options.config_dir
        known = None if folder is None else lambda group: config_options(folder, group)
        return heracles.parse(self.overrides, seed=self.options.seed, options=known)

    def sweep(self) -> Sweep:
        """Read the sweep; an empty one is an error."""
        sweep = self.parsed()
        for axis in sweep.dimensions:
            if not axis.size:
                override = next(text for text in reversed(self.overrides) if text.startswith(f"{axis.keys[0]}="))
                span = len(axis.keys[0]) + 1, len(override)
                raise OverrideError("there is nothing to run: no value is in this", override, span)
        return sweep

    @property
    def recorded_overrides(self) -> list[str]:
        """The overrides as they can be read again, without the folder of the configs."""
        return self.overrides if self.options.config_dir is None else [str(axis) for axis in self.parsed().dimensions]

    @property
    def journal(self) -> "Journal":
        """The script's journal, not read yet."""
        from heracles.store.journal import Journal  # noqa: PLC0415

        path = Path(self.path)
        return Journal(path.with_name(f"{path.stem}_hydra.jsonl"), heracles.__version__)

    @property
    def records(self) -> Path:
        """The folder of the exit records."""
        from heracles.store.exit_records import folder  # noqa: PLC0415

        return folder(Path(os.path.abspath(self.path)))

    @contextmanager
    def files(self) -> Iterator["Files"]:
        """Keep the files beside the script, with their journal."""
        from heracles.store.files import Files  # noqa: PLC0415

        with self.journal.held() as journal:
            yield Files(Path(self.path), journal, force=self.options.force)

    @property
    def command(self) -> "SubmitCommand | None":
        """The command that scripts are to be handed to, if any."""
        if self.options.run is None:
            return None
        from heracles.schedulers.command import SubmitCommand  # noqa: PLC0415

        return SubmitCommand.parse(self.options.run)

    def scheduler(self, command: "SubmitCommand | None", *, is_array: bool) -> "Scheduler":
        """The scheduler that is submitted to, or whose array is written."""
        from heracles.schedulers.registry import choose  # noqa: PLC0415

        script = self.script
        return choose(self.options.scheduler, command, script.text, script.name, os.environ, is_array=is_array)

    def layout(
        self,
        runs: Sweep | Subset,
        command: "SubmitCommand | None",
        *,
        pack: int | None = None,
        scheduler: "Scheduler | None" = None,
    ) -> "Array":
        """Lay runs out over the tasks of an array."""
        from heracles.backends.array_layout import Array  # noqa: PLC0415
        from heracles.schedulers.limits import limits  # noqa: PLC0415
        from heracles.store.history import Compiled  # noqa: PLC0415

        options = self.options
        scheduler = scheduler or self.scheduler(command, is_array=True)
        if not scheduler.has_queue:
            for name, value in [("--throttle", options.throttle), ("--pack", options.pack)]:
                if value is not None:
                    raise UsageError(f"{name} is about the tasks of a scheduler's array: --scheduler says whose")
        most, most_bytes = limits(scheduler, timeout=_LIMITS_TIMEOUT)
        layout = Array(
            self.script,
            scheduler,
            runs.size,
            pack=options.pack or pack or 1,
            parallel=options.parallel or 1,
            throttle=options.throttle,
            most=options.max_array or most,
            most_bytes=most_bytes,
            records=str(self.records),
        )
        own = layout.tasks_per_run
        compiled = Compiled.of(runs, [], is_array=True, file="", own=own)
        return replace(layout, key=compiled.key)

    def warn(self, command: "SubmitCommand | None") -> None:
        """Say what would go wrong in the script without a word when it is handed to the command."""
        from heracles.lint.body import warnings  # noqa: PLC0415
        from heracles.schedulers.registry import NONE, SCHEDULERS, readers  # noqa: PLC0415

        asked, is_array = self.options.scheduler, self.options.array
        makes_folders = command is not None and command.calls("sbatch")
        for scheduler in [SCHEDULERS[asked]] if asked else readers(self.script.text) or [NONE]:
            found = warnings(self.script, scheduler, os.getcwd(), is_array=is_array, makes_folders=makes_folders)
            for warning in found:
                self.terminal.warn(warning)

    def check_syntax(self, content: bytes) -> None:
        """Refuse what bash could read before the overrides were added, and cannot now."""
        from heracles.script.syntax_check import check_syntax  # noqa: PLC0415

        if not self.script.is_for_bash:
            return
        problem = check_syntax(content)
        if problem and not check_syntax(self.script.content):
            raise ScriptError(f"bash cannot read {self.script.name} once the overrides are added: {problem}")
        if problem:  # but bash may, once the script has set its options
            self.terminal.warn(f"bash -n says of {self.script.name}: {problem}")

    @property
    def width(self) -> int | None:
        """The columns of the terminal; None if there is none."""
        return shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None
