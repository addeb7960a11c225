"""The back end for other programs: one line for each run, written one after another."""

import json
import re
from collections.abc import Callable, Iterator, Sequence

from heracles.ir import Runs, value_text
from heracles.lean import pattern
from heracles.shell.quoting import escaped, quote

__all__ = ["FORMATS"]

_CONTROL = pattern(r"[\x00-\x1f\x7f]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def jsonl(runs: Runs) -> Iterator[str]:
    """Return `{"run":0,"overrides":["lr=0.1"]}` for each run."""
    for run, overrides in enumerate(runs):
        yield f'{{"run":{run},"overrides":{json.dumps(overrides, separators=(",", ":"))}}}\n'


def commands(runs: Runs) -> Iterator[str]:
    r"""Return the overrides of each run as words for a shell, always on one line.

    A word with control characters is written as `$'a\012b'`, which bash, zsh, ksh and POSIX.1-2024 read.
    """
    return (f"{' '.join(map(_word, overrides))}\n" for overrides in runs)


def tsv(runs: Runs) -> Iterator[str]:
    r"""Return a table with a line of keys, a column for each key, and a line for each run.

    Backslash, tab and line ends are written as `\\`, `\t`, `\n` and `\r`. A deletion (`~lr`) has an empty cell, and so
    has a key that the run does not set.
    """
    yield _row(["run", *runs.columns])
    for run, row in enumerate(runs.rows()):
        yield _row([str(run), *map(value_text, runs.columns, row)])


def _word(word: str) -> str:
    return escaped(word) if _CONTROL.search(word) else quote(word)


def _row(cells: Sequence[str]) -> str:
    return "\t".join(re.sub(r"[\\\t\n\r]", lambda match: _ESCAPES[match[0]], cell) for cell in cells) + "\n"


FORMATS: dict[str, Callable[[Runs], Iterator[str]]] = {"jsonl": jsonl, "commands": commands, "tsv": tsv}
"""The formats, by name: each returns the lines of the runs."""
