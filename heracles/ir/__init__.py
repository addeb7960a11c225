"""The sweep as data: values, generators of values, dimensions, and the sequence of runs."""

from heracles.ir.dimensions import DIMENSION_KINDS, Axis, Dimension, value_text
from heracles.ir.generators import GENERATOR_KINDS, Cast, Choice, Concat, Generator, RandSeed, Range, Shuffle
from heracles.ir.sweep import RUN_KINDS, SEED_SPACE, Runs, Subset, Sweep, progressions

__all__ = [
    "DIMENSIONS",
    "GENERATORS",
    "RUNS",
    "SEED_SPACE",
    "Axis",
    "Cast",
    "Choice",
    "Concat",
    "Dimension",
    "Generator",
    "RandSeed",
    "Range",
    "Runs",
    "Shuffle",
    "Subset",
    "Sweep",
    "progressions",
    "value_text",
]

GENERATORS: tuple[type[Generator], ...] = GENERATOR_KINDS.classes
"""Every kind of generator."""

DIMENSIONS: tuple[type[Dimension], ...] = DIMENSION_KINDS.classes
"""Every kind of dimension."""

RUNS: tuple[type[Runs], ...] = RUN_KINDS.classes
"""Every kind of sequence of runs."""
