"""The front end: from overrides, cases, rules and the size of a sample to the runs that they describe."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, overload

from heracles.errors import HeraclesError, OverrideError
from heracles.ir import Axis, Runs, Sweep
from heracles.language.calls import Context
from heracles.language.lowering import Case, Formula, Lowered, lower
from heracles.lean import load

__all__ = ["parse"]


@overload
def parse(
    overrides: Sequence[str],
    *,
    seed: int = 0,
    options: Callable[[str], Sequence[str]] | None = None,
    files: Callable[[str], str] | None = None,
) -> Sweep: ...
@overload
def parse(
    overrides: Sequence[str],
    *,
    cases: Sequence[Sequence[str]] = (),
    exclude: Sequence[str] = (),
    where: Sequence[str] = (),
    sample: int | None = None,
    seed: int = 0,
    options: Callable[[str], Sequence[str]] | None = None,
    files: Callable[[str], str] | None = None,
) -> Runs: ...
def parse(  # noqa: PLR0913 - each is a part of one sweep
    overrides: Sequence[str],
    *,
    cases: Sequence[Sequence[str]] = (),
    exclude: Sequence[str] = (),
    where: Sequence[str] = (),
    sample: int | None = None,
    seed: int = 0,
    options: Callable[[str], Sequence[str]] | None = None,
    files: Callable[[str], str] | None = None,
) -> Runs:
    """Compile overrides to the sweep that they describe.

    Args:
        overrides: The overrides, one in each string (`["lr=0.1,0.01", "seed=__randseed(5)__"]`). If two set the same
            key, the values of the last one count, at the place of the first.
        cases: The overrides of each case, which come after `overrides` in it. The runs of the cases follow one
            another; a run that equals one of an earlier case is left out.
        exclude: Rules that leave out runs: overrides with spaces between them (`"model=vit lr=0.1,0.3"`), all of which
            match.
        where: Expressions that are true of the runs to keep (`"lr * steps < 100"`).
        sample: How many combinations of all values but the seeds to draw; None for all of them.
        seed: What `__randseed(N)__`, `shuffle(...)` and the sample depend on: any integer.
        options: Returns the names of the options of a config group, in the order in which they are to run; `glob(...)`
            needs it (see `heracles.language.config_groups.options`).
        files: Returns the text of a file by its path; the override `@rows.csv` needs it, and `heracles.read_rows` is
            one that reads files.

    Returns:
        The sweep: a sequence of runs, each a tuple of one override string for each key. Without cases, rules and a
        sample, it is a `heracles.Sweep`.

    Raises:
        OverrideError: If an override or a rule cannot be read, if the rules leave nothing, or if all of them ask for
            more seeds than there are.
        HeraclesError: If there are fewer combinations than the sample is to have.
        TypeError: If a sequence of strings is one string.

    """
    for name, texts in {"overrides": overrides, "exclude": exclude, "where": where, "cases": cases}.items():
        if isinstance(texts, str):
            raise TypeError(f"parse() takes a sequence of {name}, not one string")
    known: dict[str, Lowered] = {}

    def lowered(override: str) -> Lowered:
        if override not in known:
            known[override] = lower(override, Context(seed, options, files))
        return known[override]

    read = [_case([*overrides, *words], lowered) for words in cases or [()]]
    try:
        is_plain = not (cases or exclude or where) and sample is None
        if is_plain and not any(isinstance(each, Formula) or each.is_drawn for each, _ in read[0].values()):
            return Sweep(tuple(each for each, _ in read[0].values()), seed)  # type: ignore[misc]
        selected = load("heracles.language.selection:selected")  # with the parser of expressions
        return selected(read, exclude, where, sample, seed)  # type: ignore[no-any-return]
    except HeraclesError as error:
        if isinstance(error, OverrideError) or not error.message.endswith("do not repeat"):
            raise
        override, key = _last_random(read)
        raise OverrideError(error.message, override, (len(key) + 1, len(override))) from None


def _case(words: Iterable[str], lowered: Callable[[str], Lowered]) -> Case:
    """Return the overrides by their names, of which the last one of a name counts, at the place of the first."""
    case: dict[str, tuple[Lowered, str]] = {}
    for word in words:
        each = lowered(word)
        case[each.name] = each, word
    if any(each.name not in each.keys for each, _ in case.values()):
        _check_keys(case)
    return case


def _check_keys(case: Case) -> None:
    """Raise an OverrideError if a key is set by two overrides, which zips can be, or is the name of a zip."""
    owners: dict[str, tuple[Lowered, str]] = {}
    names = {name for name, (each, _) in case.items() if name not in each.keys}
    for each, source in case.values():
        for key in each.keys:
            if key in owners:
                other, elsewhere = owners[key]
                if other.name == key:  # the caret belongs under the override of one key
                    each, other, source = other, each, elsewhere  # noqa: PLW2901
                assert not isinstance(other, Formula)
                raise OverrideError(f"{key} is set by {other.described} too", source, _mention(source, key))
            if key in names:
                raise OverrideError(
                    f"{key} is the name of a zip: give the zip another name", source, _mention(source, key)
                )
            owners[key] = each, source


def _mention(source: str, key: str) -> tuple[int, int]:
    found = re.search(rf"(?:^|[(, \t])({re.escape(key)})(?:=|$)", source)
    return found.span(1) if found else (0, len(source))


def _last_random(cases: Iterable[Case]) -> tuple[str, str]:
    """Return the last override with seeds, and its key."""
    found: Any = ("", "")
    for case in cases:
        for each, source in case.values():
            if isinstance(each, Axis) and each.is_random:
                found = source, each.key
    return found  # type: ignore[no-any-return]
