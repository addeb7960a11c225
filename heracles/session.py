"""One call of Heracles: what is read, written, handed over and removed, and in which order."""

import os
import os.path
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import heracles
from heracles.backends import listing, scripts
from heracles.configs import options as config_options
from heracles.errors import FileError, HeraclesError, OverrideError, RunError, ScriptError, printable, spelled
from heracles.ir import Sweep
from heracles.script import Script
from heracles.terminal import Terminal

if TYPE_CHECKING:
    from heracles.arrays import Array, Part
    from heracles.files import Files
    from heracles.launch import Call, Command

__all__ = ["Options", "Session", "UsageError"]

_MOST_FILES = 100_000
_MOST_SUBMISSIONS = 100


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
    ir: bool = False
    print_format: str | None = None
    seed: int = 0
    config_dir: str | None = None
    force: bool = False
    yes: bool = False
    quiet: bool = False


# What only writing needs is imported there: a preview is asked for often, and should come at once.


class Session:
    """One call of Heracles.

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

    def perform(self) -> None:
        """Do what is asked for.

        Raises:
            HeraclesError: If it cannot be done.

        """
        options = self.options
        self._check_usage()
        if options.ir or options.print_format:
            self._print()
            return
        if options.delete:
            self._delete()
            return
        command = None if options.run is None else _command_of(options.run)
        if not self.overrides:
            raise UsageError("no overrides are given: write them behind the script, as in lr=0.1,0.01")
        script, mode = _read(self.path)
        sweep = self._sweep()
        self._warn(script)
        layout = self._layout(script, sweep, command) if options.array else None
        if command is None and not options.write:
            self._preview(sweep, script, layout)
            return
        if layout is None:
            self._perform_each(sweep, script, mode, command)
        else:
            self._perform_array(sweep, layout, mode, command)

    def _check_usage(self) -> None:
        options = self.options
        if options.delete and (options.write or options.run is not None):
            raise UsageError("-d removes scripts: it cannot go together with -w or -r")
        prints = options.ir or options.print_format
        if prints and (options.write or options.delete or options.array or options.run is not None):
            raise UsageError("--ir and --print only print: they cannot go together with -w, -r, -d or -a")
        if options.ir and options.print_format:
            raise UsageError("--ir and --print are two ways to print: choose one")
        of_arrays = {
            "--throttle": options.throttle,
            "--pack": options.pack,
            "--parallel": options.parallel,
            "--max-array": options.max_array,
        }
        for name, value in of_arrays.items():
            if value is not None and not options.array:
                raise UsageError(f"{name} is about the tasks of an array: it needs -a")
        if options.parallel is not None and options.pack is None:
            raise UsageError("--parallel says how many runs of a pack run at a time: it needs --pack")

    def _print(self) -> None:
        """Print the sweep for other programs."""
        from heracles.backends.lines import FORMATS  # noqa: PLC0415

        if "=" in self.path or self.path.startswith("~") or not os.path.isfile(self.path):  # then it is an override
            self.overrides.insert(0, os.fsencode(self.path).decode("utf-8", "surrogateescape"))
        sweep = self._parsed()
        asked = self.options.print_format
        self.terminal.stream(FORMATS[asked](sweep) if asked else [f"{sweep.to_json()}\n"])

    def _sweep(self) -> Sweep:
        sweep = self._parsed()
        for axis in sweep.axes:
            if not axis.size:
                override = next(text for text in reversed(self.overrides) if text.startswith(f"{axis.key}="))
                span = len(axis.key) + 1, len(override)
                raise OverrideError("there is nothing to run: no value is in this", override, span)
        return sweep

    def _parsed(self) -> Sweep:
        folder = self.options.config_dir
        known = None if folder is None else lambda group: config_options(folder, group)
        return heracles.parse(self.overrides, seed=self.options.seed, options=known)

    def _warn(self, script: Script) -> None:
        from heracles.directives import read_by  # noqa: PLC0415
        from heracles.schedulers import SCHEDULERS  # noqa: PLC0415
        from heracles.traps import warnings  # noqa: PLC0415

        asked = self.options.scheduler
        for scheduler in [SCHEDULERS[asked]] if asked else read_by(script.text) or [SCHEDULERS["none"]]:
            for warning in warnings(script, scheduler, os.getcwd(), is_array=self.options.array):
                self.terminal.warn(warning)

    @contextmanager
    def _files(self) -> Iterator["Files"]:
        from pathlib import Path  # noqa: PLC0415

        from heracles.files import Files  # noqa: PLC0415
        from heracles.journal import Journal  # noqa: PLC0415

        path = Path(self.path)
        journal = Journal(path.with_name(f"{path.stem}_hydra.jsonl"), heracles.__version__)
        with journal.held():
            yield Files(path, journal, force=self.options.force)

    def _preview(self, sweep: Sweep, script: Script, layout: "Array | None") -> None:
        width = shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None
        for line in listing.preview(sweep, script, width, layout):
            self.terminal.say(line)
        what = "them" if layout is None else "it"
        self.terminal.say(f"\nNothing is written yet: -w writes {what}, -r=CMD calls CMD too.")

    def _perform_each(self, sweep: Sweep, script: Script, mode: int, command: "Command | None") -> None:
        """Write a script for each run, and hand each to the command."""
        if sweep.size > _MOST_FILES and not self.options.yes:
            raise HeraclesError(f"this would write {spelled(sweep.size)} files: add --yes if that is what you want")
        self._check_syntax(script, scripts.content(sweep[0], script))

        def name(run: int) -> str:
            return scripts.name(script.path, run)

        with self._files() as files:
            present = _runs(files)
            files.check(
                (name(run) for run in present if run < sweep.size),
                lambda file: scripts.content(sweep[scripts.number(script.path, file) or 0], script),
            )
            contents = enumerate(scripts.contents(sweep, script))
            self._write(files, sweep, ((name(run), content) for run, content in contents), mode, sweep.size)
            self.terminal.say(f"Wrote {_named(files, [name(run) for run in _ends(range(sweep.size))], sweep.size)}")
            stale = [name(run) for run in present if run >= sweep.size and name(run) in files.journal.files]
            if stale:
                self.terminal.say(f"Still here from an earlier sweep: {_named(files, _ends(stale), len(stale))}")
            if command is not None:
                from heracles.launch import Call  # noqa: PLC0415

                calls = (Call(files.path(name(run))) for run in range(sweep.size))
                self._call(command, calls, sweep.size, "script")

    def _write(
        self, files: "Files", sweep: Sweep, contents: Iterator[tuple[str, bytes]], mode: int, total: int
    ) -> None:
        files.journal.append("sweep", overrides=self.overrides, seed=sweep.seed, runs=sweep.size)
        self.terminal.track(files.write(contents, mode), total, "Writing", "written")

    def _call(self, command: "Command", calls: Iterator["Call"], total: int, noun: str) -> None:
        self.terminal.track(command.call(calls), total, str(command), "handed over", noun=noun, prints=True)
        self.terminal.say(f"Handed {listing.counted(total, noun)} to {command}")

    def _layout(self, script: Script, sweep: Sweep, command: "Command | None") -> "Array":
        from heracles.arrays import Array  # noqa: PLC0415
        from heracles.launch import scheduler_of, scontrol_limits  # noqa: PLC0415

        options = self.options
        scheduler = scheduler_of(script, command, options.scheduler)
        if not scheduler.task:
            for name, value in [("--throttle", options.throttle), ("--pack", options.pack)]:
                if value is not None:
                    raise UsageError(f"{name} is about the tasks of a scheduler's array: --scheduler says whose")
        most, most_bytes = scontrol_limits() if scheduler.key == "slurm" else (None, None)
        return Array(
            script,
            scheduler,
            sweep.size,
            pack=options.pack or 1,
            parallel=options.parallel or 1,
            throttle=options.throttle,
            most=options.max_array or most,
            most_bytes=most_bytes,
        )

    def _perform_array(self, sweep: Sweep, layout: "Array", mode: int, command: "Command | None") -> None:
        """Write one script for all runs, and submit it, or call the command with it and the number of each run."""
        from heracles.backends import array  # noqa: PLC0415
        from heracles.traps import check  # noqa: PLC0415

        scheduler = layout.scheduler
        submits = command is not None and command.submits(scheduler)
        check(layout.script, scheduler, is_array=True)
        content = array.content(sweep, layout)
        name = array.name(self.path)
        check(Script(os.path.join(os.path.dirname(self.path), name), content), scheduler, is_array=True)
        self._check_syntax(layout.script, content)
        if submits and layout.submissions > _MOST_SUBMISSIONS and not self.options.yes:
            raise HeraclesError(
                f"this would be {spelled(layout.submissions)} submissions of up to {layout.limit:,} tasks: "
                "--pack K puts K runs into each task; or add --yes if that is what you want"
            )
        with self._files() as files:
            if name == files.journal.path.name:
                raise FileError(f"{printable(name)} is the name of Heracles' journal: rename the script")
            present = [name] if name in files.names() else []
            files.check(present, lambda _: content)
            self._write(files, sweep, iter([(name, content)]), mode, 1)
            path = files.path(name)
            self.terminal.say(f"Wrote {printable(str(path))}: {listing.extent(layout)}")
            if command is None:
                for line in listing.commands(layout, str(path)):
                    self.terminal.say(line)
            elif submits:
                self._submit(command, layout, files, name, content)
            else:
                from heracles.launch import Call  # noqa: PLC0415

                self._call(command, (Call(path, behind=(str(run),)) for run in range(sweep.size)), sweep.size, "run")

    def _submit(self, command: "Command", layout: "Array", files: "Files", name: str, content: bytes) -> None:
        from heracles.launch import Call  # noqa: PLC0415

        jobs: list[str] = []
        tasks, is_read = layout.tasks, layout.scheduler.reads_input

        def submitted() -> Iterator[None]:
            calls = (
                Call(files.path(name), part.words, part.arguments, _text(part, content) if is_read else None)
                for part in layout.parts()
            )
            try:
                for part, answer in zip(layout.parts(), command.answers(calls), strict=True):
                    self.terminal.show(answer)
                    job = _job(answer, layout.scheduler.job_id)
                    files.journal.append("submit", file=name, start=part.start, tasks=part.size, job=job)
                    jobs.append(job or "?")
                    yield
            except RunError as error:
                self.terminal.show(error.output)
                raise

        self.terminal.track(submitted(), layout.submissions, str(command), "made", noun="submission", prints=True)
        named = f"job{'' if len(jobs) == 1 else 's'} {listing.listed(jobs)}"
        self.terminal.say(f"Submitted {listing.counted(tasks, 'task')} with {command}: {named}")

    def _delete(self) -> None:
        from heracles.backends import array  # noqa: PLC0415

        if os.path.isdir(self.path) or not os.path.basename(self.path):
            _read(self.path)
        with self._files() as files:
            known = files.journal.files
            if not os.path.exists(self.path) and not known:
                _read(self.path)
            runs = [] if self.options.array else _runs(files)
            doomed = [scripts.name(self.path, run) for run in runs]
            compiled = array.name(self.path)
            content: Callable[[str], bytes] | None = None
            if self.overrides:
                sweep = self._parsed()
                doomed = [scripts.name(self.path, run) for run in runs if run < sweep.size]
                content = self._content(sweep)
            if (self.options.array or not self.overrides) and compiled in files.names():
                doomed.append(compiled)
            if not self.overrides:
                doomed = [name for name in doomed if name in known]
            files.check(doomed, content)
            self.terminal.track(files.remove(doomed), len(doomed), "Removing", "removed")
            said = f"Removed {_named(files, _ends(doomed), len(doomed))}" if doomed else "There is nothing to remove"
            self.terminal.say(said)

    def _content(self, sweep: Sweep) -> Callable[[str], bytes]:
        """Give what tells, of a file's name, what would be written there."""

        def content(name: str) -> bytes:
            script, _ = _read(self.path)
            if self.options.array:
                from heracles.backends import array  # noqa: PLC0415

                return array.content(sweep, self._layout(script, sweep, None))
            return scripts.content(sweep[scripts.number(self.path, name) or 0], script)

        return content

    def _check_syntax(self, script: Script, content: bytes) -> None:
        from heracles.launch import check_syntax  # noqa: PLC0415

        if not script.is_for_bash:
            return
        problem = check_syntax(content)
        if problem and not check_syntax(script.content):
            raise ScriptError(f"bash cannot read {script.name} once the overrides are added: {problem}")
        if problem:  # but bash may, once the script has set its options
            self.terminal.warn(f"bash -n says of {script.name}: {problem}")


def _command_of(text: str) -> "Command":
    import shlex  # noqa: PLC0415

    from heracles.launch import Command  # noqa: PLC0415

    try:
        words = shlex.split(text)
    except ValueError as error:
        raise HeraclesError(f"cannot read the command '{printable(text)}': {str(error).lower()}") from None
    return Command(words)


def _read(path: str) -> tuple[Script, int]:
    """Give the script and its permission bits."""
    name = printable(path)
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise FileError(f"{name} is a directory: the first argument is the job script")
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"{name} is not a plain file")
        with open(path, "rb") as file:
            return Script(path, file.read()), stat.S_IMODE(status.st_mode) & 0o777
    except FileNotFoundError:
        hint = ": the script comes first, then the overrides" if "=" in name else ""
        raise FileError(f"no such script: {name}{hint}") from None
    except OSError as error:
        raise FileError(f"cannot read {name}: {error.strerror}") from None


def _text(part: "Part", content: bytes) -> bytes:
    """Give the one script as that part of it is submitted."""
    if part.line is None:
        return content
    old, new = (f"\n{line}\n".encode() for line in part.line)
    return content.replace(old, new, 1)


def _job(answer: str, pattern: str) -> str | None:
    """Give the job's id, from the last line of what a submit command printed that has one; None if none has."""
    for line in reversed(answer.splitlines()):
        if match := re.fullmatch(pattern, line.strip()):
            return match[1]
    return None


def _runs(files: "Files") -> list[int]:
    """Give the numbers of the runs that a file, of whoever's, is there for, in order."""
    found = (scripts.number(str(files.script), name) for name in files.names())
    return sorted(run for run in found if run is not None)


def _ends(items: Sequence[Any]) -> list[Any]:
    """Give the first and the last item."""
    return [items[0], *items[1:][-1:]]


def _named(files: "Files", ends: Sequence[str], count: int) -> str:
    """Give `6 scripts: sbatch_hydra0.sh … sbatch_hydra5.sh`, of the first name and the last."""
    names = " … ".join(printable(str(files.path(name))) for name in ends)
    return f"{listing.counted(count, 'script')}: {names}"
