"""From the text of an override to its parse tree, and from a syntax error to a sentence.

The only module that calls the parser: no exception of Lark's leaves it.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pkgutil import get_data
from typing import Any

import lark
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.grammar import Rule
from lark.lexer import TerminalDef

from heracles.errors import OverrideError
from heracles.text import printable

__all__ = ["MAX_DEPTH", "ParseTree", "built", "parse", "tables"]

ParseTree = Tree[Token]

MAX_DEPTH = 500
"""How deep brackets may nest."""

_OPENERS = {"LSQB": "[", "LBRACE": "{", "LPAR": "(", "RANDOM_OPEN": "("}
_CLOSERS = {"RSQB": "]", "RBRACE": "}", "RPAR": ")", "RANDOM_CLOSE": ")__"}
_CLOSER_OF = {"[": "]", "{": "}", "(": ")"}
_NOUNS = {
    "_EQUAL": "'='",
    "PATH": "a key",
    "GROUP": "a key",
    "AT": "'@'",
    "BARE": "a value",
    "DICT_KEY": "a dict key",
    "COUNT": "a whole number",
    "_COMMA": "a comma",
    "_COLON": "':' and a value after the dict's key",
    "RSQB": "']'",
    "RBRACE": "'}'",
    "RPAR": "')'",
    "RANDOM_CLOSE": "')__'",
    "$END": "the end of the override",
}


def parse(text: str) -> ParseTree:
    """Parse one override.

    Args:
        text: One word of a command line, such as `lr=0.1,0.01`.

    Returns:
        The tree of the rule `override` of `grammar/override.lark`; every token knows its place in `text`.

    Raises:
        OverrideError: If the text is not an override, with the place where it stops being one.

    """
    if text.count("[") + text.count("{") + text.count("(") > MAX_DEPTH:
        _check_depth(text)
    try:
        return _parser().parse(text)
    except UnexpectedInput:
        raise _diagnosis(text) from None


@cache
def _parser() -> Lark:
    """Give the parser: from its tables, if they were made of this grammar by this Lark; else from the grammar."""
    saved = json.loads(get_data("heracles.language", "tables.json") or b"")
    if saved["made_of"] == _made_of():
        tables = _with_integer_keys(saved)
        # Lark's own way in for the parsers that it generates, which is the only one without pickle.
        return Lark._load_from_dict(tables["data"], tables["memo"])  # type: ignore[no-any-return,no-untyped-call]  # noqa: SLF001
    return built()


def built(start: str = "override") -> Lark:
    """Build a parser of a rule from the grammar's files, which `parse` does without as long as its tables fit."""
    return Lark.open_from_package(
        "heracles.grammar",
        "override.lark",
        parser="lalr",
        start=start,
        maybe_placeholders=False,
    )


def _made_of() -> list[str]:
    files = [get_data("heracles.grammar", name) for name in ("override.lark", "terminals.lark")]
    if not all(files):
        raise ImportError("the grammar of heracles is not installed: run pip install on its folder")
    return [lark.__version__, blake2b(b"".join(filter(None, files)), digest_size=16).hexdigest()]


def tables() -> str:
    """Give the parser's tables as the text of `tables.json`, which spares a process most of its start.

    They are what `Lark.save` would pickle, as JSON.
    """
    data, memo = built().memo_serialize([TerminalDef, Rule])
    data["options"].update(import_paths=[], source_path=None)
    return json.dumps({"made_of": _made_of(), "data": data, "memo": memo}, separators=(",", ":"), sort_keys=True) + "\n"


def _with_integer_keys(tables: Any) -> Any:
    """Undo what JSON makes of a dict's integer keys."""
    if isinstance(tables, dict):
        return {int(key) if key.isdigit() else key: _with_integer_keys(value) for key, value in tables.items()}
    return list(map(_with_integer_keys, tables)) if isinstance(tables, list) else tables


def _check_depth(text: str) -> None:
    depth = 0
    for token in _tokens(text).tokens:
        depth += (token.type in _OPENERS) - (token.type in _CLOSERS)
        if depth > MAX_DEPTH:
            raise OverrideError(
                f"brackets nest more than {MAX_DEPTH} deep", text, (token.start_pos or 0, token.end_pos or 0)
            )


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where parsing stopped: after `tokens`, at `place`, where `expected` terminals could have stood."""

    text: str
    tokens: list[Token]
    place: int
    expected: frozenset[str]

    @property
    def rest(self) -> str:
        return self.text[self.place :]

    @property
    def last(self) -> str:
        return self.tokens[-1].type if self.tokens else ""

    @property
    def in_key(self) -> bool:
        return all(token.type != "_EQUAL" for token in self.tokens)

    @property
    def open_brackets(self) -> list[Token]:
        stack: list[Token] = []
        for token in self.tokens:
            if token.type in _OPENERS:
                stack.append(token)
            elif token.type in _CLOSERS:
                stack.pop()
        return stack


def _tokens(text: str) -> _Stop:
    """Parse as far as the grammar goes."""
    parser = _parser().parse_interactive(text)
    tokens: list[Token] = []
    try:
        for token in parser.iter_parse():
            tokens.append(token)  # noqa: PERF402 - those before an exception are wanted too
        place = len(text)
    except UnexpectedCharacters as error:
        place = error.pos_in_stream or 0
    except UnexpectedToken as error:
        place = len(text) if error.token.type == "$END" else error.token.start_pos or 0
        if tokens and tokens[-1] is error.token:
            tokens.pop()
    expected = frozenset(parser.accepts())  # type: ignore[no-untyped-call]
    return _Stop(text, tokens, place, expected)


def _diagnosis(text: str) -> OverrideError:
    stop = _tokens(text)
    for recognise in _MISTAKES:
        if found := recognise(stop):
            message, span = found
            return OverrideError(message, text, span)
    nouns = dict.fromkeys(noun for terminal, noun in _NOUNS.items() if terminal in stop.expected)
    return OverrideError(f"expected {_either(list(nouns))}", text, _here(stop))


def _either(nouns: list[str]) -> str:
    return " or ".join([", ".join(nouns[:-1]), nouns[-1]] if len(nouns) > 1 else nouns)


def _here(stop: _Stop, length: int = 1) -> tuple[int, int]:
    return stop.place, min(stop.place + length, len(stop.text))


_Found = tuple[str, tuple[int, int]] | None


def _empty(stop: _Stop) -> _Found:
    if stop.text.strip():
        return None
    return "an override is empty: write key=value", (0, len(stop.text))


def _no_equal_sign(stop: _Stop) -> _Found:
    if "=" in stop.text or not stop.in_key:
        return None
    if not stop.place:
        return "expected an override: key=value", (0, len(stop.text))
    return "expected '=' and a value after the key", _here(stop)


def _bad_key(stop: _Stop) -> _Found:
    if not stop.in_key:
        return None
    if stop.rest[:1] in (" ", "\t"):
        return "a key has no blanks in it or around it", _here(stop)
    if stop.rest[:1] in ("'", '"'):
        return "a key has no quotes: quote the value alone, key='a b'", _here(stop)
    if stop.rest[:1] == ":" and stop.text.find("=") > stop.place:
        return "a key has no ':' in it: write key@package", _here(stop)
    if stop.rest[:1] == "=":
        return "a key cannot end here: a name is missing before the '='", _here(stop)
    character = printable(stop.rest[:1])
    return f"a key cannot have '{character}' here: expected names joined by '.' or '/'", _here(stop)


def _typographic_quote(stop: _Stop) -> _Found:
    if stop.rest[:1] in tuple("\u2018\u2019\u201c\u201d"):
        return "a typographic quote does not quote: use ' or \"", _here(stop)
    return None


def _unclosed_quote(stop: _Stop) -> _Found:
    quote = stop.rest[:1]
    if quote not in ("'", '"') or "QUOTED" not in stop.expected:
        return None
    return f"this quote is never closed: expected another {quote} at the end of the value", _here(stop)


def _quoted_dict_key(stop: _Stop) -> _Found:
    if stop.rest[:1] in ("'", '"') and "DICT_KEY" in stop.expected:
        return "a dict's key is written without quotes", _here(stop)
    return None


def _quote_in_a_word(stop: _Stop) -> _Found:
    if stop.rest[:1] not in ("'", '"') or stop.last not in ("BARE", "_BLANK"):
        return None
    return "a quote cannot stand inside an unquoted value: quote the whole value", _here(stop)


def _text_after_a_value(stop: _Stop) -> _Found:
    if "_COMMA" not in stop.expected or not stop.rest or stop.rest[0] in ")]}":
        return None
    if stop.last == "QUOTED":
        return "a quoted value ends at its closing quote: expected a comma or the end", _here(stop)
    if stop.last in _CLOSERS:
        closer = _CLOSERS[stop.last]
        return f"nothing can follow the closing {closer!r} but a comma or the end", _here(stop)
    return None


def _interpolation(stop: _Stop) -> _Found:
    start = stop.text.rfind("${", 0, stop.place + 1)
    if start < 0 or stop.in_key:
        return None
    end = stop.text.find("}", start)
    if end < 0 or end == start + 2:
        what = "never closed: expected '}'" if end < 0 else "empty: expected a name between the braces"
        return f"this interpolation is {what}", (start, start + 2)
    if "${" in stop.text[stop.text.find("${") + 2 : stop.place] and stop.rest[:1] == "}":
        return "an interpolation inside another one needs quotes around the whole value", (
            stop.text.find("${"),
            stop.place + 1,
        )
    return None


def _missing_value(stop: _Stop) -> _Found:
    what = "a value" if "BARE" in stop.expected else "a dict's key" if "DICT_KEY" in stop.expected else ""
    if not what or stop.rest[:1] not in ("", ",", ")", "]", "}"):
        return None
    if stop.last == "_COMMA":
        comma = stop.text.rindex(",", 0, stop.place)
        if not stop.rest and not stop.open_brackets:
            hint = "the last comma (with a blank behind the comma, quote the whole override)"
        else:
            hint = "this comma"
        return f"expected {what} after {hint}", (comma, comma + 1)
    if stop.rest[:1] == ",":
        return f"expected {what} before this comma", _here(stop)
    return None


def _wrong_closer(stop: _Stop) -> _Found:
    closer = stop.rest.lstrip(" \t")[:1]
    if closer not in (")", "]", "}") or not closer:
        return None
    place = len(stop.text) - len(stop.rest.lstrip(" \t"))
    if not stop.open_brackets:
        return f"nothing is open that this {closer!r} could close", (place, place + 1)
    opener = _OPENERS[stop.open_brackets[-1].type]
    if closer == _CLOSER_OF[opener]:
        return None
    return f"expected {_CLOSER_OF[opener]!r} to close the {opener!r}, found {closer!r}", (place, place + 1)


def _random_count(stop: _Stop) -> _Found:
    if "COUNT" in stop.expected:
        return "expected how many seeds: a whole number, as in __randseed(90)__", _here(stop)
    if "RANDOM_CLOSE" in stop.expected:
        return "expected ')__' after the number of seeds, as in __randseed(90)__", _here(stop)
    return None


def _misspelt_seed(stop: _Stop) -> _Found:
    for token in stop.tokens:
        if token.type == "NAME" and token.startswith("__"):
            return "did you mean __randseed(N)__ or __randperm(N)__?", (token.start_pos or 0, token.end_pos or 0)
    return None


def _parenthesis(stop: _Stop) -> _Found:
    if stop.rest[:1] != "(" or "BARE" not in stop.expected:
        return None
    return "a value cannot begin with '(': a list is written [1,2], and text with parentheses is quoted", _here(stop)


def _unclosed_bracket(stop: _Stop) -> _Found:
    if stop.rest or not stop.open_brackets:
        return None
    token = stop.open_brackets[-1]
    opener = _OPENERS[token.type]
    place = (token.start_pos or 0) + token.index(opener)
    return f"this {opener!r} is never closed: expected {_CLOSER_OF[opener]!r}", (place, place + 1)


def _unquotable(stop: _Stop) -> _Found:
    character = stop.rest[:1]
    if not re.fullmatch(r"[\x00-\x1f\x7f-\xa0`\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]", character):
        return None
    return f"'{printable(character)}' can only stand inside quotes", _here(stop)


def _bracket_in_a_word(stop: _Stop) -> _Found:
    if stop.last not in ("BARE", "_BLANK") or stop.rest[:1] not in ("(", "[", "{"):
        return None
    return f"{stop.rest[0]!r} cannot stand inside an unquoted value: quote the value, or write '\\{stop.rest[0]}'", (
        _here(stop)
    )


_MISTAKES: tuple[Callable[[_Stop], _Found], ...] = (
    _empty,
    _no_equal_sign,
    _bad_key,
    _misspelt_seed,
    _random_count,
    _interpolation,
    _typographic_quote,
    _unclosed_quote,
    _quoted_dict_key,
    _quote_in_a_word,
    _missing_value,
    _wrong_closer,
    _text_after_a_value,
    _parenthesis,
    _unclosed_bracket,
    _unquotable,
    _bracket_in_a_word,
)
