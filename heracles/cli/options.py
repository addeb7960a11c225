"""The options of the command line: one table. The help, the checks and the README's table are made of it."""

import contextlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import click

from heracles.lean import NamedTuple
from heracles.paths import SWEEP_NAME
from heracles.schedulers.registry import SCHEDULERS
from heracles.text import printable

__all__ = ["FIRST_RUN", "OPTIONS", "RETRIABLE", "SECTIONS", "Option", "among", "parameters"]

RETRIABLE = ("failed", "timeout", "lost", "oom", "cancelled", "unknown")
"""The states that `--retry` takes, as it spells them."""

FIRST_RUN = -1
"""What `--try-first` stands for without a number: run 0, or the first of those that are retried."""

_FORMATS = ("jsonl", "commands", "tsv", "ir")
_SCHEDULERS = tuple(SCHEDULERS)
_SHELLS = ("bash", "zsh", "fish")
_COMMANDS = ("sbatch", "qsub", "bsub", "bash")
_LEAST_TIMEOUT = 0.1


def _whole(text: str) -> int:
    if re.fullmatch(r"[+-]?[0-9]{1,4000}", text, re.ASCII):
        return int(text)
    raise ValueError(f"'{printable(text)}' is not a whole number")


def _count(text: str) -> int:
    if re.fullmatch(r"0*[1-9][0-9]{0,17}", text, re.ASCII):
        return int(text)
    raise ValueError(f"'{printable(text)}' is not a whole number of 1 or more")


def _name(text: str) -> str:
    if re.fullmatch(SWEEP_NAME, text):
        return text
    raise ValueError(f"'{printable(text)}' is not a name: letters, digits, and _, . or - between them, up to 64 in all")


def _line(text: str) -> int:
    if re.fullmatch(r"0*[1-9][0-9]{0,17}", text, re.ASCII):
        return int(text)
    raise ValueError(f"'{printable(text)}' is not the number of a line")


def _run(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        return int(text)
    raise ValueError(f"'{printable(text)}' is not the number of one run; the table of --status has the numbers")


def _run_to_try(text: str) -> int:
    return _run(text) if text else FIRST_RUN


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if _LEAST_TIMEOUT <= (seconds := float(text)) < math.inf:
            return seconds
    raise ValueError(f"'{printable(text)}' is not a number of seconds of {_LEAST_TIMEOUT} or more")


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text in words:
            return text
        raise ValueError(f"'{printable(text)}' is none of {', '.join(words)}")

    return parse


@cache
def _value_name(spellings: str) -> str:
    return spellings.partition("/")[0].split()[-1].lstrip("-").replace("-", "_")


class Option(NamedTuple):
    """One option.

    Attributes:
        spellings: How it is written, with spaces between: `-w --write`; `--yes/--no` for two flags of one meaning.
        help: What it does, as sentences. What stands between backquotes is to be typed, and never broken across lines.
        metavar: The name of its value; empty for a flag.
        parse: Reads its value; raises ValueError, with a message, if it is not valid.
        words: Values that completion offers; of a path, it knows them by the metavar, `DIR` or `FILE`.
        default: Its value if it is not given.
        aliases: Other spellings that the help mentions.
        formerly: Spellings of earlier versions: accepted, and not shown.
        needs: Options of which one has to be given too, by their first spellings.
        is_action: Whether it is an action: of these only one can be asked for.
        joins: Actions that it can be combined with.
        excludes: Other options that it cannot be combined with.
        is_repeatable: Whether it can be given several times; its value is a tuple.
        is_separator: Whether it stands between the words of the sweep, where `heracles.cli.usage` reads it.
        is_drastic: Whether it deletes, overwrites or repeats: then it is never suggested.
        is_hidden: Whether it is of an earlier version as a whole.

    """

    spellings: str
    help: str
    metavar: str = ""
    parse: Callable[[str], object] = str
    words: tuple[str, ...] = ()
    default: object = None
    aliases: str = ""
    formerly: str = ""
    needs: tuple[str, ...] = ()
    is_action: bool = False
    joins: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    is_repeatable: bool = False
    is_separator: bool = False
    is_drastic: bool = False
    is_hidden: bool = False

    @property
    def label(self) -> str:
        """The first spelling, which messages have."""
        return self.spellings.partition(" ")[0].partition("/")[0]

    @property
    def name(self) -> str:
        """The name of its value: `keep_going`."""
        return _value_name(self.spellings)

    def label_of(self, value: object) -> str:
        """Return the spelling that stands for a value: `--fail-fast` for False, where that is the second flag."""
        return self.spellings.rpartition("/")[2] if value is False else self.label

    def is_given(self, value: object) -> bool:
        """Return whether a value was asked for."""
        if value in (None, (), self.default):
            return False
        return value is not False or "/" in self.spellings

    @property
    def all_spellings(self) -> list[str]:
        """The spellings: those that the help shows, and those of earlier versions."""
        return [*self.spellings.replace("/", " ").split(), *self.aliases.split(), *self.formerly.split()]

    @property
    def absent(self) -> object:
        """Its value if it is not given."""
        if self.metavar:
            return () if self.is_repeatable else self.default
        return None if "/" in self.spellings else False

    def parameter(self) -> click.Option:
        """Return it as click has it."""
        names = [*self.spellings.split(), *self.aliases.split(), *self.formerly.split(), self.name]
        if not self.metavar:
            return click.Option(names, is_flag=True, default=self.absent)
        kind, several = click.UNPROCESSED, self.is_repeatable
        return click.Option(names, default=self.default, callback=self._read, type=kind, multiple=several)

    def _read(self, context: click.Context, parameter: click.Parameter, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(self._read(context, parameter, each) for each in value)
        if not isinstance(value, str):
            return value
        try:
            return self.parse(value.removeprefix("="))  # click passes on the `=` of `-r=sbatch`
        except ValueError as error:
            raise click.BadParameter(f"{error}", param_hint=self.label) from None


_ARRAY_OR_RETRY = ("-a", "--retry")
_RUN_OR_RETRY = ("-r", "--retry")

SECTIONS: dict[str, tuple[Option, ...]] = {
    "Sweep": (
        Option(
            "--case",
            "Begin a case: its runs are the product of the overrides up to the next `--case` and of those before the "
            "first one, which every case has: `s=1,2 --case a=3,4 --case b=5`.",
            "SWEEP...",
            is_separator=True,
        ),
        Option(
            "--exclude",
            "Leave out the runs that match every override of MATCH: `--exclude 'model=vit lr=1,3'`. Can be given "
            "several times.",
            "MATCH",
            is_repeatable=True,
        ),
        Option(
            "--where",
            "Keep the runs for which EXPR is true: `--where 'lr * steps < 100'`. Can be given several times.",
            "EXPR",
            is_repeatable=True,
        ),
        Option(
            "--sample",
            "Draw N of the combinations at random, each at most once; `--seed` decides which.",
            "N",
            _count,
        ),
        Option(
            "--seed",
            "Draw other seeds for `__randseed(N)__`, another order for `shuffle(...)`, another sample; 0 by default.",
            "N",
            _whole,
            default=0,
        ),
        Option(
            "--sweep",
            "Read a sweep from FILE, which is YAML: `params` or `hydra.sweeper.params`; `cases`, `exclude`, `where`, "
            "`sample`, `seed` and `with`. SWEEP replaces what has the same key.",
            "FILE",
        ),
        Option(
            "--name",
            "Name of the sweep: it has files and a journal of its own, `<stem>_NAME_hydra…`, and each action with this "
            "option is about it alone. `-s` lists the names.",
            "NAME",
            _name,
            excludes=("--print",),
        ),
        Option("--save", "Write the sweep to FILE, for `--sweep`.", "FILE"),
        Option(
            "--config-dir",
            "Folder of configs, which `glob(...)` chooses from. This and the next two are options of Hydra's own: each "
            "run gets them.",
            "DIR",
            aliases="-cd",
        ),
        Option("--config-name", "Name of the program's config.", "NAME", aliases="-cn"),
        Option("--config-path", "Folder of the program's configs, from the program's folder.", "DIR", aliases="-cp"),
        Option("--no-config", "Do not read the configs of the program, which are read if they are found here."),
        Option(
            "--hydra-dirs",
            "Give each run a folder of its own in DIR: the override `hydra.run.dir=DIR/__run__`.",
            "DIR",
        ),
        Option(
            "--apply-launcher",
            "Submit with the options of sbatch that stand for settings of Hydra's launcher in SWEEP, such as "
            "`hydra.launcher.timeout_min=60`.",
            needs=("-r",),
        ),
        Option(
            "--at",
            "Add the overrides to the command that begins or ends on line LINE of SCRIPT; by default, to its last "
            "program or its only one.",
            "LINE",
            _line,
        ),
        Option(
            "--args",
            "The script's own arguments: `--args='protein_a 3'`, or `heracles 'job.sh protein_a 3'`. What is recorded "
            "of a sweep has them and the line too, so that they need not be given again.",
            "WORDS",
        ),
    ),
    "Actions": (
        Option(
            "-w --write",
            "Write the scripts, and run nothing.",
            aliases="-n --noop",
            is_action=True,
            joins=("-r",),
        ),
        Option(
            "-r --run",
            "Write the scripts, and call CMD with each that was not submitted or run before: `-r=sbatch`, "
            "`-r='sbatch --nice'`, or `-r=bash` to run them here.",
            "CMD",
            words=_COMMANDS,
            aliases="-m --multirun",
            is_action=True,
            joins=("-w", "--retry"),
        ),
        Option(
            "--retry",
            "Submit or run again the runs that failed, timed out or were lost, or the runs in STATES: "
            f"`--retry=oom,cancelled`. The states are {', '.join(RETRIABLE[:-1])} and {RETRIABLE[-1]}. The job "
            "script is read anew.",
            "[STATES]",
            words=RETRIABLE,
            is_action=True,
            joins=("-r",),
        ),
        Option("-s --status", "Show what became of each run.", is_action=True),
        Option("--logs", "Print the log of run number RUN.", "RUN", _run, is_action=True),
        Option("--cancel", "Cancel the runs that are pending or running.", is_action=True, is_drastic=True),
        Option(
            "-d --delete",
            "Delete the scripts that `-w` would write; without SWEEP, all that Heracles wrote for SCRIPT, and its "
            "journal. Logs and results stay.",
            aliases="-c --clear",
            is_action=True,
            is_drastic=True,
        ),
        Option(
            "--print",
            "Print the sweep for other programs: a line for each run, as `jsonl`, `commands` (words for a shell) or "
            "`tsv`; or the sweep itself, as JSON, with `ir`. SCRIPT can be left out.",
            "FORMAT",
            _one_of(_FORMATS),
            _FORMATS,
            is_action=True,
            excludes=("-a",),
        ),
        Option("--ir", "", is_action=True, excludes=("-a",), is_hidden=True),
    ),
    "Job array": (
        Option("-a --array", "Make one script for all runs, and one job array of it: for `-w`, `-r` and `-d`."),
        Option("--throttle", "Run at most N tasks of the array at a time.", "N", _count, needs=_ARRAY_OR_RETRY),
        Option(
            "--pack",
            "Put K runs into each task, one after another; with `-j`, several at a time.",
            "K",
            _count,
            needs=_ARRAY_OR_RETRY,
        ),
        Option(
            "--max-array",
            "Submit at most N tasks as one array; by default, as many as the scheduler allows.",
            "N",
            _count,
            needs=_ARRAY_OR_RETRY,
        ),
        Option(
            "--scheduler",
            f"Scheduler to target: {', '.join(_SCHEDULERS[:-1])} or {_SCHEDULERS[-1]}; by default, the one that the "
            "directives of the script and CMD belong to.",
            "NAME",
            _one_of(_SCHEDULERS),
            _SCHEDULERS,
        ),
    ),
    "Submitting": (
        Option(
            "--with",
            "Submit the runs that match every override of RULE with more options than the others: "
            "`--with 'model=large: --mem=64G'`. Can be given several times; of two that set one option, the later "
            "counts.",
            "RULE",
            is_repeatable=True,
            excludes=("-s", "--logs", "--cancel", "-d", "--print"),
        ),
        Option(
            "--try-first",
            "Submit or run RUN alone, 0 by default, and the others so that they start only if it succeeds.",
            "[RUN]",
            _run_to_try,
            needs=_RUN_OR_RETRY,
        ),
    ),
    "Running here": (
        Option(
            "-j --jobs",
            "Run N at a time, with `-r=bash`: each has a log, `<stem>_hydra<i>.out`. With `--pack`, run N at a time in "
            "each task.",
            "N",
            _count,
            formerly="--parallel",
            needs=(*_RUN_OR_RETRY, "--pack"),
        ),
        Option(
            "--keep-going/--fail-fast",
            "After a run that failed with `-r=bash`, go on with the others, or stop them. With `-j`, the default is to "
            "go on.",
            needs=_RUN_OR_RETRY,
        ),
    ),
    "Following": (
        Option("--json", "With `-s`: print the status as JSON.", needs=("-s",)),
        Option("-f --follow", "With `--logs`: print what is added to the log until the run ends.", needs=("--logs",)),
        Option(
            "--retry-with",
            "Retry with more options for CMD: `--retry-with='--time=12:00:00'`.",
            "OPTIONS",
        ),
        Option(
            "--wait-for-room",
            "Wait when the scheduler accepts no more jobs.",
            formerly="--wait",
            needs=_RUN_OR_RETRY,
        ),
        Option(
            "--timeout",
            "Try for S seconds to reach a scheduler that does not answer; 60 by default.",
            "S",
            _seconds,
            default=60.0,
            formerly="--patience",
        ),
        Option(
            "--resubmit-all",
            "Submit or run everything again, including what was submitted before.",
            formerly="--again",
            needs=("-r",),
            is_drastic=True,
        ),
        Option(
            "--extend",
            "Add runs to a sweep though SCRIPT was edited since: the earlier runs stay as they are.",
            needs=("-r", "-w"),
            excludes=("--resubmit-all",),
        ),
        Option(
            "--assume-submitted",
            "Treat submissions with an unknown outcome as submitted.",
            formerly="--skip-unknown",
            needs=("-r",),
            is_drastic=True,
        ),
    ),
    "Output": (
        Option("-q --quiet", "Print errors only, and what CMD prints."),
        Option(
            "--force",
            "Overwrite or delete scripts that Heracles did not write, that were edited since, or whose runs are not "
            "over.",
            is_drastic=True,
        ),
        Option("--yes", "Write more than 100,000 files, or submit more than 100 arrays.", is_drastic=True),
        Option(
            "--completion",
            "Print what bash, zsh or fish reads, with `source`, to complete the command line.",
            "SHELL",
            _one_of(_SHELLS),
            _SHELLS,
            is_action=True,
        ),
        Option("--version", "Print the version."),
        Option("-h --help", "Print this help."),
    ),
}
"""The table, by the sections of the help."""

OPTIONS = tuple(option for options in SECTIONS.values() for option in options)
"""All options, in the order of the help."""


def among(words: Sequence[str]) -> tuple[Option, ...]:
    """Return the options that some words of a command line may stand for.

    Those are all options if a word begins like an option and is none: a mistake, or several letters in one word.
    """
    names = {word.partition("=")[0] for word in words if word.startswith("-")}
    read = (option for option in OPTIONS if not option.is_separator) if names else ()
    found = tuple(option for option in read if not names.isdisjoint(option.all_spellings))
    return found if names <= {spelling for option in found for spelling in option.all_spellings} else OPTIONS


def parameters(
    shown: Mapping[str, Callable[[], None]], options: Sequence[Option] = OPTIONS
) -> Iterator[click.Parameter]:
    """Yield what click has to read: SCRIPT, SWEEP and options.

    Args:
        shown: What prints the help and the version, by the names of the options: they end the command line.
        options: The options; to make all of them takes click longer than to read a command line.

    """
    yield click.Argument(["script"], required=False)
    yield click.Argument(["overrides"], nargs=-1)
    for option in options:
        if not option.is_separator:
            yield _ending(option, shown[option.name]) if option.name in shown else option.parameter()


def _ending(option: Option, show: Callable[[], None]) -> click.Option:
    def callback(context: click.Context, _parameter: click.Parameter, value: object) -> None:
        if value:
            show()
            context.exit()

    names = [*option.spellings.split(), option.name]
    return click.Option(names, is_flag=True, is_eager=True, expose_value=False, callback=callback)
