"""Which of the runs that rules keep has a number: a decision diagram, walked by bash."""

from collections.abc import Sequence
from itertools import accumulate

from heracles.backends.bash_words import INDENT, braces
from heracles.backends.bash_writer import BashWriter, variable_name
from heracles.errors import HeraclesError
from heracles.ir import Diagram, Dimension, progressions
from heracles.ir.diagram import DiagramNode
from heracles.lean import NamedTuple

__all__ = ["walked"]

_MOST_RANGES = 100_000


def walked(writer: BashWriter, dimensions: Sequence[Dimension], diagram: Diagram, index: str) -> list[str]:
    """Add the statements that walk a diagram.

    Args:
        writer: Where they go.
        dimensions: The dimensions of the product, one for each level of the diagram.
        diagram: The diagram.
        index: The number of a run among those that are kept, as arithmetic of bash.

    Returns:
        The run's position in each dimension, as arithmetic of bash.

    Raises:
        HeraclesError: If the script would have to list too much of the diagram.

    """
    ranges = sum(len(node.starts) for level in diagram.nodes for node in level)
    if ranges > _MOST_RANGES:
        raise HeraclesError(
            f"the rules leave {ranges:,} ranges of values, and the script would list {_MOST_RANGES:,} at most: name "
            "keys of fewer values in them"
        )
    walk = _Walk(writer, index)
    several = [place for place, dimension in enumerate(dimensions) if dimension.size > 1]
    is_read = False
    levels: list[_Level] = []
    for place in reversed(range(len(dimensions))):
        level = _Level(dimensions[place], diagram.nodes[place], [place] == several[-1:], is_read)
        is_read = level.reads_node
        levels.insert(0, level)
    return list(map(walk.step, levels))


class _Level(NamedTuple):
    """A level of a diagram.

    Attributes:
        dimension: Its dimension.
        nodes: Its nodes.
        is_last: Whether no position is left to find after it.
        leads: Whether the next level asks which of its nodes this one leads to.

    """

    dimension: Dimension
    nodes: Sequence[DiagramNode]
    is_last: bool
    leads: bool

    def all(self, name: str) -> list[int]:
        """Return the numbers of that name of each range of each node."""
        return [number for node in self.nodes for number in getattr(node, name)]

    @property
    def reads_node(self) -> bool:
        """Whether it matters at which of its nodes the walk is."""
        if len(self.nodes) == 1:
            return False
        is_searched = any(len(node.starts) > 1 for node in self.nodes)
        return is_searched or any(len(set(self.all(name))) > 1 for name in self.used)

    @property
    def used(self) -> list[str]:
        """Which numbers of its ranges the walk needs."""
        used = ["children"] if self.leads else []
        if self.dimension.size > 1 and not self.dimension.is_seeds:
            used += ["starts", "each"]
        elif self.dimension.size > 1 and not self.is_last:
            used.append("each")
        return used


class _Walk:
    """A walk through a diagram, level by level.

    Args:
        writer: Where the statements go.
        index: The number of the run among those that are kept.

    """

    def __init__(self, writer: BashWriter, index: str) -> None:
        self._writer = writer
        self._rest = writer.scratch("rest")
        writer.write("# The run among those that the rules keep", f"{self._rest}=$(({index}))")

    @property
    def _node(self) -> str:
        """The variable with the number of the node, among those of the level."""
        return self._writer.scratch("node")

    def step(self, level: _Level) -> str:
        """Add the statements for a level; return the position in its dimension, as arithmetic of bash."""
        name = variable_name(level.dimension.name)
        entry = self._entry(name, level)
        position = "0"
        if "each" in level.used:
            each = self._listed(f"{name}_each", level.all("each"), entry)
            position = "0" if level.dimension.is_seeds else self._position(name, level, entry, each)
            rest = "0" if each == "1" else f"$(({self._rest} % {each}))"
            self._writer.write(*([] if level.is_last else [f"{self._rest}={rest}"]))
        if level.leads:
            child = self._listed(f"{name}_next", level.all("children"), entry)
            self._writer.write(f"{self._node}=$(({child}))")
        return position

    def _position(self, name: str, level: _Level, entry: str, each: str) -> str:
        """Add the statement for the position in a dimension; return the name of its variable."""
        start = self._listed(f"{name}_from", level.all("starts"), entry)
        position = self._writer.new_name(f"{name}_place")
        steps = self._rest if each == "1" else f"{self._rest} / {each}"
        self._writer.write(f"{position}=$(({steps if start == '0' else f'{start} + {steps}'}))")
        return position

    def _entry(self, name: str, level: _Level) -> str:
        """Add the statements that find the range that the run is in; return its number among those of the level."""
        ranges = [len(node.starts) for node in level.nodes]
        if max(ranges) == 1:
            return self._node if level.reads_node else "0"
        writer, rest = self._writer, self._rest
        before = writer.listed(f"{name}_before", _words(level.all("before")))
        low, high, middle = map(writer.scratch, ("low", "high", "middle"))
        if len(level.nodes) > 1:
            ends = writer.listed(f"{name}_ranges", _words([0, *accumulate(ranges)]))
            writer.write(f"{low}=${{{ends}[{self._node}]}} {high}=${{{ends}[{self._node} + 1]}}")
        else:
            writer.write(f"{low}=0 {high}={ranges[0]}")
        writer.write(
            f"while (({high} - {low} > 1)); do",
            f"{INDENT}{middle}=$((({low} + {high}) / 2))",
            f"{INDENT}if (({before}[{middle}] <= {rest})); then {low}=${middle}; else {high}=${middle}; fi",
            "done",
            f"{rest}=$(({rest} - {before}[{low}]))",
        )
        return low

    def _listed(self, name: str, numbers: Sequence[int], entry: str) -> str:
        """Return one of some numbers, as arithmetic of bash."""
        if len(set(numbers)) == 1:
            return str(numbers[0])
        return f"{self._writer.listed(name, _words(numbers))}[{entry}]"


def _words(numbers: Sequence[int]) -> list[str]:
    """Return numbers as words that bash expands to them."""
    return list(map(braces, progressions(numbers)))
