"""The sweep as data: values, generators of values, dimensions, and the sequence of runs."""

from heracles.ir.diagram import Diagram
from heracles.ir.dimensions import DIMENSION_KINDS, Axis, Derived, Dimension, Repeat, Zip, value_text
from heracles.ir.generators import GENERATOR_KINDS, Cast, Choice, Concat, Generator, RandSeed, Range, Shuffle
from heracles.ir.runs import RUN_KINDS, SEED_SPACE, Runs, Subset, progressions
from heracles.ir.selection import Filtered, Grown, Rule, Sample, Step, Union, steps
from heracles.ir.spaces import Geomspace, Interval, Linspace, Logspace
from heracles.ir.sweep import Sweep
from heracles.ir.values import RUN_NUMBER, numbered

__all__ = [
    "DIMENSIONS",
    "DIMENSION_KINDS",
    "GENERATORS",
    "RUNS",
    "RUN_NUMBER",
    "SEED_SPACE",
    "Axis",
    "Cast",
    "Choice",
    "Concat",
    "Derived",
    "Diagram",
    "Dimension",
    "Filtered",
    "Generator",
    "Geomspace",
    "Grown",
    "Interval",
    "Linspace",
    "Logspace",
    "RandSeed",
    "Range",
    "Repeat",
    "Rule",
    "Runs",
    "Sample",
    "Shuffle",
    "Step",
    "Subset",
    "Sweep",
    "Union",
    "Zip",
    "numbered",
    "progressions",
    "steps",
    "value_text",
]

GENERATORS: tuple[type[Generator], ...] = GENERATOR_KINDS.classes
"""Every kind of generator."""

DIMENSIONS: tuple[type[Dimension], ...] = DIMENSION_KINDS.classes
"""Every kind of dimension."""

RUNS: tuple[type[Runs], ...] = RUN_KINDS.classes
"""Every kind of sequence of runs."""
