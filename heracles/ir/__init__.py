"""The sweep as data: values, generators of values, and the sequence of runs."""

from heracles.ir.generators import Cast, Choice, Concat, Generator, RandSeed, Range, Shuffle
from heracles.ir.sweep import SEED_SPACE, Axis, Subset, Sweep, progressions

__all__ = [
    "SEED_SPACE",
    "Axis",
    "Cast",
    "Choice",
    "Concat",
    "Generator",
    "RandSeed",
    "Range",
    "Shuffle",
    "Subset",
    "Sweep",
    "progressions",
]
