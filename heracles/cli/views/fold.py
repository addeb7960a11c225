"""How the runs of a sweep are folded onto two of its dimensions."""

import itertools
import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from heracles.ir import Dimension, Runs, Sweep
from heracles.ir.values import SEED
from heracles.lean import NamedTuple

__all__ = ["Fold", "Side", "folded"]

_ABSENT = "-"
_MOST_LABELS = 10_000


class Side(NamedTuple):
    """A dimension along a side of the grid.

    Attributes:
        name: Its name.
        size: The number of its values.
        label: Returns the value at a place, as text.
        is_seed: Whether runs that differ in this alone repeat one another.

    """

    name: str
    size: int
    label: Callable[[int], str]
    is_seed: bool


class Fold:
    """Runs folded onto the two dimensions that are the rows and the columns.

    Args:
        sweep: The sweep.
        sides: The rows and the columns.
        hidden: The other dimensions.
        cell: Returns the place among the rows, and among the columns, of a run.
        runs: Returns the numbers of the runs of a cell, as ranges; None if they can only be found run by run.

    Attributes:
        has_seeds: Whether the runs of a cell differ in seeds.

    """

    def __init__(
        self,
        sweep: Runs,
        sides: Sequence[Side],
        hidden: Sequence[Side],
        cell: Callable[[int], tuple[int, int]],
        runs: Callable[[int, int], Iterable[range]] | None = None,
    ) -> None:
        self.rows, self.across = sides
        self.has_seeds = any(side.is_seed for side in hidden)
        self.cell = cell
        self.runs = runs
        self._sweep = sweep

    @cached_property
    def _totals(self) -> "array[int]":
        """The number of runs of each cell, row by row."""
        totals, across = array("I", [0]) * (self.rows.size * self.across.size), self.across.size
        for row, column in map(self.cell, range(self._sweep.size)):
            totals[row * across + column] += 1
        return totals

    @property
    def is_even(self) -> bool:
        """Whether all cells have the same number of runs, but for those that have none."""
        return self._sweep.is_product or len({*self._totals} - {0}) == 1

    @property
    def runs_per_cell(self) -> int:
        """The number of runs of the cell that has most."""
        if self._sweep.is_product:
            return self._sweep.size // (self.rows.size * self.across.size)
        return max(self._totals)


def folded(sweep: Runs) -> Fold | None:
    """Return a sweep folded onto its largest dimensions; None if fewer than two have several values."""
    if not sweep.size:
        return None
    return _folded_cases(sweep) if len(sweep.sweeps) > 1 else _folded_product(sweep)


def _chosen(sides: Sequence[Side], cases: Sequence[int]) -> list[int]:
    """Return which sides are the rows and the columns: the largest ones that most cases have, seeds only at need."""
    several = [place for place, side in enumerate(sides) if side.size > 1]
    several.sort(key=lambda place: (sides[place].is_seed, -cases[place], -sides[place].size))
    return sorted(several[:2], key=lambda place: (-sides[place].size, place))


def _folded_product(sweep: Runs) -> Fold | None:
    product = sweep.sweeps[0]
    dimensions = [each.unrepeated for each in product.dimensions]
    sides = list(map(_side, dimensions))
    chosen = _chosen(sides, [1] * len(sides))
    if len(chosen) < 2:
        return None
    hidden = [side for place, side in enumerate(sides) if place not in chosen and side.size > 1]
    shown = [sides[place] for place in chosen]
    if sweep.is_product:
        strides = [math.prod(each.size for each in dimensions[place + 1 :]) for place in range(len(dimensions))]
        return _strided(
            sweep, shown, hidden, [range(0, s * d.size, s) for s, d in zip(strides, dimensions, strict=True)], chosen
        )
    one, other = chosen

    def cell(run: int) -> tuple[int, int]:
        digits = sweep.place(run)[1]
        return digits[one], digits[other]

    return Fold(sweep, shown, hidden, cell)


def _strided(
    sweep: Runs, shown: Sequence[Side], hidden: Sequence[Side], steps: Sequence[range], chosen: Sequence[int]
) -> Fold:
    """Return a product folded onto two of its dimensions.

    Args:
        sweep: The product.
        shown: The sides.
        hidden: The other dimensions.
        steps: For each dimension, what its values add to the number of a run.
        chosen: Which of them are the sides.

    """
    rows, across = (steps[place] for place in chosen)
    longest, *others = sorted(
        (each for place, each in enumerate(steps) if place not in chosen), key=len, reverse=True
    ) or [range(1)]

    def cell(run: int) -> tuple[int, int]:
        return run // rows.step % len(rows), run // across.step % len(across)

    def runs(row: int, column: int) -> Iterator[range]:
        for offsets in itertools.product(*others):
            first = rows[row] + across[column] + sum(offsets)
            yield range(first, first + longest.stop, longest.step)

    return Fold(sweep, shown, hidden, cell, runs)


def _side(dimension: Dimension) -> Side:
    size = 1 if dimension.is_derived or dimension.is_drawn else dimension.size
    return Side(dimension.name, size, dimension.label, _is_seed(dimension))


def _is_seed(dimension: Dimension) -> bool:
    """Return whether the values of a dimension are seeds: runs that differ in nothing else repeat one another."""
    return dimension.is_random or "seed" in dimension.name.lower()


class _Labels:
    """The values that a dimension has in all cases, which are its places: equal ones are one place.

    Args:
        dimensions: The dimension in each case; None for a case that lacks it.

    Attributes:
        texts: The values.
        places: The place of each position, in each case.
        is_seed: Whether runs that differ in this alone repeat one another.

    """

    def __init__(self, dimensions: Sequence[Dimension | None]) -> None:
        known: dict[str, int] = {}
        self.places = [
            [] if each is None else [known.setdefault(text, len(known)) for text in _texts(each)] for each in dimensions
        ]
        for places in self.places:
            if not places:
                places.append(known.setdefault(_ABSENT, len(known)))
        self.texts = list(known)
        self.is_seed = any(each is not None and _is_seed(each) for each in dimensions)


def _texts(dimension: Dimension) -> Iterator[str]:
    """Yield the values of a dimension, told apart by their numbers if they are seeds."""
    for place in range(dimension.size):
        label = dimension.label(place)
        yield f"#{place}" if label == SEED.text else label


def _folded_cases(sweep: Runs) -> Fold | None:
    """Return several cases folded onto what most of them have; a place of its own is for the cases that lack it."""
    cases = [_by_name(product) for product in sweep.sweeps]
    names = list(dict.fromkeys(name for case in cases for name in case))
    labels = [_Labels([case[name][1] if name in case else None for case in cases]) for name in names]
    sides = [
        Side(name, len(each.texts), each.texts.__getitem__, each.is_seed)
        for name, each in zip(names, labels, strict=True)
    ]
    chosen = _chosen(sides, [sum(name in case for case in cases) for name in names])
    if len(chosen) < 2:
        return None
    numbers = {id(product): number for number, product in enumerate(sweep.sweeps)}
    positions = [[case[names[side]][0] if names[side] in case else None for side in chosen] for case in cases]
    places = [labels[side].places for side in chosen]

    def cell(run: int) -> tuple[int, int]:
        product, digits = sweep.place(run)
        case = numbers[id(product)]
        row, column = (0 if position is None else digits[position] for position in positions[case])
        return places[0][case][row], places[1][case][column]

    hidden = [side for place, side in enumerate(sides) if place not in chosen and side.size > 1]
    return Fold(sweep, [sides[side] for side in chosen], hidden, cell)


def _by_name(product: Sweep) -> dict[str, tuple[int, Dimension]]:
    """Return the dimensions of a case that can be a side, each with its position, by their names."""
    dimensions = ((place, each.unrepeated) for place, each in enumerate(product.dimensions))
    return {each.name: (place, each) for place, each in dimensions if 0 < _side(each).size <= _MOST_LABELS}
