"""Runs that are not a whole product: what rules leave of one, several of them one after another, and samples.

Each of them is again a sequence of runs whose members are found by arithmetic, and none of them lists its runs.
"""

import itertools
import math
from bisect import bisect_right

from heracles.errors import HeraclesError
from heracles.ir.diagram import DIAGRAM, Diagram
from heracles.ir.dimensions import Repeat, Row
from heracles.ir.permutation import Permutation
from heracles.ir.record import Record
from heracles.ir.runs import RUN_KINDS, Marks, Place, Runs, Subset, arranged, check_seeds
from heracles.ir.serialize import INTEGER, TEXT, Family, many
from heracles.ir.sweep import Sweep
from heracles.text import counted

__all__ = ["Filtered", "Grown", "Rule", "Sample", "Step", "Union", "steps"]

_MOST_DRAWN_FROM = 2**62

_RULE_KINDS = Family(default="rule")


@_RULE_KINDS.add(kind=TEXT, text=TEXT, matched=INTEGER, removed=INTEGER, names={"kind": "rule"})
class Rule(Record):
    """What a rule does to a product.

    Args:
        kind: `exclude`, `where`, or `case`: what equals a run of an earlier case is left out.
        text: The rule as it was given.
        matched: How many runs of the product it leaves out by itself.
        removed: How many of them no earlier rule left out.

    """

    __slots__ = ("kind", "matched", "removed", "text")

    def __init__(self, kind: str, text: str, matched: int, removed: int) -> None:
        self.kind = kind
        self.text = text
        self.matched = matched
        self.removed = removed


@RUN_KINDS.add(since=3, sweep=RUN_KINDS, rules=many(_RULE_KINDS), diagram=DIAGRAM)
class Filtered(Record, Runs):
    """What rules leave of a product, in its order.

    Args:
        sweep: The product.
        rules: The rules, in the order in which they count what they remove.
        diagram: The runs that are kept.

    Raises:
        HeraclesError: If the diagram is not one of this product, or the runs need more seeds than there are.

    """

    __slots__ = ("columns", "diagram", "marks", "rules", "size", "sweep")

    def __init__(self, sweep: Sweep, rules: tuple[Rule, ...], diagram: Diagram) -> None:
        is_within = (
            isinstance(sweep, Sweep)
            and len(diagram.levels) == len(sweep.dimensions)
            and all(
                stop <= dimension.size
                for dimension, level in zip(sweep.dimensions, diagram.levels, strict=True)
                for ranges in level
                for _, stop, _ in ranges
            )
        )
        if not is_within:
            raise HeraclesError("a filtered sweep is a product, and a diagram with a level for each of its dimensions")
        self.sweep = sweep
        self.rules = rules
        self.diagram = diagram
        self.size = diagram.size
        self.columns = sweep.columns
        self.marks = sweep.marks

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        return (self.sweep,)

    def place(self, index: int) -> Place:
        return self.sweep, self.sweep.completed(self.diagram.digits(index))

    def __str__(self) -> str:
        rules = (f"--{rule.kind} {rule.text}" for rule in self.rules if rule.kind != "case")
        return " ".join([str(self.sweep), *rules])


@RUN_KINDS.add(since=3, cases=many(RUN_KINDS))
class Union(Record, Runs):
    """The runs of several cases, one case after another.

    Args:
        cases: What each case consists of, `Sweep`s or `Filtered` ones, of one seed; no two runs are equal.

    Attributes:
        ends: The number of runs up to the end of each case.

    Raises:
        HeraclesError: If there are no cases, or the runs need more seeds than there are.

    """

    __slots__ = ("cases", "columns", "ends", "marks", "size")

    def __init__(self, cases: tuple[Sweep | Filtered, ...]) -> None:
        if not cases or any(not isinstance(case, Sweep | Filtered) for case in cases):
            raise HeraclesError("a union has cases, which are products or what rules leave of them")
        self.cases = cases
        self.ends = tuple(itertools.accumulate(case.size for case in cases))
        self.size = self.ends[-1]
        self.columns = tuple(dict.fromkeys(key for case in cases for key in case.columns))
        self.marks = Marks(self.columns, self.sweeps)
        self.marks.check_seeds(self.size)

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        return tuple(case.sweeps[0] for case in self.cases)

    def place(self, index: int) -> Place:
        case = bisect_right(self.ends, index)
        return self.cases[case].place(index - (self.ends[case - 1] if case else 0))

    def __str__(self) -> str:
        return " ".join(f"--case {case}" for case in self.cases)


@RUN_KINDS.add(since=3, runs=RUN_KINDS, draws=INTEGER.checked(lambda draws: draws >= 0, "is negative"))
class Sample(Record, Runs):
    """Runs drawn from others, in the order of the draws.

    Draw `k` is run `permutation(k)` of the others, so that a larger sample begins with a smaller one. With intervals,
    there can be more draws than runs: the runs are then drawn in turn, and the intervals anew each time.

    Args:
        runs: What is drawn from.
        draws: How many draws there are.

    Attributes:
        times: How often each draw is made: once for each combination of the values of the `Repeat` dimensions.
        permutation: The run that each draw is.

    Raises:
        HeraclesError: If there are fewer runs than draws, or too many; if the cases repeat differently; or if the runs
            need more seeds than there are.

    """

    __slots__ = ("columns", "draws", "marks", "permutation", "runs", "size", "times")
    draws: int
    times: int

    def __init__(self, runs: Runs, draws: int) -> None:
        if isinstance(runs, Sample | Subset | Grown):
            raise HeraclesError("a sample is drawn from a product, a filtered one or a union")
        repeats = {tuple(each.times for each in sweep.dimensions if isinstance(each, Repeat)) for sweep in runs.sweeps}
        if len(repeats) > 1:
            raise HeraclesError("with a sample, each case has the same number of seeds")
        if runs.size > _MOST_DRAWN_FROM:
            raise HeraclesError("a sample is drawn from 2**62 combinations at most")
        is_endless = all(any(each.is_drawn for each in sweep.dimensions) for sweep in runs.sweeps) and runs.size
        if draws > runs.size and not is_endless:
            there = "is" if runs.size == 1 else "are"
            raise HeraclesError(f"there {there} {counted(runs.size, 'combination')}, fewer than the {draws:,} to draw")
        self.runs = runs
        self.draws = draws
        self.times = math.prod(*repeats)
        self.size = draws * self.times
        self.permutation = Permutation(max(1, runs.size), f"sample {runs.seed:x}")
        self.columns = runs.columns
        self.marks = runs.marks
        self.marks.check_seeds(self.size)

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        return self.runs.sweeps

    @property
    def combinations(self) -> int:
        return max(self.size, self.runs.size)

    def place(self, index: int) -> Place:
        draw, repeat = divmod(index, self.times)
        sweep, digits = self.runs.place(self.permutation(draw % self.runs.size))
        placed = list(digits)
        for place, dimension in reversed(tuple(enumerate(sweep.dimensions))):
            if isinstance(dimension, Repeat):
                repeat, placed[place] = divmod(repeat, dimension.times)
            elif dimension.is_drawn:
                placed[place] = draw
        return sweep, tuple(placed)

    def __str__(self) -> str:
        return f"{self.runs} --sample {self.draws}"


@RUN_KINDS.add(since=3, earlier=RUN_KINDS, later=RUN_KINDS)
class Grown(Record, Runs):
    """A sweep that was continued: its runs, and then those of a larger one that it has not, numbered on.

    The earlier runs stay as they were: their numbers, their overrides and their seeds. Seeds of the later ones are the
    next of the same permutation.

    Args:
        earlier: The sweep that was continued, which may be one that was continued itself.
        later: Those runs of the larger sweep that are not in it, in their order.

    Attributes:
        asked: The larger sweep.
        starts: The number of the first run of each of `parts`.
        parts: The first sweep, and what each of those that continued it added.

    Raises:
        HeraclesError: If they cannot follow one another, draw their seeds from different permutations, or need more
            seeds than there are.

    """

    __slots__ = ("_draws", "asked", "columns", "earlier", "later", "marks", "parts", "size", "starts")
    asked: Runs
    earlier: Runs

    def __init__(self, earlier: Runs, later: "Filtered | Subset") -> None:
        if isinstance(earlier, Subset) or not isinstance(later, Filtered | Subset) or isinstance(later.sweep, Grown):
            raise HeraclesError("a sweep is continued with some of the runs of another one")
        self.earlier = earlier
        self.later = later
        self.asked = later.sweep
        self.size = earlier.size + later.size
        self.columns = tuple(dict.fromkeys((*earlier.columns, *later.columns)))
        self.marks = Marks(self.columns, (*earlier.sweeps, *later.sweeps))
        self._draws = earlier.draws_of_seeds, later.draws_of_seeds
        self.parts: tuple[Runs, ...] = (*(earlier.parts if isinstance(earlier, Grown) else (earlier,)), later)
        self.starts = tuple(itertools.accumulate((part.size for part in self.parts[:-1]), initial=0))
        if later.random_columns and earlier.seed != later.seed:
            raise HeraclesError("a sweep is continued with seeds of the same --seed")
        check_seeds(self.draws_of_seeds)

    @property
    def draws_of_seeds(self) -> int:
        return sum(self._draws)

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        return (*self.earlier.sweeps, *self.later.sweeps)

    def place(self, index: int) -> Place:
        part = bisect_right(self.starts, index) - 1
        return self.parts[part].place(index - self.starts[part])

    def row(self, index: int) -> Row:
        if index < self.earlier.size:
            return arranged(self.earlier.row(index), self.earlier.columns, self.columns)
        later, position = self.later, index - self.earlier.size
        draw = self._draws[0] + position * len(later.random_columns)
        return arranged(later.row_as(position, index, draw), later.columns, self.columns)

    def __str__(self) -> str:
        return f"{self.earlier} --continued {self.asked}"


class Step(Record):
    """What one step on the way from the product to the runs keeps.

    Args:
        kind: `product`, `case` (without what is equal in two cases), `exclude`, `where`, `sample` or `repeat` (once for
            each combination of seeds).
        text: The rule as it was given; empty for other steps.
        kept: How many runs there are after it.
        removed: How many it removed.
        matched: How many a rule would have removed alone.

    """

    __slots__ = ("kept", "kind", "matched", "removed", "text")

    def __init__(self, kind: str, text: str, kept: int, removed: int = 0, matched: int = 0) -> None:
        self.kind = kind
        self.text = text
        self.kept = kept
        self.removed = removed
        self.matched = matched


def steps(runs: Runs) -> tuple[Step, ...]:
    """Return the steps that lead to the runs, the first of which makes the product of the dimensions."""
    if isinstance(runs, Subset | Grown):
        return steps(runs.sweep if isinstance(runs, Subset) else runs.asked)
    if isinstance(runs, Sample):
        drawn = Step("sample", "", runs.draws, max(0, runs.runs.size - runs.draws))
        repeated = (Step("repeat", "", runs.size),) if runs.times > 1 else ()
        return (*steps(runs.runs), drawn, *repeated)
    cases = runs.cases if isinstance(runs, Union) else (runs,)
    kept = sum(case.sweeps[0].size for case in cases)
    found = [Step("product", "", kept)]
    rules: dict[tuple[str, str, int], tuple[int, int]] = {}
    for case in cases:
        own = case.rules if isinstance(case, Filtered) else ()
        first = 0 if own and own[0].kind == "case" else 1
        for place, rule in enumerate(own):
            name = rule.kind, rule.text, place + first
            matched, removed = rules.get(name, (0, 0))
            rules[name] = matched + rule.matched, removed + rule.removed
    for (kind, text, _), (matched, removed) in sorted(rules.items(), key=lambda item: item[0][2]):
        kept -= removed
        found.append(Step(kind, text, kept, removed, matched))
    return tuple(found)
