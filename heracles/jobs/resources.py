"""Options that not all runs are submitted with: which sets of them `--with` makes of its rules, and for which runs."""

import itertools
from collections.abc import Iterator, Sequence
from functools import reduce

from heracles.errors import HeraclesError, OverrideError
from heracles.ir import Runs, Subset
from heracles.language.keys import Keys
from heracles.language.rules import Match, split_options
from heracles.lean import NamedTuple
from heracles.schedulers.indices import consecutive
from heracles.schedulers.option_set import OptionSet
from heracles.schedulers.scheduler import Scheduler
from heracles.text import counted

__all__ = ["ItemSet", "Rule", "common", "in_order", "item_sets"]

_MOST_RUNS = 1_000_000
_NOTHING = OptionSet()


class ItemSet(NamedTuple):
    """Items that are submitted with the same options.

    Attributes:
        options: The words of these options; none for those of the command and the script alone.
        items: The items, as ascending ranges.

    """

    options: tuple[str, ...]
    items: list[range]

    @property
    def size(self) -> int:
        """How many items there are."""
        return sum(map(len, self.items))


class Rule:
    """`--with 'model=large: --mem=64G'`: runs, and the options that they are submitted with.

    Args:
        text: The rule as it was given.
        runs: The runs that it is about.
        scheduler: The scheduler whose options these are.

    Raises:
        OverrideError: If it is not valid.

    """

    def __init__(self, text: str, runs: Runs, scheduler: Scheduler) -> None:
        self.text = text
        words, end = split_options(text)
        self.match = Match(text, Keys(runs.sweeps), words)
        try:
            self.options = OptionSet.read(text, end, scheduler)
        except HeraclesError as error:
            raise OverrideError(error.message, error.source, error.span) from None


def item_sets(rules: Sequence[Rule], runs: Runs, recorded: Sequence[OptionSet] = ()) -> tuple[list[ItemSet], list[str]]:
    """Divide runs by the options that rules give them; of two rules that set one option, the later counts.

    Args:
        rules: The rules.
        runs: The runs; an item is a position among them.
        recorded: The options that each run had before, which what the rules say replaces; empty for none.

    Returns:
        The sets, in the order of their first runs, and the texts of the rules that match no run.

    Raises:
        HeraclesError: If there are too many runs.
        OverrideError: If a key of a rule has too many values.

    """
    if runs.size > _MOST_RUNS:
        raise HeraclesError(f"--with is for sweeps of up to {counted(_MOST_RUNS, 'run')}")
    sets: dict[OptionSet, list[int]] = {}
    of: dict[tuple[OptionSet, tuple[Rule, ...]], list[int]] = {}
    before = recorded or itertools.repeat(_NOTHING, runs.size)
    for position, key in enumerate(zip(before, _matching(rules, runs), strict=True)):
        if key not in of:
            options = reduce(OptionSet.with_later, (rule.options for rule in key[1]), key[0])
            of[key] = sets.setdefault(options, [])
        of[key].append(position)
    unmatched = set(rules).difference(*(matching for _, matching in of))
    texts = [rule.text for rule in rules if rule in unmatched]
    return [ItemSet(options.words, consecutive(positions)) for options, positions in sets.items()], texts


def _matching(rules: Sequence[Rule], runs: Runs) -> Iterator[tuple[Rule, ...]]:
    """Yield the rules that match each run, which the positions in few dimensions decide."""
    diagrams = {id(sweep): [rule.match.matched(sweep) for rule in rules] for sweep in runs.sweeps}
    deciding = {
        id(sweep): sorted({place for rule in rules for place in rule.match.places(sweep)}) for sweep in runs.sweeps
    }
    known: dict[tuple[int, ...], tuple[Rule, ...]] = {}
    for position in range(runs.size):
        sweep, digits = runs.place(position)
        places = deciding[id(sweep)]
        key = (id(sweep), *(digits[place] for place in places))
        if key not in known:
            decided = {place: digits[place] for place in places}
            kept = zip(rules, diagrams[id(sweep)], strict=True)
            known[key] = tuple(rule for rule, diagram in kept if diagram.keeps(decided))
        yield known[key]


def in_order(runs: Runs, sets: Sequence[ItemSet]) -> tuple[Runs, list[ItemSet]]:
    """Return the same runs, those of a set one after another, and the sets of them.

    A job array has one set of options, and so it is made of consecutive items; a scheduler's own lists of task ids are
    no way out, as Slurm limits their length, and Grid Engine and PBS know none.
    """
    positions = [position for each in sets for part in each.items for position in part]
    if positions == list(range(runs.size)):
        return runs, list(sets)
    found, start = [], 0
    for each in sets:
        found.append(ItemSet(each.options, [range(start, start + each.size)]))
        start += each.size
    return Subset(runs.whole, [runs.numbers[position] for position in positions]), found


def common(some: Sequence[range], others: Sequence[range]) -> list[range]:
    """Return the items that are in ascending ranges of both."""
    found, place = [], 0
    for part in some:
        while place < len(others) and others[place].stop <= part.start:
            place += 1
        for other in others[place:]:
            if other.start >= part.stop:
                break
            found.append(range(max(part.start, other.start), min(part.stop, other.stop)))
    return found
