"""Cases, rules, samples and formulas: from the overrides of each case to the runs that are left."""

from collections.abc import Sequence

from heracles.errors import HeraclesError, OverrideError
from heracles.ir import Derived, Dimension, Filtered, Repeat, Rule, Runs, Sample, Sweep, Union
from heracles.ir.diagram import Diagram, both, everything, without
from heracles.language.duplicates import duplicates
from heracles.language.formulas import Formulas
from heracles.language.keys import Keys
from heracles.language.lowering import Case, Formula, Lowered
from heracles.language.rules import Condition, Exclusion

__all__ = ["selected"]

_Rule = Exclusion | Condition


def selected(
    cases: Sequence[Case], exclude: Sequence[str], where: Sequence[str], sample: int | None, seed: int
) -> Runs:
    """Return the runs of some cases that rules leave, or a sample of them; the arguments are those of `parse`.

    Raises:
        OverrideError, HeraclesError: As `parse` does.

    """
    if sample is None:
        _check_no_intervals(cases)
    elif sample < 1:
        raise HeraclesError("a sample has 1 draw or more")
    sweeps = [_product(case, seed, is_sampled=sample is not None) for case in cases]
    keys = Keys(sweeps)
    rules: list[_Rule] = [Exclusion(text, keys) for text in exclude]
    rules += [Condition(text, keys) for text in where]
    parts = [_ruled(sweeps, place, rules) for place in range(len(sweeps))]
    _check_something_is_left(parts)
    formulas = [_formulas(case, sweep, keys) for case, sweep in zip(cases, sweeps, strict=True)]
    if any(formulas):
        runs = _joined(parts, sample)
        parts = [_with_values(part, each, runs) for part, each in zip(parts, formulas, strict=True)]
    return _joined(parts, sample)


def _check_no_intervals(cases: Sequence[Case]) -> None:
    for case in cases:
        for key, (each, source) in case.items():
            if not isinstance(each, Formula) and each.is_drawn:
                message = (
                    "an interval has no list of values: draw some with --sample N, or write linspace(start,stop,n)"
                )
                raise OverrideError(message, source, (len(key) + 1, len(source)))


def _product(case: Case, seed: int, *, is_sampled: bool) -> Sweep:
    """Return the product of the overrides of a case, with formulas that have no values yet."""
    return Sweep(tuple(_dimension(each, is_sampled=is_sampled) for each, _ in case.values()), seed)


def _dimension(each: Lowered, *, is_sampled: bool) -> Dimension:
    if isinstance(each, Formula):
        return Derived(each.key, each.text, (), ())
    return Repeat(each) if is_sampled and each.is_random else each


def _ruled(sweeps: Sequence[Sweep], place: int, rules: Sequence[_Rule]) -> Sweep | Filtered:
    """Return what the rules, and the cases before it, leave of the product of a case."""
    sweep = sweeps[place]
    sizes = [dimension.size for dimension in sweep.dimensions]
    kept = everything(sizes)
    effects: list[Rule] = []
    if repeated := _repeated(sweeps[:place], sweep, sizes):
        dropped = without(sizes, repeated)
        effects.append(Rule("case", "", dropped.size, dropped.size))
        kept = repeated
    for rule in rules:
        alone = rule.kept(sweep, kept)
        left = both(kept, alone)
        effects.append(Rule(rule.kind, rule.text, sweep.size - alone.size, kept.size - left.size))
        kept = left
    return Filtered(sweep, tuple(effects), kept) if effects else sweep


def _repeated(earlier: Sequence[Sweep], sweep: Sweep, sizes: Sequence[int]) -> Diagram | None:
    """Return the runs of a product that equal no run of an earlier one; None if all of them do not."""
    kept: Diagram | None = None
    for other in earlier:
        if equal := duplicates(other, sweep):
            new = without(sizes, equal)
            kept = both(kept, new) if kept else new
    return kept


def _check_something_is_left(parts: Sequence[Sweep | Filtered]) -> None:
    """Raise an OverrideError if rules leave nothing of what was something."""
    if any(part.size for part in parts) or not any(part.sweeps[0].size for part in parts):
        return
    rules = [rule for part in parts if isinstance(part, Filtered) for rule in part.rules if rule.removed]
    last = rules[-1]
    raise OverrideError(
        "no run is left: this rule leaves out all that the others keep"
        if len({rule.text for rule in rules}) > 1
        else "no run is left: this rule leaves out all of them",
        last.text,
        (0, len(last.text)),
    )


def _formulas(case: Case, sweep: Sweep, keys: Keys) -> Formulas | None:
    formulas = {key: each for key, (each, _) in case.items() if isinstance(each, Formula)}
    return Formulas(formulas, sweep, keys) if formulas else None


def _with_values(part: Sweep | Filtered, formulas: Formulas | None, runs: Runs) -> Sweep | Filtered:
    """Return the same runs with the values of the formulas."""
    if formulas is None:
        return part
    sweep = part.sweeps[0]
    dimensions = (formulas.derived(each.key, runs) if isinstance(each, Derived) else each for each in sweep.dimensions)
    computed = Sweep(tuple(dimensions), sweep.seed)
    return Filtered(computed, part.rules, part.diagram) if isinstance(part, Filtered) else computed


def _joined(parts: Sequence[Sweep | Filtered], sample: int | None) -> Runs:
    runs: Runs = parts[0] if len(parts) == 1 else Union(tuple(parts))
    return runs if sample is None else Sample(runs, sample)
