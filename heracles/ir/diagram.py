"""Which runs of a product are kept: a decision diagram over the positions in its dimensions.

A diagram has a level for each dimension, whose nodes send each position on to a node of the next level, or drop it.
Counting the paths below each node makes the k-th kept run a matter of arithmetic, however many there are, and a
dimension that no rule names is one range of one node. See Srinivasan, Kam, Malik and Brayton, "Algorithms for discrete
function manipulation" (1990), for the diagrams, and Knuth, The Art of Computer Programming 4A, 7.1.4, for counting.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from heracles.errors import HeraclesError
from heracles.ir.record import Record
from heracles.ir.serialize import Codec, Node

__all__ = ["DIAGRAM", "Diagram", "DiagramNode", "Range3", "both", "everything", "from_table", "without"]

Range3 = tuple[int, int, int]
"""The positions from the first number up to the second, and the node of the next level that they lead to."""

_Levels = tuple[tuple[tuple[Range3, ...], ...], ...]
_MOST_NODES = 2_000_000
_NOTHING = 255


class DiagramNode:
    """A node, with what it takes to find the k-th path below it; the sequences have an item for each range.

    Attributes:
        starts: The first position of each range.
        children: The node of the next level that each range leads to.
        before: How many paths come before those of each range.
        each: How many paths each position of a range has.
        size: How many paths there are.

    """

    __slots__ = ("before", "children", "each", "size", "starts")
    size: int

    def __init__(self, ranges: Sequence[Range3], below: Sequence["DiagramNode"] | None) -> None:
        self.starts = tuple(first for first, _, _ in ranges)
        self.children = tuple(child for _, _, child in ranges)
        self.each = tuple(1 if below is None else below[child].size for child in self.children)
        before: list[int] = []
        size = 0
        for (first, stop, _), each in zip(ranges, self.each, strict=True):
            before.append(size)
            size += (stop - first) * each
        self.before = tuple(before)
        self.size = size


class Diagram(Record):
    """The runs of a product that are kept, in order.

    Args:
        levels: The nodes of each level, first the root alone; a node is its ranges, in order. In the last level, the
            next node is 0. A diagram that keeps nothing has no nodes.

    Attributes:
        nodes: The same nodes, with their counts.
        size: How many runs are kept.

    """

    __slots__ = ("levels", "nodes", "size")

    def __init__(self, levels: _Levels) -> None:
        self.levels = levels
        nodes: list[tuple[DiagramNode, ...]] = []
        for level in reversed(levels):
            below = nodes[-1] if nodes else None
            nodes.append(tuple(DiagramNode(ranges, below) for ranges in level))
        self.nodes = tuple(reversed(nodes))
        self.size = (self.nodes[0][0].size if levels[0] else 0) if levels else 1

    def digits(self, index: int) -> tuple[int, ...]:
        """Return the position in each dimension of the kept run at `index`, for `0 <= index < size`."""
        digits, child = [], 0
        for level in self.nodes:
            node = level[child]
            place = bisect_right(node.before, index) - 1
            digit, index = divmod(index - node.before[place], node.each[place])
            digits.append(node.starts[place] + digit)
            child = node.children[place]
        return tuple(digits)

    def keeps(self, digits: Mapping[int, int]) -> bool:
        """Return whether a run is kept that has these positions in these dimensions, and any in the others."""
        alive = {0} if self.size else set()
        for depth, level in enumerate(self.levels):
            wanted = digits.get(depth)
            alive = {
                child
                for number in alive
                for first, stop, child in level[number]
                if wanted is None or first <= wanted < stop
            }
        return bool(alive)


def everything(sizes: Sequence[int]) -> Diagram:
    """Return the diagram that keeps all runs of a product of dimensions of these sizes."""
    return _reduced([[((0, size, 0),)] for size in sizes])


def from_table(sizes: Sequence[int], over: Sequence[int], table: bytes) -> Diagram:
    """Return the diagram of a rule on some dimensions.

    Args:
        sizes: The sizes of all dimensions.
        over: The positions, ascending, of those that the rule names.
        table: 1 for what is kept and 0 for the rest: a byte for each combination of the positions in the dimensions
            that the rule names, the last one fastest.

    """
    levels: list[list[tuple[Range3, ...]]] = []
    children: Sequence[int] = bytes(table).translate(bytes([_NOTHING, 0, *range(2, 256)]))
    nothing, below = _NOTHING, 1
    for depth in reversed(range(len(sizes))):
        size = sizes[depth]
        if depth not in over:
            levels.append([((0, size, child),) for child in range(below)])
            continue
        level: dict[tuple[Range3, ...], int] = {}
        memo: dict[object, int] = {}
        parents = []
        for start in range(0, len(children), size) if size else ():
            part = children[start : start + size]
            chunk = part if isinstance(part, bytes) else tuple(part)
            if chunk not in memo:
                ranges = tuple(_ranges(chunk, nothing))
                memo[chunk] = level.setdefault(ranges, len(level)) if ranges else -1
            parents.append(memo[chunk])
        levels.append(list(level))
        children, nothing, below = parents, -1, len(level)
    return _reduced(levels[::-1])


def _ranges(children: Iterable[int], nothing: int) -> Iterator[Range3]:
    first = 0
    for child, same in groupby(children):
        stop = first + sum(1 for _ in same)
        if child != nothing:
            yield first, stop, child
        first = stop


def without(sizes: Sequence[int], dropped: Diagram) -> Diagram:
    """Return the diagram that keeps what another one drops, of a product of dimensions of these sizes."""
    if not dropped.size:
        return everything(sizes)
    levels: list[list[tuple[Range3, ...]]] = []
    for depth, (size, level) in enumerate(zip(sizes, dropped.levels, strict=True)):
        is_last = depth == len(sizes) - 1
        nodes = [tuple(_complement(ranges, size, is_last=is_last)) for ranges in level]
        levels.append([*([((0, size, 0),)] if depth else []), *nodes])  # node 0 keeps all, but the root is the first
    return _reduced(levels)


def _complement(ranges: Iterable[Range3], size: int, *, is_last: bool) -> Iterator[Range3]:
    """Yield the gaps between the ranges, which lead to node 0, and the ranges, if more is to be told apart below."""
    end = 0
    for first, stop, child in ranges:
        if end < first:
            yield end, first, 0
        if not is_last:
            yield first, stop, child + 1
        end = stop
    if end < size:
        yield end, size, 0


def both(one: Diagram, other: Diagram) -> Diagram:
    """Return the diagram that keeps what both diagrams, of the same product, keep.

    Raises:
        HeraclesError: If it would be too large.

    """
    if not one.levels:
        return one
    pairs: dict[tuple[int, int], int] = {(0, 0): 0} if one.size and other.size else {}
    levels: list[list[tuple[Range3, ...]]] = []
    nodes = 0
    for mine, theirs in zip(one.levels, other.levels, strict=True):
        below: dict[tuple[int, int], int] = {}
        level = []
        for a, b in pairs:
            met = _met(mine[a], theirs[b])
            level.append(tuple((first, stop, below.setdefault(pair, len(below))) for first, stop, pair in met))
        nodes += len(level)
        if nodes > _MOST_NODES:
            raise HeraclesError("these rules together are too many: name fewer keys in them")
        levels.append(level)
        pairs = below
    return _reduced(levels)


def _met(one: Sequence[Range3], other: Sequence[Range3]) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield what two nodes both keep: ranges, and the pair of nodes that each leads to."""
    i = j = 0
    while i < len(one) and j < len(other):
        first, stop = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if first < stop:
            yield first, stop, (one[i][2], other[j][2])
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1


def _reduced(levels: Sequence[Sequence[tuple[Range3, ...]]]) -> Diagram:
    """Return the diagram of these levels without nodes that lead nowhere, and with equal nodes merged."""
    made: list[list[tuple[Range3, ...]]] = []
    names: list[int] | None = None
    for level in reversed(levels):
        known: dict[tuple[Range3, ...], int] = {}
        here = []
        for ranges in level:
            kept = tuple(_joined(ranges, names))
            here.append(known.setdefault(kept, len(known)) if kept else -1)
        made.append(list(known))
        names = here
    return Diagram(tuple(_reached(made[::-1])))


def _reached(levels: Sequence[Sequence[tuple[Range3, ...]]]) -> Iterator[tuple[tuple[Range3, ...], ...]]:
    """Yield the levels with the nodes that the root leads to, in the order in which it does."""
    wanted = {0: 0} if levels and levels[0] else {}
    for depth, level in enumerate(levels):
        below: dict[int, int] = {}
        is_last = depth == len(levels) - 1
        yield tuple(
            tuple(
                (first, stop, 0 if is_last else below.setdefault(child, len(below)))
                for first, stop, child in level[number]
            )
            for number in wanted
        )
        wanted = below


def _joined(ranges: Iterable[Range3], names: list[int] | None) -> Iterator[Range3]:
    """Yield ranges with the new names of the nodes, without those that lead nowhere; neighbours are joined."""
    last: Range3 | None = None
    for first, stop, child in ranges:
        name = 0 if names is None else names[child]
        if name < 0 or first >= stop:
            continue
        if last and last[1] == first and last[2] == name:
            last = last[0], stop, name
            continue
        if last:
            yield last
        last = first, stop, name
    if last:
        yield last


def _written(diagram: Diagram) -> list[list[list[list[int]]]]:
    return [[[list(part) for part in ranges] for ranges in level] for level in diagram.levels]


def _read(node: Node) -> Diagram:
    levels = tuple(
        tuple(tuple(_read_range(part) for part in ranges.items()) for ranges in level.items()) for level in node.items()
    )
    for level, below in zip(levels, [*levels[1:], None][: len(levels)], strict=True):
        known = 1 if below is None else len(below)
        for ranges in level:
            ends = [end for first, stop, _ in ranges for end in (first, stop)]
            if ends != sorted(ends) or any(not 0 <= child < known for _, _, child in ranges):
                raise node.error("has ranges that are not in order, or that lead nowhere")
    return Diagram(levels)


def _read_range(node: Node) -> Range3:
    numbers = [number.of(int) for number in node.items()]
    if len(numbers) != 3 or not 0 <= numbers[0] < numbers[1]:
        raise node.error("is not a first position, the one after the last, and a node")
    return numbers[0], numbers[1], numbers[2]


DIAGRAM = Codec(_written, _read)
"""A diagram in JSON: a list of levels, each a list of nodes, each a list of ranges: `[first, stop, node below]`."""
