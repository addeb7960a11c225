"""Which options go together, as the table of options says."""

import itertools
from collections.abc import Collection, Mapping, Sequence

from heracles.cli.options import OPTIONS, RETRIABLE, SECTIONS, Option
from heracles.errors import HeraclesError

__all__ = ["CASE", "UsageError", "actions", "cases", "check", "check_effects", "normalized"]

CASE = "\0"
"""The word that `normalized` puts in the place of `--case`: no word of a command line has a NUL."""

_STATES = {*RETRIABLE, "timedout", "outofmemory"}


class UsageError(HeraclesError):
    """Options that cannot be combined, or something that is missing from the command line."""


def normalized(arguments: Sequence[str]) -> list[str]:
    """Return the command line as click can read it.

    `--retry` and `--retry STATES` become `--retry=STATES`, as click reads an option whose value can be left out; what
    is no state stays: it is another option, the script or an override. So does `--try-first RUN`. `--case`, whose place
    among the overrides counts, becomes the word `CASE`.
    """
    words: list[str] = []
    for place, word in enumerate(arguments):
        if word == "--":
            return [*words, word, *_cases_after_options(arguments[place + 1 :])]
        if words and words[-1] in _OPTIONAL and _OPTIONAL[words[-1]](word):
            words[-1] += word
        elif word == _CASE_OPTION or word.startswith(f"{_CASE_OPTION}="):
            words += [CASE, *filter(None, [word[len(_CASE_OPTION) + 1 :]])]
        else:
            words.append(f"{word}=" if f"{word}=" in _OPTIONAL else word)
    return words


def _cases_after_options(arguments: Sequence[str]) -> list[str]:
    """Return the words after a `--`. Each case can have a `--` of its own, as if it stood alone."""
    words: list[str] = []
    for word in arguments:
        if word != "--" or CASE not in words:
            words.append(CASE if word == _CASE_OPTION else word)
    return words


def cases(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the words before the first `CASE`, and those of each case."""
    starts = [place for place, word in enumerate(words) if word == CASE]
    ends = itertools.pairwise([*starts, len(words)])
    common = words[: starts[0]] if starts else words
    return tuple(common), tuple(tuple(words[start + 1 : end]) for start, end in ends)


def _is_states(text: str) -> bool:
    words = text.replace("-", "").replace("_", "").replace(" ", "").split(",")
    return not text.startswith("-") and all(word in _STATES for word in words)


def actions(values: Mapping[str, object]) -> list[Option]:
    """Return the actions that are asked for; `--retry-with` asks for a retry too."""
    found = [option for option in _given(values) if option.is_action]
    retry_with = _LABELS["--retry-with"]
    if retry_with.is_given(values[retry_with.name]) and _LABELS["--retry"] not in found:
        found.append(retry_with._replace(joins=("-r",)))
    return found


def check(values: Mapping[str, object]) -> None:
    """Refuse options that do not go together.

    Args:
        values: The value of each option, by its name.

    Raises:
        UsageError: If there are such options.

    """
    given = _given(values)
    for one, other in itertools.combinations(actions(values), 2):
        if other.label not in one.joins and one.label not in other.joins:
            raise UsageError(f"{one.label} and {other.label} cannot be combined")
    labels = {option.label for option in (*given, *actions(values))}
    if "--retry-with" in labels:
        labels.add("--retry")
    for option in given:
        label = option.label_of(values[option.name])
        for excluded in option.excludes:
            if excluded in labels:
                raise UsageError(f"{label} and {excluded} cannot be combined")
        if option.needs and labels.isdisjoint(option.needs):
            raise UsageError(f"{label} cannot be used without {_either(option.needs)}")


def check_effects(values: Mapping[str, object], fields: Collection[str]) -> None:
    """Refuse options that would silently have no effect.

    Args:
        values: The value of each option, by its name.
        fields: The names of the values that the action reads; what the sweep and the output are is read by all, and
            that the sweep is a job array is left standing when only the action on a command line is changed.

    Raises:
        UsageError: If there are such options.

    """
    asked = actions(values)
    read = {*fields, *(option.name for option in (*asked, *SECTIONS["Sweep"])), "quiet", "array"}
    read |= {"force", "with"} if values["save"] else set()
    for option in _given(values):
        if option.name not in read:
            label = option.label_of(values[option.name])
            raise UsageError(
                f"{label} has no effect with {asked[-1].label}: leave it out"
                if asked
                else f"{label} has no effect on a preview: leave it out, or add an action such as -w or -r=CMD"
            )


def _given(values: Mapping[str, object]) -> list[Option]:
    return [option for option in OPTIONS if option.is_given(values.get(option.name))]


def _either(labels: Sequence[str]) -> str:
    """Return `-a`, `-a or --retry`, `-r, --retry or --pack`."""
    *first, last = labels
    return f"{', '.join(first)} or {last}" if first else last


_OPTIONAL = {"--retry=": _is_states, "--try-first=": str.isdigit}
"""The options whose value can be left out, and what the word after each is if it is the value."""

_LABELS = {option.label: option for option in OPTIONS}
_CASE_OPTION = next(option.label for option in OPTIONS if option.is_separator)
