"""The sets of options that runs are submitted with, a line for each."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from heracles.cli.views.fitting import padded
from heracles.shell.quoting import shown
from heracles.text import columns, counted, listed, printable

if TYPE_CHECKING:
    from heracles.jobs.resources import ItemSet

__all__ = ["option_words", "set_lines", "table"]


def option_words(words: Sequence[str]) -> str:
    """Return options as they would be typed."""
    return printable(" ".join(map(shown, words)))


def set_lines(sets: "Sequence[ItemSet]") -> Iterator[str]:
    """Yield an empty line, and one for each set of options; nothing where no run has any.

    Args:
        sets: The sets; their items are the runs.

    """
    if not any(each.options for each in sets):
        return
    yield ""
    yield from table([(each.size, each.options, _numbers(each.items)) for each in sets])


def table(rows: Sequence[tuple[int, Sequence[str], str]]) -> Iterator[str]:
    """Yield a line for each set: how many runs it has, its options, and something about it."""
    texts = [(counted(size, "run"), option_words(options) or "no more options", last) for size, options, last in rows]
    wide = [max(columns(row[place]) for row in texts) for place in range(2)]
    for size, options, last in texts:
        yield f"  {padded(size, wide[0])}  {padded(options, wide[1])}  {last}"


def _numbers(items: Sequence[range]) -> str:
    """Return the numbers of runs: `run 4`, `runs 0-3, 8-11`."""
    texts = [str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in items]
    return f"{'run' if sum(map(len, items)) == 1 else 'runs'} {listed(texts)}"
