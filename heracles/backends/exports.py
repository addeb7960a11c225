"""The back end for other programs: a line for each run, one after another, as many as there are."""

import json
import re
from collections.abc import Callable, Iterator, Sequence

from heracles.ir import Sweep
from heracles.shell.quoting import escaped, quote

__all__ = ["FORMATS"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def jsonl(sweep: Sweep) -> Iterator[str]:
    """Give `{"run":0,"overrides":["lr=0.1"]}` for each run."""
    for run, overrides in enumerate(sweep):
        yield f'{{"run":{run},"overrides":{json.dumps(overrides, separators=(",", ":"))}}}\n'


def commands(sweep: Sweep) -> Iterator[str]:
    r"""Give the overrides of each run as words for a shell, always on one line.

    A word with control characters is written as `$'a\012b'`, which bash, zsh, ksh and POSIX.1-2024 read.
    """
    return (f"{' '.join(map(_word, overrides))}\n" for overrides in sweep)


def tsv(sweep: Sweep) -> Iterator[str]:
    r"""Give a table with a line of keys, a column for each key, and a line for each run.

    Backslash, tab and line ends are written as `\\`, `\t`, `\n` and `\r`. What is deleted (`~lr`) has no value.
    """
    keys = [axis.key for axis in sweep.axes]
    yield _row(["run", *keys])
    starts = [len(key) + 1 for key in keys]
    for run, overrides in enumerate(sweep):
        yield _row([str(run), *(text[start:] for text, start in zip(overrides, starts, strict=True))])


def _word(word: str) -> str:
    return escaped(word) if _CONTROL.search(word) else quote(word)


def _row(cells: Sequence[str]) -> str:
    return "\t".join(re.sub(r"[\\\t\n\r]", lambda match: _ESCAPES[match[0]], cell) for cell in cells) + "\n"


FORMATS: dict[str, Callable[[Sweep], Iterator[str]]] = {"jsonl": jsonl, "commands": commands, "tsv": tsv}
"""The formats, by name: each gives the lines of a sweep."""
