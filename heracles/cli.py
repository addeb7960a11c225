"""The command line: reading it, printing, and exit codes."""

import gc
import io
import os
import os.path
import shutil
import signal
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

import heracles
from heracles.backends import listing, scripts
from heracles.configs import options
from heracles.errors import FileError, HeraclesError, OverrideError, RunError, ScriptError, printable, spelled
from heracles.ir import Sweep
from heracles.script import Script

if TYPE_CHECKING:
    from heracles.files import Files
    from heracles.launch import Command

__all__ = ["main"]

_Step = TypeVar("_Step")

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_MOST_FILES = 100_000
_MANY, _FEW = 100, 2
_IMPATIENT = 3
_FAILED, _BAD_INPUT, _INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 fine, 1 a failed run, 2 bad usage or bad input, 130 interrupted."""
    gc.freeze()  # what was imported stays to the end: no need to look through it again, and then once more
    for number in _SIGNALS[1:]:
        if signal.getsignal(number) is not signal.SIG_IGN:  # which is what nohup makes of a hang-up
            signal.signal(number, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_code(list(sys.argv[1:] if arguments is None else arguments)))


def _code(arguments: list[str]) -> int:  # noqa: PLR0911 - each is one way to end
    """Perform a command line, and give the exit code."""
    try:
        with _command.make_context("heracles", arguments) as context:
            _command.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.NoSuchOption as error:
        hint = f"an option of your own program's is swept behind a --, as in: -- {error.option_name}=1,2"
        click.UsageError(f"no such option: {error.option_name}; {hint}", error.ctx).show()
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except HeraclesError as error:
        click.echo(f"Error: {error}", err=True)
        return _FAILED if isinstance(error, RunError) else _BAD_INPUT
    except (KeyboardInterrupt, click.Abort) as error:
        click.echo(": ".join(["Interrupted", *map(str, error.args)]), err=True)
        return _INTERRUPTED
    except OSError as error:  # of standard output: every other is a FileError by now
        _to_nowhere()
        if not isinstance(error, BrokenPipeError):
            click.echo(f"Error: cannot write to standard output: {error.strerror}", err=True)
            return _FAILED
    return 0


def _to_nowhere() -> None:
    """Let standard output go nowhere from now on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _without_equal_sign(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Take `-r=sbatch` for `-r sbatch`: click hands a short option's `=` over with its value."""
    return value.removeprefix("=") if value else value


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Parentheses, quotes and blanks in an override must be quoted for your shell: 'lr=range(0,1,0.1)'.",
)
@click.argument("script", type=click.Path())
@click.argument("overrides", nargs=-1, metavar="SWEEP...")
@click.option("-w", "--write", "-n", "--noop", "write", is_flag=True, help="Write one script per run.")
@click.option(
    *("-r", "--run", "-m", "--multirun", "run"),
    metavar="CMD",
    callback=_without_equal_sign,
    help="Write one script per run, then call CMD with each of them, in order: -r=sbatch.",
)
@click.option(
    *("-d", "--delete", "-c", "--clear", "delete"),
    is_flag=True,
    help="Remove the scripts that such a write would have written; with no SWEEP, all that Heracles wrote for SCRIPT.",
)
@click.option(
    "--seed", default=0, show_default=True, help="What __randseed(N)__ and shuffle(...) depend on.", metavar="N"
)
@click.option("--config-dir", metavar="DIR", help="Where the configs are that glob(...) chooses from.")
@click.option("--force", is_flag=True, help="Overwrite and remove scripts that are not, or no longer, Heracles' own.")
@click.option("--yes", is_flag=True, help=f"Write more than {_MOST_FILES:,} files.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only, and what CMD prints.")
@click.version_option(heracles.__version__)
def _command(script: str, overrides: tuple[str, ...], **options: Any) -> None:
    """Compile a sweep to shell scripts.

    SCRIPT is a job script; SWEEP are overrides in Hydra's language, such as lr=0.1,0.01 or 'seed=__randseed(5)__',
    and every combination of their values is one run. With none of -w, -r and -d, the runs are only shown.
    """
    _Session(script, overrides, options).perform()


class _Session:
    """One call of the command line."""

    def __init__(self, script: str, overrides: tuple[str, ...], options: dict[str, Any]) -> None:
        self.path = script
        # What the shell handed over is taken as the bytes that it was, whatever the locale.
        self.overrides = [os.fsencode(o).decode("utf-8", "surrogateescape") for o in overrides]
        self.options = options

    def perform(self) -> None:
        write, run = self.options["write"], self.options["run"]
        if self.options["delete"]:
            if write or run is not None:
                raise click.UsageError("-d removes scripts: it cannot go together with -w or -r")
            self._delete()
            return
        command = None if run is None else _command_of(run)
        if not self.overrides:
            raise click.UsageError("no overrides are given: write them behind the script, as in lr=0.1,0.01")
        script, mode = _read(self.path)
        sweep = self._sweep()
        if command is None and not write:
            self._preview(sweep, script)
            return
        _check_syntax(script, sweep)
        with self._files() as files:
            self._write(files, sweep, script, mode)
            if command is not None:
                self._run(files, sweep, command)

    def _say(self, line: str) -> None:
        try:
            if not self.options["quiet"]:
                click.echo(line)
        except BrokenPipeError:  # nobody listens: that is no reason to stop the work
            _to_nowhere()

    def _sweep(self) -> Sweep:
        sweep = self._parsed()
        for axis in sweep.axes:
            if not axis.size:
                override = next(text for text in reversed(self.overrides) if text.startswith(f"{axis.key}="))
                span = len(axis.key) + 1, len(override)
                raise OverrideError("there is nothing to run: no value is in this", override, span)
        return sweep

    def _parsed(self) -> Sweep:
        folder = self.options["config_dir"]
        known = None if folder is None else lambda group: options(folder, group)
        return heracles.parse(self.overrides, seed=self.options["seed"], options=known)

    @contextmanager
    def _files(self) -> Iterator["Files"]:
        from pathlib import Path  # noqa: PLC0415

        from heracles.files import Files  # noqa: PLC0415
        from heracles.journal import Journal  # noqa: PLC0415

        path = Path(self.path)
        journal = Journal(path.with_name(f"{path.stem}_hydra.jsonl"), heracles.__version__)
        with journal.held():
            yield Files(path, journal, force=self.options["force"])

    def _preview(self, sweep: Sweep, script: Script) -> None:
        width = shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None
        for line in listing.preview(sweep, script, width):
            self._say(line)
        self._say("\nNothing is written yet: -w writes them, -r=CMD calls CMD too.")

    def _write(self, files: "Files", sweep: Sweep, script: Script, mode: int) -> None:
        if sweep.size > _MOST_FILES and not self.options["yes"]:
            raise HeraclesError(f"this would write {spelled(sweep.size)} files: add --yes if that is what you want")
        present = files.present()
        files.check((run for run in present if run < sweep.size), lambda run: scripts.content(sweep[run], script))
        files.journal.append("sweep", overrides=self.overrides, seed=sweep.seed, runs=sweep.size)
        self._track(_whole(files.write(sweep, script, mode)), sweep.size, "Writing", "written", _MANY)
        self._say(f"Wrote {_named(files, range(sweep.size))}")
        known = files.journal.files
        if stale := [run for run in present if run >= sweep.size and files.path(run).name in known]:
            self._say(f"Still here from an earlier sweep: {_named(files, stale)}")

    def _run(self, files: "Files", sweep: Sweep, command: "Command") -> None:
        self._track(
            _whole(command.call(map(files.path, range(sweep.size)))), sweep.size, str(command), "handed over", 2
        )
        self._say(f"Handed {listing.counted(sweep.size, 'script')} to {command}")

    def _delete(self) -> None:
        if os.path.isdir(self.path) or not os.path.basename(self.path):
            _read(self.path)
        with self._files() as files:
            if not os.path.exists(self.path) and not files.journal.files:
                _read(self.path)
            present = files.present()
            if self.overrides:
                sweep = self._parsed()
                doomed = [run for run in present if run < sweep.size]
                files.check(doomed, lambda run: scripts.content(sweep[run], _read(self.path)[0]))
            else:
                doomed = [run for run in present if files.path(run).name in files.journal.files]
                files.check(doomed, None)
            self._track(_whole(files.remove(doomed)), len(doomed), "Removing", "removed", _MANY)
            self._say(f"Removed {_named(files, doomed)}" if doomed else "There is nothing to remove")

    def _track(self, steps: Iterable[object], total: int, label: str, done: str, many: int) -> None:
        """Take the steps, with a progress bar if there are `many` and a terminal; an error tells how far it came."""
        count = shown = 0
        visible = total >= many and sys.stderr.isatty() and not self.options["quiet"]
        between = visible and many == _FEW  # what is called prints too: the bar stands on lines of its own between
        every = max(1, total // 20) if between else 1
        try:
            with click.progressbar(length=total, label=label, file=sys.stderr, hidden=not visible) as bar:
                if between:
                    click.echo(err=True)
                for _ in steps:
                    count += 1
                    if visible and count % every == 0:
                        bar.update(count - shown)
                        shown = count
                        if between and count < total:
                            click.echo(err=True)
        except (HeraclesError, KeyboardInterrupt) as error:
            far = f"{count:,} of {listing.counted(total, 'script')} were {done}"
            if isinstance(error, HeraclesError):
                raise type(error)(f"{error.message}; {far}") from None
            raise KeyboardInterrupt(far) from None


def _whole(steps: Iterable[_Step]) -> Iterator[_Step]:
    """Take the steps so that an interrupt never falls into one, but behind it; three of them do."""
    caught: list[int] = []

    def note(number: int, _: object) -> None:
        caught.append(number)
        if len(caught) >= _IMPATIENT:
            raise KeyboardInterrupt

    signals = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    previous = [signal.signal(number, note) for number in signals]
    try:
        for step in steps:
            yield step
            if caught:
                raise KeyboardInterrupt
    except RunError:
        if caught:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number, handler in zip(signals, previous, strict=True):
            signal.signal(number, handler)


# What only writing needs is imported there: a preview is asked for often, and should come at once.


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


def _check_syntax(script: Script, sweep: Sweep) -> None:
    from heracles.launch import check_syntax  # noqa: PLC0415

    if not script.is_for_bash:
        return
    problem = check_syntax(scripts.content(sweep[0], script))
    if problem and not check_syntax(script.content):
        raise ScriptError(f"bash cannot read {script.name} once the overrides are added: {problem}")
    if problem:  # but bash may, once the script has set its options
        click.echo(f"Warning: bash -n says of {script.name}: {problem}", err=True)


def _named(files: "Files", runs: Sequence[int]) -> str:
    """Give `6 scripts: sbatch_hydra0.sh … sbatch_hydra5.sh`."""
    first, last = (printable(str(files.path(run))) for run in (runs[0], runs[-1]))
    names = first if len(runs) == 1 else f"{first} … {last}"
    return f"{listing.counted(len(runs), 'script')}: {names}"
