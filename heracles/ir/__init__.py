"""The sweep as data: values, generators of values, dimensions, and the sequence of runs."""

from typing import TYPE_CHECKING, Any

from heracles.ir.dimensions import DIMENSION_KINDS, Axis, Derived, Dimension, Repeat, Zip, value_text
from heracles.ir.generators import GENERATOR_KINDS, Cast, Choice, Concat, Generator, RandSeed, Range, Shuffle
from heracles.ir.runs import RUN_KINDS, SEED_SPACE, Runs, Subset, progressions
from heracles.ir.sweep import Sweep
from heracles.ir.values import RUN_NUMBER, numbered
from heracles.lean import load

if TYPE_CHECKING:
    from heracles.ir.diagram import Diagram
    from heracles.ir.selection import Filtered, Grown, Rule, Sample, Step, Union, steps
    from heracles.ir.spaces import Geomspace, Interval, Linspace, Logspace

    GENERATORS: tuple[type[Generator], ...]
    DIMENSIONS: tuple[type[Dimension], ...]
    RUNS: tuple[type[Runs], ...]

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

_HOMES = {
    "Diagram": "diagram",
    **dict.fromkeys(["Filtered", "Grown", "Rule", "Sample", "Step", "Union", "steps"], "selection"),
    **dict.fromkeys(["Geomspace", "Interval", "Linspace", "Logspace"], "spaces"),
}
"""What most sweeps do without, by the module that defines it, which is loaded when it is asked for."""

_FAMILIES = {"GENERATORS": GENERATOR_KINDS, "DIMENSIONS": DIMENSION_KINDS, "RUNS": RUN_KINDS}
"""The names of all kinds of generators, dimensions and sequences of runs."""


def __getattr__(name: str) -> Any:
    if name in _FAMILIES:
        return _FAMILIES[name].classes
    if name not in _HOMES:
        raise AttributeError(f"module 'heracles.ir' has no attribute '{name}'")
    value = globals()[name] = load(f"heracles.ir.{_HOMES[name]}:{name}")
    return value
