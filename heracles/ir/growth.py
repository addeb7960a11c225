"""Which runs of a sweep another one has too, and what the first becomes when it is continued with the second.

A run is what it sets: its keys, with their prefixes and packages, and the types and values that they have, in whatever
order. A seed that Heracles draws counts by how many runs before it set the same otherwise; what is computed from other
keys, and the number of the run, do not count.
"""

import itertools
from collections import deque
from collections.abc import Hashable, Iterator, Sequence

from heracles.errors import HeraclesError
from heracles.ir.diagram import Diagram, both, everything, from_table, without
from heracles.ir.dimensions import Axis, Derived, Dimension, Repeat
from heracles.ir.runs import Runs, Subset
from heracles.ir.selection import Filtered, Grown
from heracles.ir.sweep import Sweep
from heracles.ir.values import (
    Bare,
    Dict,
    Float,
    Int,
    List,
    Missing,
    Quoted,
    Seed,
    Value,
    from_bare,
    plain,
)
from heracles.lean import NamedTuple

__all__ = ["Growth", "grow"]

MOST_LISTED = 300_000
"""How many runs, or values of one key, are compared one by one."""

_MOST_COMPARED = 10_000
_SEED = "seed", None
_UNSET = "unset", None

_Pair = tuple[str, Hashable]
"""A key, and the identity of its value."""


class Growth(NamedTuple):
    """What a sweep becomes when it is continued with another one.

    Attributes:
        runs: The runs of the sweep, and those of the other one that it has not, numbered on.
        added: How many of these are new.
        kept: How many runs both sweeps have.
        left_out: The numbers of the runs that the other sweep has not, in order.

    """

    runs: Runs
    added: int
    kept: int
    left_out: Sequence[int]


def grow(earlier: Runs, asked: Runs) -> Growth | None:
    """Return what a sweep becomes when it is continued with another one; None if they have no run in common.

    Sweeps with seeds of different `--seed` have none. The result is the same for ever: journals record the two sweeps
    alone.

    Args:
        earlier: The sweep, which may be `Grown` itself.
        asked: The other one.

    Raises:
        HeraclesError: If there are too many runs to compare, or more seeds are needed than there are.

    """
    if earlier.seed != asked.seed and (earlier.random_columns or asked.random_columns):
        return None
    if not any(_may_share(one, other) for one in earlier.sweeps for other in asked.sweeps):
        return None
    new = _new_of_product(earlier, asked) if isinstance(asked, Sweep) else None
    if new is not None and isinstance(asked, Sweep):
        later = Filtered(asked, (), new)
        return Growth(Grown(earlier, later) if new.size else earlier, new.size, asked.size - new.size, ())
    if max(earlier.size, asked.size) > MOST_LISTED:
        raise HeraclesError(
            f"more than {MOST_LISTED:,} runs are too many to find those that were submitted before: give this sweep a "
            "--name of its own, or change no more than the values of one key, without leaving any out"
        )
    return _listed(earlier, asked)


def _listed(earlier: Runs, asked: Runs) -> Growth | None:
    """Compare the runs one by one; of several equal ones, the first is the first of the other sweep."""
    names: dict[_Pair, int] = {}
    known: dict[frozenset[int], deque[int]] = {}
    for number, identity in enumerate(_identities(earlier, names)):
        known.setdefault(identity, deque()).append(number)
    new = []
    for position, identity in enumerate(_identities(asked, names)):
        numbers = known.get(identity)
        if numbers:
            numbers.popleft()
        else:
            new.append(position)
    if len(new) == asked.size:
        return None
    left_out = sorted(itertools.chain.from_iterable(known.values()))
    runs = Grown(earlier, Subset(asked, new)) if new else earlier
    return Growth(runs, len(new), asked.size - len(new), left_out)


def _identities(runs: Runs, names: dict[_Pair, int]) -> Iterator[frozenset[int]]:
    """Yield what each run sets, as numbers that stand for the pairs: they are compared faster."""
    known: dict[int, list[dict[int, tuple[int, ...]]]] = {}
    for index in range(runs.size):
        sweep, digits = runs.place(index)
        found = known.setdefault(id(sweep), [{} for _ in digits])
        identity: list[int] = []
        for place, digit in enumerate(digits):
            if digit not in found[place]:
                pairs = _pairs(sweep.dimensions[place], digit)
                found[place][digit] = tuple(names.setdefault(pair, len(names)) for pair in pairs)
            identity += found[place][digit]
        yield frozenset(identity)


def _pairs(dimension: Dimension, position: int) -> Iterator[_Pair]:
    """Yield what a dimension sets at a position, as far as it counts."""
    if _counts(dimension):
        for key, value in zip(dimension.keys, dimension.values_at(position), strict=True):
            if not isinstance(value, Missing):
                yield key, _identity(key, value)


def _counts(dimension: Dimension) -> bool:
    """Return whether the values of a dimension tell runs apart: not if all of them follow from the rest."""
    is_number_alone = isinstance(dimension, Axis) and dimension.size == 1 and dimension.is_numbered
    return not (isinstance(dimension, Derived) or is_number_alone)


def _identity(key: str, value: Value) -> Hashable:
    """Return what two values of a key have in common if they are equal; of a flag, what the program reads counts."""
    if key.startswith("-") and isinstance(value, Quoted):
        value = from_bare(plain(value))
    return _typed(value)


def _typed(value: Value) -> Hashable:
    """Return the type of a value, with its data."""
    if isinstance(value, List):
        return "list", tuple(map(_typed, value.items))
    if isinstance(value, Dict):
        return "dict", frozenset({_typed(key): _typed(item) for key, item in value.items}.items())
    if isinstance(value, Int):
        return "int", _number(value.text)
    if isinstance(value, Float):
        return "float", repr(value.data)  # nan equals itself
    if isinstance(value, Seed):
        return _SEED
    return "text" if isinstance(value, Bare | Quoted) else type(value).__name__, value.data


def _number(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # it has more digits than Python converts
        return text


# ---- products, dimension by dimension ------------------------------------------------------------


def _new_of_product(earlier: Runs, asked: Sweep) -> Diagram | None:
    """Return the runs of a product that an earlier sweep has not; None if that is not to be found by arithmetic.

    It is if the earlier sweep consists of products, each dimension of which equals the product's dimension of these
    keys, or has some of its values, each once.
    """
    parts = earlier.parts if isinstance(earlier, Grown) else (earlier,)
    sizes = [dimension.size for dimension in asked.dimensions]
    new = everything(sizes)
    for part in parts:
        product = part.sweep if isinstance(part, Filtered) and not part.rules else part
        same = _same(product, asked, sizes) if isinstance(product, Sweep) else None
        if same is None:
            return None
        new = both(new, without(sizes, same))
    return new


def _same(product: Sweep, asked: Sweep, sizes: Sequence[int]) -> Diagram | None:
    """Return the runs of a product that a smaller one has too; None if that one is not smaller in each dimension."""
    own = {frozenset(each.keys): each for each in product.dimensions if _counts(each)}
    others = {frozenset(each.keys): (place, each) for place, each in enumerate(asked.dimensions) if _counts(each)}
    if own.keys() != others.keys():
        return None
    same = everything(sizes)
    for keys, (place, other) in others.items():
        dimension = own[keys]
        if dimension == other:
            continue
        if max(dimension.size, other.size) > MOST_LISTED:
            return None
        values, wider = list(_rows(dimension)), list(_rows(other))
        chosen = set(values)
        if len(chosen) < len(values) or len(set(wider)) < len(wider) or not chosen.issubset(wider):
            return None
        same = both(same, from_table(sizes, [place], bytes(row in chosen for row in wider)))
    return same


def _rows(dimension: Dimension) -> Iterator[Hashable]:
    """Yield what a dimension sets at each position; seeds are numbered."""
    seeds = itertools.count()
    for position in range(dimension.size):
        pairs = frozenset(_pairs(dimension, position))
        is_seed = any(value == _SEED for _, value in pairs)
        yield (pairs, next(seeds)) if is_seed else pairs


def _may_share(one: Sweep, other: Sweep) -> bool:
    """Return whether two products may have a run in common: they set the same keys, and no key is quite different."""
    own, others = _values(one), _values(other)
    both = ((own.get(key, {_UNSET}), others.get(key, {_UNSET})) for key in own.keys() | others.keys())
    return all(mine is None or theirs is None or mine & theirs for mine, theirs in both)


def _values(sweep: Sweep) -> dict[str, set[Hashable] | None]:
    """Return the values of each key that counts, and whether it is unset; None for too many, or drawn ones."""
    found: dict[str, set[Hashable] | None] = {}
    for dimension in filter(_counts, sweep.dimensions):
        size = dimension.times if isinstance(dimension, Repeat) else dimension.size
        is_open = dimension.is_drawn or size > _MOST_COMPARED
        values: dict[str, set[Hashable]] = {key: set() for key in dimension.keys}
        for position in range(0 if is_open else size):
            pairs = dict(_pairs(dimension, position))
            for key in dimension.keys:
                values[key].add(pairs.get(key, _UNSET))
        found |= dict.fromkeys(values) if is_open else values
    return found
