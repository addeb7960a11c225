"""Equal runs in two cases: which runs of a product another one has too, found dimension by dimension."""

import itertools
from collections.abc import Hashable, Iterator, Sequence

from heracles.errors import HeraclesError
from heracles.ir import Derived, Dimension, Repeat, Sweep
from heracles.ir.diagram import Diagram, both, everything, from_table
from heracles.ir.values import Missing, Seed, Value
from heracles.language.combinations import MOST_COMBINATIONS, Table, identity, places

__all__ = ["duplicates"]


def duplicates(earlier: Sweep, later: Sweep) -> Diagram | None:
    """Return the runs of a case that equal one of an earlier case; None if there are none.

    Two runs are equal if they set the same keys to equal values, in whatever order. A seed is that of its number among
    the values; of what is computed or drawn, the expression or the interval has to be the same.

    Raises:
        HeraclesError: If a key has too many values to compare.

    """
    foreign = [key for key in later.columns if key not in earlier.columns]
    if (
        not earlier.size
        or not later.size
        or (set(earlier.columns) != set(later.columns) and not _has_gaps(later, earlier))
    ):
        return None
    sizes = [dimension.size for dimension in later.dimensions]
    same = everything(sizes)
    for dimension in earlier.dimensions:
        over = places(later, dimension.keys)
        others = [later.dimensions[place] for place in over]
        if others == [dimension]:
            continue
        if any(isinstance(each, Derived | Repeat) or each.is_drawn for each in (dimension, *others)):
            computed = [each for each in (dimension, *others) if isinstance(each, Derived)]
            if len(computed) == 2 and computed[0].text == computed[1].text:
                continue
            return None
        same = both(same, _equal_rows(dimension, later, over))
        if not same.size:
            return None
    for place in places(later, foreign):
        same = both(same, from_table(sizes, [place], bytes(_lacking(later.dimensions[place], foreign))))
    return same if same.size else None


def _has_gaps(*sweeps: Sweep) -> bool:
    """Return whether some rows of a product may not set all of its keys."""
    return any(each.is_file for sweep in sweeps for each in sweep.dimensions)


def _lacking(dimension: Dimension, keys: Sequence[str]) -> Iterator[bool]:
    """Yield whether the row at each position of a dimension sets none of some keys."""
    columns = [column for column, key in enumerate(dimension.keys) if key in keys]
    for position in range(dimension.size):
        row = dimension.at(position)
        yield all(row[column] is None for column in columns)


def _equal_rows(dimension: Dimension, later: Sweep, over: Sequence[int]) -> Diagram:
    """Return the runs of a product that have a row of a dimension of another one."""
    table = Table(later, over)
    keys = ", ".join(dimension.keys)
    if max(table.size, dimension.size) > MOST_COMBINATIONS:
        raise HeraclesError(f"{keys} has too many values to find the runs that are equal in two cases")
    shared = [column for column, key in enumerate(dimension.keys) if key in later.columns]
    own = zip(*_identities(dimension, dimension.keys), strict=True)
    is_possible = _lacking(dimension, [key for key in dimension.keys if key not in later.columns])
    rows = {tuple(row[column] for column in shared) for row, is_one in zip(own, is_possible, strict=True) if is_one}
    columns: list[list[tuple[Hashable, ...]]] = []
    order: list[str] = []
    for place in over:
        other = later.dimensions[place]
        order += other.keys
        columns.append(list(zip(*_identities(other, other.keys), strict=True)))
    chosen = [order.index(dimension.keys[column]) for column in shared]
    flat = (tuple(itertools.chain.from_iterable(parts)) for parts in itertools.product(*columns))
    table_of = bytes(tuple(row[column] for column in chosen) in rows for row in flat)
    return from_table([each.size for each in later.dimensions], table.over, table_of)


def _identities(dimension: Dimension, keys: Sequence[str]) -> list[list[Hashable]]:
    """Return, for each key, the identities of its values in order."""
    columns: list[list[Hashable]] = [[] for _ in keys]
    seeds = itertools.count()
    for position in range(dimension.size):
        for column, value in zip(columns, dimension.values_at(position), strict=True):
            column.append(_identity(value, seeds))
    return columns


def _identity(value: Value, seeds: Iterator[int]) -> Hashable:
    if isinstance(value, Seed):
        return "seed", next(seeds)
    return ("missing",) if isinstance(value, Missing) else identity(value)
