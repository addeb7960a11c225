"""Texts that may be no overrides: mistyped ones, texts of the grammar itself, and any text."""

from importlib import import_module

from hypothesis import strategies as st

from heracles.language.calls import parameters
from heracles.language.functions import FUNCTIONS
from heracles.language.loader import built
from heracles.strategies.overrides import overrides

__all__ = ["from_grammar", "texts", "texts_near_the_grammar"]


def texts_near_the_grammar() -> st.SearchStrategy[str]:
    """Mistyped overrides: a valid one with a few characters removed, inserted, doubled or swapped."""
    characters = st.sampled_from("ab=,'\"()[]{}:$\\ \t\n.-+~@/0129_#é\0")
    edits = st.tuples(st.sampled_from(["cut", "put", "double", "swap"]), st.integers(0, 40), characters)
    return st.builds(_mistyped, overrides(), st.lists(edits, min_size=1, max_size=3))


def _mistyped(text: str, edits: list[tuple[str, int, str]]) -> str:
    for edit, number, character in edits:
        place = number % (len(text) + 1)
        before, here, after = text[:place], text[place : place + 1], text[place + 1 :]
        text = {
            "cut": before + after,
            "put": before + character + here + after,
            "double": before + here + here + after,
            "swap": before + after[:1] + here + after[1:],
        }[edit]
    return text


def from_grammar(start: str = "override") -> st.SearchStrategy[str]:
    """Texts of a rule, drawn from the .lark files themselves; nearly all are overrides, if not of known functions.

    Args:
        start: The rule: `override`, `key` or `value`.

    """
    extra = import_module("hypothesis.extra.lark")  # by name: with Lark it takes as long as all of hypothesis
    spaced = {name: st.sampled_from([text, f"{text} "]) for name, text in _PUNCTUATION.items()}
    words = {name: st.sampled_from(texts) for name, texts in _looking_ahead().items()}
    strategy: st.SearchStrategy[str] = extra.from_lark(built(start), start=start, explicit=spaced | words)
    return strategy


_PUNCTUATION = {
    "_EQUAL": "=",
    "_COMMA": ",",
    "_COLON": ":",
    "_ASSIGN": "=",
    "_BLANK": " ",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
    "RANDOM_CLOSE": ")__",
}


def _looking_ahead() -> dict[str, list[str]]:
    """Return words of the terminals with a lookahead, which hypothesis cannot draw: names of functions, and others."""
    arguments = {name for function in FUNCTIONS.values() for name in parameters(function).names}
    return {
        "NAME": [*FUNCTIONS, "f"],
        "ARGUMENT": [*sorted(arguments), "x"],
        "RANDOM": ["__randseed__", "__randperm__"],
        "ROWS": ["@rows.csv", "@a b/c.jsonl"],
    }


def texts() -> st.SearchStrategy[str]:
    """Any text, mostly of the language's own characters."""
    return st.one_of(
        st.text(st.sampled_from("ab=,'\"()[]{}:$\\ \t\n.-+~@/0129_"), max_size=30),
        st.text(max_size=20),
        st.builds(lambda text, cut: text[: len(text) * cut // 8], overrides(), st.integers(0, 8)),
    )
