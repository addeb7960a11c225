"""The help and the README's table of options, made of the table of options."""

import re
import textwrap
from collections.abc import Iterator

from heracles.cli.options import SECTIONS, Option

__all__ = ["USAGE", "help_lines", "readme_table"]

USAGE = "heracles SCRIPT [ACTION] [OPTIONS] [SWEEP...]"
"""How the command line is put together."""

_ABOUT = (
    "Compile a sweep to shell scripts, and submit them.",
    (
        "SCRIPT is your job script. SWEEP are overrides in Hydra's language, such as `lr=0.1,0.01` or "
        "`'seed=__randseed(5)__'`: each combination of their values is one run. Options of a program that is not "
        "Hydra's come last, after a `--`: `-- --lr=0.1,0.01`. Without an action, Heracles shows the runs and writes "
        "nothing."
    ),
    (
        "`--status`, `--logs`, `--cancel` and `--retry` are about the latest sweep of SCRIPT, or about SWEEP if it is "
        "given."
    ),
)
_EXAMPLES = (
    ("heracles job.sh lr=0.1,0.01 model=cnn,mlp", "show the runs"),
    ("heracles job.sh -a -r=sbatch lr=0.1,0.01 model=cnn,mlp", "submit them as one job array"),
    ("heracles job.sh --retry", "submit again what failed"),
)
_QUOTING = (
    "Parentheses, brackets, braces, quotes, `$` and spaces in an override must be quoted for your shell: "
    "`'lr=range(0,1,0.1)'`."
)
_NAMES_WIDTH, _LEAST_HELP = 24, 36
_EXIT_CODES = (
    "The exit code is 0 for success, 1 if a run or a submission failed, 2 for bad usage or bad input, and 130 after an "
    "interrupt."
)


def help_lines(width: int) -> Iterator[str]:
    """Yield the lines of the help.

    Args:
        width: The number of terminal columns that a line can have.

    """
    yield f"Usage: {USAGE}"
    for paragraph in _ABOUT:
        yield ""
        yield from _wrapped(paragraph, width, "  ")
    for section, options in SECTIONS.items():
        yield ""
        yield f"{section}:"
        for option in options:
            if not option.is_hidden:
                yield from _entry(_names(option), _sentences(option), width)
    yield ""
    yield "Examples:"
    for command, purpose in _EXAMPLES:
        yield from _entry(command, purpose, width, max(len(line) for line, _ in _EXAMPLES))
    for paragraph in (_QUOTING, _EXIT_CODES):
        yield ""
        yield from _wrapped(paragraph, width, "")


def _names(option: Option) -> str:
    """Return `-r, --run CMD`."""
    return " ".join([", ".join(option.spellings.split()), *([option.metavar] if option.metavar else [])])


def _sentences(option: Option) -> str:
    if not option.aliases:
        return option.help
    return f"{option.help} Also {', '.join(f'`{alias}`' for alias in option.aliases.split())}."


def _entry(names: str, text: str, width: int, names_width: int = _NAMES_WIDTH) -> Iterator[str]:
    """Yield an option and what it does beside it; below it where there is no room beside it."""
    is_narrow = width < names_width + _LEAST_HELP
    margin = " " * (6 if is_narrow else names_width + 4)
    lines = list(_wrapped(text, width, margin))
    if is_narrow or len(names) > names_width:
        yield f"  {names}"
        yield from lines
        return
    yield f"  {names.ljust(names_width)}  {lines[0].lstrip()}"
    yield from lines[1:]


def _wrapped(text: str, width: int, margin: str) -> Iterator[str]:
    """Yield the lines of a text; what stands between backquotes is never broken, and the backquotes are left out."""
    whole = re.sub("`[^`]*`", lambda match: match[0].strip("`").replace(" ", "\0"), text)
    lines = textwrap.wrap(
        whole, width, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    return (line.replace("\0", " ") for line in lines)


def readme_table() -> str:
    """Return the options as a table in Markdown, with a row that names each section."""
    rows = ["| option | what it does |", "|---|---|"]
    for section, options in SECTIONS.items():
        rows.append(f"| **{section}** | |")
        rows += [f"| {_cell(option)} | {option.help} |" for option in options if not option.is_hidden]
    return "".join(f"{row}\n" for row in rows)


def _cell(option: Option) -> str:
    """Return "`-r CMD`, `--run CMD` (or `-m`, `--multirun`)"."""
    value = f" {option.metavar}" if option.metavar else ""
    cell = ", ".join(f"`{word}{value}`" for word in option.spellings.replace("/", " ").split())
    aliases = ", ".join(f"`{word}`" for word in option.aliases.split())
    return f"{cell} (or {aliases})" if aliases else cell
