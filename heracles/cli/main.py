"""The command line: reading it, and exit codes."""

import gc
import io
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

import heracles
from heracles.cli.context import Options, Project, UsageError
from heracles.cli.session import perform
from heracles.cli.terminal import SIGNALS, Terminal, to_nowhere
from heracles.errors import HeraclesError, RunError

__all__ = ["main"]

_FAILED, _BAD_INPUT, _INTERRUPTED = 1, 2, 130
_FORMATS = ["jsonl", "commands", "tsv"]
_SCHEDULERS = ["slurm", "gridengine", "pbs", "lsf", "none"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 fine, 1 a failed run, 2 bad usage or bad input, 130 interrupted."""
    gc.freeze()  # what was imported stays to the end: no need to look through it again, and then once more
    for number in SIGNALS[1:]:
        if signal.getsignal(number) is not signal.SIG_IGN:  # which is what nohup makes of a hang-up
            signal.signal(number, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_code(list(sys.argv[1:] if arguments is None else arguments)))


def _joined(arguments: list[str]) -> list[str]:
    """Give `--retry` and `--retry STATES` as click reads an option whose value may be left out: `--retry=STATES`."""
    joined: list[str] = []
    for word in arguments:
        is_states = bool(joined) and joined[-1] == "--retry=" and re.fullmatch(r"[a-z_-]+(,[a-z_-]+)*", word)
        if is_states:
            joined[-1] += word
        else:
            joined.append("--retry=" if word == "--retry" and "--" not in joined else word)
    return joined


def _code(arguments: list[str]) -> int:  # noqa: PLR0911 - each is one way to end
    """Perform a command line, and give the exit code."""
    try:
        with _command.make_context("heracles", _joined(arguments)) as context:
            _command.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.NoSuchOption as error:
        is_long = len(error.option_name) > len("--lr")  # which is near to too many
        close = f" (did you mean {' or '.join(error.possibilities)}?)" if error.possibilities and is_long else ""
        hint = f"an option of your own program's is swept behind a --, as in: -- {error.option_name}=1,2"
        click.UsageError(f"no such option: {error.option_name}{close}; {hint}", error.ctx).show()
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
        to_nowhere()
        if not isinstance(error, BrokenPipeError):
            click.echo(f"Error: cannot write to standard output: {error.strerror}", err=True)
            return _FAILED
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _without_equal_sign(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Take `-r=sbatch` for `-r sbatch`: click hands a short option's `=` over with its value."""
    return value.removeprefix("=") if value else value


_COUNT = click.IntRange(min=1)


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
@click.option("-a", "--array", is_flag=True, help="One script for all runs, and one job array, for -w, -r and -d.")
@click.option("--throttle", type=_COUNT, metavar="N", help="Let N tasks of the array run at a time.")
@click.option("--pack", type=_COUNT, metavar="K", help="Put K runs into each task, one after another.")
@click.option("--parallel", type=_COUNT, metavar="P", help="Run P runs of a pack at a time.")
@click.option(
    "--max-array",
    type=_COUNT,
    metavar="N",
    help="Submit at most N tasks as one array; if not given, what scontrol says or most clusters allow.",
)
@click.option(
    "--scheduler",
    type=click.Choice(_SCHEDULERS),
    help="Whose array it is to be; if not given, that of the script's directives.",
)
@click.option("-j", "--jobs", type=_COUNT, metavar="N", help="Run N at a time, each with a log <stem>_hydra<i>.out.")
@click.option(
    "--keep-going/--fail-fast",
    default=None,
    help="Whether the other runs go on when one that is run here fails; with -j they do.",
)
@click.option("--again", is_flag=True, help="Submit, or run, all anew, what was submitted before too.")
@click.option("--skip-unknown", is_flag=True, help="Take for submitted what may have been.")
@click.option("--wait", is_flag=True, help="Where no more may be submitted at the moment, wait until it may.")
@click.option(
    "--patience",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Try for S seconds to reach a scheduler that does not answer.",
)
@click.option("-s", "--status", is_flag=True, help="Show what became of each run.")
@click.option("--json", is_flag=True, help="With -s: print it as JSON.")
@click.option(
    "--retry",
    metavar="[STATES]",
    help="Submit, or run, again what failed, timed out or was lost; or what is in other states.",
)
@click.option("--retry-with", metavar="OPTIONS", help="More options for CMD: --retry-with='--time=12:00:00'.")
@click.option("--cancel", is_flag=True, help="Cancel what is pending or running.")
@click.option("--logs", type=click.IntRange(min=0), metavar="RUN", help="Print the log of a run.")
@click.option("-f", "--follow", is_flag=True, help="With --logs: go on with what is added to it.")
@click.option("--ir", is_flag=True, help="Print the sweep as JSON. SCRIPT is not needed.")
@click.option(
    "--print",
    "print_format",
    type=click.Choice(_FORMATS),
    help="Print a line for each run, for other programs. SCRIPT is not needed.",
)
@click.option(
    "--seed", default=0, show_default=True, help="What __randseed(N)__ and shuffle(...) depend on.", metavar="N"
)
@click.option("--config-dir", metavar="DIR", help="Where the configs are that glob(...) chooses from.")
@click.option("--force", is_flag=True, help="Overwrite and remove scripts that are not, or no longer, Heracles' own.")
@click.option("--yes", is_flag=True, help="Write more than 100,000 files, or submit more than 100 arrays.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only, and what CMD prints.")
@click.version_option(heracles.__version__)
def _command(script: str, overrides: tuple[str, ...], **options: Any) -> None:
    """Compile a sweep to shell scripts.

    SCRIPT is a job script; SWEEP are overrides in Hydra's language, such as lr=0.1,0.01 or 'seed=__randseed(5)__',
    and every combination of their values is one run. With none of -w, -r and -d, the runs are only shown.
    """
    # What the shell handed over is taken as the bytes that it was, whatever the locale.
    texts = [os.fsencode(override).decode("utf-8", "surrogateescape") for override in overrides]
    asked = Options(**options)
    try:
        perform(Project(script, texts, asked, Terminal(quiet=asked.quiet)))
    except UsageError as error:
        raise click.UsageError(error.message) from None
