"""Hypothesis strategies for the override language: texts that Heracles accepts, and some that it may not.

They need `pip install 'heracles-sweep[hypothesis]'`. Everything drawn is text, as a program receives it from the shell,
and shrinks to short readable overrides. A program that takes such overrides can be tested with `overrides()`,
`sweeps()` and `values()`, most of which Hydra's grammar accepts, and its errors with `texts_near_the_grammar()`.
"""

from heracles.strategies.overrides import (
    bare_values,
    choices,
    flags,
    functions,
    hostile_values,
    keys,
    lists,
    long_ranges,
    numbers,
    overrides,
    quoted_values,
    random_values,
    ranges,
    spaces,
    sweeps,
    values,
    wide_values,
)
from heracles.strategies.studies import conditions, studies, zips
from heracles.strategies.texts import from_grammar, texts, texts_near_the_grammar

__all__ = [
    "bare_values",
    "choices",
    "conditions",
    "flags",
    "from_grammar",
    "functions",
    "hostile_values",
    "keys",
    "lists",
    "long_ranges",
    "numbers",
    "overrides",
    "quoted_values",
    "random_values",
    "ranges",
    "spaces",
    "studies",
    "sweeps",
    "texts",
    "texts_near_the_grammar",
    "values",
    "wide_values",
    "zips",
]
