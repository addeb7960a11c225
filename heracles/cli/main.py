"""The command line: it is read here, a command is called, and what that raises becomes a message and an exit code."""

import _signal as signal  # type: ignore[import-not-found]  # what `signal` makes enumerations of, at every start
import errno
import gc
import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from heracles.cli.context import Context, script_and_arguments
from heracles.cli.hydra_sweep import HydraWords
from heracles.cli.options import OPTIONS, among, parameters
from heracles.cli.pasting import Pasted, pasted
from heracles.cli.terminal import Terminal, open_streams, to_nowhere
from heracles.cli.usage import CASE, UsageError, actions, cases, check, check_effects, normalized
from heracles.errors import HeraclesError, RunError
from heracles.language.source import COUNTS, RULES, Source
from heracles.lean import ENDING_SIGNALS, load
from heracles.text import printable

__all__ = ["ExitCode", "main"]

_WIDEST = 100
_HYDRAS = ("config_dir", "config_name", "config_path", "hydra_dirs", "no_config")
"""The options that say something to Hydra."""

_OPTION_OF = {"fail_fast": "keep_going", "resources": "with"}
"""The options whose values the actions know by another name."""


class ExitCode:
    """How a call of Heracles ended."""

    FINE = 0
    FAILED = 1
    """A run failed, a submission was rejected, or a scheduler cannot be reached."""
    BAD_INPUT = 2
    """Bad usage or bad input: nothing was done."""
    INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line, and exit with an `ExitCode`.

    Args:
        arguments: The arguments; by default those of the process.

    """
    gc.enable()
    gc.freeze()  # what was imported stays to the end: there is no need to look through it again
    try:
        code = _code(list(sys.argv[1:] if arguments is None else arguments))
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is left to do that an interrupt could harm
    sys.exit(code)


def _code(arguments: list[str]) -> int:
    """Perform a command line, and return the exit code; warnings that nothing was printed after come last."""
    if os.environ.get("_HERACLES_COMPLETE"):
        load("heracles.cli.completion:main")()
    terminal = Terminal(quiet=False)
    code = _performed(arguments, terminal)
    terminal.release()
    return code


def _performed(arguments: list[str], terminal: Terminal) -> int:  # noqa: PLR0911 - each is one way to end
    """Perform a command line, print the error that ends it if there is one, and return the exit code."""
    try:
        _catch_signals()
        open_streams()
        line = pasted(normalized(arguments))
        command = _command(line.words)
        with command.make_context("heracles", line.words, obj=(terminal, line)) as context:
            command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.NoSuchOption as error:
        unknown_option = load("heracles.cli.hints:unknown_option")
        return _usage(unknown_option(error.option_name, arguments))
    except click.ClickException as error:
        return _usage(error.format_message())
    except UsageError as error:
        return _usage(error.message)
    except HeraclesError as error:
        click.echo(f"Error: {error}", err=True)
        return ExitCode.FAILED if isinstance(error, RunError) else ExitCode.BAD_INPUT
    except (KeyboardInterrupt, click.Abort) as error:
        click.echo(": ".join(["Interrupted", *map(str, error.args)]), err=True)
        return ExitCode.INTERRUPTED
    except OSError as error:  # every other is a FileError by now
        return _cannot_go_on(error)
    return ExitCode.FINE


def _cannot_go_on(error: OSError) -> int:
    """Say that standard output cannot be written to, or that there is no current folder; return the exit code."""
    to_nowhere()
    if error.errno == errno.ENOENT:
        click.echo("Error: the current folder does not exist any more: change to one that does", err=True)
        return ExitCode.BAD_INPUT
    if not isinstance(error, BrokenPipeError):
        click.echo(f"Error: cannot write to standard output: {error.strerror}", err=True)
        return ExitCode.FAILED
    return ExitCode.FINE


def _catch_signals() -> None:
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` and a shell's `&` make it
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _usage(message: str) -> int:
    """Print a message about the command line itself, and how that is put together."""
    usage = load("heracles.cli.help:USAGE")
    click.echo(f"Usage: {usage}\nTry 'heracles --help' for help.\n\nError: {message}", err=True)
    return ExitCode.BAD_INPUT


def _show_help() -> None:
    help_lines = load("heracles.cli.help:help_lines")
    click.echo("\n".join(help_lines(min(shutil.get_terminal_size().columns, _WIDEST))))


def _show_version() -> None:
    click.echo(f"heracles, version {load('heracles.version:__version__')}")


@click.pass_obj
def _perform(start: tuple[Terminal, Pasted], /, script: str | None, overrides: tuple[str, ...], **given: Any) -> None:
    """Do what is asked for.

    Raises:
        HeraclesError: If it cannot be done.

    """
    terminal, line = start
    values: dict[str, Any] = {option.name: option.absent for option in OPTIONS} | given
    check(values)
    command = load(f"heracles.cli.commands.{_command_name(values)}")
    check_effects(values, {_OPTION_OF.get(field, field) for kind in command.SETTINGS for field in kind._fields})
    values["fail_fast"] = None if values["keep_going"] is None else not values["keep_going"]
    values["print"] = "ir" if values["ir"] else values["print"]
    terminal.quiet = values["quiet"]
    if script and (script == CASE or (values["print"] and _is_override(script))):
        script, overrides = "", (script, *overrides)
    path, own = script_and_arguments(script or "", values["args"])
    source = _source(overrides, values)
    values["resources"] = _as_text(values["with"])
    context = Context(
        path,
        source,
        terminal,
        seed=values["seed"],
        words=HydraWords(line.flag, _as_text(line.command), **{name: values[name] for name in _HYDRAS}),
        arguments=None if own is None else _as_text(own),
        at=values["at"],
        name=values["name"] or "",
    )
    if values["save"]:
        _save(context, values["save"], values["resources"], force=values["force"])
    settings = (kind(**{field: values[field] for field in kind._fields}) for kind in command.SETTINGS)
    command.run(context, *settings)


def _command(words: Sequence[str]) -> click.Command:
    """Return what reads a command line; it knows the options that the words may stand for."""
    shown = {"help": _show_help, "version": _show_version}
    params = list(parameters(shown, among(words)))
    return click.Command("heracles", params=params, callback=_perform, add_help_option=False)


def _is_override(word: str) -> bool:
    """Return whether the word in the place of the script is an override: with `--print` the script can be left out."""
    return ("=" in word or word.startswith(("~", "@"))) and not os.path.isfile(word)


def _save(context: Context, path: str, resources: Sequence[str], *, force: bool) -> None:
    """Write a sweep to a file, with the options that some of its runs are submitted with.

    Raises:
        HeraclesError: If there is no sweep, or the file cannot be written, or is there already.

    """
    _ = context.sweep
    load("heracles.language.sweep_file:write")(path, context.source, context.seed, resources, force=force)
    context.terminal.note(f"The sweep is saved: --sweep {printable(path)} reads it.")


def _source(words: tuple[str, ...], values: dict[str, Any]) -> Source:
    """Return the text of the sweep.

    Raises:
        UsageError: If there are rules for a sweep, or a sample of one, but no sweep.

    """
    common, each = cases(_as_text(words))
    parts = {name: _as_text(values[name]) for name in RULES} | {name: values[name] for name in COUNTS}
    source = Source(common, each, **parts)
    if values["sweep"]:
        path = values["sweep"]
        source, seed, resources, content = load("heracles.language.sweep_file:read")(path).with_line(source)
        values["with"] = (*resources, *values["with"])
        if os.path.isfile(path):  # and no pipe, which cannot be compared later
            source = source._replace(digests=((path, load("heracles.store.digests:digest")(content)),))
        values["seed"] = values["seed"] or seed
    if not source.has_sweep and source.selections and values["print"] is None:
        option, _ = source.selections[0]
        is_retry = values["retry"] is not None or values["retry_with"] is not None
        other = "; an option for the submit command goes into --retry-with" if is_retry else ""
        raise UsageError(
            f"--{option} is about the sweep that is given with it: write overrides after the script{other}"
        )
    return source


def _as_text(words: Sequence[str]) -> tuple[str, ...]:
    """Return words of the command line as UTF-8 has them; bytes that it has not are surrogates."""
    return tuple(os.fsencode(word).decode("utf-8", "surrogateescape") for word in words)


def _command_name(values: dict[str, Any]) -> str:
    """Return the name of the command's module: that of the action; of the two that can be combined, the later."""
    names = [option.name.partition("_")[0] for option in actions(values)]
    if not names:
        return "preview_array" if values["array"] else "preview"
    return "print" if names[-1] == "ir" else names[-1]
